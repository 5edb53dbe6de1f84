//! The mouse: not heard unless it was asked for, given back whatever ends the program, and what it does.

use std::time::Duration;

use portable_pty::CommandBuilder;
use rustix::process::Signal;
use tempfile::{NamedTempFile, TempPath};

use crate::actor::{self, Role};
use crate::pty::{Pty, lines};

const ON: &str = "\x1b[?1000h\x1b[?1006h";
const OFF: &str = "\x1b[?1006l\x1b[?1000l";
/// All of mouse reporting that there is.
const MODES: [u16; 8] = [9, 1000, 1001, 1002, 1003, 1005, 1006, 1015];
/// A little more than what two clicks of a double click are apart.
const DOUBLE: Duration = Duration::from_millis(550);
const WHEEL_DOWN: &str = "\x1b[<65;40;12M";
const WHEEL_UP: &str = "\x1b[<64;40;12M";

fn command(role: Role, journal: &TempPath) -> CommandBuilder {
    let mut command = actor::command(role, journal);
    command.env(actor::MOUSE, "1");
    command
}

fn journal() -> TempPath {
    NamedTempFile::new().unwrap().into_temp_path()
}

fn start(size: (u16, u16)) -> (Pty, TempPath) {
    let journal = journal();
    let mut pty = Pty::start(command(Role::Calm, &journal), size);
    pty.expect_drawn();
    pty.expect("lb-web");
    (pty, journal)
}

/// It was switched on and off this often, and in no other way.
fn assert_switched(pty: &Pty, times: usize) {
    assert_eq!((pty.count(ON), pty.count(OFF)), (times, times));
    for mode in MODES {
        let expected = if matches!(mode, 1000 | 1006) { times } else { 0 };
        let switched = [format!("\x1b[?{mode}h"), format!("\x1b[?{mode}l")].map(|bytes| pty.count(&bytes));
        assert_eq!(switched, [expected; 2], "mode {mode}");
    }
}

#[test]
fn without_being_asked_for_it_is_the_terminals_own() {
    let journal = journal();
    let mut pty = Pty::start(actor::command(Role::Calm, &journal), (120, 36));
    pty.expect("web002");
    // A terminal may have been left with it on by somebody else.
    pty.click("web002");
    pty.click("q quit");
    pty.keys(WHEEL_DOWN);
    pty.keys("r");
    pty.wait_for("the key after it", |_| !lines(&journal).is_empty());
    assert!(pty.text().contains("▶web-base"), "{}", pty.text());
    pty.keys("q");
    assert_eq!(pty.wait_for_end().0, 0);
    pty.assert_restored();
    assert_switched(&pty, 0);
}

#[test]
fn it_is_given_back_after_quitting_and_after_every_signal() {
    let (mut pty, _journal) = start((120, 36));
    assert!(pty.hears_the_mouse());
    pty.click("q quit");
    assert_eq!(pty.wait_for_end().0, 0);
    pty.assert_restored();
    assert_switched(&pty, 1);
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let (mut pty, _journal) = start((120, 36));
        pty.signal(signal);
        assert_eq!(pty.wait_for_end().0, code);
        pty.assert_restored();
        assert_switched(&pty, 1);
    }
}

#[test]
fn it_is_given_back_after_a_panic_and_after_an_error() {
    for (role, code) in [(Role::Panicking, 101), (Role::Ending, 1), (Role::Crashing, 1)] {
        let journal = journal();
        let mut pty = Pty::start(command(role, &journal), (120, 36));
        pty.keys("r");
        assert_eq!(pty.wait_for_end().0, code, "{role:?}");
        pty.assert_restored();
        assert_switched(&pty, 1);
    }
}

#[test]
fn the_shell_has_it_between_ctrl_z_and_fg() {
    let journal = journal();
    let mut shell = CommandBuilder::new("/bin/sh");
    shell.arg("-i");
    shell.env("PS1", "ready> ");
    shell.env(actor::MOUSE, "1");
    let mut pty = Pty::start(shell, (120, 36));
    pty.expect("ready>");
    pty.keys(&format!("{}\n", actor::shell_line(Role::Calm, &journal)));
    pty.expect_drawn();
    let asks = |pty: &mut Pty| !pty.is_taken_over() && pty.text().trim_end().ends_with("ready>");
    pty.keys("\x1a");
    pty.wait_for("the shell", asks);
    assert!(!pty.hears_the_mouse());
    assert_switched(&pty, 1);
    pty.keys("fg\n");
    pty.wait_for("the way back", |pty| pty.is_taken_over() && pty.hears_the_mouse());
    pty.expect("lb-web");
    pty.keys("q");
    pty.wait_for("the shell", asks);
    assert!(!pty.hears_the_mouse());
    assert_switched(&pty, 2);
    pty.keys("exit 7\n");
    assert_eq!(pty.wait_for_end().0, 7);
}

