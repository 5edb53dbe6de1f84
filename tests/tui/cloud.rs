//! The real program on a cloud that the test holds: what it did is seen there, not on the screen.

use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use dropscale::cloud::SystemClock;
use dropscale::simulator::{Scenario, SharedWorld, http};
use portable_pty::CommandBuilder;
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::pty::Pty;

/// A cloud with little to do that boots at once.
const QUICK: &str = r#"
description = "a quick one"
history = "1m"
load_balancer = { healthy_after = "200ms" }
boot = { time = "300ms", ready_after = "100ms", shutdown = "200ms" }
metrics = { step = "1s", lag = "0s", load_smoothing = "1s" }
limits = { hour = 0, minute = 0 }
workload = { base = 60.0 }
"#;

const CONFIG: &str = r#"
[clusters.web]
tag = "web"
base_droplet = "web-base"
snapshot = "web-snapshot"
clone_prefix = "web"
load_balancer = "web-lb"
max = 6
scaling_interval = "INTERVAL"
scale_up = { load = 0.8 }
[clusters.web.timing]
claim_settle = "10ms"
step_poll = "50ms"
poll = "1s"
metrics_step = "1s"
metrics_window = "4s"
"#;

static SERVERS: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap());

struct Cloud {
    world: SharedWorld,
    url: String,
    home: TempDir,
}

impl Cloud {
    /// One whose clusters cool down for so long.
    fn new(interval: &str) -> Self {
        let scenario = Scenario::parse(QUICK, "quick").unwrap();
        let world = SharedWorld::new(&scenario, 1, Arc::new(SystemClock)).unwrap();
        let listener = SERVERS.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        SERVERS.spawn(http::serve(world.clone(), listener, std::future::pending()));
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config.toml"), CONFIG.replace("INTERVAL", interval)).unwrap();
        Self { world, url, home }
    }

    /// The program on this cloud, with its own home.
    fn start(&self) -> Pty {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_dropscale"));
        command.env_clear();
        command.env("HOME", self.home.path());
        command.env("XDG_STATE_HOME", self.home.path());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("DIGITALOCEAN_ACCESS_TOKEN", "simulated");
        command.env("DIGITALOCEAN_API_URL", &self.url);
        command.arg("--config");
        command.arg(self.home.path().join("config.toml"));
        Pty::start(command, (120, 36))
    }

    /// What was written down on this machine.
    fn journal(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.home.path().join("dropscale/journal.jsonl")).unwrap_or_default();
        assert!(!text.contains("simulated"), "the token stands in the journal");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// How many droplets serve.
    fn members(&self) -> usize {
        self.world.with(|world| world.balancers().last().unwrap().members.len())
    }
}

/// Nobody reads the terminal for so long, and so many clones are added by themselves meanwhile; then a signal ends
/// it, still unread.
fn goes_on_unread(unread: Duration, clones: usize) {
    let cloud = Cloud::new("10s");
    let before = cloud.members();
    let mut pty = cloud.start();
    pty.expect("web001");
    pty.keys("a");
    pty.expect("Cancel");
    pty.keys("y");
    pty.expect("AUTO ON");
    pty.read(false);
    let begin = Instant::now();
    // A whole frame for each of these keys: together far more than a system keeps for a reader that does not come.
    for _ in 0..100 {
        pty.keys("\x0c");
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(cloud.members(), before, "there was nothing to do until now");
    cloud.world.with(|world| world.scale_load(20.0));
    thread::sleep(unread.saturating_sub(begin.elapsed()));
    pty.wait_for("the clones", |_| cloud.members() >= before + clones);
    pty.signal(Signal::TERM);
    let (code, time) = pty.wait_for_end();
    assert_eq!(code, 143);
    assert!(time < Duration::from_secs(2), "it took {time:?}");
    pty.assert_modes_restored();
    pty.read(true);
    pty.settle();
    let frames = (pty.count("\x1b[?2026h"), pty.count("\x1b[?2026l"));
    assert!(frames.0 > frames.1, "its last frame was stuck: begun and ended: {frames:?}");
}

#[test]
#[ignore = "half a minute of real time: cargo test --test tui -- --ignored half_a_minute"]
fn a_terminal_unread_for_half_a_minute_stops_neither_scaling_nor_a_signal() {
    goes_on_unread(Duration::from_secs(30), 2);
}

#[test]
fn a_terminal_unread_stops_neither_scaling_nor_a_signal() {
    goes_on_unread(Duration::from_secs(1), 1);
}

#[test]
fn what_is_done_from_the_screen_and_by_auto_is_written_down() {
    let cloud = Cloud::new("2m");
    let mut pty = cloud.start();
    pty.expect("web001");
    // Far more than two droplets can take.
    cloud.world.with(|world| world.scale_load(20.0));
    for (key, then) in [("a", "web002 serves"), ("u", "web003 serves")] {
        pty.keys(key);
        pty.expect("Cancel");
        pty.keys("y");
        pty.expect(then);
    }
    pty.keys("q");
    pty.expect("Auto is on, and ends with this program");
    pty.keys("y");
    pty.wait_for_end();
    let journal = cloud.journal();
    let by_hand = journal.iter().rfind(|record| record["event"] == "ended").unwrap();
    let told = ["kind", "outcome", "reason", "droplet_name"].map(|key| by_hand[key].as_str().unwrap());
    assert_eq!(told, ["up", "done", "by hand", "web003"]);
    let sent = journal.iter().filter_map(|record| record["requests"].as_array()).flatten();
    assert!(sent.into_iter().any(|request| request["request"] == "POST /v2/droplets"), "{journal:#?}");
    let decided = journal.iter().find(|record| record["event"] == "evaluation").unwrap();
    assert!(decided["decision"]["rules"][0]["value"].as_f64().unwrap() > 0.8, "{decided:#?}");
}
