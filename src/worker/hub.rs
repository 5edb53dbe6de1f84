//! Where the worker begins and ends: a hub that hands each command to the task of its cluster, and starts a
//! task again that fails, so that the screen never freezes in silence.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::timeout;

use super::board::Board;
use super::cluster_task::{Attention, ClusterTask, Wiring, Wish};
use super::{AppState, ClusterState, Command, Connection, DemoCommand, History, events};
use crate::cloud::Cloud;
use crate::cluster::{ClusterSpec, DropletId};
use crate::journal::Keeper;
use crate::policy::Policy;
use crate::scaling::{Level, Nonces, Refusal};

/// Commands that may wait for the worker; a user who sends more is faster than any cloud.
const WAITING: usize = 64;

/// How long the end of the program waits for operations to give their claims back.
const PATIENCE: Duration = Duration::from_millis(800);

/// How long after its failure a task looks again.
const RESTART: Duration = Duration::from_secs(10);

/// What the worker works on.
pub struct Setup {
    /// The clusters, in the configuration's order.
    pub clusters: Vec<ClusterSetup>,
    /// Which of them is looked at first.
    pub focus: usize,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Whether it is only shown what would be changed.
    pub dry_run: bool,
    /// Whether this is the simulated cloud of the demo.
    pub is_demo: bool,
    /// Where the commands for the simulated cloud go.
    pub demo: Option<mpsc::Sender<DemoCommand>>,
    /// Gives each operation its nonce.
    pub nonces: Nonces,
    /// Keeps the journal, where there is one.
    pub keeper: Option<Arc<dyn Keeper>>,
    /// How much of the past is kept at first.
    pub range: Duration,
}

impl Setup {
    /// These clusters, the first in focus, with an hour of the past, on a real cloud.
    #[must_use]
    pub fn new(clusters: Vec<ClusterSetup>, nonces: Nonces) -> Self {
        let range = Duration::from_secs(3600);
        let (read_only, dry_run, is_demo) = (false, false, false);
        Self { clusters, focus: 0, read_only, dry_run, is_demo, demo: None, nonces, keeper: None, range }
    }

    /// Why nothing may be changed, if so.
    fn forbids(&self) -> Option<Refusal> {
        Refusal::of_start(self.read_only, self.dry_run)
    }
}

/// One cluster.
#[derive(Debug, Clone)]
pub struct ClusterSetup {
    /// As configured.
    pub spec: Arc<ClusterSpec>,
    /// As configured.
    pub policy: Arc<Policy>,
    /// Whether it is scaled by itself from the start.
    pub auto: bool,
}

/// A worker that runs. It ends when this is dropped; [`Handle::stop`] waits for that.
pub struct Handle {
    /// Everything that is shown; only the latest counts.
    pub state: watch::Receiver<Arc<AppState>>,
    /// Takes the user's wishes.
    pub commands: mpsc::Sender<Command>,
    stop: watch::Sender<bool>,
    /// Ends when the hub and the last operation have ended.
    alive: mpsc::Receiver<Infallible>,
}

impl Handle {
    /// Ends the worker. An operation that runs ends at once and gives its claim back; whoever looks next goes
    /// on with it. Returns after 0.8 s at the latest.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if timeout(PATIENCE, self.alive.recv()).await.is_err() {
            tracing::warn!("an operation could not give its claim back in time");
        }
    }
}

/// Starts the worker on the current runtime.
#[must_use]
pub fn start<C: Cloud>(cloud: Arc<C>, setup: Setup) -> Handle {
    let (commands, wishes) = mpsc::channel(WAITING);
    let (stop, stopped) = watch::channel(false);
    let (guard, alive) = mpsc::channel(1);
    let clusters = setup.clusters.iter().map(|cluster| begin_of(&*cloud, &setup, cluster)).collect();
    let board = Arc::new(Board::new(AppState {
        clusters,
        usage: cloud.usage(),
        clock_offset: cloud.clock().offset(),
        read_only: setup.read_only,
        dry_run: setup.dry_run,
        demo: setup.is_demo,
        generation: 0,
    }));
    let state = board.subscribe();
    let forbids = setup.forbids();
    let mut hub = Hub {
        wiring: Wiring { cloud, board, nonces: setup.nonces, keeper: setup.keeper, forbids, stopped, guard },
        demo: setup.demo,
        focus: setup.focus,
        inspected: HashMap::new(),
        clusters: Vec::new(),
        tasks: JoinSet::new(),
        ids: HashMap::new(),
    };
    for index in 0..setup.clusters.len() {
        let wishes = hub.spawn(index, Duration::ZERO);
        hub.clusters.push(wishes);
    }
    tokio::spawn(hub.run(wishes));
    Handle { state, commands, stop, alive }
}

