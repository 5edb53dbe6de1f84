//! Made-up states of a cluster, for the tests of the terminal interface and for its benchmark. They are built
//! from the same parts as real ones, and decided on and planned by the same code.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::cloud::{Action, ActionId, ActionStatus, Remedy, Usage};
use crate::cluster::{
    Address, ClusterSpec, Droplet, DropletId, DropletStatus, Health, Image, LoadBalancer, LoadBalancerId, Marker,
    Member, Membership, Metric, Nonce, Observation, OperationTag, Price, Reading, Role, Sample, Series, Size,
};
use crate::policy::{Policy, decide};
use crate::scaling::{Finding, Kind, Level, OperationState, Outcome, Phase, PhaseState, Terms, plan_down, plan_up};
use crate::tui::view::KeyHint;
use crate::tui::{Table, Ui};
use crate::worker::{AppState, ClusterState, Connection, DropletDetail, Event, History};

/// The base droplet of every fixture.
pub const BASE: DropletId = DropletId(1000);

/// The moment at which every fixture is seen: 2025-11-24 12:00:00 UTC.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_763_985_600)
}

fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

/// The interface as it is after the start.
#[must_use]
pub fn ui() -> Ui {
    Ui { table: Table { selected: Some(BASE), ..Table::default() }, ..Ui::default() }
}

/// A state in the making.
#[derive(Debug, Clone)]
pub struct Fixture {
    spec: ClusterSpec,
    policy: Policy,
    seen: Observation,
    cluster: ClusterState,
    app: AppState,
    load: f64,
    jitter: bool,
}

impl Fixture {
    /// A cluster of a base and `droplets - 1` clones behind a load balancer, with an hour of history; nothing is
    /// wrong, auto is on, and the load is between the thresholds.
    #[must_use]
    pub fn new(droplets: usize) -> Self {
        let spec = spec();
        let policy = policy(droplets);
        let seen = observation(droplets);
        let cluster = ClusterState {
            spec: Arc::new(spec.clone()),
            policy: Arc::new(policy.clone()),
            auto: true,
            connection: Connection::Live,
            observation: None,
            history: Arc::default(),
            decision: None,
            up: None,
            down: None,
            operation: None,
            events: Arc::new(events()),
            findings: Arc::default(),
            detail: None,
            next_look: Some(ago(-18)),
        };
        let app = AppState {
            clusters: Vec::new(),
            usage: Usage { hour_left: 4_812, sent: 188, ..Usage::default() },
            clock_offset: Some(SignedDuration::ZERO),
            read_only: false,
            demo: false,
            generation: 1,
        };
        Self { spec, policy, seen, cluster, app, load: 0.46, jitter: true }
    }

    /// The load of each droplet: 0 to 1 and beyond; the thresholds are near 0.25 and 0.7.
    #[must_use]
    pub fn load(mut self, load: f64) -> Self {
        self.load = load;
        self
    }

    /// Without auto.
    #[must_use]
    pub fn manual(mut self) -> Self {
        self.cluster.auto = false;
        self
    }

