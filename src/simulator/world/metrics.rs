//! Metrics as the API offers them, as far as they have arrived.

use super::World;
use super::begin::ms;
use crate::cluster::{DropletSeries, LoadBalancerSeries};
use crate::simulator::LabelledSamples;

impl World {
    /// A series of a droplet between two epoch seconds. Nothing for a droplet that does not exist, as from the
    /// API.
    #[must_use]
    pub fn droplet_series(&self, id: u64, series: DropletSeries, start: i64, end: i64) -> Vec<LabelledSamples> {
        let past = self.droplet_past(id, start, end);
        self.telemetry.droplet(id, series, start, end, self.arrived_until(), &past)
    }

    /// A series of a load balancer between two epoch seconds.
    #[must_use]
    pub fn balancer_series(&self, id: &str, series: LoadBalancerSeries, start: i64, end: i64) -> Vec<LabelledSamples> {
        let past = self.balancer_past(id, start, end);
        self.telemetry.balancer(id, series, start, end, self.arrived_until(), &past)
    }

    pub(super) fn arrived_until(&self) -> i64 {
        (self.now_ms - ms(self.scenario.metrics.lag)).div_euclid(1000)
    }
}
