//! The cluster that a simulated cloud holds where its scenario says nothing else, as its operator describes it.

use dropscale::cluster::{CloneSpec, ClusterSpec, Timing};

/// With the deadlines of everybody.
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
