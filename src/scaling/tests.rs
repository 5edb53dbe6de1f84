//! What the tests of this folder share.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::cluster::{CloneSpec, ClusterSpec, Metric, Timing};
use crate::policy::Policy;

pub fn spec() -> ClusterSpec {
    ClusterSpec {
        name: "web".to_owned(),
        tag: "web".to_owned(),
        base_droplet: "web-base".to_owned(),
        snapshot: "web-snapshot".to_owned(),
        clone_prefix: "web".to_owned(),
        load_balancer: "web-lb".to_owned(),
        clone: CloneSpec::default(),
        protect: Vec::new(),
        timing: Timing::default(),
    }
}

pub fn policy() -> Policy {
    Policy {
        min: 1,
        max: 5,
        scaling_interval: Duration::from_secs(120),
        scale_up: BTreeMap::from([(Metric::Load, 0.7)]),
        scale_down: BTreeMap::from([(Metric::Load, 0.3)]),
        stale_after: Duration::from_secs(600),
    }
}