    /// Nothing may be changed.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.app.read_only = true;
        self
    }

    /// In the demo.
    #[must_use]
    pub fn demo(mut self) -> Self {
        self.app.demo = true;
        self
    }

    /// At most this many droplets.
    #[must_use]
    pub fn max(mut self, max: usize) -> Self {
        self.policy.max = max;
        self
    }

    /// Scaled 40 seconds ago.
    #[must_use]
    pub fn cooldown(mut self) -> Self {
        self.seen.markers.push(Marker { at: ago(52) });
        self
    }

    /// A clone boots.
    #[must_use]
    pub fn scaling_up(mut self) -> Self {
        let number = self.seen.members.len();
        let nonce = Nonce::new(0xfeed);
        let mut member = member(number);
        member.droplet.created_at = ago(41);
        member.droplet.status = DropletStatus::New;
        member.droplet.addresses.clear();
        member.droplet.tags.push(OperationTag { at: ago(47), nonce: nonce.clone() }.pending());
        member.attached = false;
        member.health = Health::Unknown;
        member.last_sample = None;
        let (id, name) = (member.droplet.id, member.droplet.name.clone());
        self.seen.members.push(member);
        self.cluster.operation = Some(Arc::new(OperationState {
            nonce,
            kind: Kind::Up,
            reason: "CPU beyond the scale-up threshold".to_owned(),
            droplet: Some(id),
            droplet_name: Some(name),
            started_at: ago(47),
            phases: vec![
                phase(Phase::Claim, 47, Some(43), None),
                phase(Phase::Create, 43, Some(41), None),
                phase(Phase::Boot, 41, None, Some("the droplet is new, not active yet")),
            ],
            outcome: None,
            ended_at: None,
        }));
        self
    }

    /// The newest clone drains.
    #[must_use]
    pub fn scaling_down(mut self) -> Self {
        let nonce = Nonce::new(0xbeef);
        let Some(member) = self.seen.members.last_mut() else { return self };
        member.droplet.tags.push(OperationTag { at: ago(31), nonce: nonce.clone() }.draining());
        member.attached = false;
        member.health = Health::Unknown;
        let (id, name) = (member.droplet.id, member.droplet.name.clone());
        self.cluster.operation = Some(Arc::new(OperationState {
            nonce,
            kind: Kind::Down,
            reason: "every metric is calmer than its scale-down threshold".to_owned(),
            droplet: Some(id),
            droplet_name: Some(name),
            started_at: ago(31),
            phases: vec![
                phase(Phase::Claim, 31, Some(26), None),
                phase(Phase::Mark, 26, Some(25), None),
                phase(Phase::Detach, 25, Some(19), None),
                phase(Phase::Drain, 19, None, None),
            ],
            outcome: None,
            ended_at: None,
        }));
        self
    }

    /// The last operation failed.
    #[must_use]
    pub fn failed(self) -> Self {
        let mut fixture = self.scaling_up();
        fixture.seen.members.pop();
        if let Some(operation) = &mut fixture.cluster.operation {
            let operation = Arc::make_mut(operation);
            let text = "web003 did not become active within 5 min; it was deleted again";
            operation.outcome = Some(Outcome::Failed(text.to_owned()));
            operation.ended_at = Some(ago(5));
            if let Some(last) = operation.phases.last_mut() {
                last.ended_at = Some(ago(5));
            }
        }
        fixture
    }

    /// The API has not answered for two minutes.
    #[must_use]
    pub fn api_down(mut self) -> Self {
        self.cluster.connection = Connection::Failing {
            since: ago(130),
            error: "GET /v2/droplets: 503 Service Unavailable. DigitalOcean is busy or has a fault: it is tried \
                    again by itself."
                .to_owned(),
            remedy: Remedy::Retry,
            retry_at: ago(-25),
        };
        self
    }

    /// Nothing has been seen yet.
    #[must_use]
    pub fn starting(mut self) -> Self {
        self.cluster.connection = Connection::Starting;
        self.app.clock_offset = None;
        self
    }

    /// The first look failed: the token is wrong.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.cluster.connection = Connection::Failing {
            since: ago(8),
            error: "GET /v2/droplets: 401 Unable to authenticate you. The token is wrong, expired or revoked: make \
                    a new one in the control panel under API, and give it by --token-file or \
                    DIGITALOCEAN_ACCESS_TOKEN."
                .to_owned(),
            remedy: Remedy::Token,
            retry_at: ago(-52),
        };
        self
    }

    /// Something is wrong: an orphan, and a droplet whose agent is silent.
    #[must_use]
    pub fn findings(mut self) -> Self {
        let silent = DropletId(BASE.0 + 1);
        if let Some(member) = self.seen.members.get_mut(1) {
            member.last_sample = Some(ago(780));
            member.health = Health::Unhealthy;
        }
        self.cluster.findings = Arc::new(vec![
            Finding {
                level: Level::Error,
                text: "web009 is billed but serves nobody: it lost the cluster tag; delete it, or tag it again"
                    .to_owned(),
                droplet: None,
                monthly: Some(6.0),
            },
            Finding {
                level: Level::Warning,
                text: "web001 has sent no metrics for 13 min: check its agent".to_owned(),
                droplet: Some(silent),
                monthly: None,
            },
        ]);
        self
    }

    /// A name that no sober person would give.
    #[must_use]
    pub fn odd_names(mut self) -> Self {
        for (member, name) in self.seen.members.iter_mut().skip(1).zip([
            "日本語のサーバー",
            "a-very-long-name.of-a-droplet.that-goes-on.and-on.example.com",
            "evil\u{1b}[31m\u{202e}txt",
        ]) {
            name.clone_into(&mut member.droplet.name);
        }
        self
    }

    /// The state. With `metrics`, readings and history; else none of them.
    #[must_use]
    pub fn build_with(mut self, metrics: bool) -> AppState {
        let looked = self.cluster.connection != Connection::Starting
            && !matches!(self.cluster.connection, Connection::Failing { remedy: Remedy::Token, .. });
        self.seen.at = if matches!(self.cluster.connection, Connection::Live) { ago(12) } else { ago(140) };
        if let Some(balancer) = &mut self.seen.load_balancer {
            balancer.members = self.seen.members.iter().filter(|m| m.attached).map(|m| m.droplet.id).collect();
        }
        if metrics {
            let history = history(&self.seen, self.load, self.jitter);
            fill_readings(&mut self.seen, &history);
            self.cluster.history = Arc::new(history);
        } else {
            self.seen.members.iter_mut().for_each(|m| m.last_sample = None);
            self.cluster.history = Arc::new(History { range: Duration::from_secs(3600), ..History::default() });
        }
        let terms = Terms { own: None, insist: true };
        if looked {
            let decision = decide(&self.seen, &self.spec, &self.policy);
            let up = plan_up(&self.seen, &self.spec, &self.policy, terms).map(Arc::new);
            let terms = Terms { own: None, insist: true };
            let down = plan_down(&self.seen, &self.spec, &self.policy, None, terms).map(Arc::new);
            self.cluster.decision = Some(Arc::new(decision));
            self.cluster.up = Some(up);
            self.cluster.down = Some(down);
            self.cluster.detail = Some(Arc::new(detail()));
            self.cluster.observation = Some(Arc::new(self.seen));
        } else {
            self.cluster.history = Arc::default();
            self.cluster.events = Arc::default();
            self.cluster.next_look = None;
        }
        self.cluster.policy = Arc::new(self.policy);
        self.app.clusters = vec![self.cluster];
        self.app
    }

    /// The state.
    #[must_use]
    pub fn build(self) -> AppState {
        self.build_with(true)
    }
}

