//! What to ask for at a look. The API has a new sample once in each step, so that nothing is asked for twice
//! in one; and all metrics together may use only a part of the hourly requests, so that large clusters are
//! asked less often, shown metrics before essential ones. What is long past comes in coarser samples, which are for
//! charts alone: it is asked for apart, so that none of them gets among the fine ones that decide.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future;
use jiff::Timestamp;

use super::Wanted;
use crate::cloud::{Cloud, CloudError, Usage, Window};
use crate::cluster::{
    Droplet, DropletId, DropletSeries, DropletStatus, LabelledSeries, LoadBalancerId, LoadBalancerSeries, Metric,
    Observation, Source, Timing, elapsed,
};

/// The part of the hourly requests that metrics may use; the rest is for looks, operations and others who use
/// the same token.
pub(super) const SHARE_OF_HOUR: f64 = 0.6;

/// The part of the requests left in this minute that one look may use for metrics.
pub(super) const SHARE_OF_MINUTE: f64 = 0.6;

/// With less than this part of the hour's requests left, only essential metrics are asked for, and nothing again and
/// again because somebody looks at it.
pub(super) const SCARCE: f64 = 0.1;

/// So many steps of the API are answered step by step: a longer window comes in longer steps, which stand for the mean
/// of their time.
const FINE_STEPS: u32 = 400;

/// How often metrics are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    /// Those that decide.
    pub essential: Duration,
    /// Those that are only shown; `None` when the budget does not allow them at all.
    pub shown: Option<Duration>,
}

/// Something to ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// Series of a droplet, from which these metrics are made.
    Droplet { id: DropletId, metrics: Vec<Metric>, series: &'static [DropletSeries], window: Window, span: Span },
    /// A series of the load balancer.
    LoadBalancer { id: LoadBalancerId, metric: Metric, series: LoadBalancerSeries, window: Window, span: Span },
    /// The load balancer's health checks.
    Health { id: LoadBalancerId, window: Window, serving: Vec<DropletId> },
}

/// What of a series is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// What is new, and of what was before as much as comes step by step. Asked for again and again.
    Recent,
    /// What was before that, in longer steps. Asked for once.
    Past,
}

/// What a job brought.
#[derive(Debug, Default)]
pub struct Fetched {
    droplet: Vec<(DropletSeries, Vec<LabelledSeries>)>,
    balancer: Vec<LabelledSeries>,
}

impl Fetched {
    /// A series of a droplet; empty when it was not asked for.
    pub fn droplet(&self, kind: DropletSeries) -> &[LabelledSeries] {
        self.droplet.iter().find(|(k, _)| *k == kind).map(|(_, s)| s.as_slice()).unwrap_or_default()
    }

    /// The series of a load balancer.
    pub fn balancer(&self) -> &[LabelledSeries] {
        &self.balancer
    }
}

