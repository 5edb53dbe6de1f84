//! A few things of which one is to be picked, with what comes of each, and which keys do it. Of files it is said into
//! which folder they come; a text that has no room beside its label stands whole below the list while it is selected.

use ratatui::layout::Rect;
use ratatui::text::Span;

use super::Scene;
use super::sheet::{Cut, Sheet, cells, width};
use crate::tui::text::ELLIPSIS;
use crate::tui::{Choice, Target};

/// Draws it over everything.
pub fn draw(sheet: &mut Sheet, area: Rect, scene: &Scene, choice: &Choice) {
    let theme = scene.theme;
    let columns = area.width.saturating_sub(4).min(84);
    let label = choice.picks.iter().map(|pick| width(pick.label)).max().unwrap_or(0);
    let room = columns.saturating_sub(6 + label + 3);
    let is_cut = choice.picks.iter().any(|pick| width(&pick.text) > room);
    let below = [choice.folder.is_some(), is_cut].map(u16::from).iter().sum::<u16>();
    let rows = cells(choice.picks.len()).saturating_add(5 + below + below.min(1)).min(area.height);
    let mut inside = sheet.frame(super::centred(area, columns, rows), &choice.title, theme.text).narrowed(2);
    let mut foot = inside.take_bottom(1);
    inside.take_top(1);
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
    inside.take_top(1);
    if let Some(pick) = choice.picks.get(choice.selected).filter(|_| is_cut) {
        let row = inside.take_top(1);
        sheet.text(row, &pick.text, theme.strong);
    }
    if let Some(folder) = &choice.folder {
        let mut row = inside.take_top(1);
        let used = sheet.text(row, "into ", theme.faint);
        row.take_left(used);
        sheet.text(row, &tail(&folder.display().to_string(), row.width), theme.text);
    }
    for (name, count, word) in [("pick", 1, " choose"), ("choice_after", 2, " next"), ("leave_choice", 1, " cancel")] {
        let keys = scene.keys_of(name, count);
        let used = sheet.spans(foot, &[Span::styled(keys, theme.strong), Span::raw(word)]);
        foot.take_left(used + 3);
    }
}

/// The end of a path, where the whole has no room: it tells more than the begin.
fn tail(path: &str, columns: u16) -> String {
    let mut rest = path;
    while width(rest) + u16::from(rest.len() < path.len()) > columns {
        let mut chars = rest.chars();
        if chars.next().is_none() {
            break;
        }
        rest = chars.as_str();
    }
    if rest.len() < path.len() { format!("{ELLIPSIS}{rest}") } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_path_the_end_is_shown() {
        assert_eq!(tail("/home/me", 8), "/home/me");
        assert_eq!(tail("/home/me/work", 8), "…me/work");
        assert_eq!(tail("/日本/x", 5), "…本/x");
        assert_eq!(tail("/home", 0), "…");
    }
}
