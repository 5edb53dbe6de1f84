//! The commands that fit what is typed, in a box above the line in which it is typed.

use std::borrow::Cow;

use ratatui::layout::Rect;

use super::Scene;
use super::sheet::{Cut, Sheet, cells, width, wrap};
use crate::tui::text::fit_words;
use crate::tui::{Entry, Palette, Target};

/// Draws the box.
pub fn draw(sheet: &mut Sheet, area: Rect, scene: &Scene, palette: &Palette) {
    let names = palette.entries.iter().map(name_width).max().unwrap_or(0).max(12);
    let widest = palette.entries.iter().map(|entry| width(&description(entry))).max().unwrap_or(0);
    let wanted = [2, KEYS, 2, widest, 4].into_iter().fold(names, u16::saturating_add);
    let columns = area.width.saturating_sub(4).min(wanted.max(96));
    let refusal =
        if palette.entries.is_empty() { wrap(&refusal(scene, palette), columns.saturating_sub(4)) } else { Vec::new() };
    let rows =
        cells(palette.entries.len().max(refusal.len())).saturating_add(2).min(area.height.saturating_sub(3)).min(18);
    let box_ = Rect { x: area.x + 2, y: area.bottom().saturating_sub(rows + 1), width: columns, height: rows };
    let mut inside = sheet.frame(box_, "COMMANDS", scene.theme.text).narrowed(1);
    for line in &refusal {
        let row = inside.take_top(1);
        sheet.text(row, line, scene.theme.attention);
    }
    if palette.entries.is_empty() {
        return;
    }
    let drawn = super::scrolled(0, Some(palette.selected), inside.height.into(), palette.entries.len());
    let note = super::position(drawn, palette.entries.len());
    if !note.is_empty() {
        let foot = Rect { y: inside.bottom(), height: 1, ..inside };
        sheet.right(foot, &format!(" {note} "), scene.theme.faint);
    }
    let line = names.min(30);
    for (index, entry) in palette.entries.iter().enumerate().skip(drawn.offset).take(drawn.rows) {
        let row = inside.take_top(1);
        sheet.target(row, Target::Entry(index));
        draw_entry(sheet, row, scene, entry, line, index == palette.selected);
    }
}

/// Why there is nothing to choose, and the way out.
fn refusal(scene: &Scene, palette: &Palette) -> String {
    let stop = if palette.refusal.ends_with('?') { "" } else { ";" };
    format!("{}{stop} {} leaves", palette.refusal, scene.keys_of("leave_palette", 1))
}

/// The columns that the keys get.
const KEYS: u16 = 10;

/// How wide a command is with what can follow it.
fn name_width(entry: &Entry) -> u16 {
    let gap = u16::from(!entry.follows.is_empty());
    width(&entry.line).saturating_add(gap + width(entry.follows))
}

/// What a command does, or why it does nothing now.
fn description(entry: &Entry) -> Cow<'_, str> {
    entry.why_not.map_or(Cow::Borrowed(&entry.describe), |why| format!("({why})").into())
}

fn draw_entry(sheet: &mut Sheet, at: Rect, scene: &Scene, entry: &Entry, line: u16, is_selected: bool) {
    let theme = scene.theme;
    let mut rest = at;
    let name = rest.take_left(line);
    rest.take_left(2);
    let keys = rest.take_left(KEYS.min(rest.width / 3));
    rest.take_left(2);
    let style = if entry.why_not.is_some() { theme.faint } else { theme.strong };
    let mut follows = name;
    let used = sheet.text(name, &entry.line, style);
    follows.take_left(used + 1);
    sheet.text(follows, entry.follows, theme.faint);
    // The first of its keys, as in the footer.
    let key = entry.keys.split(" / ").next().unwrap_or_default();
    sheet.text(keys, key, theme.faint);
    let style = if entry.why_not.is_some() { theme.faint } else { theme.text };
    sheet.text(rest, &fit_words(&description(entry), rest.width.into()), style);
    if is_selected {
        sheet.restyle(name, theme.selected);
        sheet.glyph(at.x.saturating_sub(1), at.y, '▶', theme.strong);
    }
}
