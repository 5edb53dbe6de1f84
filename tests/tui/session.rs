//! From taking the terminal over to giving it back, whatever ends it.

use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use rustix::process::Signal;
use tempfile::{NamedTempFile, TempPath};

use crate::actor::{self, Role};
use crate::pty::{Pty, lines};

const SIZE: (u16, u16) = (120, 36);

fn journal() -> TempPath {
    NamedTempFile::new().unwrap().into_temp_path()
}

pub fn start(role: Role) -> (Pty, TempPath) {
    let journal = journal();
    let mut pty = Pty::start(actor::command(role, &journal), SIZE);
    pty.expect_drawn();
    (pty, journal)
}

pub fn ticks(journal: &TempPath) -> usize {
    lines(journal).iter().filter(|line| *line == "tick").count()
}

#[test]
fn quitting_gives_the_terminal_back() {
    let (mut pty, _journal) = start(Role::Calm);
    pty.expect("lb-web");
    pty.keys("q");
    assert_eq!(pty.wait_for_end().0, 0);
    pty.assert_restored();
}

#[test]
fn ctrl_c_leaves_in_order() {
    let (mut pty, _journal) = start(Role::Calm);
    pty.keys("?\x03");
    assert_eq!(pty.wait_for_end().0, 0);
    pty.assert_restored();
}

#[test]
fn every_signal_that_ends_gives_the_terminal_back() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let (mut pty, _journal) = start(Role::Calm);
        pty.signal(signal);
        assert_eq!(pty.wait_for_end().0, code);
        pty.assert_restored();
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_says_so() {
    let journal = journal();
    let mut pty = Pty::start(actor::command(Role::Panicking, &journal), SIZE);
    assert_eq!(pty.wait_for_end().0, 101);
    pty.assert_restored();
    assert!(pty.count("\x1b[?1049h") == 1, "it had been taken over");
    pty.expect("the clock has fallen off the wall");
    pty.expect("dropscale has crashed");
}

#[test]
fn an_error_gives_the_terminal_back_and_says_what_to_do() {
    let (mut pty, _journal) = start(Role::Ending);
    pty.keys("r");
    assert_eq!(pty.wait_for_end().0, 1);
    pty.assert_restored();
    pty.expect("the worker stopped unexpectedly");
}

#[test]
fn a_worker_that_panics_is_not_lost_in_the_screen() {
    let (mut pty, _journal) = start(Role::Crashing);
    pty.keys("r");
    assert_eq!(pty.wait_for_end().0, 1);
    pty.assert_restored();
    assert_eq!(pty.count("has hit a wall"), 1, "told once, when the screen is given back:\n{}", pty.text());
}

#[test]
fn without_colours_bold_and_reverse_are_kept() {
    let journal = journal();
    let mut command = actor::command(Role::Calm, &journal);
    command.env("NO_COLOR", "1");
    let mut pty = Pty::start(command, SIZE);
    pty.expect("lb-web");
    pty.keys("u");
    pty.expect("Cancel");
    let codes = pty.styles();
    let is_color = |code: &u16| matches!(code, 30..=38 | 40..=48 | 90..=107);
    assert!(!codes.iter().any(is_color), "{codes:?}");
    assert!(codes.contains(&1) && codes.contains(&7), "{codes:?}");
}

#[test]
fn the_linux_console_gets_only_its_eight_colours() {
    let journal = journal();
    let mut command = actor::command(Role::Calm, &journal);
    command.env("TERM", "linux");
    command.env(actor::THEME, "dark");
    let mut pty = Pty::start(command, SIZE);
    pty.expect("lb-web");
    pty.keys("u");
    pty.expect("Cancel");
    let codes = pty.styles();
    assert!(codes.iter().all(|code| matches!(code, 0 | 1 | 2 | 7 | 30..=37 | 39..=47 | 49)), "{codes:?}");
    assert!(codes.iter().any(|code| matches!(code, 31..=37)), "{codes:?}");
}

