//! The recorded past of a world as the API's monitoring gives it: samples at multiples of a step, coarser over
//! long ranges, nothing for what was never measured. What is older than is kept whole is kept thinned, so that long
//! ranges have no hole.

use std::collections::{BTreeMap, HashMap};

use super::balancer::Traffic;
use super::machine::{MODES, Snapshot};
use super::track::{Kept, Track};
use crate::cluster::{DropletSeries, LoadBalancerSeries};

/// At most this many samples come in one answer; a longer range has a longer step.
const SAMPLES_OF_AN_ANSWER: i64 = 400;

/// A load balancer at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BalancerSnapshot {
    /// Requests that arrive in a second.
    pub requests_per_second: f64,
    /// Those of them that fail.
    pub failed_per_second: f64,
    /// Mean response time of the droplets in seconds.
    pub avg_s: f64,
    /// Half of the answers take less.
    pub p50_s: f64,
    /// 95 % of the answers take less.
    pub p95_s: f64,
    /// 99 % of the answers take less.
    pub p99_s: f64,
    /// Requests that wait.
    pub queue: f64,
    /// Connections that are open.
    pub connections: f64,
    /// Each member, and whether it is healthy.
    pub health: Vec<(u64, bool)>,
}

impl BalancerSnapshot {
    /// What a load balancer has done in the last moment, with the health of its members.
    #[must_use]
    pub fn of(traffic: &Traffic, health: Vec<(u64, bool)>) -> Self {
        let Traffic { requests_per_second, failed_per_second, avg_s, p50_s, p95_s, p99_s, queue } = *traffic;
        let connections = requests_per_second * avg_s;
        Self { requests_per_second, failed_per_second, avg_s, p50_s, p95_s, p99_s, queue, connections, health }
    }

    fn answers_per_second(&self) -> f64 {
        self.requests_per_second - self.failed_per_second
    }
}

/// A series: labels, and samples of epoch second and value.
pub type LabelledSamples = (BTreeMap<String, String>, Vec<(i64, f64)>);

/// The past.
#[derive(Debug)]
pub struct Telemetry {
    step_s: i64,
    /// How long all samples are kept.
    retention_s: i64,
    /// How long some of them are.
    thinned_s: i64,
    droplets: HashMap<u64, Track<(Snapshot, bool)>>,
    balancers: HashMap<String, Track<BalancerSnapshot>>,
}

impl Telemetry {
    /// A past of samples `step_s` apart, whole as long as `retention_s`, and thinned as long as `thinned_s`.
    #[must_use]
    pub fn new(step_s: i64, retention_s: i64, thinned_s: i64) -> Self {
        let thinned_s = thinned_s.max(retention_s);
        Self { step_s: step_s.max(1), retention_s, thinned_s, droplets: HashMap::new(), balancers: HashMap::new() }
    }

    /// Takes samples at an epoch second: of droplets, each with whether its agent reports, and of load balancers.
    pub fn record<'a>(
        &mut self,
        at: i64,
        droplets: impl Iterator<Item = (u64, Snapshot, bool)>,
        balancers: impl Iterator<Item = (&'a str, BalancerSnapshot)>,
    ) {
        let kept = Kept { whole: at - self.retention_s, thinned: at - self.thinned_s, step_s: self.step_s };
        for (id, snapshot, reports) in droplets {
            self.droplets.entry(id).or_default().keep(at, (snapshot, reports), kept);
        }
        for (id, snapshot) in balancers {
            if !self.balancers.contains_key(id) {
                self.balancers.insert(id.to_owned(), Track::default());
            }
            if let Some(track) = self.balancers.get_mut(id) {
                track.keep(at, snapshot, kept);
            }
        }
    }

    /// Forgets a droplet that is gone.
    pub fn forget(&mut self, droplet: u64) {
        self.droplets.remove(&droplet);
    }

