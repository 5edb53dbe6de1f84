//! Two programs that watch one cluster through bursts of load, with all times a twentieth of the usual: half a
//! minute stands for ten. Nobody is killed and nothing fails, so that whatever is begun carries the nonce of
//! a claim that is there, and no other operation is under way at the same time.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use dropscale::cloud::SystemClock;
use dropscale::cluster::{Claim, Nonce, OperationTag};
use dropscale::simulator::{Call, Scenario, SharedWorld, World};

use crate::always::{self, BASE};
use crate::cases;
use crate::settled;
use crate::stage::{program, serve};

const BOUNDS: (usize, usize) = (1, 4);

const SCENARIO: &str = "description = \"bursts\"
history = \"30s\"
limits = { hour = 0, minute = 0 }
cluster = { clones = 1 }
load_balancer = { healthy_after = \"300ms\" }
boot = { time = \"1s\", ready_after = \"200ms\", shutdown = \"400ms\" }
metrics = { step = \"1s\", lag = \"0s\", load_smoothing = \"1s\" }
latency = { min = \"2ms\", max = \"40ms\" }
others = { droplets = 3 }
[workload]
base = 12.0
bursts = { every = \"10s\", length = \"5s\", factor = 12.0 }
";

const CONFIG: &str = "[clusters.web]
tag = \"web\"
base_droplet = \"web-base\"
snapshot = \"web-snapshot\"
clone_prefix = \"web\"
load_balancer = \"web-lb\"
min = 1
max = 4
scaling_interval = \"10s\"
scale_up = { load = 0.5 }
scale_down = { load = 0.3 }
[clusters.web.timing]
claim_settle = \"100ms\"
step_poll = \"100ms\"
metrics_step = \"1s\"
metrics_window = \"2s\"
drain = \"500ms\"
backoff = \"1s\"
backoff_max = \"1s\"
";

/// The seed of a run.
struct Watch(u64);

impl fmt::Display for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "two watch, seed {}", self.0)
    }
}

/// How many claims were written, clones asked for, and clones deleted, in all runs.
#[derive(Default)]
struct Deeds {
    claimed: AtomicUsize,
    created: AtomicUsize,
    deleted: AtomicUsize,
}

/// More than one operation at once, or one without a claim.
fn check_operations(world: &World, found: &mut Vec<String>) {
    let operation = |tag: &String| OperationTag::parse_pending(tag).or_else(|| OperationTag::parse_draining(tag));
    let operations: BTreeSet<Nonce> =
        world.droplets().flat_map(|d| &d.tags).filter_map(operation).map(|operation| operation.nonce).collect();
    if operations.len() > 1 {
        found.push(format!("{operations:?} operate at once"));
    }
    let base = world.droplets().find(|droplet| droplet.name == BASE).unwrap();
    let claims: Vec<Nonce> = base.tags.iter().filter_map(|tag| Claim::parse("web", tag)).map(|c| c.nonce).collect();
    let unclaimed = operations.iter().filter(|nonce| !claims.contains(nonce));
    found.extend(unclaimed.map(|nonce| format!("{nonce} operates without a claim")));
}

fn begin(home: &Path, url: &str) -> Child {
    let mut program = program(home, url);
    let program = program.args(["auto", "--watch", "--every", "1s"]);
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn end(mut child: Child) -> Result<(), String> {
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).unwrap();
    let status = child.wait().unwrap();
    if status.success() { Ok(()) } else { Err(format!("it ended with {status}")) }
}

fn watch(seed: u64, seconds: i64, deeds: &Deeds) -> Result<(), String> {
    let scenario = Scenario::parse(SCENARIO, "bursts").unwrap();
    let world = SharedWorld::new(&scenario, seed, Arc::new(SystemClock)).unwrap();
    let (over, is_over) = mpsc::channel();
    let broken = world.with(|world| {
        world.keep_log();
        let until = world.now_ms() + seconds * 1000;
        always::watch_with(world, BOUNDS, move |world, call: &Call, found| {
            check_operations(world, found);
            if call.at_ms >= until {
                // Nobody listens any more after the first.
                let _ = over.send(());
            }
        })
    });
    let (url, _server) = serve(world.clone());
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("config.toml"), CONFIG).unwrap();
    let watchers = [(); 2].map(|()| begin(home.path(), &url));
    is_over.recv().unwrap();
    let broken = std::mem::take(&mut *broken.lock().unwrap());
    for watcher in watchers {
        end(watcher)?;
    }
    let mut wrong: Vec<String> = broken.into_iter().collect();
    // What they were told to leave is brought to its end.
    let left = || world.with(|world| settled::unsettled(world));
    for _ in 0..3 {
        if left().iter().all(|what| what.starts_with("the tag")) {
            break;
        }
        program(home.path(), &url).arg("auto").output().unwrap();
    }
    wrong.extend(left().into_iter().filter(|what| !what.starts_with("the tag")));
    world.with(|world| {
        let count = |is: fn(&&Call) -> bool| world.log().iter().filter(is).count();
        let is_claim: fn(&&Call) -> bool = |c| c.method == "POST" && c.path.contains("claim");
        deeds.claimed.fetch_add(count(is_claim), Ordering::Relaxed);
        deeds.created.fetch_add(count(|c| c.method == "POST" && c.path == "/v2/droplets"), Ordering::Relaxed);
        let is_deletion: fn(&&Call) -> bool = |c| c.method == "DELETE" && c.path.starts_with("/v2/droplets/");
        deeds.deleted.fetch_add(count(is_deletion), Ordering::Relaxed);
    });
    if wrong.is_empty() {
        return Ok(());
    }
    wrong.push("all that was changed:".to_owned());
    wrong.extend(world.with(|world| changes(world)));
    wrong.push("what they wrote down:".to_owned());
    wrong.extend(journal(home.path()));
    Err(wrong.join("\n  "))
}

/// The requests that changed something, as they are told when a run has failed.
fn changes(world: &World) -> Vec<String> {
    let began = world.log().first().map_or(0, |call| call.at_ms);
    let changing = world.log().iter().filter(|call| call.method != "GET");
    changing.map(|c| format!("{:>6} ms  {:>4} {} {}", c.at_ms - began, c.number, c.method, c.path)).collect()
}

/// What the watchers say they have done.
fn journal(home: &Path) -> Vec<String> {
    let history = program(home, "http://127.0.0.1:1").args(["history", "--output", "json"]).output().unwrap();
    String::from_utf8_lossy(&history.stdout).lines().map(str::to_owned).collect()
}

fn many(runs: u64, seconds: i64, side_by_side: usize) {
    let deeds = Deeds::default();
    let runs: Vec<Watch> = (1..=runs).map(Watch).collect();
    cases::all("two watchers", side_by_side, &runs, |run| watch(run.0, seconds, &deeds));
    let (created, deleted) = (deeds.created.into_inner(), deeds.deleted.into_inner());
    let claimed = deeds.claimed.into_inner();
    println!("the cluster was claimed {claimed} times, {created} clones were made and {deleted} removed");
    assert!(
        created * 2 >= runs.len() && deleted >= 1,
        "there was little to agree on: {created} made, {deleted} removed"
    );
}

#[test]
fn two_that_watch_one_cluster_never_operate_at_once() {
    many(4, 20, 4);
}

/// `cargo test --test kill -- --ignored --nocapture two_hundred`
#[test]
#[ignore = "takes minutes"]
fn two_hundred_times_two_that_watch_never_operate_at_once() {
    many(200, 30, 20);
}
