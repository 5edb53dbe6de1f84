//! What the operator wants: bounds, cooldown and thresholds.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::cluster::Metric;

/// A threshold for each metric that has one; a metric left out is off.
pub type Thresholds = BTreeMap<Metric, f64>;

/// When to scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Never fewer serving droplets than this; at least 1.
    pub min: usize,
    /// Never more droplets than this.
    pub max: usize,
    /// After an operation, nothing is done by itself for this long.
    pub scaling_interval: Duration,
    /// Scale up when any metric is busier than its threshold here.
    pub scale_up: Thresholds,
    /// Scale down when all metrics are calmer than their thresholds here.
    pub scale_down: Thresholds,
    /// A reading older than this is no longer known.
    pub stale_after: Duration,
}

impl Policy {
    /// The metrics that have a threshold, in the catalogue's order.
    pub fn metrics(&self) -> impl Iterator<Item = Metric> {
        Metric::ALL.into_iter().filter(|m| self.scale_up.contains_key(m) || self.scale_down.contains_key(m))
    }
}
