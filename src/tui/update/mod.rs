//! What keys and the mouse do to the interface: pure, so that it can be tested without a terminal. `ask` holds the
//! questions before the cloud is changed, `event` an event in front, `palette` the commands by name, `choose` what is
//! copied, exported and shown in the table, `walk` the selections, `chart` metrics, ranges and the cursor of charts,
//! `mouse` clicks and the wheel, `demo` what is done to the simulated cloud, `follow` what changes with a new state.

mod ask;
mod chart;
mod choose;
mod demo;
mod event;
mod follow;
mod mouse;
mod palette;
mod walk;

use std::path::Path;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use tui_input::InputRequest;

use super::view::Drawn;
use super::{Does, Export, FilterLine, Overlay, Page, Toast, Ui};
use crate::keymap::{Action, Context, Keymap};
use crate::scaling::Level;
use crate::worker::{AppState, ClusterState, Command};

pub use ask::down_plan;
pub use follow::{Heard, LookedAt, follow};
pub use mouse::{mouse, points_at};

/// How long a toast stays.
const TOAST: Duration = Duration::from_secs(6);

/// At most this many toasts at once.
const TOASTS: usize = 3;

/// What the interface is looking at when a key or a click comes.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The state that is shown.
    pub state: &'a AppState,
    /// The keys.
    pub keymap: &'a Keymap,
    /// What the last frame turned out to be.
    pub drawn: &'a Drawn,
    /// The local time.
    pub now: Instant,
    /// The time of the server.
    pub at: Timestamp,
    /// Where files are written.
    pub folder: &'a Path,
}

impl<'a> Seen<'a> {
    fn cluster(&self, ui: &Ui) -> Option<&'a ClusterState> {
        self.state.clusters.get(ui.cluster)
    }
}

/// What comes of a key or a click beside the change of the interface.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// For the worker.
    pub commands: Vec<Command>,
    /// For the loop.
    pub effect: Option<Effect>,
}

/// What only the loop can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// To the shell.
    Suspend,
    /// Draw the next frame whole.
    Repaint,
    /// Put this on the clipboard.
    Copy(String),
    /// Write something into a file.
    Export {
        /// What.
        export: Export,
        /// Its name.
        name: String,
    },
}

impl From<Command> for Outcome {
    fn from(command: Command) -> Self {
        Self { commands: vec![command], effect: None }
    }
}

impl From<Effect> for Outcome {
    fn from(effect: Effect) -> Self {
        Self { commands: Vec::new(), effect: Some(effect) }
    }
}

/// Shows a short message for a while.
pub fn toast(ui: &mut Ui, level: Level, text: impl Into<String>, now: Instant) {
    ui.toasts.push(Toast { level, text: text.into(), until: now + TOAST });
    let surplus = ui.toasts.len().saturating_sub(TOASTS);
    ui.toasts.drain(..surplus);
}

/// Whether the key asks to change the cloud: that is never judged by a picture that is held.
#[must_use]
pub fn needs_the_present(action: Action) -> bool {
    action.asks()
}

/// What a key would do, the palette's selected command included.
#[must_use]
pub fn intends(ui: &Ui, keymap: &Keymap, demo: bool, event: &KeyEvent) -> Option<Action> {
    meant(ui, keymap.action(Context::of(ui), demo, event)?)
}

/// What an action comes to: the palette does what is selected.
fn meant(ui: &Ui, action: Action) -> Option<Action> {
    match &ui.overlay {
        Some(Overlay::Palette(palette)) if action == Action::Press => match palette.chosen()?.does {
            Does::Act(action) => Some(action),
            _ => None,
        },
        _ => Some(action),
    }
}

/// A key was pressed.
pub fn key(ui: &mut Ui, event: &KeyEvent, seen: &Seen) -> Outcome {
    // A button of the mouse that is held down was pressed on what was there before.
    ui.pointer.pressed = None;
    if seen.drawn.too_small {
        // What cannot be seen is not agreed to, nor changed.
        let action = seen.keymap.action(Context::of(ui), seen.state.demo, event);
        return match action {
            Some(Action::Quit) => ask::quit_without_asking(seen),
            action => action.map(everywhere).unwrap_or_default(),
        };
    }
    if let Some(action) = seen.keymap.action(Context::of(ui), seen.state.demo, event) {
        return act(ui, action, seen);
    }
    if let Some(request) = edit(event) {
        type_text(ui, [request]);
        palette::suggest(ui, seen);
    }
    Outcome::default()
}

