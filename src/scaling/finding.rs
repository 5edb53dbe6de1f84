//! What is not as it should be in a cluster: found by looking, told to people, and repaired where that is safe.

use crate::cluster::DropletId;

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Info,
    /// Something was done as it should be.
    Done,
    /// Somebody should look at it.
    Warning,
    /// Something failed.
    Error,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// What, and what to do, in one line.
    pub text: String,
    /// The droplet it is about.
    pub droplet: Option<DropletId>,
    /// What it costs a month, if it costs something.
    pub monthly: Option<f64>,
}
