//! The demo as a new user sees it: the real program, its simulated cloud and its worker.

use portable_pty::CommandBuilder;

use crate::pty::Pty;

/// A cloud with little to do that boots at once.
const QUICK: &str = r#"
description = "a quick one"
load_balancer = { healthy_after = "200ms" }
boot = { time = "300ms", ready_after = "100ms", shutdown = "200ms" }
metrics = { step = "1s", lag = "0s" }
limits = { hour = 0, minute = 0 }
workload = { base = 20.0 }
"#;

fn start_with(arguments: &[&str]) -> Pty {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_dropscale"));
    command.arg("demo");
    command.args(arguments);
    command.env("TERM", "xterm-256color");
    Pty::start(command, (120, 36))
}

fn start() -> Pty {
    start_with(&[])
}

#[test]
fn a_clone_appears_boots_and_joins_and_is_removed_again() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("quick.toml");
    std::fs::write(&scenario, QUICK).unwrap();
    let mut pty = start_with(&["--scenario", scenario.to_str().unwrap()]);
    pty.expect_drawn();
    pty.expect("web001");
    pty.keys("u");
    pty.expect("y add it");
    pty.keys("y");
    pty.expect("done: web002 serves");
    pty.wait_for("the look after the operation", |pty| {
        let text = pty.text();
        let serves = text.lines().any(|line| line.contains("web002") && line.contains("active"));
        serves && !text.contains("under way")
    });
    pty.keys("d");
    pty.expect("Remove web002");
    pty.keys("y");
    pty.expect("web002 is gone");
    pty.keys("q");
    assert_eq!(pty.wait_for_end().0, 0);
    pty.assert_restored();
}

#[test]
fn a_clone_is_made_and_the_terminal_given_back() {
    let mut pty = start();
    pty.expect_drawn();
    pty.expect("base");
    pty.keys("u");
    pty.expect("y add it · n/esc cancel");
    pty.keys("y");
    pty.expect("booting");
    pty.keys("q");
    pty.expect("Cancel");
    pty.keys("y");
    pty.expect("left unfinished: scaling up of");
    assert_eq!(pty.wait_for_end().0, 0);
    pty.assert_restored();
}

const OTHER_KEYS: &str = r#"
[clusters.web]
tag = "web"
base_droplet = "web-base"
snapshot = "web-snapshot"
clone_prefix = "web"
load_balancer = "web-lb"
[keys]
scale_up = "f2"
refresh = "u"
"#;

#[test]
fn the_keys_of_a_configuration_are_heard_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, OTHER_KEYS).unwrap();
    let mut pty = start_with(&["--config", file.to_str().unwrap()]);
    pty.expect_drawn();
    pty.expect("f2 scale up");
    pty.expect("web001");
    pty.keys("u");
    pty.expect("looking at the cluster now");
    pty.keys("\x1bOQ");
    pty.expect("y add it");
    pty.keys("n?");
    pty.expect("f2              add a clone");
    pty.keys("\x03");
    assert_eq!(pty.wait_for_end().0, 0);
}

#[test]
fn the_plainest_terminal_gets_ascii_in_bold_and_reverse() {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_dropscale"));
    command.args(["demo", "--ascii"]);
    command.env("TERM", "xterm-256color");
    command.env("NO_COLOR", "1");
    let mut pty = Pty::start(command, (120, 36));
    pty.expect("web001");
    pty.keys("u");
    pty.expect("Cancel");
    pty.keys("n?");
    pty.expect("add a clone");
    pty.keys("\x03");
    assert_eq!(pty.wait_for_end().0, 0);
    pty.assert_restored();
    assert!(pty.is_ascii());
    let codes = pty.styles();
    assert!(codes.iter().all(|code| matches!(code, 0..=29)), "{codes:?}");
    assert!(codes.contains(&1) && codes.contains(&7), "{codes:?}");
}

#[test]
fn an_outage_is_told_and_the_last_known_data_stay() {
    let mut pty = start();
    pty.expect_drawn();
    pty.expect("base");
    pty.keys("!r");
    pty.expect("503");
    pty.expect("base");
    pty.keys("!r");
    pty.wait_for("the API to answer again", |pty| !pty.text().contains("failing"));
}
