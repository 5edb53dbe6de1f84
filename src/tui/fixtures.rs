//! Made-up states of a cluster, for the tests of the terminal interface and for its benchmark. They are built
//! from the same parts as real ones, and decided on and planned by the same code.

mod parts;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::cloud::{Remedy, Usage};
use crate::cluster::{ClusterSpec, DropletId, DropletStatus, Health, Marker, Nonce, Observation, OperationTag};
use crate::policy::{Policy, decide};
use crate::scaling::{
    Finding, FindingKind, Kind, Level, OperationState, Outcome, Phase, Terms, findings, plan_down, plan_up,
};
use crate::tui::{Table, Ui};
use crate::worker::{AppState, ClusterState, Connection, History};
use parts::{detail, events, fill_readings, history, member, observation, phase, policy, spec};

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
            dry_run: false,
            demo: false,
            generation: 1,
        };
        Self { spec, policy, seen, cluster, app, load: 0.46 }
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

    /// Nothing may be changed, and so auto is off.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.app.read_only = true;
        self.cluster.auto = false;
        self
    }

    /// It is only shown what would be changed, and so auto is off.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.app.dry_run = true;
        self.cluster.auto = false;
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
                kind: FindingKind::Lost,
                text: "web009 is billed but serves nobody: it lost the cluster tag; delete it, or tag it again"
                    .to_owned(),
                droplet: None,
                is_wasted: true,
                monthly: Some(6.0),
                offers_removal: false,
                several: None,
            },
            Finding {
                level: Level::Warning,
                kind: FindingKind::Silent,
                text: "web001 has sent no metrics for 13 min: check its agent".to_owned(),
                droplet: Some(silent),
                is_wasted: false,
                monthly: None,
                offers_removal: false,
                several: None,
            },
        ]);
        self
    }

    /// No droplet has ever sent metrics: to be built without them.
    #[must_use]
    pub fn silent(mut self) -> Self {
        for member in &mut self.seen.members {
            member.droplet.created_at = member.droplet.created_at.min(ago(86_400));
            member.last_sample = None;
        }
        self.cluster.findings = Arc::new(findings(&self.seen, &self.spec, &self.policy));
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
            let history = history(&self.seen, self.load);
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
