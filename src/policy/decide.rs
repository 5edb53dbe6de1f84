//! The rule itself.

use super::{Decision, Policy};
use crate::cluster::{ClusterSpec, Observation};

/// Decides what to do.
#[must_use]
pub fn decide(_observation: &Observation, _spec: &ClusterSpec, _policy: &Policy) -> Decision {
    todo!()
}