#[test]
fn a_stop_signal_gives_it_back_until_it_goes_on() {
    let (mut pty, _journal) = start((120, 36));
    pty.signal(Signal::TSTP);
    pty.assert_restored();
    pty.settle();
    pty.signal(Signal::CONT);
    pty.wait_for("the way back", |pty| pty.is_taken_over() && pty.hears_the_mouse());
    pty.keys("q");
    assert_eq!(pty.wait_for_end().0, 0);
    pty.assert_restored();
    assert_switched(&pty, 2);
}

#[test]
fn a_click_selects_a_row_and_one_more_opens_it() {
    let (mut pty, journal) = start((120, 36));
    pty.click("web002");
    pty.expect("▶web002");
    assert!(lines(&journal).is_empty(), "nothing was asked of the worker");
    pty.click("web002");
    pty.wait_for("the command", |_| !lines(&journal).is_empty());
    assert_eq!(lines(&journal), ["Inspect { cluster: 0, droplet: Some(DropletId(1002)) }"]);
    pty.expect("esc back");
    pty.click("esc back");
    pty.expect("DROPLETS");
    pty.click("LOAD");
    pty.expect("LOAD▼");
    pty.click("LOAD▼");
    pty.expect("LOAD▲");
}

#[test]
fn a_hint_opens_the_question_and_its_button_answers() {
    let (mut pty, journal) = start((80, 24));
    pty.click("u up");
    pty.expect("Add web004");
    pty.click("[ Cancel ]");
    pty.wait_for("the end of the question", |pty| !pty.text().contains("Cancel"));
    // In one write, as a lame line brings it: what was clicked before the question was seen does not answer it.
    let place = "\x1b[<0;2;24M\x1b[<0;2;24m";
    pty.keys(&place.repeat(5));
    pty.expect("Add web004");
    pty.settle();
    assert!(lines(&journal).is_empty());
    let click = pty.click_on("Add web004  ");
    pty.wait_for("the command", |pty| {
        // Too soon after another, or read together with it, a click is the second half of a double click.
        pty.let_pass(DOUBLE);
        pty.keys(&click);
        pty.settle();
        !lines(&journal).is_empty()
    });
    assert_eq!(lines(&journal)[0], "Up { cluster: 0 }");
}

#[test]
fn on_a_held_picture_a_click_selects_and_a_question_is_judged_by_the_present() {
    let journal = journal();
    let mut pty = Pty::start(command(Role::Restless, &journal), (120, 36));
    pty.expect_drawn();
    pty.keys(" ");
    pty.expect("PAUSED");
    pty.click("web002");
    pty.expect("▶web002");
    pty.expect("PAUSED");
    pty.click("u scale up");
    pty.expect("[ Cancel ]");
    assert!(!pty.text().contains("PAUSED"), "{}", pty.text());
    pty.click("[ Cancel ]");
    pty.wait_for("the end of the question", |pty| !pty.text().contains("Cancel"));
    assert!(lines(&journal).iter().all(|line| line == "tick"));
}

#[test]
fn the_wheel_scrolls_what_is_in_front() {
    let journal = journal();
    let mut pty = Pty::start(command(Role::Many, &journal), (80, 24));
    pty.expect("▶web-base");
    pty.keys(WHEEL_DOWN);
    pty.expect("▶web003");
    assert!(!pty.text().contains("web-base"), "{}", pty.text());
    pty.keys(&WHEEL_UP.repeat(3));
    pty.expect("web-base");
    // Fewer rows, and none where the mouse was.
    pty.resize(80, 16);
    pty.wait_for("the smaller screen", |pty| pty.text().lines().nth(15).is_some_and(|line| line.contains("q quit")));
    pty.keys("\x1b[<0;40;20M\x1b[<0;40;20m");
    pty.settle();
    assert!(pty.text().contains("ROLE") && pty.text().contains("▶web"), "{}", pty.text());
    pty.keys("?");
    pty.expect("SCALING");
    pty.keys(WHEEL_DOWN);
    pty.wait_for("the help to scroll", |pty| !pty.text().contains("SCALING"));
    pty.keys(WHEEL_UP);
    pty.expect("SCALING");
    pty.click("web");
    pty.wait_for("the help to close", |pty| !pty.text().contains("SCALING"));
}
