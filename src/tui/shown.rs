//! A value of a metric as people are shown it: what decisions go by, or, while there is nothing that counts, what was
//! measured last.

use jiff::Timestamp;
use ratatui::style::Style;

use super::Theme;
use crate::cluster::{Observation, Reading, Series, elapsed};
use crate::worker::ClusterState;

/// A value to show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown {
    /// The value.
    pub value: f64,
    /// When it was measured, or the newest of what it is the mean of.
    pub at: Timestamp,
    /// Whether decisions go by it. What was measured before the cluster was last scaled tells them nothing, but people
    /// want to see it until there is something newer.
    pub counts: bool,
}

impl Shown {
    /// How it is drawn, with this style when nothing is to be said of it.
    #[must_use]
    pub fn style(&self, is_beyond: bool, usual: Style, theme: &Theme) -> Style {
        match (self.counts, is_beyond) {
            (false, _) => theme.faint,
            (true, true) => theme.attention,
            (true, false) => usual,
        }
    }

    /// The reading that decisions go by, or else the newest sample, as long as it is not stale.
    #[must_use]
    pub fn of(reading: Option<&Reading>, series: Option<&Series>, cluster: &ClusterState) -> Option<Self> {
        if let Some(reading) = reading {
            let counts = cluster.observation.as_ref().is_none_or(|seen| is_fresh(reading.at, seen, cluster));
            return Some(Self { value: reading.value, at: reading.at, counts });
        }
        let (seen, last) = (cluster.observation.as_ref()?, series?.last()?);
        is_fresh(last.at, seen, cluster).then_some(Self { value: last.value, at: last.at, counts: false })
    }
}

fn is_fresh(at: Timestamp, seen: &Observation, cluster: &ClusterState) -> bool {
    elapsed(at, seen.at) <= cluster.policy.stale_after
}
