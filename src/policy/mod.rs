//! The decision rule: an [`Observation`](crate::cluster::Observation) and a [`Policy`] and nothing else give a
//! [`Decision`] with every reason. Pure: no I/O, no clock.

mod decide;
mod decision;
mod thresholds;

pub use decide::decide;
pub use decision::{Action, Decision, Missing, Projected, Reason, Rule, Vote};
pub use thresholds::{Policy, Thresholds};