fn phase(phase: Phase, began: i64, ended: Option<i64>, note: Option<&str>) -> PhaseState {
    PhaseState { phase, started_at: ago(began), ended_at: ended.map(ago), note: note.map(ToOwned::to_owned) }
}

fn spec() -> ClusterSpec {
    ClusterSpec {
        name: "web".to_owned(),
        tag: "web".to_owned(),
        base_droplet: "web-base".to_owned(),
        snapshot: "web-2025-11".to_owned(),
        clone_prefix: "web".to_owned(),
        load_balancer: "lb-web".to_owned(),
        clone: crate::cluster::CloneSpec::default(),
        protect: Vec::new(),
        timing: crate::cluster::Timing::default(),
    }
}

fn policy(droplets: usize) -> Policy {
    Policy {
        min: 1,
        max: droplets.max(3) + 2,
        scaling_interval: Duration::from_secs(120),
        scale_up: BTreeMap::from([(Metric::Load, 0.7), (Metric::Cpu, 70.0), (Metric::FreeMemory, 200.0)]),
        scale_down: BTreeMap::from([(Metric::Load, 0.3), (Metric::Cpu, 25.0), (Metric::FreeMemory, 450.0)]),
        stale_after: Duration::from_secs(480),
    }
}

fn member(index: usize) -> Member {
    let number = index as u64;
    let size = Size {
        slug: "s-1vcpu-1gb".to_owned(),
        vcpus: 1,
        memory_mib: 1024,
        disk_gib: 25,
        price: Some(Price { hourly: 0.008_93, monthly: 6.0 }),
    };
    let age = if index == 0 { 41 * 86_400 } else { 3 * 86_400 / i64::try_from(index).unwrap_or(1) + 400 };
    let droplet = Droplet {
        id: DropletId(BASE.0 + number),
        name: if index == 0 { "web-base".to_owned() } else { format!("web{number:03}") },
        status: DropletStatus::Active,
        locked: false,
        created_at: ago(age),
        size,
        region: "fra1".to_owned(),
        image: Some(image()),
        vpc: Some("5a4981aa-9653-4bd1-bef5-d6bff52042e4".to_owned()),
        tags: vec!["web".to_owned()],
        addresses: vec![
            Address { ip: format!("203.0.113.{}", 10 + number % 240), public: true },
            Address { ip: format!("10.114.0.{}", 2 + number % 240), public: false },
        ],
        features: vec!["monitoring".to_owned(), "private_networking".to_owned()],
    };
    let role = if index == 0 { Role::Base } else { Role::Clone };
    let health = Health::Healthy;
    Member { droplet, role, attached: true, health, readings: BTreeMap::new(), last_sample: Some(ago(70)) }
}

