//! What a seed stands for: the cloud, the cluster, who operates on it, and how much goes wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use dropscale::cluster::{CloneSpec, ClusterSpec, Metric, Timing};
use dropscale::policy::Policy;
use dropscale::simulator::{Scenario, World};
use fastrand::Rng;

use super::web;

/// The tag of a load balancer that goes neither by ids nor by the cluster's tag.
pub const BALANCER_TAG: &str = "lb";

/// Who operates on the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A terminal with auto on, in which keys are pressed now and then.
    Terminal,
    /// `auto --watch`.
    Watch,
    /// `auto`, from a timer.
    Timer,
    /// `up` and `down`, by hand.
    Hand,
    /// The function that this program replaces.
    Old,
}

/// One of those who operate, life after life.
#[derive(Debug, Clone, Copy)]
pub struct Actor {
    pub kind: Kind,
    /// How far its own clock is off, in seconds.
    pub skew_s: i64,
    /// Between two turns.
    pub every: Duration,
    /// After at most so many requests it dies; never, if missing.
    pub fuse: Option<u64>,
    /// From its death to its next life.
    pub rest: Duration,
}

/// How long what the cloud is asked for takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// An operation is over before its claim is as old as it may become.
    Quick,
    /// An operation takes longer than a claim holds, and must renew it.
    Slow,
}

impl Pace {
    fn of<T>(self, quick: T, slow: T) -> T {
        match self {
            Self::Quick => quick,
            Self::Slow => slow,
        }
    }
}

/// All of it.
pub struct Plan {
    pub seed: u64,
    pub pace: Pace,
    pub settings: String,
    pub scenario: Scenario,
    pub spec: ClusterSpec,
    pub policy: Policy,
    pub actors: Vec<Actor>,
    /// How long things go wrong.
    pub chaos: Duration,
    /// How often a request that only reads meets a fault.
    pub faults_read: f64,
    /// How often a request that changes something does.
    pub faults_change: f64,
    /// When nearly every change fails, as in an incident of the API: from when, in seconds, and until when.
    pub outage: Option<Range<u64>>,
    /// How often people do something by hand.
    pub people_every: Option<Duration>,
    /// Whether all who operate do so at the same moments.
    pub in_step: bool,
    /// Whether all who operate die when the chaos ends.
    pub all_die: bool,
    /// Who looks after the cluster from then on.
    pub next: Actor,
}

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let min = rng.usize(1..=2);
        let max = min + rng.usize(1..=4);
        let pace = if rng.u8(0..5) == 0 { Pace::Slow } else { Pace::Quick };
        let settings = settings(&mut rng, pace, min, max);
        let scenario = Scenario::parse(&settings, "torture").unwrap();
        // Some go wrong a lot, most a little, some not at all.
        let in_step = rng.u8(0..3) == 0;
        let faults_change = if rng.u8(0..5) == 0 { 0.0 } else { rng.f64().powi(2) * 0.4 };
        Self {
            seed,
            pace,
            settings,
            scenario,
            spec: spec(&mut rng, pace),
            policy: policy(&mut rng, min, max),
            in_step,
            actors: actors(&mut rng, in_step),
            chaos: pace.of(seconds(&mut rng, 300, 1200), seconds(&mut rng, 900, 3600)),
            faults_change,
            faults_read: if rng.bool() { faults_change / 4.0 } else { 0.0 },
            outage: (rng.u8(0..5) == 0).then(|| outage(&mut rng)),
            people_every: rng.bool().then(|| seconds(&mut rng, 30, 400)),
            all_die: rng.u8(0..4) > 0,
            next: Actor {
                kind: [Kind::Terminal, Kind::Watch, Kind::Timer][rng.usize(0..3)],
                skew_s: skew(&mut rng),
                every: Duration::from_secs(30),
                fuse: None,
                rest: Duration::ZERO,
            },
        }
    }

    /// Makes all droplets of the cluster members of a load balancer that goes by a tag of its own.
    pub fn set_up(&self, world: &mut World) {
        let Some(tag) = self.scenario.load_balancer.tag.clone() else { return };
        world.create_tag(&tag).unwrap();
        let members: Vec<u64> = world.droplets_tagged(&self.spec.tag).iter().map(|d| d.id).collect();
        for id in members {
            world.tag_droplet(&tag, id).unwrap();
        }
    }

    /// How long after the last fault everything must have settled: a claim of somebody who died must run out,
    /// what it left be tried once more, and then be given up; and the account is swept once an hour.
    pub fn patience(&self) -> Duration {
        let timing = &self.spec.timing;
        timing.longest_operation() * 5 + timing.backoff_max * 3 + Duration::from_secs(3600)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}, operations are {:?}\n{}", self.seed, self.pace, self.settings)?;
        writeln!(
            f,
            "from {} to {} droplets, cooldown {:?}",
            self.policy.min, self.policy.max, self.policy.scaling_interval
        )?;
        writeln!(
            f,
            "{:.3} of the reads and {:.3} of the changes fail for {:?}",
            self.faults_read, self.faults_change, self.chaos
        )?;
        writeln!(f, "nearly all changes fail in the seconds {:?}", self.outage)?;
        writeln!(f, "people act every {:?}", self.people_every)?;
        for (index, actor) in self.actors.iter().enumerate() {
            writeln!(f, "{index}: {actor:?}")?;
        }
        writeln!(f, "all act at the same moments: {}", self.in_step)?;
        writeln!(f, "all die: {}, then {:?}", self.all_die, self.next)
    }
}

