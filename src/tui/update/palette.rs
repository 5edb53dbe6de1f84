//! Keys while the palette is open. A command does what its key does, with the same questions.

use super::{Action, Outcome, Page, Seen, Ui, act, chart, everywhere, look_at, turn_to, walk};
use crate::tui::palette::{refusal, takes_more};
use crate::tui::{Does, Overlay, Palette, Target, commands};

/// How many commands are remembered.
const KEPT: usize = 50;

pub fn open(ui: &mut Ui, seen: &Seen) {
    ui.overlay = Some(Overlay::Palette(Palette::default()));
    suggest(ui, seen);
}

/// Finds what fits what is typed, as things are now.
pub fn suggest(ui: &mut Ui, seen: &Seen) {
    let Some(Overlay::Palette(palette)) = &ui.overlay else { return };
    let typed = palette.input.value();
    let entries = commands(typed, seen.keymap, ui, seen.state);
    let refusal = if entries.is_empty() { refusal(typed, seen.keymap, ui, seen.state) } else { String::new() };
    if let Some(Overlay::Palette(palette)) = &mut ui.overlay {
        let moved = palette.entries.iter().map(|entry| &entry.line).ne(entries.iter().map(|entry| &entry.line));
        if moved && matches!(ui.pointer.pressed, Some(Target::Entry(_))) {
            // Another command has come under the mouse.
            ui.pointer.pressed = None;
        }
        palette.selected = palette.selected.min(entries.len().saturating_sub(1));
        palette.entries = entries;
        palette.refusal = refusal;
    }
}

pub fn hear(ui: &mut Ui, action: Action, seen: &Seen) -> Outcome {
    let Some(Overlay::Palette(palette)) = &mut ui.overlay else { return Outcome::default() };
    match action {
        Action::Cancel => ui.overlay = None,
        Action::Press => return run(ui, seen),
        Action::MoveFocus => complete(ui, seen),
        // Around the end: what was done last is a step away.
        Action::Up | Action::Down => {
            let count = palette.entries.len().max(1);
            let step = if action == Action::Down { 1 } else { count - 1 };
            palette.selected = (palette.selected + step) % count;
        }
        _ => {}
    }
    everywhere(action)
}

fn complete(ui: &mut Ui, seen: &Seen) {
    if let Some(Overlay::Palette(palette)) = &mut ui.overlay
        && let Some(entry) = palette.chosen()
    {
        let more = if takes_more(&entry.line) { " " } else { "" };
        palette.input = format!("{}{more}", entry.line).into();
        palette.selected = 0;
    }
    suggest(ui, seen);
}

fn run(ui: &mut Ui, seen: &Seen) -> Outcome {
    let Some(Overlay::Palette(palette)) = &ui.overlay else { return Outcome::default() };
    let Some(entry) = palette.chosen().filter(|entry| entry.why_not.is_none()).cloned() else {
        // It stays open: the reason stands beside the command.
        return Outcome::default();
    };
    if entry.does == Does::Ask {
        complete(ui, seen);
        return Outcome::default();
    }
    ui.overlay = None;
    ui.history.retain(|line| *line != entry.line);
    ui.history.push(entry.line);
    let surplus = ui.history.len().saturating_sub(KEPT);
    ui.history.drain(..surplus);
    match entry.does {
        Does::Act(action) => act(ui, action, seen),
        Does::Ask => Outcome::default(),
        Does::Range(wanted) => chart::range(ui, wanted),
        Does::Sort(column) => {
            walk::sort_by(ui, column);
            turn_to(ui, Page::Cluster)
        }
        Does::Filter(text) => {
            ui.table.filter = text;
            turn_to(ui, Page::Cluster)
        }
        Does::Cluster(index) => {
            turn_to(ui, Page::Cluster);
            look_at(ui, seen, index)
        }
    }
}