fn image() -> Image {
    Image {
        id: 63_663_980,
        name: "web-2025-11".to_owned(),
        created_at: Some(ago(9 * 86_400)),
        regions: vec!["fra1".to_owned()],
        min_disk_gib: 25,
    }
}

fn observation(droplets: usize) -> Observation {
    let mut seen = Observation::empty(ago(12));
    seen.members = (0..droplets).map(member).collect();
    seen.base = (droplets > 0).then_some(BASE);
    seen.snapshot = Some(image());
    seen.droplet_limit = Some(25.max(droplets as u64 + 5));
    seen.load_balancer = Some(LoadBalancer {
        id: LoadBalancerId("4de7ac8b-495b-4884-9a69-1050c6793cd6".to_owned()),
        name: "lb-web".to_owned(),
        status: "active".to_owned(),
        ip: Some("198.51.100.7".to_owned()),
        region: "fra1".to_owned(),
        vpc: None,
        membership: Membership::ByTag("web".to_owned()),
        members: Vec::new(),
    });
    seen
}

/// A day in an hour: two waves, with a gap of six minutes.
fn wave(load: f64, step: u32, droplet: usize, jitter: bool) -> f64 {
    let phase = f64::from(step) / 30.0;
    let noise =
        if jitter { f64::from((step * 7 + u32::try_from(droplet % 97).unwrap_or(0) * 13) % 11) / 110.0 } else { 0.0 };
    let shape = 0.62 + 0.38 * ((phase - 1.0) * 4.6).cos();
    (load * shape * (0.95 + noise)).max(0.01)
}

fn value(metric: Metric, load: f64) -> f64 {
    match metric {
        Metric::Load => load,
        Metric::Cpu => (load * 96.0).min(100.0),
        Metric::FreeMemory => (1_073.0 * (0.62 - load * 0.45)).max(20.0),
        Metric::Memory => ((0.38 + load * 0.45) * 100.0).min(98.0),
        Metric::OutboundBandwidth => load * 14.0,
        Metric::Requests => load * 120.0,
        Metric::ResponseTime => 40.0 + load * load * 300.0,
    }
}

const DROPLET_METRICS: [Metric; 5] =
    [Metric::Load, Metric::Cpu, Metric::FreeMemory, Metric::Memory, Metric::OutboundBandwidth];

fn series(load: f64, metric: Metric, droplet: usize, jitter: bool, from_step: u32) -> Series {
    let steps = (from_step..=30).filter(|step| !(8..11).contains(step));
    Series::new(steps.map(|step| Sample {
        at: ago(i64::from(30 - step) * 120 + 70),
        value: value(metric, wave(load, step, droplet, jitter)),
    }))
}

