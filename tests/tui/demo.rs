//! The demo as a new user sees it: the real program, its simulated cloud and its worker.

use portable_pty::CommandBuilder;

use crate::pty::Pty;

fn start() -> Pty {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_dropscale"));
    command.arg("demo");
    command.env("TERM", "xterm-256color");
    Pty::start(command, (120, 36))
}

#[test]
fn a_clone_is_made_and_the_terminal_given_back() {
    let mut pty = start();
    pty.expect_drawn();
    pty.expect("base");
    pty.keys("u");
    pty.expect("Cancel");
    pty.keys("\r");
    pty.expect("creating");
    pty.keys("q");
    pty.expect("Cancel");
    pty.keys("y");
    assert_eq!(pty.wait_for_end().0, 0);
    pty.assert_restored();
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