/// Text was pasted: it is never a key.
pub fn paste(ui: &mut Ui, text: &str) {
    ui.pointer.pressed = None;
    type_text(ui, super::text::clean(text).chars().map(InputRequest::InsertChar));
}

/// Does what a key means.
pub fn act(ui: &mut Ui, action: Action, seen: &Seen) -> Outcome {
    match ui.overlay {
        Some(Overlay::Confirm(_)) => return ask::answer(ui, action, seen),
        Some(Overlay::Event(_)) => return event::hear(ui, action, seen),
        Some(Overlay::Choice(_)) => return choose::hear(ui, action, seen),
        Some(Overlay::Palette(_)) => return palette::hear(ui, action, seen),
        Some(Overlay::Columns { .. }) => return choose::columns(ui, action, seen),
        Some(_) => return in_overlay(ui, action, seen),
        None => {}
    }
    let outcome = on_page(ui, action.on(ui.page), seen);
    if ui.overlay.is_some() {
        ask::forget_last(ui);
    }
    outcome
}

fn on_page(ui: &mut Ui, action: Action, seen: &Seen) -> Outcome {
    match action {
        Action::ScaleUp => ask::up(ui, seen),
        Action::ScaleDown => ask::down(ui, seen),
        Action::RemoveSelected => ask::remove_selected(ui, seen),
        Action::ToggleAuto => ask::auto(ui, seen),
        Action::Quit => ask::quit(ui, seen),
        Action::Copy => choose::copy(ui, seen),
        Action::Export => choose::export(ui, seen),
        Action::Refresh => {
            toast(ui, Level::Info, "looking at the cluster now", seen.now);
            Command::Refresh { cluster: ui.cluster }.into()
        }
        Action::Open => open(ui, seen),
        Action::Back => back(ui),
        Action::Chart => turn_to(ui, chart::other_page(ui, seen)),
        Action::Events => turn_to(ui, if ui.page == Page::Events { Page::Cluster } else { Page::Events }),
        Action::Why => turn_to(ui, if ui.page == Page::Why { Page::Cluster } else { Page::Why }),
        Action::Overview => {
            ui.overview.selected = ui.cluster;
            turn_to(ui, if ui.page == Page::Overview { Page::Cluster } else { Page::Overview })
        }
        Action::NextCluster => look_at(ui, seen, ui.cluster + 1),
        Action::PreviousCluster => look_at(ui, seen, ui.cluster + seen.state.clusters.len().saturating_sub(1)),
        Action::Cluster(index) if index < seen.state.clusters.len() => look_at(ui, seen, index),
        Action::Shorter | Action::Longer => chart::next_range(ui, action == Action::Longer, seen),
        Action::MoreLoad => demo::load(ui, 1, seen),
        Action::LessLoad => demo::load(ui, -1, seen),
        Action::ToggleOutage => demo::outage(ui, seen),
        Action::KillDroplet => ui.in_front().map(|id| demo::crash(ui, id, seen)).unwrap_or_default(),
        action => {
            simply(ui, action, seen);
            everywhere(action)
        }
    }
}

/// What changes nothing but the interface.
fn simply(ui: &mut Ui, action: Action, seen: &Seen) {
    match action {
        Action::Filter if ui.page == Page::Cluster => {
            let before = std::mem::take(&mut ui.table.filter);
            ui.overlay = Some(Overlay::Filter(FilterLine { before, ..FilterLine::default() }));
        }
        Action::Sort if ui.page == Page::Cluster => walk::sort_by_next(ui, seen),
        Action::Reverse if ui.page == Page::Cluster => ui.table.descending = !ui.table.descending,
        Action::Columns if ui.page == Page::Cluster => ui.overlay = Some(Overlay::Columns { selected: 0 }),
        Action::Pause => ui.paused = !ui.paused,
        Action::Palette => palette::open(ui, seen),
        Action::Help => ui.overlay = Some(Overlay::Help { scroll: 0 }),
        action if ui.page.metric().is_some() => chart::walk(ui, action, seen),
        action => walk::walk(ui, action, seen),
    }
}

