//! The loop of the interface. It owns the main thread and the terminal, draws when something has changed, and
//! waits otherwise; the worker runs elsewhere and does not notice when the terminal does not read.

use std::collections::BTreeMap;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyEventKind, MouseEventKind};
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::export::{Export, Source};
use super::terminal::{self, Control, Session, Tty, TuiError};
use super::update::{self, Effect, Heard, LookedAt, Outcome, Seen};
use super::view::{self, Drawn, Live, News, Scene};
use super::{Options, Page, Ui};
use crate::keymap::Action;
use crate::policy::Reason;
use crate::scaling::Level;
use crate::worker::{AppState, ClusterState, Command, Connection};

/// How the interface ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The user left.
    Quit,
    /// A signal, with its number.
    Signal(i32),
    /// The terminal is gone.
    Hangup,
}

impl Exit {
    /// The exit code of the process: 0, or 128 and the signal's number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(number) => terminal::exit_code(number),
            Self::Hangup => terminal::HANGUP,
        }
    }
}

/// Runs the interface until the user leaves, a signal comes, or the terminal is gone. To be called on the main
/// thread, outside of any runtime. A signal to stop ends the process within two seconds even when this thread
/// is stuck in a write.
pub fn run(
    state: watch::Receiver<Arc<AppState>>,
    commands: mpsc::Sender<Command>,
    options: Options,
) -> Result<Exit, TuiError> {
    let tty = Arc::new(Tty::open(options.mouse)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(TuiError::Terminal)?;
    let (tell_control, control) = mpsc::channel(16);
    let (tell_input, input) = mpsc::channel(256);
    terminal::watch_signals(Arc::clone(&tty), tell_control.clone()).map_err(TuiError::Terminal)?;
    let session = Session::begin(Arc::clone(&tty))?;
    terminal::watch_hangup(tty, tell_control.clone()).map_err(TuiError::Terminal)?;
    terminal::read_input(tell_input, tell_control).map_err(TuiError::Terminal)?;
    runtime.block_on(Loop::new(session, state, commands, options).run(input, control))
}

/// How often is looked whether a text that counts seconds has changed.
const COUNTING: Duration = Duration::from_secs(1);

/// The same for texts that only tell an age.
const AGEING: Duration = Duration::from_secs(5);

/// What was written into which file, or why not.
type Written = Result<String, String>;

struct Loop {
    session: Session,
    state: watch::Receiver<Arc<AppState>>,
    commands: mpsc::Sender<Command>,
    options: Options,
    /// The state that is shown; while the picture is held, not the newest.
    shown: Arc<AppState>,
    /// The time at which the picture is held.
    held_at: Option<Timestamp>,
    /// The worst that has come about behind it, for each cluster that was looked at.
    worst: BTreeMap<usize, News>,
    ui: Ui,
    drawn: Drawn,
    heard: Heard,
    looked_at: LookedAt,
    /// Where files are written.
    folder: PathBuf,
    /// How files that were asked for came out.
    exports: (mpsc::Sender<Written>, mpsc::Receiver<Written>),
    /// Whether one is being written.
    exporting: bool,
    /// Whether the terminal is given back until we are woken.
    suspended: bool,
    /// Whether the next frame may differ from the last.
    changed: bool,
}

impl Loop {
    fn new(
        session: Session,
        mut state: watch::Receiver<Arc<AppState>>,
        commands: mpsc::Sender<Command>,
        options: Options,
    ) -> Self {
        let shown = Arc::clone(&state.borrow_and_update());
        let heard = Heard::all_of(&shown);
        let drawn = Drawn::default();
        let cluster = options.cluster.min(shown.clusters.len().saturating_sub(1));
        let mut ui = Ui { cluster, page: options.page, range: options.range, ..Ui::default() };
        ui.overview.selected = cluster;
        ui.table.columns.clone_from(&options.columns);
        Self {
            session,
            state,
            commands,
            options,
            shown,
            held_at: None,
            worst: BTreeMap::new(),
            ui,
            drawn,
            heard,
            looked_at: LookedAt::default(),
            folder: std::env::current_dir().unwrap_or_default(),
            exports: mpsc::channel(1),
            exporting: false,
            suspended: false,
            changed: true,
        }
    }

    async fn run(
        mut self,
        mut input: mpsc::Receiver<Event>,
        mut control: mpsc::Receiver<Control>,
    ) -> Result<Exit, TuiError> {
        if self.ui.cluster > 0 {
            self.carry_out(Command::Focus { cluster: self.ui.cluster }.into());
        }
        loop {
            if self.suspended {
                if let Some(exit) = control.recv().await.and_then(|told| self.obey(told)) {
                    return Ok(exit);
                }
                continue;
            }
            // An error here is how a terminal that is gone shows itself.
            if mem::take(&mut self.changed) {
                self.follow();
                if self.draw().is_err() {
                    return Ok(Exit::Hangup);
                }
            }
            let pause = self.pause();
            tokio::select! {
                biased;
                Some(told) = control.recv() => if let Some(exit) = self.obey(told) {
                    return Ok(exit);
                },
                Some(event) = input.recv() => {
                    let mut next = Some(event);
                    while let Some(event) = next {
                        if let Some(exit) = self.hear(&event) {
                            return Ok(exit);
                        }
                        next = input.try_recv().ok();
                    }
                    self.changed = true;
                }
                changed = self.state.changed() => {
                    changed.map_err(|_| self.worker_stopped())?;
                    self.take_state();
                }
                Some(written) = self.exports.1.recv() => self.tell_written(written),
                () = sleep(pause) => {
                    let now = Instant::now();
                    self.ui.toasts.retain(|toast| toast.until > now);
                    self.changed = true;
                }
            }
        }
    }

    fn seen<'a>(shown: &'a AppState, options: &'a Options, drawn: &'a Drawn, folder: &'a Path) -> Seen<'a> {
        Seen { state: shown, keymap: &options.keymap, drawn, now: Instant::now(), at: now(shown, options), folder }
    }

    fn worker_stopped(&self) -> TuiError {
        let why = self.session.last_panic().map(|text| format!(" ({})", text.replace('\n', ": ")));
        TuiError::WorkerStopped { why: why.unwrap_or_default() }
    }

    /// Takes the newest state, unless the picture is held.
    fn take_state(&mut self) {
        let newest = Arc::clone(&self.state.borrow_and_update());
        if self.ui.paused {
            // The header tells what has come about behind the picture; when it says the same, nothing is written.
            self.changed = true;
        } else if newest.generation != self.shown.generation {
            self.changed = true;
            self.shown = newest;
            self.heard.tell(&mut self.ui, &self.shown, Instant::now());
        }
    }

    fn now(&self) -> Timestamp {
        now(&self.shown, &self.options)
    }

    /// Brings the interface in line with the state, and the worker with the interface.
    fn follow(&mut self) {
        update::follow(&mut self.ui, &Self::seen(&self.shown, &self.options, &self.drawn, &self.folder));
        self.looked_at.follow(&self.ui, |command| self.commands.try_send(command).is_ok());
    }

    fn draw(&mut self) -> std::io::Result<()> {
        let keys = self.options.keymap.hints(&self.ui, &self.shown);
        let newest = Arc::clone(&self.state.borrow());
        let worst = self.worst.get(&self.ui.cluster);
        let live = Live { state: &newest, now: now(&newest, &self.options), worst };
        let scene = Scene {
            state: &self.shown,
            ui: &self.ui,
            theme: &self.options.theme,
            keys: &keys,
            now: self.held_at.unwrap_or(live.now),
            live: self.held_at.is_some().then_some(live),
            zone: &self.options.zone,
            ascii: self.options.ascii,
        };
        self.drawn = self.session.draw(|frame| view::draw(frame, &scene))?;
        if let Some(news) = &self.drawn.news {
            self.worst.insert(self.ui.cluster, news.clone());
        }
        self.scroll_to(self.drawn.list.offset);
        Ok(())
    }

    /// Remembers from where the list in front was drawn.
    fn scroll_to(&mut self, offset: usize) {
        if self.ui.overlay.is_some() {
            return;
        }
        match self.ui.page {
            Page::Cluster => self.ui.table.offset = offset,
            Page::Events => self.ui.events.offset = offset,
            Page::Overview => self.ui.overview.offset = offset,
            Page::Droplet(_) | Page::Why => self.ui.scroll = offset,
            Page::Chart(_) | Page::DropletChart(..) => {}
        }
    }

    /// How long until something on the screen may have changed by itself.
    fn pause(&self) -> Duration {
        let until_toast_ends = self.ui.toasts.iter().map(|toast| toast.until.saturating_duration_since(Instant::now()));
        // On a held picture nothing counts seconds.
        let counts = !self.ui.paused && self.shown.clusters.iter().any(counts_seconds);
        let pace = if counts { COUNTING } else { AGEING };
        until_toast_ends.min().map_or(pace, |end| end.min(pace))
    }

    fn obey(&mut self, told: Control) -> Option<Exit> {
        let done = match told {
            Control::Stop(number) => return Some(Exit::Signal(number)),
            Control::Hangup => return Some(Exit::Hangup),
            Control::Suspend => self.suspend(terminal::stop_self),
            Control::Resume => {
                self.suspended = false;
                self.changed = true;
                self.session.resume()
            }
        };
        done.err().map(|_| Exit::Hangup)
    }

    /// Gives the terminal back and stops. This thread may run on for a moment after the signal, so nothing is
    /// taken over again before the word that we go on.
    fn suspend(&mut self, stop: impl FnOnce() -> std::io::Result<()>) -> std::io::Result<()> {
        self.session.suspend();
        self.suspended = true;
        stop()
    }

    fn hear(&mut self, event: &Event) -> Option<Exit> {
        let exit = match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let action = update::intends(&self.ui, &self.options.keymap, self.shown.demo, key);
                self.act(action, |ui, seen| update::key(ui, key, seen))
            }
            // A terminal may send them although it was not asked to: whoever had it before has left them on.
            Event::Mouse(mouse) if self.options.mouse => {
                let action = update::points_at(&self.ui, &self.drawn, *mouse);
                self.act(action, |ui, seen| update::mouse(ui, *mouse, seen))
            }
            Event::Paste(text) => {
                update::paste(&mut self.ui, text);
                None
            }
            // The size is asked for at each frame.
            _ => None,
        };
        if !matches!(event, Event::Mouse(mouse) if matches!(mouse.kind, MouseEventKind::Down(_))) {
            // Until the next frame nobody has seen what lies under the mouse now.
            self.drawn.targets.forget();
        }
        exit
    }

    /// Does what a key or a click means, which is judged by the present when it is this action.
    fn act(&mut self, action: Option<Action>, act: impl FnOnce(&mut Ui, &Seen) -> Outcome) -> Option<Exit> {
        if self.ui.paused && action.is_some_and(update::needs_the_present) {
            self.hold(false);
            let text = "no longer paused: what you ask for is judged by what is now";
            update::toast(&mut self.ui, Level::Info, text, Instant::now());
        }
        let was_held = self.ui.paused;
        let outcome = act(&mut self.ui, &Self::seen(&self.shown, &self.options, &self.drawn, &self.folder));
        if self.ui.paused != was_held {
            self.hold(self.ui.paused);
        }
        self.carry_out(outcome)
    }

    /// Holds the picture, or lets it go on.
    fn hold(&mut self, held: bool) {
        self.ui.paused = held;
        self.held_at = held.then(|| self.now());
        self.worst.clear();
        if !held {
            self.take_state();
        }
    }

    fn carry_out(&mut self, outcome: Outcome) -> Option<Exit> {
        for command in outcome.commands {
            if self.commands.try_send(command).is_err() {
                let text = "the worker is busy: try again in a moment";
                update::toast(&mut self.ui, Level::Warning, text, Instant::now());
            }
        }
        let done = match outcome.effect? {
            Effect::Quit => return Some(Exit::Quit),
            Effect::Repaint => self.session.repaint(),
            Effect::Suspend => self.visit_shell(),
            Effect::Copy(text) => {
                self.session.copy(&text, self.options.multiplexer);
                Ok(())
            }
            Effect::Export { export, name } => {
                self.export(export, name);
                Ok(())
            }
        };
        done.err().map(|_| Exit::Hangup)
    }

    /// Writes a file, on a thread of its own: a disk that hangs stops nothing here.
    fn export(&mut self, export: Export, name: String) {
        let (shown, table) = (Arc::clone(&self.shown), self.ui.table.clone());
        let (cluster, range, at) = (self.ui.cluster, self.ui.range, self.now());
        let (folder, tell) = (self.folder.clone(), self.exports.0.clone());
        let work = move || {
            let source = Source { state: &shown, cluster, table: &table, range, at };
            let _ = tell.blocking_send(export.save(&source, &folder, &name));
        };
        if self.exporting {
            let text = "a file is still being written: the disk is slow";
            update::toast(&mut self.ui, Level::Warning, text, Instant::now());
        } else if let Err(error) = std::thread::Builder::new().name("export".to_owned()).spawn(work) {
            let text = format!("nothing was written: no thread could be started ({error})");
            update::toast(&mut self.ui, Level::Error, text, Instant::now());
        } else {
            self.exporting = true;
        }
    }

    fn tell_written(&mut self, written: Written) {
        let (level, text) = match written {
            Ok(what) => (Level::Done, what),
            Err(why) => (Level::Error, why),
        };
        self.exporting = false;
        self.changed = true;
        update::toast(&mut self.ui, level, text, Instant::now());
    }

    fn visit_shell(&mut self) -> std::io::Result<()> {
        if terminal::has_shell() {
            return self.suspend(terminal::stop_job);
        }
        let text = "no shell to go to: dropscale was not started from one";
        update::toast(&mut self.ui, Level::Info, text, Instant::now());
        Ok(())
    }
}