fn begin_of(cloud: &impl Cloud, setup: &Setup, cluster: &ClusterSetup) -> ClusterState {
    let mut events = Arc::default();
    let forbids = setup.forbids();
    let auto = cluster.auto && forbids.is_none();
    if let Some(refusal) = forbids.filter(|_| cluster.auto) {
        let text = format!("auto is off: {refusal}");
        events::note(&mut events, cloud.clock().now(), Level::Warning, &text);
    }
    ClusterState {
        spec: Arc::clone(&cluster.spec),
        policy: Arc::clone(&cluster.policy),
        auto,
        connection: Connection::Starting,
        observation: None,
        history: Arc::new(History { range: setup.range, ..History::default() }),
        decision: None,
        up: None,
        down: None,
        operation: None,
        events,
        findings: Arc::default(),
        detail: None,
        next_look: None,
    }
}

struct Hub<C> {
    wiring: Wiring<C>,
    demo: Option<mpsc::Sender<DemoCommand>>,
    focus: usize,
    /// The droplet whose page is open, of each cluster.
    inspected: HashMap<usize, DropletId>,
    /// To the task of each cluster.
    clusters: Vec<mpsc::Sender<Wish>>,
    tasks: JoinSet<()>,
    /// Which task is which cluster's.
    ids: HashMap<Id, usize>,
}

impl<C: Cloud> Hub<C> {
    /// Starts the task of a cluster from what was last published of it.
    fn spawn(&mut self, index: usize, delay: Duration) -> mpsc::Sender<Wish> {
        let (sender, wishes) = mpsc::channel(WAITING);
        if let Some(state) = self.wiring.board.cluster(index) {
            let (focused, inspected) = (index == self.focus, self.inspected.get(&index).copied());
            let attention = Attention { focused, inspected };
            let task = ClusterTask::new(self.wiring.clone(), index, state, attention, delay, wishes);
            let id = self.tasks.spawn(task.run()).id();
            self.ids.insert(id, index);
        }
        sender
    }

    /// Runs until it is stopped, or until nobody can send commands any more. The tasks end with it; operations
    /// see for themselves that they have to.
    async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut stopped = self.wiring.stopped.clone();
        loop {
            tokio::select! {
                // In one order always, so that a run in virtual time can be repeated.
                biased;
                _ = stopped.wait_for(|stopped| *stopped) => return,
                command = commands.recv() => match command {
                    Some(command) => self.route(command),
                    None => return,
                },
                Some(ended) = self.tasks.join_next_with_id() => self.restart(ended),
            }
        }
    }

    fn route(&mut self, command: Command) {
        let index = match command {
            Command::Demo(command) => {
                if self.demo.as_ref().is_none_or(|demo| demo.try_send(command).is_err()) {
                    tracing::warn!(?command, "nobody takes commands for a simulated cloud");
                }
                return;
            }
            Command::Focus { cluster } => {
                if cluster < self.clusters.len() {
                    self.focus = cluster;
                    (0..self.clusters.len()).for_each(|index| self.send(index, Wish::Focused(index == cluster)));
                }
                return;
            }
            Command::Refresh { cluster }
            | Command::Auto { cluster, .. }
            | Command::Up { cluster }
            | Command::Down { cluster, .. }
            | Command::Range { cluster, .. } => cluster,
            Command::Inspect { cluster, droplet } => {
                match droplet {
                    Some(droplet) => self.inspected.insert(cluster, droplet),
                    None => self.inspected.remove(&cluster),
                };
                cluster
            }
        };
        self.send(index, Wish::Command(command));
    }

    fn send(&self, index: usize, wish: Wish) {
        if let Some(Err(error)) = self.clusters.get(index).map(|cluster| cluster.try_send(wish)) {
            tracing::warn!(%error, index, "a command is lost");
        }
    }

    /// A task ends by itself only when it fails: that is told, and it begins anew.
    fn restart(&mut self, ended: Result<(Id, ()), JoinError>) {
        let (id, why) = match ended {
            Ok((id, ())) => (id, "it ended".to_owned()),
            Err(error) => (error.id(), error.to_string()),
        };
        let Some(index) = self.ids.remove(&id) else { return };
        let Wiring { board, cloud, .. } = &self.wiring;
        if let Some(mut state) = board.cluster(index) {
            let seconds = RESTART.as_secs();
            let text = format!(
                "watching this cluster failed by a fault of this program, and begins anew in {seconds} s: {why}"
            );
            tracing::error!(index, "{text}");
            events::note(&mut state.events, cloud.clock().now(), Level::Error, &text);
            board.publish(&**cloud, index, &state);
        }
        let wishes = self.spawn(index, RESTART);
        if let Some(known) = self.clusters.get_mut(index) {
            *known = wishes;
        }
    }
}
