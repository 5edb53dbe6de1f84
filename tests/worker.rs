//! The worker's loop on a simulated cloud, in virtual time: what it does by itself and by command, what it
//! publishes, and what it leaves alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "worker/detail.rs"]
mod detail;

use std::sync::Arc;
use std::time::Duration;

use dropscale::cluster::{Claim, ClusterSpec, DropletId, Nonce};
use dropscale::config;
use dropscale::scaling::{Kind, Level, Nonces};
use dropscale::simulator::{Fate, Scenario, SharedWorld, SimulatedCloud, TokioClock};
use dropscale::worker::{AppState, ClusterSetup, ClusterState, Command, Connection, Handle, Setup, start};
use jiff::Timestamp;
use tokio::time::{sleep, timeout};

/// Steady traffic that one droplet can answer, and two with ease.
const SCENARIO: &str = r#"
    description = "steady"
    history = "5m"
    [load_balancer]
    name = "web-lb"
    healthy_after = "3s"
    [boot]
    time = "6s"
    ready_after = "2s"
    shutdown = "3s"
    [metrics]
    step = "3s"
    lag = "1s"
    load_smoothing = "4s"
    [limits]
    hour = 1000000
    minute = 100000
    [latency]
    min = "10ms"
    max = "10ms"
    [cluster]
    tag = "web"
    base = "web-base"
    snapshot = "web-snapshot"
    prefix = "web"
    clones = 0
    [workload]
    base = 60.0
"#;

struct Stage {
    world: SharedWorld,
    cloud: Arc<SimulatedCloud>,
    handle: Handle,
}

fn nonces() -> Nonces {
    Arc::new(|| Nonce::new(fastrand::u64(..)))
}

fn cluster(auto: bool) -> ClusterSetup {
    let config = config::parse_str(include_str!("../assets/demo.toml"), "demo.toml").unwrap();
    let cluster = config.cluster();
    ClusterSetup { spec: Arc::clone(&cluster.spec), policy: Arc::clone(&cluster.policy), auto }
}

fn world() -> (SharedWorld, Arc<SimulatedCloud>) {
    let scenario = Scenario::parse(SCENARIO, "steady").unwrap();
    let clock = Arc::new(TokioClock::starting_at(Timestamp::from_second(1_763_985_600).unwrap()));
    let world = SharedWorld::new(&scenario, 7, clock.clone()).unwrap();
    world.with(dropscale::simulator::World::keep_log);
    let cloud = Arc::new(SimulatedCloud::new(world.clone(), clock));
    (world, cloud)
}

impl Stage {
    fn with(change: impl FnOnce(&mut Setup)) -> Self {
        let (world, cloud) = world();
        let mut setup = Setup::new(vec![cluster(false)], nonces());
        change(&mut setup);
        let handle = start(Arc::clone(&cloud), setup);
        Self { world, cloud, handle }
    }

    fn new(auto: bool) -> Self {
        Self::with(|setup| setup.clusters = vec![cluster(auto)])
    }

    fn now(&self) -> Arc<AppState> {
        Arc::clone(&self.handle.state.borrow())
    }

    fn cluster(&self) -> ClusterState {
        self.now().clusters[0].clone()
    }

    async fn send(&self, command: Command) {
        self.handle.commands.send(command).await.unwrap();
    }

    /// Waits until the first cluster is as wanted.
    async fn until(&mut self, what: &str, mut wanted: impl FnMut(&ClusterState) -> bool) -> ClusterState {
        let waiting = self.handle.state.wait_for(|state| wanted(&state.clusters[0]));
        let seen = timeout(Duration::from_secs(600), waiting).await.map(|seen| seen.unwrap().clusters[0].clone());
        seen.unwrap_or_else(|_| panic!("never {what}; events: {:#?}", self.cluster().events))
    }

    fn droplets(&self) -> Vec<u64> {
        self.world.with(|world| world.droplets_tagged("web").iter().map(|d| d.id).collect())
    }

    fn claims(&self) -> Vec<String> {
        self.world.with(|world| {
            let tags = world.tags().into_iter().map(|(tag, _)| tag.to_owned());
            tags.filter(|tag| Claim::parse("web", tag).is_some()).collect()
        })
    }

    /// Requests that were made to change something.
    fn changes(&self) -> Vec<String> {
        self.world.with(|world| {
            let calls = world.log().iter().filter(|call| call.method != "GET");
            calls.map(|call| format!("{} {}", call.method, call.path)).collect()
        })
    }

