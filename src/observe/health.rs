//! What the load balancer's own health check says of each member. The API does not document the label that
//! names the member, so any label counts whose value is a droplet's id, name or address.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::plan::Fetched;
use crate::cluster::{Droplet, DropletId, Health, LabelledSeries, elapsed};

/// Reads the health of these droplets; one that no recent sample speaks of is missing.
pub fn read(fetched: &Fetched, droplets: &[&Droplet], now: Timestamp, fresh: Duration) -> BTreeMap<DropletId, Health> {
    of_series(fetched.balancer(), droplets, now, fresh)
}

/// The same of bare series.
pub fn of_series(
    series: &[LabelledSeries],
    droplets: &[&Droplet],
    now: Timestamp,
    fresh: Duration,
) -> BTreeMap<DropletId, Health> {
    let mut health = BTreeMap::new();
    for series in series {
        let Some(sample) = series.samples.last().filter(|s| elapsed(s.at, now) <= fresh) else { continue };
        let Some(droplet) = droplets.iter().find(|d| names(series, d)) else { continue };
        let seen = if sample.value > 0.0 { Health::Healthy } else { Health::Unhealthy };
        // One entry for each rule of the balancer: a member that fails one of them is not healthy.
        let entry = health.entry(droplet.id).or_insert(seen);
        if seen == Health::Unhealthy {
            *entry = seen;
        }
    }
    health
}

fn names(series: &LabelledSeries, droplet: &Droplet) -> bool {
    let id = droplet.id.to_string();
    series.labels.values().any(|value| {
        *value == id || *value == droplet.name || droplet.addresses.iter().any(|address| address.ip == *value)
    })
}
