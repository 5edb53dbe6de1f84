//! The columns of the table, each with a mark whether it is chosen, and a word where there is no room for it. It
//! stands at the right, where it leaves the most of the table to be seen.

use ratatui::layout::Rect;
use ratatui::text::Span;

use super::sheet::{Cut, Sheet, cells, width};
use super::{Scene, columns};
use crate::column::Column;
use crate::tui::Target;
use crate::tui::text::fit_words;

/// What stands beside a column that is chosen or would be there by itself, and that the table is too narrow for.
const NO_ROOM: &str = "no room";

/// The columns of the mark of one that is chosen.
const MARK: u16 = 3;

/// Draws it over the page.
pub fn draw(sheet: &mut Sheet, area: Rect, scene: &Scene, selected: usize) {
    let theme = scene.theme;
    let all = Column::all();
    let drawn_columns = sheet.columns().to_vec();
    let begun = |cluster| columns::begun(&drawn_columns, cluster);
    let shown = scene.ui.table.columns.clone().unwrap_or_else(|| scene.cluster().map(begun).unwrap_or_default());
    // While nobody has chosen, all that matter are wanted: what has no room was not switched off.
    let is_free = scene.ui.table.columns.is_none();
    let wanted =
        if is_free { scene.cluster().map(|c| columns::begun(&[], c)).unwrap_or_default() } else { shown.clone() };
    let has_no_room = |column| !drawn_columns.is_empty() && wanted.contains(column) && !drawn_columns.contains(column);
    let rows = cells(all.len()).saturating_add(4).min(area.height.saturating_sub(2));
    let names = all.iter().map(|column| width(column.key())).max().unwrap_or(0);
    let descriptions = all.iter().map(|column| width(column.describe())).max().unwrap_or(0);
    let widest = 6 + MARK + 1 + names + 2 + descriptions + 1 + width(NO_ROOM);
    let place = super::centred(area, area.width.saturating_sub(4).min(widest), rows);
    let place = Rect { x: area.right().saturating_sub(place.width + 2).max(area.x), ..place };
    let mut inside = sheet.frame(place, "COLUMNS", theme.text).narrowed(2);
    let mut foot = inside.take_bottom(1);
    inside.take_bottom(1);
    let drawn = super::scrolled(0, Some(selected), inside.height.into(), all.len());
    for (index, column) in all.iter().enumerate().skip(drawn.offset).take(drawn.rows) {
        let row = inside.take_top(1);
        sheet.target(row, Target::Entry(index));
        let mut rest = row;
        let mark = if shown.contains(column) { "[x]" } else { "[ ]" };
        sheet.text(rest.take_left(MARK), mark, theme.strong);
        rest.take_left(1);
        let name = rest.take_left(names);
        sheet.text(name, column.key(), theme.strong);
        rest.take_left(2);
        if has_no_room(column) {
            sheet.right(rest.take_right(width(NO_ROOM)), NO_ROOM, theme.faint);
            rest.take_right(1);
        }
        sheet.text(rest, &fit_words(column.describe(), rest.width.into()), theme.faint);
        if index == selected && row.height > 0 {
            sheet.restyle(name, theme.selected);
            sheet.glyph(row.x.saturating_sub(2), row.y, '▶', theme.strong);
        }
    }
    super::draw_rest(sheet, place, scene, drawn, all.len(), ["column_before", "column_after"]);
    for (name, count, word) in
        [("toggle_column", 1, " show or hide"), ("column_after", 2, " next"), ("close_columns", 1, " close")]
    {
        let keys = scene.keys_of(name, count);
        let used = sheet.spans(foot, &[Span::styled(keys, theme.strong), Span::raw(word)]);
        foot.take_left(used + 3);
    }
}
