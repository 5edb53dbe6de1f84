//! The past of a cluster, as far as it was fetched: the source of sparklines, charts and averages.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::cluster::{DropletId, DropletSeries, Metric, Reading, Sample, Series, Source};

/// Samples of each droplet and of the load balancer.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    droplets: BTreeMap<DropletId, BTreeMap<Metric, Series>>,
    /// As the load balancer gives them: [`Metric::Requests`] over all droplets together.
    balancer: BTreeMap<Metric, Series>,
    serving: Series,
    /// When the series of each droplet's agent were last answered.
    asked: BTreeMap<DropletId, Timestamp>,
    revision: u64,
}

impl Samples {
    pub(super) fn note_droplet(&mut self, id: DropletId, metric: Metric, samples: Vec<Sample>, now: Timestamp) {
        if is_from_agent(metric) {
            self.asked.insert(id, now);
        }
        let changed = self.droplets.entry(id).or_default().entry(metric).or_default().merge(samples);
        self.revision += u64::from(changed);
    }

    pub(super) fn note_balancer(&mut self, metric: Metric, samples: Vec<Sample>) {
        let changed = self.balancer.entry(metric).or_default().merge(samples);
        self.revision += u64::from(changed);
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of droplets")]
    pub(super) fn note_serving(&mut self, at: Timestamp, serving: usize) {
        let value = serving as f64;
        let is_new = self.serving.last().is_none_or(|last| last.value.total_cmp(&value).is_ne());
        self.serving.merge([Sample { at, value }]);
        self.revision += u64::from(is_new);
    }

    pub(super) fn forget_before(&mut self, from: Timestamp) {
        let droplets = self.droplets.values_mut().flat_map(BTreeMap::values_mut);
        for series in droplets.chain(self.balancer.values_mut()).chain([&mut self.serving]) {
            series.forget_before(from);
        }
        self.droplets.retain(|_, metrics| metrics.values().any(|series| !series.is_empty()));
        self.asked.retain(|_, asked_at| *asked_at >= from);
    }

    /// The mean of each metric of a droplet.
    pub(super) fn droplet_means(&self, id: DropletId, now: Timestamp, window: Duration) -> BTreeMap<Metric, Reading> {
        let metrics = self.droplets.get(&id).into_iter().flatten();
        metrics.filter_map(|(metric, series)| Some((*metric, series.mean(now, window)?))).collect()
    }

    /// When the series of a droplet's agent were last answered, with samples or without.
    pub(super) fn asked_at(&self, id: DropletId) -> Option<Timestamp> {
        self.asked.get(&id).copied()
    }

    /// When a droplet's agent was last heard.
    pub(super) fn last_agent_sample(&self, id: DropletId) -> Option<Timestamp> {
        let metrics = self.droplets.get(&id)?.iter().filter(|(metric, _)| is_from_agent(**metric));
        metrics.filter_map(|(_, series)| series.last()).map(|s| s.at).max()
    }

    /// The mean of each metric of the load balancer; requests for each of the droplets that serve.
    #[expect(clippy::cast_precision_loss, reason = "a count of droplets")]
    pub(super) fn cluster_means(&self, now: Timestamp, window: Duration, serving: usize) -> BTreeMap<Metric, Reading> {
        let mean = |(metric, series): (&Metric, &Series)| {
            let mut reading = series.mean(now, window)?;
            if *metric == Metric::Requests {
                if serving == 0 {
                    return None;
                }
                reading.value /= serving as f64;
            }
            Some((*metric, reading))
        };
        self.balancer.iter().filter_map(mean).collect()
    }

    /// Rises when there is something new to show; not when as many droplets serve as before.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The samples of each droplet.
    #[must_use]
    pub fn droplets(&self) -> &BTreeMap<DropletId, BTreeMap<Metric, Series>> {
        &self.droplets
    }

    /// How many droplets served, at each look.
    #[must_use]
    pub fn serving(&self) -> &Series {
        &self.serving
    }

    /// The cluster's series of each metric: the mean over the droplets that have a sample at the time, or
    /// the load balancer's own.
    #[must_use]
    pub fn cluster(&self) -> BTreeMap<Metric, Series> {
        let mut cluster: BTreeMap<Metric, Series> = BTreeMap::new();
        for metric in Metric::ALL {
            let mut all: Vec<Sample> =
                self.droplets.values().filter_map(|m| m.get(&metric)).flat_map(Series::samples).copied().collect();
            // In order already, one droplet after the other: a sort that finds such runs has but to join them.
            all.sort_by_key(|sample| sample.at);
            if !all.is_empty() {
                cluster.insert(metric, Series::new(all.chunk_by(|a, b| a.at == b.at).map(mean)));
            }
        }
        for (metric, series) in &self.balancer {
            let share = |sample: &Sample| match metric {
                Metric::Requests => Some(Sample { value: sample.value / self.serving_at(sample.at)?, ..*sample }),
                _ => Some(*sample),
            };
            cluster.insert(*metric, Series::new(series.samples().iter().filter_map(share)));
        }
        cluster
    }

    /// How many droplets served at a time: as seen then, or, before the first look, as many as have samples.
    #[expect(clippy::cast_precision_loss, reason = "a count of droplets")]
    fn serving_at(&self, at: Timestamp) -> Option<f64> {
        let seen = self.serving.samples();
        let known = match seen.partition_point(|s| s.at <= at) {
            0 => {
                let has_sample = |metrics: &&BTreeMap<Metric, Series>| {
                    metrics.values().any(|s| s.samples().binary_search_by_key(&at, |s| s.at).is_ok())
                };
                self.droplets.values().filter(has_sample).count() as f64
            }
            i => seen[i - 1].value,
        };
        (known > 0.0).then_some(known)
    }
}

/// The mean of samples of one time; there is at least one.
#[expect(clippy::cast_precision_loss, reason = "a count of droplets")]
fn mean(samples: &[Sample]) -> Sample {
    let sum: f64 = samples.iter().map(|sample| sample.value).sum();
    Sample { at: samples[0].at, value: sum / samples.len() as f64 }
}

/// Whether a metric needs the agent on the droplet. Bandwidth comes from the hypervisor.
fn is_from_agent(metric: Metric) -> bool {
    match metric.source() {
        Source::Droplet(series) => !series.contains(&DropletSeries::PublicOutbound),
        Source::LoadBalancer(_) => false,
    }
}
