//! The program on the other side: this test binary again, with `tui::run` and a made-up worker behind it. What
//! the worker is told, and its own ticks, stand in a file.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dropscale::cloud::Clock;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::{self, Options, Theme};
use dropscale::worker::{AppState, Command};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use portable_pty::CommandBuilder;
use tokio::sync::{mpsc, watch};

const ROLE: &str = "DROPSCALE_TEST_ROLE";
const JOURNAL: &str = "DROPSCALE_TEST_JOURNAL";
/// The theme, where it is not the default.
pub const THEME: &str = "DROPSCALE_TEST_THEME";

/// Set where the mouse is heard.
pub const MOUSE: &str = "DROPSCALE_TEST_MOUSE";

/// What stands in the journal when the clock of [`Role::Repeating`] has gone as far as it goes.
pub const TEN_SECONDS: &str = "ten seconds";

/// What the worker does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Role {
    /// Nothing changes, and the clock stands still.
    Calm,
    /// Nothing changes, and there are many droplets.
    Many,
    /// Nothing changes but the clock.
    Ageing,
    /// The same state is published again and again, and the clock goes for ten seconds, faster than it should.
    Repeating,
    /// Everything changes, all the time.
    Restless,
    /// The load changes all the time, and never so much that anything is to be done.
    Drifting,
    /// As soon as it is told anything, the API fails.
    Failing,
    /// It ends as soon as it is told anything.
    Ending,
    /// The clock of the interface panics after some frames.
    Panicking,
    /// It panics as soon as it is told anything.
    Crashing,
}

const ROLES: [Role; 10] = [
    Role::Calm,
    Role::Many,
    Role::Ageing,
    Role::Repeating,
    Role::Restless,
    Role::Drifting,
    Role::Failing,
    Role::Ending,
    Role::Panicking,
    Role::Crashing,
];

/// The name of the thread that the interface runs on.
pub const INTERFACE: &str = "actor::play";

/// The command that plays this role and writes into this file.
pub fn command(role: Role, journal: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(arguments());
    command.env(ROLE, format!("{role:?}"));
    command.env(JOURNAL, journal);
    command.env("RUST_BACKTRACE", "0");
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    for name in ["LC_ALL", "LC_CTYPE", "NO_COLOR", "COLORTERM", "TMUX", "STY"] {
        command.env_remove(name);
    }
    command
}

/// The same for a shell.
pub fn shell_line(role: Role, journal: &Path) -> String {
    let program = std::env::current_exe().unwrap();
    let arguments = arguments().join(" ");
    format!("{ROLE}={role:?} {JOURNAL}='{}' '{}' {arguments}", journal.display(), program.display())
}

fn arguments() -> [&'static str; 5] {
    ["--exact", "actor::play", "--ignored", "--nocapture", "--test-threads=1"]
}

#[test]
#[ignore = "the program that the other tests start"]
fn play() {
    let (Ok(role), Ok(journal)) = (std::env::var(ROLE), std::env::var(JOURNAL)) else { return };
    let role = ROLES.into_iter().find(|other| format!("{other:?}") == role).unwrap();
    let (publish, state) = watch::channel(Arc::new(state(role, 0)));
    let (commands, told) = mpsc::channel(16);
    let clock = StageClock { role, begun: Instant::now(), asked: AtomicU32::new(0), journal: journal.clone().into() };
    let work = move || work(role, journal.as_ref(), &publish, told);
    thread::Builder::new().name("work".to_owned()).spawn(work).unwrap();
    let theme = std::env::var(THEME).map_or_else(|_| Theme::terminal(), |name| Theme::named(&name).unwrap());
    let options = Options {
        zone: TimeZone::UTC,
        mouse: std::env::var_os(MOUSE).is_some(),
        clock: Arc::new(clock),
        ..Options::detect(theme, None, false, |name| std::env::var(name).ok())
    };
    let code = match tui::run(state, commands, options) {
        Ok(exit) => exit.code(),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "dropscale: {error}");
            1
        }
    };
    process::exit(code.into());
}

/// Each time that it is asked, so much has gone by on the clock of [`Role::Repeating`].
const LEAP: SignedDuration = SignedDuration::from_millis(20);
/// So often, and then it stands still: later, texts that tell an age change by themselves.
const LEAPS: u32 = 500;

/// A clock that begins when the state was seen, and for most roles stands still, so that no age changes by itself.
struct StageClock {
    role: Role,
    begun: Instant,
    asked: AtomicU32,
    journal: PathBuf,
}

impl Clock for StageClock {
    fn now(&self) -> Timestamp {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        assert!(self.role != Role::Panicking || asked < 3, "the clock has fallen off the wall");
        let gone_by = match self.role {
            Role::Ageing => SignedDuration::try_from(self.begun.elapsed()).unwrap(),
            Role::Repeating => {
                if asked == LEAPS {
                    let mut journal = OpenOptions::new().append(true).open(&self.journal).unwrap();
                    writeln!(journal, "{TEN_SECONDS}").unwrap();
                }
                LEAP * i32::try_from(asked.min(LEAPS)).unwrap()
            }
            _ => SignedDuration::ZERO,
        };
        fixtures::now() + gone_by
    }
}

fn state(role: Role, tick: u32) -> AppState {
    let load = match role {
        Role::Restless => f64::from(tick % 50) / 40.0,
        Role::Drifting => 0.4 + f64::from(tick % 50) / 500.0,
        _ => 0.4,
    };
    let droplets = if role == Role::Many { 60 } else { 4 };
    let fixture = Fixture::new(droplets).manual().load(load);
    let fixture = if role == Role::Failing && tick > 0 { fixture.api_down() } else { fixture };
    let mut state = fixture.build();
    state.generation = u64::from(tick);
    state
}

fn work(role: Role, journal: &Path, publish: &watch::Sender<Arc<AppState>>, mut told: mpsc::Receiver<Command>) {
    let mut journal = OpenOptions::new().create(true).append(true).open(journal).unwrap();
    for tick in 1.. {
        while let Ok(command) = told.try_recv() {
            writeln!(journal, "{command:?}").unwrap();
            assert!(role != Role::Crashing, "the worker has hit a wall");
            if role == Role::Ending {
                return;
            }
            if role == Role::Failing {
                publish.send_replace(Arc::new(state(role, tick)));
            }
        }
        if matches!(role, Role::Repeating | Role::Restless | Role::Drifting | Role::Panicking) {
            publish.send_replace(Arc::new(state(role, tick)));
            writeln!(journal, "tick").unwrap();
        }
        thread::sleep(Duration::from_millis(5));
    }
}