    /// A series of a droplet, from `start` to `end`, as far as it has arrived; `past` is what was before all that is
    /// recorded. Bandwidth is the hypervisor's; all else needs an agent that reports.
    #[must_use]
    pub fn droplet(
        &self,
        id: u64,
        series: DropletSeries,
        start: i64,
        end: i64,
        arrived_until: i64,
        past: &[(i64, (Snapshot, bool))],
    ) -> Vec<LabelledSamples> {
        let recorded = self.droplets.get(&id).into_iter();
        let recorded = recorded.flat_map(|track| self.pick(track, start, end, arrived_until));
        let picked: Vec<&(i64, (Snapshot, bool))> = past.iter().chain(recorded).collect();
        let host = ("host_id", id.to_string());
        let of = |labels: &[(&str, String)], value: &dyn Fn(&Snapshot) -> f64, needs_agent: bool| {
            let heard = picked.iter().filter(|(_, (_, reports))| *reports || !needs_agent);
            labelled(labels, heard.map(|(at, (snapshot, _))| (*at, value(snapshot))).collect())
        };
        let one = |value: &dyn Fn(&Snapshot) -> f64| vec![of(std::slice::from_ref(&host), value, true)];
        let traffic = |interface: &str, direction: &str, value: &dyn Fn(&Snapshot) -> f64| {
            let labels = [host.clone(), ("interface", interface.to_owned()), ("direction", direction.to_owned())];
            vec![of(&labels, value, false)]
        };
        let disk = |value: &dyn Fn(&Snapshot) -> f64| {
            let place = [("device", "/dev/vda1"), ("fstype", "ext4"), ("mountpoint", "/")];
            let mut labels = vec![host.clone()];
            labels.extend(place.map(|(name, value)| (name, value.to_owned())));
            vec![of(&labels, value, true)]
        };
        let found = match series {
            DropletSeries::Load1 => one(&|s| s.load[0]),
            DropletSeries::Load5 => one(&|s| s.load[1]),
            DropletSeries::Load15 => one(&|s| s.load[2]),
            DropletSeries::Cpu => (0..MODES.len())
                .map(|mode| of(&[host.clone(), ("mode", MODES[mode].to_owned())], &|s| s.cpu_s[mode], true))
                .collect(),
            DropletSeries::MemoryFree => one(&|s| s.memory_free.round()),
            DropletSeries::MemoryAvailable => one(&|s| s.memory_available.round()),
            DropletSeries::MemoryCached => one(&|s| s.memory_cached.round()),
            DropletSeries::MemoryTotal => one(&|s| s.memory_total),
            DropletSeries::FilesystemFree => disk(&|s| s.disk_free),
            DropletSeries::FilesystemSize => disk(&|s| s.disk_size),
            DropletSeries::PublicOutbound => traffic("public", "outbound", &|s| s.public_out),
            DropletSeries::PublicInbound => traffic("public", "inbound", &|s| s.public_in),
            DropletSeries::PrivateOutbound => traffic("private", "outbound", &|s| s.private_out),
            DropletSeries::PrivateInbound => traffic("private", "inbound", &|s| s.private_in),
        };
        found.into_iter().filter(|(_, samples)| !samples.is_empty()).collect()
    }

    /// A series of a load balancer, from `start` to `end`, as far as it has arrived; `past` is what was before all that
    /// is recorded.
    #[must_use]
    pub fn balancer(
        &self,
        id: &str,
        series: LoadBalancerSeries,
        start: i64,
        end: i64,
        arrived_until: i64,
        past: &[(i64, BalancerSnapshot)],
    ) -> Vec<LabelledSamples> {
        let recorded = self.balancers.get(id).into_iter();
        let recorded = recorded.flat_map(|track| self.pick(track, start, end, arrived_until));
        let picked: Vec<&(i64, BalancerSnapshot)> = past.iter().chain(recorded).collect();
        let lb = ("lb_id", id.to_owned());
        if series == LoadBalancerSeries::DropletsHealthChecks {
            return health(&picked, &lb);
        }
        let Some(value) = value_of(series) else { return Vec::new() };
        let measured =
            picked.iter().filter(|(_, snapshot)| !is_of_answers(series) || snapshot.answers_per_second() > 0.0);
        let samples: Vec<(i64, f64)> = measured.map(|(at, snapshot)| (*at, value(snapshot))).collect();
        if samples.is_empty() { Vec::new() } else { vec![labelled(&[lb], samples)] }
    }

    /// The step of an answer to a range, which may be anything that someone asks for, even all of time.
    #[must_use]
    pub fn step_of(&self, start: i64, end: i64) -> i64 {
        let steps_of_an_answer = SAMPLES_OF_AN_ANSWER.saturating_mul(self.step_s);
        let range = end.saturating_sub(start).max(1);
        self.step_s.saturating_mul((range - 1) / steps_of_an_answer + 1)
    }

    /// The samples of a range at the step of the answer.
    fn pick<'a, T>(
        &self,
        track: &'a Track<T>,
        start: i64,
        end: i64,
        arrived_until: i64,
    ) -> impl Iterator<Item = &'a (i64, T)> {
        // A droplet that is off gets no new sample that would push out its oldest.
        let begin = start.max(arrived_until.saturating_sub(self.thinned_s));
        track.pick(begin, end.min(arrived_until), self.step_of(start, end))
    }
}