#[test]
fn a_locale_without_utf8_gets_plain_ascii() {
    let journal = journal();
    let mut command = actor::command(Role::Calm, &journal);
    command.env("LANG", "C");
    let mut pty = Pty::start(command, SIZE);
    pty.expect("lb-web");
    for keys in ["?", "\x1b", "z", "z", "v", "v", "o", "o", ":", "\x1b", "e", "\x1b", "u"] {
        pty.keys(keys);
        pty.settle();
    }
    pty.expect("Cancel");
    assert!(pty.is_ascii());
}

#[test]
fn a_stop_signal_gives_the_terminal_back_until_it_goes_on() {
    let (mut pty, _journal) = start(Role::Calm);
    pty.signal(Signal::TSTP);
    pty.assert_restored();
    pty.settle();
    let frames = pty.count("\x1b[?2026h");
    pty.signal(Signal::CONT);
    pty.wait_for("a whole frame", |pty| pty.is_taken_over() && pty.count("\x1b[?2026h") > frames);
    pty.expect("lb-web");
    pty.keys("q");
    assert_eq!(pty.wait_for_end().0, 0);
    pty.assert_restored();
}

#[test]
fn ctrl_z_and_fg_go_to_the_shell_and_back() {
    let journal = journal();
    let mut shell = CommandBuilder::new("/bin/sh");
    shell.arg("-i");
    shell.env("PS1", "ready> ");
    let mut pty = Pty::start(shell, SIZE);
    pty.expect("ready>");
    let of_shell = pty.modes();
    pty.keys(&format!("{}\n", actor::shell_line(Role::Calm, &journal)));
    pty.expect_drawn();
    // What is typed before the shell asks for it may still be read by the program.
    let asks = |pty: &mut Pty| !pty.is_taken_over() && pty.text().trim_end().ends_with("ready>");
    pty.keys("\x1a");
    pty.wait_for("the shell", asks);
    assert_eq!(pty.modes(), of_shell);
    pty.keys("fg\n");
    pty.wait_for("the way back", |pty| pty.is_taken_over());
    pty.expect("lb-web");
    assert_ne!(pty.modes(), of_shell);
    pty.keys("q");
    pty.wait_for("the shell", asks);
    assert_eq!(pty.modes(), of_shell);
    pty.keys("exit 7\n");
    assert_eq!(pty.wait_for_end().0, 7);
}

#[test]
fn ctrl_z_without_a_shell_is_no_trap() {
    let (mut pty, _journal) = start(Role::Calm);
    pty.keys("\x1a");
    pty.expect("no shell to go to");
    pty.keys("q");
    assert_eq!(pty.wait_for_end().0, 0);
}

#[test]
fn a_question_is_answered_and_the_worker_told() {
    let (mut pty, journal) = start(Role::Calm);
    // Cancel has the focus: Enter alone does nothing.
    pty.keys("u\r");
    pty.keys("uy");
    pty.wait_for("the command", |_| lines(&journal).contains(&"Up { cluster: 0 }".to_owned()));
    pty.keys("d\r");
    pty.keys("d\t\r");
    pty.wait_for("the command", |_| lines(&journal).len() == 2);
    assert_eq!(lines(&journal)[1], "Down { cluster: 0, droplet: DropletId(1003) }");
}

#[test]
fn a_command_is_typed_completed_and_done() {
    let (mut pty, journal) = start(Role::Calm);
    pty.keys(":");
    pty.expect("COMMANDS");
    pty.keys("ran\t6");
    pty.expect("range 6h");
    pty.keys("\r");
    pty.wait_for("the command", |_| !lines(&journal).is_empty());
    assert_eq!(lines(&journal), ["Range { cluster: 0, range: 21600s }"]);
    pty.keys(":scale_up\r");
    pty.expect("y add it");
    pty.keys("\r:quit\r");
    assert_eq!(pty.wait_for_end().0, 0);
    assert_eq!(lines(&journal).len(), 1, "Cancel had the focus");
}

