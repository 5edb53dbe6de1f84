//! The state that the worker publishes: everything that the terminal shows, and nothing that it has to fetch.
//! Large parts are shared, so that publishing costs no copy of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::Timestamp;

use crate::cloud::{Action, Remedy, Usage};
use crate::cluster::{ClusterSpec, DropletId, LabelledSeries, Metric, Observation, Series, Unit};
use crate::policy::{Decision, Policy};
use crate::scaling::{DownPlan, Finding, Level, OperationState, Refusal, UpPlan};

/// Everything that is shown.
#[derive(Debug, Clone)]
pub struct AppState {
    /// One for each configured cluster, in the configuration's order; never empty.
    pub clusters: Vec<ClusterState>,
    /// The request budget of the process.
    pub usage: Usage,
    /// How far the server's clock is ahead of the local one; `None` until it was heard.
    pub clock_offset: Option<SignedDuration>,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Whether it is only shown what would be changed.
    pub dry_run: bool,
    /// Whether this is the simulated cloud of the demo.
    pub demo: bool,
    /// Counts publications: two states with the same number are the same.
    pub generation: u64,
}

impl AppState {
    /// Why nothing may be changed, if so.
    #[must_use]
    pub fn forbids(&self) -> Option<Refusal> {
        Refusal::of_start(self.read_only, self.dry_run)
    }

    /// Why not even a plan is shown, if so: a dry run is there to show them.
    #[must_use]
    pub fn hides_plans(&self) -> Option<Refusal> {
        self.forbids().filter(|refusal| *refusal != Refusal::DryRun)
    }
}

/// One cluster.
#[derive(Debug, Clone)]
pub struct ClusterState {
    /// As configured.
    pub spec: Arc<ClusterSpec>,
    /// As configured.
    pub policy: Arc<Policy>,
    /// Whether it is scaled by itself.
    pub auto: bool,
    /// How the last look at it went.
    pub connection: Connection,
    /// The last complete look; kept, with its time, while later ones fail. `None` before the first.
    pub observation: Option<Arc<Observation>>,
    /// The past.
    pub history: Arc<History>,
    /// What auto would do now, and why; of the same look as `observation`.
    pub decision: Option<Arc<Decision>>,
    /// What `up` would do now.
    pub up: Option<Result<Arc<UpPlan>, Refusal>>,
    /// What `down` would do now.
    pub down: Option<Result<Arc<DownPlan>, Refusal>>,
    /// The operation that runs, or the one that ended last.
    pub operation: Option<Arc<OperationState>>,
    /// What was done or went wrong, oldest first; the newest 1,000.
    pub events: Arc<Vec<Event>>,
    /// What is not as it should be now.
    pub findings: Arc<Vec<Finding>>,
    /// What the detail view asked for.
    pub detail: Option<Arc<DropletDetail>>,
    /// When the next look is due, by the server's clock.
    pub next_look: Option<Timestamp>,
}

/// How the last look at a cluster went.
#[derive(Debug, Clone, PartialEq)]
pub enum Connection {
    /// The first look has not ended yet.
    Starting,
    /// It went well.
    Live,
    /// It failed; what is shown is older.
    Failing {
        /// Since when looks fail.
        since: Timestamp,
        /// What went wrong and what to do, for people.
        error: String,
        /// What can be done about it.
        remedy: Remedy,
        /// When it is tried again.
        retry_at: Timestamp,
    },
}

impl ClusterState {
    /// The operation of ours that runs now.
    #[must_use]
    pub fn running(&self) -> Option<&OperationState> {
        self.operation.as_deref().filter(|operation| operation.outcome.is_none())
    }

    /// Whether an operation of ours runs.
    #[must_use]
    pub fn operates(&self) -> bool {
        self.running().is_some()
    }
}

/// The past of a cluster.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The mean over the droplets, or the load balancer's own, of each metric.
    pub cluster: BTreeMap<Metric, Series>,
    /// Of each droplet, each metric that is measured there.
    pub droplets: BTreeMap<DropletId, BTreeMap<Metric, Series>>,
    /// How many droplets served.
    pub serving: Series,
    /// How far back it goes: what was asked for when the last look began that it is made of.
    pub range: Duration,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Event {
    /// When, by the server's clock.
    pub at: Timestamp,
    /// How much it matters.
    pub level: Level,
    /// What, in one line without control characters.
    pub text: String,
    /// How often the same happened in a row, at least 1; `at` is the last time.
    pub count: u32,
}

/// What the detail view shows beside the observation.
#[derive(Debug, Clone, PartialEq)]
pub struct DropletDetail {
    /// Which droplet.
    pub droplet: DropletId,
    /// What was done to it lately, newest first.
    pub actions: Vec<Action>,
    /// When that was asked for; `None` when it could never be read.
    pub actions_at: Option<Timestamp>,
    /// Series beyond the catalogue of metrics: file systems, memory, inbound traffic.
    pub series: Vec<DetailSeries>,
    /// What could not be fetched the last time: what was known of it stays.
    pub problems: Vec<String>,
}

impl DropletDetail {
    /// Nothing is known of it yet.
    #[must_use]
    pub fn unread(droplet: DropletId) -> Self {
        Self { droplet, actions: Vec::new(), actions_at: None, series: Vec::new(), problems: Vec::new() }
    }
}

/// Series of one kind, told apart by their labels.
#[derive(Debug, Clone, PartialEq)]
pub struct DetailSeries {
    /// What is measured.
    pub title: &'static str,
    /// The unit of the values.
    pub unit: Unit,
    /// How far back they go.
    pub range: Duration,
    /// The series.
    pub all: Vec<LabelledSeries>,
}