fn labelled(labels: &[(&str, String)], samples: Vec<(i64, f64)>) -> LabelledSamples {
    (labels.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(), samples)
}

fn health(picked: &[&(i64, BalancerSnapshot)], lb: &(&str, String)) -> Vec<LabelledSamples> {
    let mut members: BTreeMap<u64, Vec<(i64, f64)>> = BTreeMap::new();
    for (at, snapshot) in picked {
        for (id, healthy) in &snapshot.health {
            members.entry(*id).or_default().push((*at, f64::from(u8::from(*healthy))));
        }
    }
    let series = |(id, samples): (u64, Vec<_>)| labelled(&[lb.clone(), ("droplet_id", id.to_string())], samples);
    members.into_iter().map(series).collect()
}

/// Whether a series measures answers: without any, there is nothing to measure, and not a time of zero.
fn is_of_answers(series: LoadBalancerSeries) -> bool {
    use LoadBalancerSeries as S;
    matches!(
        series,
        S::DropletsHttpSessionDurationAvg
            | S::DropletsHttpSessionDuration50p
            | S::DropletsHttpSessionDuration95p
            | S::DropletsHttpResponseTimeAvg
            | S::DropletsHttpResponseTime50p
            | S::DropletsHttpResponseTime95p
            | S::DropletsHttpResponseTime99p
    )
}

