//! The mouse, for those who asked for it. A click is about the thing that the last frame had there, and does what
//! a key would do to it: it selects, and on what is selected already it opens; nothing that changes the cloud comes
//! of it without a question, which only its own buttons answer. The wheel moves what is too long for its place.

use std::mem;
use std::time::{Duration, Instant};

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{Action, Outcome, Overlay, Page, Seen, Ui, act, meant, open, walk};
use crate::tui::view::{Drawn, Scrolled};
use crate::tui::{SortBy, Target, rows};
use crate::worker::{ClusterState, Event};

/// How many lines one step of the wheel moves.
const LINES: usize = 3;

/// A click that follows another so soon is the second half of a double click: it agrees to nothing.
const DOUBLE: Duration = Duration::from_millis(500);

/// What a click would do, as far as it is what a key does.
#[must_use]
pub fn points_at(ui: &Ui, drawn: &Drawn, event: MouseEvent) -> Option<Action> {
    match clicked(ui, drawn, event)? {
        Target::Act(action) => meant(ui, action),
        Target::Entry(index) => match &ui.overlay {
            Some(Overlay::Palette(palette)) if palette.selected == index => meant(ui, Action::Press),
            _ => None,
        },
        _ => None,
    }
}

/// The mouse did something.
pub fn mouse(ui: &mut Ui, event: MouseEvent, seen: &Seen) -> Outcome {
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => press(ui, seen.drawn.targets.at(event.column, event.row), seen),
        MouseEventKind::Up(MouseButton::Left) => {
            let target = clicked(ui, seen.drawn, event);
            ui.pointer.pressed = None;
            return target.map(|target| click(ui, target, seen)).unwrap_or_default();
        }
        MouseEventKind::ScrollUp => wheel(ui, false, seen),
        MouseEventKind::ScrollDown => wheel(ui, true, seen),
        _ => {}
    }
    Outcome::default()
}

/// Remembers on what the button is pressed. The rows of events move when there is a new one, so it is remembered
/// which event it was.
fn press(ui: &mut Ui, target: Option<Target>, seen: &Seen) {
    ui.pointer.pressed = target;
    ui.pointer.event = match target {
        Some(Target::Event(row)) => seen.cluster(ui).and_then(|cluster| event_at(cluster, row)).cloned(),
        _ => None,
    };
}

/// Forgets a press on an event in whose place there is another now.
pub fn forget_if_moved(ui: &mut Ui, cluster: &ClusterState) {
    if let Some(Target::Event(row)) = ui.pointer.pressed
        && event_at(cluster, row) != ui.pointer.event.as_ref()
    {
        ui.pointer.pressed = None;
    }
}

fn event_at(cluster: &ClusterState, row: usize) -> Option<&Event> {
    cluster.events.iter().rev().nth(row)
}

/// On what the button is let go, if it was pressed on it as well: who has moved away has thought better of it, and
/// what has come under the mouse meanwhile was not meant.
fn clicked(ui: &Ui, drawn: &Drawn, event: MouseEvent) -> Option<Target> {
    if event.kind != MouseEventKind::Up(MouseButton::Left) {
        return None;
    }
    drawn.targets.at(event.column, event.row).filter(|target| ui.pointer.pressed == Some(*target))
}

fn click(ui: &mut Ui, target: Target, seen: &Seen) -> Outcome {
    let is_second = |before: Instant| seen.now.saturating_duration_since(before) < DOUBLE;
    // One that is refused counts as well: of three in a row the last is no more meant than the second.
    let soon = ui.pointer.clicked.replace(seen.now).is_some_and(is_second);
    if target == Target::Act(Action::Accept) && soon {
        return Outcome::default();
    }
    if matches!(ui.overlay, Some(Overlay::Filter(_))) {
        // What was typed is kept, as by Enter.
        ui.overlay = None;
    }
    match target {
        Target::Act(action) => act(ui, action, seen),
        Target::Droplet(id) => {
            let again = ui.table.selected.replace(id) == Some(id);
            open_if(again, ui, seen)
        }
        Target::Event(row) => {
            let again = mem::replace(&mut ui.events.selected, row) == row;
            open_if(again, ui, seen)
        }
        Target::Cluster(row) => {
            let again = mem::replace(&mut ui.overview.selected, row) == row;
            open_if(again, ui, seen)
        }
        Target::Head(column) => {
            sort(ui, column);
            Outcome::default()
        }
        Target::Entry(index) => entry(ui, index, seen),
        Target::Moment(at) => {
            ui.cursor = Some(at);
            Outcome::default()
        }
        Target::Outside if !matches!(ui.overlay, Some(Overlay::Confirm(_))) => act(ui, Action::Cancel, seen),
        Target::Outside | Target::Inside => Outcome::default(),
    }
}