/// Now, by the server's clock.
fn now(shown: &AppState, options: &Options) -> Timestamp {
    let local = options.clock.now();
    local.checked_add(shown.clock_offset.unwrap_or_default()).unwrap_or(local)
}

/// Whether something of this cluster is shown that changes each second: how long an operation takes, or how long
/// until something goes on.
fn counts_seconds(cluster: &ClusterState) -> bool {
    let operates = cluster.operates();
    let waits = |reason: &Reason| matches!(reason, Reason::Cooldown { .. } | Reason::BackingOff { .. });
    let decision = cluster.decision.as_ref();
    operates || cluster.connection != Connection::Live || decision.is_some_and(|d| d.stopped_by.iter().any(waits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixtures::Fixture;

    #[test]
    fn seconds_are_counted_only_while_something_shows_them() {
        let counts = |fixture: Fixture| counts_seconds(&fixture.build().clusters[0]);
        assert!(!counts(Fixture::new(3)), "at rest");
        assert!(counts(Fixture::new(3).scaling_up()), "how long the operation takes");
        assert!(!counts(Fixture::new(3).failed()), "it has ended");
        assert!(counts(Fixture::new(3).api_down()), "until the next try");
        assert!(counts(Fixture::new(3).load(1.5).cooldown()), "until the cooldown is over");
    }

    #[test]
    fn the_exit_code_tells_the_signal() {
        assert_eq!([Exit::Quit, Exit::Signal(15), Exit::Hangup].map(Exit::code), [0, 143, 129]);
    }
}