/// What a key does wherever it is pressed.
fn everywhere(action: Action) -> Outcome {
    match action {
        Action::QuitAtOnce => Effect::Quit.into(),
        Action::Suspend => Effect::Suspend.into(),
        Action::Repaint => Effect::Repaint.into(),
        _ => Outcome::default(),
    }
}

fn in_overlay(ui: &mut Ui, action: Action, seen: &Seen) -> Outcome {
    match (&mut ui.overlay, action) {
        (Some(Overlay::Help { scroll }), action) if action != Action::Cancel => {
            let list = seen.drawn.list;
            let line = walk::step(usize::from(*scroll), list.last_offset + 1, action, list.rows);
            *scroll = u16::try_from(line).unwrap_or(u16::MAX);
        }
        (Some(Overlay::Filter(line)), Action::Cancel) => {
            ui.table.filter = std::mem::take(&mut line.before);
            ui.overlay = None;
        }
        (_, Action::Cancel | Action::Press) => ui.overlay = None,
        _ => ask::scroll(ui, action, seen),
    }
    everywhere(action)
}

/// Types into the line in front, if there is one.
fn type_text(ui: &mut Ui, requests: impl IntoIterator<Item = InputRequest>) {
    match &mut ui.overlay {
        Some(Overlay::Filter(line)) => {
            for request in requests {
                line.input.handle(request);
            }
            line.input.value().clone_into(&mut ui.table.filter);
        }
        Some(Overlay::Palette(palette)) => {
            for request in requests {
                palette.input.handle(request);
            }
            palette.selected = 0;
        }
        _ => {}
    }
}

/// What a key that is bound to nothing does to a line of text.
fn edit(event: &KeyEvent) -> Option<InputRequest> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    Some(match event.code {
        KeyCode::Char('u') if control => InputRequest::DeleteLine,
        KeyCode::Char('w') if control => InputRequest::DeletePrevWord,
        KeyCode::Char('h') if control => InputRequest::DeletePrevChar,
        KeyCode::Char(c) if !control && !alt => InputRequest::InsertChar(c),
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        _ => return None,
    })
}

fn turn_to(ui: &mut Ui, page: Page) -> Outcome {
    ui.page = page;
    ui.scroll = 0;
    ui.cursor = None;
    Outcome::default()
}

fn open(ui: &mut Ui, seen: &Seen) -> Outcome {
    match ui.page {
        Page::Cluster => ui.table.selected.map(|id| turn_to(ui, Page::Droplet(id))).unwrap_or_default(),
        Page::Events => event::open(ui, seen),
        Page::Overview => {
            turn_to(ui, Page::Cluster);
            look_at(ui, seen, ui.overview.selected)
        }
        Page::Droplet(_) | Page::Chart(_) | Page::DropletChart(..) | Page::Why => Outcome::default(),
    }
}

fn back(ui: &mut Ui) -> Outcome {
    if ui.cursor.take().is_some() {
        return Outcome::default();
    }
    if ui.page == Page::Cluster {
        ui.table.filter.clear();
    }
    turn_to(ui, ui.page.before())
}

/// Looks at another cluster, counted around.
fn look_at(ui: &mut Ui, seen: &Seen, index: usize) -> Outcome {
    let cluster = index % seen.state.clusters.len().max(1);
    if cluster == ui.cluster {
        return Outcome::default();
    }
    ui.cluster = cluster;
    ui.table.selected = None;
    (ui.table.row, ui.table.offset) = (0, 0);
    ui.table.filter.clear();
    ui.events = super::List::default();
    if ui.page != Page::Overview {
        turn_to(ui, Page::Cluster);
    }
    ui.overview.selected = cluster;
    Outcome { commands: vec![Command::Focus { cluster }, Command::Range { cluster, range: ui.range }], effect: None }
}

#[cfg(test)]
mod tests;