/// Asks for what a job needs. One part that fails makes it fail: half a sum is not a sum.
pub async fn fetch(cloud: &impl Cloud, job: &Job) -> Result<Fetched, CloudError> {
    match job {
        Job::Droplet { id, series, window, .. } => {
            let parts =
                series.iter().map(|kind| async move { Ok((*kind, cloud.droplet_series(*id, *kind, *window).await?)) });
            Ok(Fetched { droplet: future::try_join_all(parts).await?, ..Fetched::default() })
        }
        Job::LoadBalancer { id, series, window, .. } => {
            Ok(Fetched { balancer: cloud.load_balancer_series(id, *series, *window).await?, ..Fetched::default() })
        }
        Job::Health { id, window, .. } => {
            let series = LoadBalancerSeries::DropletsHealthChecks;
            Ok(Fetched { balancer: cloud.load_balancer_series(id, series, *window).await?, ..Fetched::default() })
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Droplet(DropletId, Metric, Span),
    LoadBalancer(Metric, Span),
    Health,
}

/// When each series was asked for.
#[derive(Debug, Default)]
pub struct MetricsPlan {
    asked: BTreeMap<Key, Timestamp>,
    /// Who served when health was asked for.
    served: Vec<DropletId>,
    pace: Pace,
}

impl MetricsPlan {
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// As if nothing had been asked for.
    pub fn forget(&mut self) {
        self.asked.clear();
    }

    /// A longer past is wanted than was fetched.
    pub fn widen(&mut self, fetched: Duration, timing: &Timing) {
        let is_all_fine = fetched < timing.metrics_step * FINE_STEPS;
        self.asked.retain(|key, _| match key {
            Key::Droplet(.., span) | Key::LoadBalancer(_, span) => *span == Span::Recent && !is_all_fine,
            Key::Health => true,
        });
    }

    /// Takes note that a job was answered.
    pub fn done(&mut self, job: &Job, now: Timestamp) {
        let key = match job {
            Job::Droplet { id, metrics, span, .. } => match metrics.first() {
                Some(metric) => Key::Droplet(*id, *metric, *span),
                None => return,
            },
            Job::LoadBalancer { metric, span, .. } => Key::LoadBalancer(*metric, *span),
            Job::Health { serving, .. } => {
                self.served.clone_from(serving);
                Key::Health
            }
        };
        self.asked.insert(key, now);
    }

    /// The jobs that are due now, the most overdue first, as many as the budget allows.
    pub fn due(&mut self, observation: &Observation, wanted: &Wanted, timing: &Timing, usage: Usage) -> Vec<Job> {
        let members = observation.members.iter().map(|m| &m.droplet);
        let droplets: Vec<&Droplet> = members.filter(|d| d.status == DropletStatus::Active).collect();
        self.asked.retain(|key, _| !matches!(key, Key::Droplet(id, ..) if !droplets.iter().any(|d| d.id == *id)));
        let essential = groups(&wanted.essential);
        let shown: Vec<Group> =
            groups(&wanted.shown).into_iter().filter(|g| !essential.iter().any(|e| e.source == g.source)).collect();
        self.pace = pace(droplets.len(), requests(&essential), requests(&shown), timing, usage);
        let now = observation.at;
        let mut jobs = Vec::new();
        self.add(&mut jobs, &essential, &droplets, self.pace.essential, now, wanted, timing);
        let scarce = f64::from(usage.hour_left) < f64::from(usage.hour_limit) * SCARCE;
        if let Some(interval) = self.pace.shown.filter(|_| !scarce) {
            self.add(&mut jobs, &shown, &droplets, interval, now, wanted, timing);
        }
        self.add_balancer(&mut jobs, observation, wanted, timing);
        // Charts can wait until what decides is known.
        jobs.sort_by_key(|(asked, job)| (job.span(), *asked));
        let mut left = f64::from(usage.minute_left) * SHARE_OF_MINUTE;
        let affordable = jobs.into_iter().map(|(_, job)| job).take_while(|job| {
            left -= job.requests();
            left >= 0.0
        });
        affordable.collect()
    }

    #[expect(clippy::too_many_arguments, reason = "one call for each of two kinds")]
    fn add(
        &self,
        jobs: &mut Vec<(Option<Timestamp>, Job)>,
        groups: &[Group],
        droplets: &[&Droplet],
        interval: Duration,
        now: Timestamp,
        wanted: &Wanted,
        timing: &Timing,
    ) {
        for group in groups {
            let Source::Droplet(series) = group.source else { continue };
            for droplet in droplets {
                for span in [Span::Recent, Span::Past] {
                    let asked = self.asked.get(&Key::Droplet(droplet.id, group.metrics[0], span)).copied();
                    let window = span.due(asked, now, interval, wanted, timing);
                    // A clone has no past from before it was made.
                    if let Some(window) = window.filter(|window| droplet.created_at < window.end) {
                        let metrics = group.metrics.clone();
                        jobs.push((asked, Job::Droplet { id: droplet.id, metrics, series, window, span }));
                    }
                }
            }
        }
    }

    fn add_balancer(
        &self,
        jobs: &mut Vec<(Option<Timestamp>, Job)>,
        observation: &Observation,
        wanted: &Wanted,
        timing: &Timing,
    ) {
        let Some(balancer) = &observation.load_balancer else { return };
        let now = observation.at;
        let step = timing.metrics_step;
        for metric in wanted.essential.iter().chain(&wanted.shown) {
            let Source::LoadBalancer([series, ..]) = metric.source() else { continue };
            for span in [Span::Recent, Span::Past] {
                let asked = self.asked.get(&Key::LoadBalancer(*metric, span)).copied();
                let Some(window) = span.due(asked, now, step, wanted, timing) else { continue };
                let (id, metric, series) = (balancer.id.clone(), *metric, *series);
                let job = Job::LoadBalancer { id, metric, series, window, span };
                if !jobs.iter().any(|(_, known)| *known == job) {
                    jobs.push((asked, job));
                }
            }
        }
        let asked = self.asked.get(&Key::Health).copied();
        let serving: Vec<DropletId> = observation.serving().map(|m| m.droplet.id).collect();
        // Whoever has joined was asked about before it could be healthy.
        if is_due(asked, now, step, step) || serving != self.served {
            let window = Window { start: earlier(now, step * 3), end: now };
            jobs.push((asked, Job::Health { id: balancer.id.clone(), window, serving }));
        }
    }
}

impl Job {
    /// What it brings, for people: metrics and whose they are.
    pub fn describe(&self, observation: &Observation) -> String {
        match self {
            Self::Droplet { id, metrics, .. } => {
                let titles = metrics.iter().map(|metric| metric.title()).collect::<Vec<_>>().join(" and ");
                let name = observation.droplet(*id).map_or_else(|| id.to_string(), |droplet| droplet.name.clone());
                format!("{titles} of {name}")
            }
            Self::LoadBalancer { metric, .. } => format!("{} of the load balancer", metric.title()),
            Self::Health { .. } => "the load balancer's health checks".to_owned(),
        }
    }

    fn span(&self) -> Span {
        match self {
            Self::Droplet { span, .. } | Self::LoadBalancer { span, .. } => *span,
            Self::Health { .. } => Span::Recent,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "one or two")]
    fn requests(&self) -> f64 {
        match self {
            Self::Droplet { series, .. } => series.len() as f64,
            _ => 1.0,
        }
    }
}

/// Metrics that are made of the same series.
struct Group {
    source: Source,
    metrics: Vec<Metric>,
}

fn groups(metrics: &[Metric]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for metric in metrics {
        let source = metric.source();
        // Whoever asks for one of them gets the others of the same series for nothing.
        if !groups.iter().any(|g| g.source == source) {
            let metrics = Metric::ALL.into_iter().filter(|m| m.source() == source).collect();
            groups.push(Group { source, metrics });
        }
    }
    groups
}

#[expect(clippy::cast_precision_loss, reason = "a handful of series")]
fn requests(groups: &[Group]) -> f64 {
    groups
        .iter()
        .map(|g| match g.source {
            Source::Droplet(series) => series.len() as f64,
            Source::LoadBalancer(_) => 0.0,
        })
        .sum()
}

#[expect(clippy::cast_precision_loss, reason = "a count of droplets")]
fn pace(droplets: usize, essential: f64, shown: f64, timing: &Timing, usage: Usage) -> Pace {
    let rate = f64::from(usage.hour_limit) / 3600.0 * SHARE_OF_HOUR;
    let step = timing.metrics_step.as_secs_f64();
    let count = droplets as f64;
    let interval = |requests: f64, rate: f64| (count * requests / rate).max(step);
    let essential_interval = interval(essential, rate);
    let left = rate - count * essential / essential_interval;
    let shown_interval = interval(shown, left);
    // Figures that are half an hour old are not worth their requests.
    let worth_it = left > 0.0 && shown_interval < step.max(60.0) * 15.0;
    Pace {
        essential: Duration::from_secs_f64(essential_interval),
        shown: worth_it.then(|| Duration::from_secs_f64(shown_interval)),
    }
}

/// Due once in each step of the API; when the budget asks for a slower pace, after that.
fn is_due(asked: Option<Timestamp>, now: Timestamp, interval: Duration, step: Duration) -> bool {
    let Some(asked) = asked else { return true };
    let step_ms = i64::try_from(step.as_millis()).unwrap_or(i64::MAX).max(1);
    let step_of = |at: Timestamp| at.as_millisecond().div_euclid(step_ms);
    step_of(asked) != step_of(now) && (interval <= step || elapsed(asked, now) >= interval)
}

impl Span {
    /// The window to ask for, if it is due.
    fn due(
        self,
        asked: Option<Timestamp>,
        now: Timestamp,
        interval: Duration,
        wanted: &Wanted,
        timing: &Timing,
    ) -> Option<Window> {
        let fine = timing.metrics_step * FINE_STEPS;
        match self {
            Self::Recent if is_due(asked, now, interval, timing.metrics_step) => {
                let back = asked.map_or(wanted.range, |asked| since(asked, now, timing)).min(fine);
                let least = timing.metrics_window + timing.metrics_step * 2;
                Some(Window { start: earlier(now, back.max(least)), end: now })
            }
            Self::Past if asked.is_none() && wanted.range > fine => {
                Some(Window { start: earlier(now, wanted.range), end: earlier(now, fine) })
            }
            _ => None,
        }
    }
}

/// From shortly before the last answer, so that a rate has its predecessor and late samples are caught.
fn since(asked: Timestamp, now: Timestamp, timing: &Timing) -> Duration {
    elapsed(asked, now) + timing.metrics_step * 3
}

fn earlier(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_sub(by).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_keeps_any_cluster_within_its_share_of_the_hour() {
        for droplets in [1_u32, 10, 20, 62, 300, 1000] {
            let (essential, shown) = (4.0, 2.0);
            let pace = pace(droplets as usize, essential, shown, &Timing::default(), Usage::default());
            let hourly = |requests: f64, every: Duration| f64::from(droplets) * requests * 3600.0 / every.as_secs_f64();
            let total = hourly(essential, pace.essential) + pace.shown.map_or(0.0, |every| hourly(shown, every));
            assert!(total <= 5000.0 * SHARE_OF_HOUR + 1.0, "{droplets} droplets: {total} requests an hour");
        }
    }

    #[test]
    fn a_small_cluster_is_asked_once_in_each_step() {
        let step = Duration::from_secs(120);
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(is_due(None, at(1000), step, step));
        assert!(!is_due(Some(at(960)), at(1079), step, step));
        assert!(is_due(Some(at(1079)), at(1080), step, step), "a new step has begun");
        assert!(!is_due(Some(at(1079)), at(1080), step * 3, step), "but a slower pace waits");
    }
}