    fn looks(&self) -> usize {
        let is_look = |path: &str| path.starts_with("/v2/droplets?tag_name=web") || path == "/v2/droplets";
        self.world.with(|world| world.log().iter().filter(|c| c.method == "GET" && is_look(&c.path)).count())
    }
}

fn serving(cluster: &ClusterState) -> usize {
    cluster.observation.as_ref().map_or(0, |seen| seen.serving().count())
}

fn is_running(cluster: &ClusterState) -> bool {
    cluster.operation.as_ref().is_some_and(|operation| operation.outcome.is_none())
}

fn says(cluster: &ClusterState, text: &str) -> usize {
    cluster.events.iter().filter(|event| event.text.contains(text)).count()
}

fn is_failing(cluster: &ClusterState) -> bool {
    matches!(cluster.connection, Connection::Failing { .. })
}

#[tokio::test(start_paused = true)]
async fn auto_scales_up_under_load_and_down_after_it() {
    let mut stage = Stage::new(true);
    stage.until("looked", |c| c.observation.is_some()).await;
    stage.world.with(|world| world.scale_load(3.0));
    let busy = stage.until("two serve", |c| serving(c) >= 2 && !is_running(c)).await;
    assert!(says(&busy, "scale up begins: ") >= 1, "{:?}", busy.events);
    assert!(says(&busy, "scale up is done: ") >= 1, "{:?}", busy.events);
    assert!(!busy.history.cluster.is_empty() && !busy.history.serving.is_empty());
    stage.world.with(|world| world.scale_load(0.1));
    let calm = stage.until("one serves", |c| serving(c) == 1 && c.observation.as_ref().unwrap().count() == 1).await;
    assert!(says(&calm, "scale down begins: ") >= 1, "{:?}", calm.events);
    assert!(says(&calm, "is in the cluster now") == 0, "what we do ourselves is told as its phases: {:?}", calm.events);
}