/// What a series takes from a load balancer; nothing for those that the simulated one does not have.
fn value_of(series: LoadBalancerSeries) -> Option<fn(&BalancerSnapshot) -> f64> {
    Some(match series {
        LoadBalancerSeries::ConnectionsCurrent | LoadBalancerSeries::DropletsConnections => |s| s.connections,
        LoadBalancerSeries::ConnectionsLimit => |_| 10_000.0,
        LoadBalancerSeries::CpuUtilization => |s| (s.requests_per_second / 100.0).min(100.0),
        LoadBalancerSeries::HttpRequestsPerSecond => |s| s.requests_per_second,
        LoadBalancerSeries::HttpResponses | LoadBalancerSeries::DropletsHttpResponses => {
            BalancerSnapshot::answers_per_second
        }
        // Bytes a second.
        LoadBalancerSeries::NetworkThroughputHttp => |s| s.requests_per_second * 20_000.0,
        LoadBalancerSeries::DropletsHttpSessionDurationAvg | LoadBalancerSeries::DropletsHttpResponseTimeAvg => {
            |s| s.avg_s
        }
        LoadBalancerSeries::DropletsHttpSessionDuration50p | LoadBalancerSeries::DropletsHttpResponseTime50p => {
            |s| s.p50_s
        }
        LoadBalancerSeries::DropletsHttpSessionDuration95p | LoadBalancerSeries::DropletsHttpResponseTime95p => {
            |s| s.p95_s
        }
        LoadBalancerSeries::DropletsHttpResponseTime99p => |s| s.p99_s,
        LoadBalancerSeries::DropletsQueueSize => |s| s.queue,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(step: i64, until: i64, reports: bool) -> Telemetry {
        let mut telemetry = Telemetry::new(step, 1_000_000, 0);
        let mut at = 0;
        while at <= until {
            let snapshot = Snapshot { load: [f64::from(i32::try_from(at).unwrap()), 0.0, 0.0], ..Snapshot::default() };
            let balancer = BalancerSnapshot { health: vec![(1, true)], ..BalancerSnapshot::default() };
            telemetry.record(at, std::iter::once((1, snapshot, reports)), std::iter::once(("lb", balancer)));
            at += step;
        }
        telemetry
    }

    fn times(series: &[LabelledSamples]) -> Vec<i64> {
        series.iter().flat_map(|(_, samples)| samples.iter().map(|(at, _)| *at)).collect()
    }

    #[test]
    fn samples_stand_at_multiples_of_the_step_and_come_late() {
        let telemetry = recorded(120, 1200, true);
        let load = |start, end, arrived| telemetry.droplet(1, DropletSeries::Load1, start, end, arrived, &[]);
        assert_eq!(times(&load(100, 500, 1200)), [120, 240, 360, 480]);
        assert_eq!(times(&load(100, 500, 370)), [120, 240, 360]);
    }

    #[test]
    fn a_day_has_a_longer_step() {
        let telemetry = recorded(2, 86_400, true);
        let day = telemetry.droplet(1, DropletSeries::Load1, 0, 86_400, 86_400, &[]);
        assert_eq!(times(&day).windows(2).map(|w| w[1] - w[0]).collect::<Vec<_>>(), vec![216; 400]);
    }

    #[test]
    fn an_answer_is_no_longer_than_the_apis_and_any_range_may_be_asked_for() {
        let telemetry = recorded(120, 120 * 1000, true);
        let load = |start, end| times(&telemetry.droplet(1, DropletSeries::Load1, start, end, 120 * 1000, &[]));
        assert_eq!(load(1, 120 * 400 + 1).len(), 400);
        let coarse = load(0, 120 * 400 + 119);
        assert!(coarse.len() <= 401 && coarse.iter().all(|at| at % 240 == 0), "{coarse:?}");
        assert!(load(i64::MIN, i64::MAX).len() <= 1);
        assert!(load(500, 100).is_empty());
    }

    #[test]
    fn a_gap_stays_a_gap() {
        let mut telemetry = Telemetry::new(120, 1_000_000, 0);
        for (at, reports) in [(0, true), (120, false), (240, true), (480, true)] {
            let droplet = (1, Snapshot { public_out: 5.0, ..Snapshot::default() }, reports);
            telemetry.record(at, std::iter::once(droplet), std::iter::empty());
        }
        assert_eq!(times(&telemetry.droplet(1, DropletSeries::Load1, 0, 600, 600, &[])), [0, 240, 480]);
        assert_eq!(times(&telemetry.droplet(1, DropletSeries::PublicOutbound, 0, 600, 600, &[])), [0, 120, 240, 480]);
    }

    #[test]
    fn the_past_is_as_long_as_it_is_kept_and_in_order() {
        let mut telemetry = Telemetry::new(120, 600, 0);
        for at in (0..=12_000).step_by(120).chain([240, 12_000]) {
            telemetry.record(at, std::iter::once((1, Snapshot::default(), true)), std::iter::empty());
        }
        assert_eq!(telemetry.droplets[&1].count(), 6);
        let load = |arrived| times(&telemetry.droplet(1, DropletSeries::Load1, 0, 20_000, arrived, &[]));
        assert_eq!(load(12_000), [11_400, 11_520, 11_640, 11_760, 11_880, 12_000]);
        assert_eq!(load(12_300), [11_760, 11_880, 12_000]);
        telemetry.forget(1);
        assert_eq!(telemetry.droplet(1, DropletSeries::Load1, 0, 20_000, 12_000, &[]), []);
    }

    #[test]
    fn without_any_answer_there_is_no_response_time() {
        let mut telemetry = Telemetry::new(120, 1_000_000, 0);
        for (at, failed_per_second) in [(0, 2.0), (120, 10.0)] {
            let snapshot = BalancerSnapshot {
                requests_per_second: 10.0,
                failed_per_second,
                p95_s: 0.2,
                ..BalancerSnapshot::default()
            };
            telemetry.record(at, std::iter::empty(), std::iter::once(("lb", snapshot)));
        }
        let of = |series| telemetry.balancer("lb", series, 0, 600, 600, &[]);
        assert_eq!(of(LoadBalancerSeries::DropletsHttpResponseTime95p)[0].1, [(0, 0.2)]);
        assert_eq!(of(LoadBalancerSeries::DropletsHttpResponses)[0].1, [(0, 8.0), (120, 0.0)]);
    }

    #[test]
    fn without_an_agent_there_is_only_bandwidth() {
        let telemetry = recorded(120, 1200, false);
        assert_eq!(telemetry.droplet(1, DropletSeries::Load1, 0, 600, 1200, &[]), []);
        assert_eq!(telemetry.droplet(1, DropletSeries::PublicOutbound, 0, 600, 1200, &[]).len(), 1);
        assert_eq!(telemetry.droplet(2, DropletSeries::PublicOutbound, 0, 600, 1200, &[]), []);
    }

    #[test]
    fn processor_time_comes_by_mode_and_health_by_member() {
        let telemetry = recorded(120, 1200, true);
        assert_eq!(telemetry.droplet(1, DropletSeries::Cpu, 0, 600, 1200, &[]).len(), 8);
        let health = telemetry.balancer("lb", LoadBalancerSeries::DropletsHealthChecks, 0, 120, 1200, &[]);
        assert_eq!(health[0].0["droplet_id"], "1");
        assert_eq!(health[0].1, [(0, 1.0), (120, 1.0)]);
    }
}