fn seconds(rng: &mut Rng, from: u64, to: u64) -> Duration {
    Duration::from_secs(rng.u64(from..=to))
}

fn outage(rng: &mut Rng) -> Range<u64> {
    let from = rng.u64(0..900);
    from..from + rng.u64(60..=700)
}

fn skew(rng: &mut Rng) -> i64 {
    match rng.u8(0..4) {
        0 => rng.i64(-90_000..=90_000),
        1 => rng.i64(-300..=300),
        _ => 0,
    }
}

fn settings(rng: &mut Rng, pace: Pace, min: usize, max: usize) -> String {
    let balancer = ["", "tag = \"web\", ", &format!("tag = \"{BALANCER_TAG}\", ")][rng.usize(0..3)].to_owned();
    let often = |rng: &mut Rng| if rng.u8(0..3) == 0 { rng.f64() * 0.4 } else { 0.0 };
    let (stuck, vanish, sick, silent) = (often(rng), often(rng), often(rng), often(rng));
    let lag = if rng.bool() { rng.u32(0..=8) } else { 0 };
    let limit = max + 3 + if rng.u8(0..4) == 0 { 0 } else { 10 };
    format!(
        r#"description = "a trial"
limits = {{ hour = 0, minute = 0 }}
history = "2m"
account = {{ droplet_limit = {limit} }}
cluster = {{ clones = {clones} }}
others = {{ droplets = 2, snapshots = 1, load_balancers = 1, tags = 2 }}
load_balancer = {{ {balancer}busy = "{busy}s", healthy_after = "{healthy}s" }}
boot = {{ time = "{boot}s", jitter = 0.5, ready_after = "4s", shutdown = "{shutdown}s", stuck = {stuck}, vanish = {vanish}, sick = {sick} }}
metrics = {{ step = "30s", lag = "5s", load_smoothing = "10s", silent = {silent} }}
consistency = {{ list_lag = "{lag}s" }}
latency = {{ min = "20ms", max = "{latency}ms" }}
[workload]
base = {base}.0
noise = 0.1
wave = {{ period = "{period}s", amplitude = 0.9 }}
"#,
        clones = rng.usize(min - 1..max),
        busy = rng.u32(0..=6),
        healthy = pace.of(5, rng.u32(5..=60)),
        shutdown = pace.of(5, rng.u32(5..=60)),
        boot = pace.of(rng.u32(5..=50), rng.u32(60..=400)),
        latency = rng.u32(20..=1500),
        base = rng.u32(10..=300),
        period = rng.u32(200..=900) * pace.of(1, 3),
    )
}

fn spec(rng: &mut Rng, pace: Pace) -> ClusterSpec {
    let drain = rng.u64(60..=500);
    let seconds = Duration::from_secs;
    let either = |quick, slow| seconds(pace.of(quick, slow));
    ClusterSpec {
        clone: CloneSpec { extra_tags: vec!["customer-7".to_owned()], ..CloneSpec::default() },
        timing: Timing {
            poll: seconds(30),
            metrics_step: seconds(30),
            metrics_window: seconds(60),
            metrics_silent: seconds(300),
            claim_settle: seconds(2),
            step_poll: either(4, 10),
            create: seconds(40),
            boot: either(100, 700),
            attach: seconds(40),
            health: either(50, 200),
            drain: either(10, drain),
            shutdown: either(20, 90),
            delete: seconds(40),
            backoff: seconds(20),
            backoff_max: seconds(120),
        },
        ..web::spec()
    }
}

fn policy(rng: &mut Rng, min: usize, max: usize) -> Policy {
    Policy {
        min,
        max,
        scaling_interval: seconds(rng, 30, 150),
        scale_up: BTreeMap::from([(Metric::Load, 0.7)]),
        scale_down: BTreeMap::from([(Metric::Load, 0.3)]),
        stale_after: Duration::from_secs(300),
    }
}

fn actors(rng: &mut Rng, in_step: bool) -> Vec<Actor> {
    let pace = seconds(rng, 20, 90);
    let mut kinds = vec![[Kind::Terminal, Kind::Watch, Kind::Timer][rng.usize(0..3)]];
    for _ in 1..rng.usize(1..=3) {
        kinds.push([Kind::Terminal, Kind::Watch, Kind::Timer, Kind::Hand, Kind::Old][rng.usize(0..5)]);
    }
    let actor = |kind| Actor {
        kind,
        skew_s: skew(rng),
        every: if in_step { pace } else { seconds(rng, 20, 90) },
        fuse: (rng.u8(0..3) > 0).then(|| rng.u64(5..=400)),
        rest: seconds(rng, 1, 300),
    };
    kinds.into_iter().map(actor).collect()
}