#[tokio::test(start_paused = true)]
async fn without_auto_nothing_is_changed_but_what_was_decided_is_told() {
    let mut stage = Stage::new(false);
    stage.world.with(|world| world.scale_load(3.0));
    stage.until("decided", |c| says(c, "scale up: ") == 1).await;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(says(&stage.cluster(), "scale up: "), 1, "told once, not at each look");
    assert_eq!(stage.changes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn an_outage_keeps_the_last_data_with_their_age_and_ends() {
    let mut stage = Stage::new(false);
    let before = stage.until("looked", |c| c.observation.is_some()).await.observation.unwrap();
    stage.world.with(|world| world.set_outage(true));
    let failing = stage.until("failing", is_failing).await;
    let kept = failing.observation.unwrap();
    assert!(kept.count() == 1 && kept.at >= before.at);
    let looks = stage.looks();
    sleep(Duration::from_secs(100)).await;
    let later = stage.cluster();
    assert_eq!(later.observation.as_ref().map(|seen| seen.at), Some(kept.at), "its time is told as it is");
    let errors = later.events.iter().filter(|event| event.level == Level::Error).count();
    assert_eq!(errors, 1, "told once: {:?}", later.events);
    assert!(stage.looks() - looks <= 10, "waits double: {} looks", stage.looks() - looks);
    stage.world.with(|world| world.set_outage(false));
    stage.send(Command::Refresh { cluster: 0 }).await;
    let live = stage.until("live", |c| c.connection == Connection::Live).await;
    assert_eq!(says(&live, "the cluster can be seen again, after 1 min "), 1, "{:?}", live.events);
}

#[tokio::test(start_paused = true)]
async fn two_commands_at_once_are_one_operation() {
    let mut stage = Stage::new(false);
    stage.until("looked", |c| c.observation.is_some()).await;
    stage.send(Command::Up { cluster: 0 }).await;
    stage.send(Command::Up { cluster: 0 }).await;
    let done = stage.until("done", |c| says(c, "scale up is done") == 1).await;
    assert_eq!(says(&done, "scale up refused: an operation is under way"), 1, "{:?}", done.events);
    assert_eq!(says(&done, "scale up begins: by hand"), 1);
    sleep(Duration::from_secs(30)).await;
    assert_eq!(stage.droplets().len(), 2);
    assert_eq!(stage.claims(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn looks_go_on_while_an_operation_runs_and_its_phases_are_shown() {
    let mut stage = Stage::new(false);
    stage.until("looked", |c| c.observation.is_some()).await;
    stage.send(Command::Up { cluster: 0 }).await;
    let mut phases = Vec::new();
    let mut counts = Vec::new();
    let done = stage
        .until("done", |c| {
            let operation = c.operation.as_ref();
            phases.extend(operation.and_then(|o| o.current()).map(|p| p.phase).filter(|p| phases.last() != Some(p)));
            counts.extend(is_running(c).then(|| c.observation.as_ref().map(|seen| seen.at)));
            operation.is_some_and(|operation| operation.outcome.is_some())
        })
        .await;
    assert!(phases.len() >= 4, "{phases:?}");
    counts.dedup();
    assert!(counts.len() >= 4, "looks during the operation: {counts:?}");
    assert!(done.up.as_ref().is_some_and(Result::is_ok), "its own claim is over: {:?}", done.up);
}

#[tokio::test(start_paused = true)]
async fn the_droplet_that_was_confirmed_is_removed_and_no_other() {
    let mut stage = Stage::new(false);
    for _ in 0..2 {
        stage.send(Command::Up { cluster: 0 }).await;
        stage.until("running", is_running).await;
        stage.until("ended", |c| !is_running(c)).await;
    }
    let droplets = stage.droplets();
    assert_eq!(droplets.len(), 3);
    let older = droplets[1];
    stage.send(Command::Down { cluster: 0, droplet: DropletId(older) }).await;
    stage.until("removed", |c| says(c, "scale down is done") == 1).await;
    assert_eq!(stage.droplets(), [droplets[0], droplets[2]]);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_program_gives_the_claim_back_and_the_next_one_goes_on() {
    let mut stage = Stage::new(false);
    stage.until("looked", |c| c.observation.is_some()).await;
    stage.send(Command::Up { cluster: 0 }).await;
    let is_booting = |c: &ClusterState| c.operation.as_ref().is_some_and(|o| o.droplet.is_some());
    stage.until("booting", is_booting).await;
    assert_eq!(stage.claims().len(), 1);
    let Stage { world, cloud, handle } = stage;
    let begun = tokio::time::Instant::now();
    handle.stop().await;
    assert!(begun.elapsed() <= Duration::from_millis(800), "{:?}", begun.elapsed());
    let handle = start(Arc::clone(&cloud), Setup::new(vec![cluster(true)], nonces()));
    let mut next = Stage { world, cloud, handle };
    assert_eq!(next.claims(), Vec::<String>::new());
    let is_recovered =
        |c: &ClusterState| c.operation.as_ref().is_some_and(|o| o.kind == Kind::Recover && o.outcome.is_some());
    let recovered = next.until("recovered", is_recovered).await;
    assert!(recovered.operation.unwrap().outcome.as_ref().unwrap().is_done());
    next.until("two serve", |c| serving(c) == 2).await;
}

#[tokio::test(start_paused = true)]
async fn watching_alone_leaves_what_others_left_and_a_command_finishes_it_first() {
    let mut stage = Stage::new(false);
    stage.until("looked", |c| c.observation.is_some()).await;
    stage.send(Command::Up { cluster: 0 }).await;
    stage.until("booting", |c| c.operation.as_ref().is_some_and(|o| o.droplet.is_some())).await;
    let Stage { world, cloud, handle } = stage;
    handle.stop().await;
    let handle = start(Arc::clone(&cloud), Setup::new(vec![cluster(false)], nonces()));
    let mut next = Stage { world, cloud, handle };
    next.until("looked", |c| c.observation.is_some()).await;
    let before = next.changes().len();
    sleep(Duration::from_secs(20)).await;
    assert_eq!(next.changes().len(), before, "only watched");
    next.send(Command::Up { cluster: 0 }).await;
    let done = next.until("added", |c| says(c, "scale up is done") == 1).await;
    assert_eq!(says(&done, "recover is done"), 1, "{:?}", done.events);
    assert_eq!(next.droplets().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn read_only_never_changes_anything_and_says_so() {
    let mut stage = Stage::with(|setup| {
        setup.clusters = vec![cluster(true)];
        setup.read_only = true;
    });
    stage.world.with(|world| world.scale_load(3.0));
    stage.until("looked", |c| c.observation.is_some()).await;
    let base = DropletId(stage.droplets()[0]);
    for command in [
        Command::Up { cluster: 0 },
        Command::Down { cluster: 0, droplet: base },
        Command::Auto { cluster: 0, on: true },
    ] {
        stage.send(command).await;
    }
    sleep(Duration::from_secs(120)).await;
    let cluster = stage.cluster();
    assert_eq!(says(&cluster, "--read-only"), 4, "{:?}", cluster.events);
    assert!(!cluster.auto && cluster.operation.is_none());
    assert_eq!(stage.changes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_nobody_looks_at_is_polled_less_until_it_is() {
    let mut stage = Stage::with(|setup| setup.focus = 1);
    stage.until("looked", |c| c.observation.is_some()).await;
    let before = stage.looks();
    sleep(Duration::from_secs(150)).await;
    let unfocused = stage.looks() - before;
    stage.send(Command::Focus { cluster: 0 }).await;
    let before = stage.looks();
    sleep(Duration::from_secs(150)).await;
    let focused = stage.looks() - before;
    assert!((8..=11).contains(&unfocused) && (40..=52).contains(&focused), "{unfocused} and {focused}");
}

#[tokio::test(start_paused = true)]
async fn at_rest_nothing_is_published_and_each_look_is_published_once() {
    let mut stage = Stage::with(|setup| {
        let mut calm = cluster(false);
        let mut spec: ClusterSpec = (*calm.spec).clone();
        spec.timing.poll = Duration::from_secs(30);
        calm.spec = Arc::new(spec);
        setup.clusters = vec![calm];
    });
    stage.until("looked", |c| c.observation.is_some() && c.next_look.is_some()).await;
    sleep(Duration::from_secs(1)).await;
    let before = stage.now();
    sleep(Duration::from_secs(25)).await;
    assert_eq!(stage.now().generation, before.generation);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(stage.now().generation, before.generation + 1);
}

#[tokio::test(start_paused = true)]
async fn what_others_do_is_told_once() {
    let mut stage = Stage::new(false);
    stage.until("looked", |c| c.observation.is_some()).await;
    let base = stage.droplets()[0];
    stage.world.with(|world| world.power_off(base));
    stage.until("told", |c| says(c, "was active and is off now") == 1).await;
    sleep(Duration::from_secs(30)).await;
    let cluster = stage.cluster();
    assert_eq!(says(&cluster, "was active and is off now"), 1);
    let findings =
        cluster.events.iter().filter(|e| e.text.contains("is off, serves nobody and is still billed")).count();
    assert_eq!(findings, 1, "{:?}", cluster.events);
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_the_program_is_told_and_the_cluster_is_watched_again() {
    let mut stage = Stage::new(false);
    stage.until("looked", |c| c.observation.is_some()).await;
    let mut is_first = true;
    stage.world.with(|world| {
        world.inject(move |_| {
            assert!(!std::mem::take(&mut is_first), "a fault on purpose");
            Fate::Answered
        });
    });
    let failed = stage.until("told", |c| says(c, "by a fault of this program") == 1).await;
    let kept = failed.observation.unwrap().at;
    stage.until("watched again", |c| c.observation.as_ref().is_some_and(|seen| seen.at > kept)).await;
}

#[tokio::test(start_paused = true)]
async fn a_range_is_kept_and_commands_for_no_cluster_do_no_harm() {
    let mut stage = Stage::new(false);
    let range = Duration::from_secs(240);
    stage.send(Command::Up { cluster: 9 }).await;
    stage.send(Command::Focus { cluster: 9 }).await;
    stage.send(Command::Range { cluster: 0, range }).await;
    let ranged = stage.until("ranged", |c| c.history.range == range && !c.history.cluster.is_empty()).await;
    assert_eq!(ranged.connection, Connection::Live);
    assert_eq!(stage.changes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_range_is_told_only_with_the_look_that_brings_it() {
    let mut stage = Stage::new(false);
    let before = stage.until("seen", |c| !c.history.cluster.is_empty()).await.history.range;
    let range = before * 6;
    stage.world.with(|world| world.set_outage(true));
    stage.send(Command::Range { cluster: 0, range }).await;
    let failing = stage.until("failing", |c| matches!(c.connection, Connection::Failing { .. })).await;
    assert_eq!(failing.history.range, before);
    stage.world.with(|world| world.set_outage(false));
    stage.until("ranged", |c| c.history.range == range).await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_nobody_holds_ends() {
    let Stage { world, handle, .. } = Stage::new(true);
    let mut published = handle.state.clone();
    drop(handle);
    let ended = timeout(Duration::from_secs(60), async { while published.changed().await.is_ok() {} });
    assert!(ended.await.is_ok(), "the state is published no more");
    let before = world.with(|world| world.requests());
    sleep(Duration::from_secs(60)).await;
    assert_eq!(world.with(|world| world.requests()), before);
}