fn open_if(again: bool, ui: &mut Ui, seen: &Seen) -> Outcome {
    if again { open(ui, seen) } else { Outcome::default() }
}

fn sort(ui: &mut Ui, column: SortBy) {
    if ui.table.sort == column {
        ui.table.descending = !ui.table.descending;
    } else {
        walk::sort_by(ui, column);
    }
}

/// An entry of the list in front: one that is selected is taken, a column is shown or hidden at once.
fn entry(ui: &mut Ui, index: usize, seen: &Seen) -> Outcome {
    let (selected, at_once) = match &mut ui.overlay {
        Some(Overlay::Columns { selected }) => (selected, true),
        Some(Overlay::Choice(choice)) => (&mut choice.selected, false),
        Some(Overlay::Palette(palette)) => (&mut palette.selected, false),
        _ => return Outcome::default(),
    };
    let again = mem::replace(selected, index) == index;
    if again || at_once { act(ui, Action::Press, seen) } else { Outcome::default() }
}

/// Scrolls what is in front; a short list in a dialog is gone through.
fn wheel(ui: &mut Ui, down: bool, seen: &Seen) {
    let list = seen.drawn.list;
    let next = |at: usize, lines: usize, last: usize| {
        if down { at.saturating_add(lines).min(last) } else { at.saturating_sub(lines) }
    };
    match &mut ui.overlay {
        Some(Overlay::Help { scroll }) => {
            *scroll = u16::try_from(next(usize::from(*scroll), LINES, list.last_offset)).unwrap_or(u16::MAX);
        }
        Some(Overlay::Choice(choice)) => {
            choice.selected = next(choice.selected, 1, choice.picks.len().saturating_sub(1));
        }
        Some(Overlay::Palette(palette)) => {
            palette.selected = next(palette.selected, 1, palette.entries.len().saturating_sub(1));
        }
        Some(Overlay::Columns { selected }) => {
            *selected = next(*selected, 1, crate::column::Column::all().len().saturating_sub(1));
        }
        Some(Overlay::Confirm(_) | Overlay::Event(_) | Overlay::Notice { .. }) => {
            ui.dialog_scroll = next(ui.dialog_scroll, LINES, list.last_offset);
        }
        None | Some(Overlay::Filter(_)) => scroll(ui, list, seen, |at| next(at, LINES, list.last_offset)),
    }
}

/// Scrolls the page. The selection goes along when it would be lost from sight.
fn scroll(ui: &mut Ui, list: Scrolled, seen: &Seen, next: impl Fn(usize) -> usize) {
    if list.rows == 0 {
        return;
    }
    let in_sight = |selected: usize, offset: usize| selected.clamp(offset, offset + list.rows - 1);
    match ui.page {
        Page::Cluster => {
            let Some(cluster) = seen.cluster(ui) else { return };
            ui.table.offset = next(ui.table.offset);
            let rows = rows(cluster, &ui.table);
            ui.table.row = in_sight(ui.table.row, ui.table.offset).min(rows.len().saturating_sub(1));
            ui.table.selected = rows.get(ui.table.row).map(|row| row.droplet.id);
        }
        Page::Events | Page::Overview => {
            let shown = if ui.page == Page::Events { &mut ui.events } else { &mut ui.overview };
            shown.offset = next(shown.offset);
            shown.selected = in_sight(shown.selected, shown.offset);
        }
        Page::Droplet(_) | Page::Why => ui.scroll = next(ui.scroll),
        Page::Chart(_) | Page::DropletChart(..) => {}
    }
}