fn history(seen: &Observation, load: f64, jitter: bool) -> History {
    let mut history = History { range: Duration::from_secs(3600), ..History::default() };
    for (index, member) in seen.members.iter().enumerate() {
        if member.droplet.status != DropletStatus::Active {
            continue;
        }
        let age = now().duration_since(member.droplet.created_at).as_secs();
        let from = u32::try_from((3600 - age).max(0) / 120).unwrap_or(0);
        let metrics = DROPLET_METRICS.map(|metric| (metric, series(load, metric, index, jitter, from)));
        history.droplets.insert(member.droplet.id, BTreeMap::from(metrics));
    }
    if !seen.members.is_empty() {
        history.cluster = Metric::ALL.map(|metric| (metric, series(load, metric, 0, jitter, 0))).into();
        let serving = seen.serving().count();
        let count = |step: u32| if step > 18 { serving } else { serving.saturating_sub(1).max(1) };
        #[expect(clippy::cast_precision_loss, reason = "a count of droplets")]
        let samples =
            (0..=30).map(|step| Sample { at: ago(i64::from(30 - step) * 120 + 12), value: count(step) as f64 });
        history.serving = Series::new(samples);
    }
    history
}

fn fill_readings(seen: &mut Observation, history: &History) {
    let reading = |series: &Series| series.last().map(|s| Reading { value: s.value, at: s.at });
    for member in &mut seen.members {
        let Some(metrics) = history.droplets.get(&member.droplet.id) else { continue };
        member.readings = metrics.iter().filter_map(|(metric, s)| Some((*metric, reading(s)?))).collect();
    }
    seen.cluster_readings = [Metric::Requests, Metric::ResponseTime]
        .into_iter()
        .filter_map(|metric| Some((metric, reading(history.cluster.get(&metric)?)?)))
        .collect();
}

fn events() -> Vec<Event> {
    let event = |seconds, level, text: &str, count| Event { at: ago(seconds), level, text: text.to_owned(), count };
    vec![
        event(3_460, Level::Info, "dropscale started: cluster web, auto on", 1),
        event(2_410, Level::Warning, "metrics of web001 came late", 3),
        event(1_500, Level::Info, "scaling up: CPU beyond the scale-up threshold", 1),
        event(1_440, Level::Done, "web002 is healthy and serves", 1),
        event(620, Level::Error, "GET /v2/droplets: 503 Service Unavailable", 2),
        event(590, Level::Info, "the API answers again", 1),
    ]
}

fn detail() -> DropletDetail {
    let action = |id, kind: &str, seconds| Action {
        id: ActionId(id),
        kind: kind.to_owned(),
        status: ActionStatus::Completed,
        started_at: ago(seconds),
        completed_at: Some(ago(seconds - 22)),
    };
    DropletDetail {
        droplet: DropletId(BASE.0 + 1),
        at: ago(15),
        actions: vec![action(36_805_121, "reboot", 86_000), action(36_804_636, "create", 259_600)],
        series: Vec::new(),
        problems: Vec::new(),
    }
}

/// Keys as the footer and the help could show them.
#[must_use]
pub fn keys() -> Vec<KeyHint> {
    let key = |keys: &str, short, describe, group| KeyHint {
        keys: keys.to_owned(),
        short,
        describe,
        group,
        applies: true,
        demo: group == "Demo",
    };
    vec![
        key("u", "up", "add a clone, after a question", "Scaling"),
        key("d", "down", "remove the newest clone, after a question", "Scaling"),
        key("a", "auto", "scale by itself, or not", "Scaling"),
        key("enter", "detail", "all about the selected droplet", "Looking"),
        key("z", "chart", "one metric as a chart", "Looking"),
        key("/", "filter", "only droplets with a text in their name, state, role or tags", "Looking"),
        key("s", "sort", "sort by the next column", "Looking"),
        key("e", "events", "all events", "Looking"),
        key("[ / ]", "range", "a shorter or longer time", "Looking"),
        key("j / down", "", "one row down", "Moving"),
        key("k / up", "", "one row up", "Moving"),
        key("r", "refresh", "look at everything now", "Looking"),
        key("+", "load", "more traffic", "Demo"),
        key("x", "kill", "a droplet dies", "Demo"),
        key("o", "outage", "the API fails for a while, or works again", "Demo"),
        key("?", "help", "all keys", "Program"),
        key("q", "quit", "leave", "Program"),
    ]
}
