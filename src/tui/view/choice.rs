//! A few things of which one is to be picked, with what comes of each, and which keys do it.

use ratatui::layout::Rect;
use ratatui::text::Span;

use super::Scene;
use super::sheet::{Cut, Sheet, cells, width};
use crate::tui::{Choice, Target};

/// Draws it over everything.
pub fn draw(sheet: &mut Sheet, area: Rect, scene: &Scene, choice: &Choice) {
    let theme = scene.theme;
    let columns = area.width.saturating_sub(4).min(84);
    let rows = cells(choice.picks.len()).saturating_add(5).min(area.height);
    let mut inside = sheet.frame(super::centred(area, columns, rows), &choice.title, theme.text).narrowed(2);
    let mut foot = inside.take_bottom(1);
    inside.take_top(1);
    let label = choice.picks.iter().map(|pick| width(pick.label)).max().unwrap_or(0);
    for (index, pick) in choice.picks.iter().enumerate() {
        let row = inside.take_top(1);
        sheet.target(row, Target::Entry(index));
        let mut rest = row;
        let name = rest.take_left(label);
        sheet.text(name, pick.label, theme.strong);
        rest.take_left(3);
        sheet.text(rest, &pick.text, theme.text);
        if index == choice.selected && row.height > 0 {
            sheet.restyle(name, theme.selected);
            sheet.glyph(row.x.saturating_sub(2), row.y, '▶', theme.strong);
        }
    }
    for (name, count, word) in [("pick", 1, " take it"), ("choice_after", 2, " next"), ("leave_choice", 1, " cancel")] {
        let keys = scene.keys_of(name, count);
        let used = sheet.spans(foot, &[Span::styled(keys, theme.strong), Span::raw(word)]);
        foot.take_left(used + 3);
    }
}