#[test]
fn what_is_copied_reaches_the_terminal_through_tmux_as_well() {
    let (mut pty, _journal) = start(Role::Calm);
    pty.keys("v");
    pty.expect("EVENTS");
    pty.keys("y");
    pty.wait_for("the clipboard", |pty| pty.count("\x1b]52;c;") == 1);
    let journal = journal();
    let mut command = actor::command(Role::Calm, &journal);
    command.env("TMUX", "/tmp/tmux-0/default,1,0");
    let mut pty = Pty::start(command, SIZE);
    pty.expect_drawn();
    pty.keys("y");
    pty.wait_for("the clipboard", |pty| pty.count("\x1bPtmux;\x1b\x1b]52;c;") == 1);
    pty.expect("if the terminal allows it");
}

#[test]
fn what_is_shown_is_written_into_a_new_file() {
    let (journal, folder) = (journal(), tempfile::tempdir().unwrap());
    let mut command = actor::command(Role::Calm, &journal);
    command.cwd(folder.path());
    let mut pty = Pty::start(command, SIZE);
    pty.expect_drawn();
    let files = [("e", "droplets", "", 5), ("e", "droplets", "-2", 5), ("ve", "events", "", 7)];
    for (keys, page, number, lines) in files {
        pty.keys(keys);
        pty.expect(&format!("Export the {page} of web"));
        pty.expect(&format!("into {}", folder.path().display()));
        pty.keys("\r");
        let name = format!("dropscale-web-{page}-20251124T120000Z{number}.csv");
        pty.expect(&format!("written: the {page} of web, as {name} in "));
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(text.lines().count(), lines, "{text}");
    }
}

#[test]
fn a_pasted_text_is_no_key() {
    let (mut pty, journal) = start(Role::Calm);
    pty.keys("\x1b[200~u\ry\x1b[201~");
    pty.keys("r");
    pty.wait_for("the key after it", |_| !lines(&journal).is_empty());
    assert_eq!(lines(&journal), ["Refresh { cluster: 0 }"]);
}

#[test]
fn a_terminal_that_does_not_read_stops_neither_the_worker_nor_a_signal() {
    let (mut pty, journal) = start(Role::Restless);
    pty.read(false);
    // Until the buffers of the system are full and no key is answered any more.
    let answered = |journal: &TempPath| lines(journal).iter().filter(|line| line.starts_with("Refresh")).count();
    let mut asked = (0, 0);
    pty.wait_for("a stuck write", |pty| {
        if answered(&journal) > asked.0 || asked.1 == 0 {
            asked = (answered(&journal), ticks(&journal));
            pty.keys("r");
        }
        ticks(&journal) > asked.1 + 100
    });
    // The worker has gone on meanwhile.
    pty.signal(Signal::TERM);
    let (code, time) = pty.wait_for_end();
    assert_eq!(code, 143);
    assert!(time < Duration::from_secs(2), "it took {time:?}");
    pty.assert_modes_restored();
}

#[test]
fn a_terminal_that_is_gone_ends_it_within_a_second() {
    let (mut pty, _journal) = start(Role::Restless);
    pty.hang_up();
    let (code, time) = pty.wait_for_end();
    assert_eq!(code, 129);
    assert!(time < Duration::from_secs(1), "it took {time:?}");
}

#[test]
fn a_terminal_that_is_gone_ends_it_although_nobody_signals() {
    // Only the leader of the session is signalled: a shell that ignores it, as `nohup` does, and waits.
    let journal = journal();
    let mut shell = CommandBuilder::new("/bin/sh");
    shell.arg("-c");
    shell.arg(format!(
        "trap '' HUP; {}; echo ended $? >> '{}'",
        actor::shell_line(Role::Calm, &journal),
        journal.display()
    ));
    let mut pty = Pty::start(shell, SIZE);
    pty.expect_drawn();
    pty.hang_up();
    let begin = Instant::now();
    pty.wait_for("the end", |_| lines(&journal).iter().any(|line| line == "ended 129"));
    assert!(begin.elapsed() < Duration::from_secs(1), "it took {:?}", begin.elapsed());
}

#[test]
fn without_a_terminal_it_says_so() {
    let journal = journal();
    let mut command = std::process::Command::new("/bin/sh");
    command.arg("-c").arg(format!("{} </dev/null", actor::shell_line(Role::Calm, &journal)));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("standard input is not a terminal") && said.contains("dropscale status"), "{said}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains('\x1b'));
}
