//! The last line: the keys that do something now, or the filter while it is typed; and above it, for a moment,
//! what just happened.

use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::sheet::{Cut, Sheet, cells, spans_width};
use super::{KeyHint, Scene, decision};
use crate::tui::{Overlay, Theme};

/// The most toasts shown at once.
const TOASTS: usize = 3;

/// Draws the keys, or the line of the filter. Gives the place of the cursor while something is typed.
pub fn draw(sheet: &mut Sheet, at: Rect, scene: &Scene) -> Option<Position> {
    if let Some(Overlay::Filter(input)) = &scene.ui.overlay {
        return Some(filter(sheet, at, input));
    }
    let (theme, mut rest) = (scene.theme, at);
    let filter = &scene.ui.table.filter;
    if !filter.is_empty() {
        let used = sheet.spans(rest, &[Span::styled(format!(" filter: {filter} "), Theme::badge(theme.attention))]);
        rest.take_left(used + 2);
    }
    let (last, hints): (Vec<&KeyHint>, Vec<&KeyHint>) = scene
        .keys
        .iter()
        .filter(|hint| hint.applies && !hint.short.is_empty())
        .partition(|hint| matches!(hint.keys.as_str(), "q" | "?"));
    // Help and quit are never pushed out by the others.
    let ways_out: u16 = last.iter().map(|hint| hint_width(hint, theme)).sum();
    for hint in hints.into_iter().filter(|h| !h.demo).chain(scene.keys.iter().filter(|h| is_demo(h))) {
        if hint_width(hint, theme) + ways_out <= rest.width + 2 {
            let used = sheet.spans(rest, &spans(hint, theme));
            rest.take_left(used + 2);
        }
    }
    for hint in last {
        let used = sheet.spans(rest, &spans(hint, theme));
        rest.take_left(used + 2);
    }
    None
}

fn is_demo(hint: &KeyHint) -> bool {
    hint.demo && hint.applies && !hint.short.is_empty()
}

fn spans<'a>(hint: &'a KeyHint, theme: &Theme) -> [Span<'a>; 4] {
    let mark = if hint.demo { "demo " } else { "" };
    [
        Span::styled(hint.keys.as_str(), theme.strong),
        Span::raw(" "),
        Span::styled(mark, theme.faint),
        Span::styled(hint.short, if hint.demo { theme.faint } else { theme.text }),
    ]
}

/// The columns of a hint with the gap behind it.
fn hint_width(hint: &KeyHint, theme: &Theme) -> u16 {
    spans_width(&spans(hint, theme)) + 2
}

fn filter(sheet: &mut Sheet, at: Rect, input: &tui_input::Input) -> Position {
    let mut rest = at;
    let used = sheet.text(rest, "filter: ", sheet.theme.strong);
    rest.take_left(used);
    let help = "  enter keep, esc drop";
    if rest.width > cells(help.len()) + 12 {
        let place = rest.take_right(cells(help.len()));
        sheet.text(place, help, sheet.theme.faint);
    }
    let room = usize::from(rest.width.saturating_sub(1));
    let scroll = input.visual_scroll(room);
    // Whole characters only: a wide one may begin before the part that is shown.
    let mut skipped = 0;
    let shown: String = input
        .value()
        .chars()
        .skip_while(|c| {
            let before = skipped < scroll;
            skipped += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            before
        })
        .collect();
    sheet.text(rest, &shown, sheet.theme.text);
    let column = cells(input.visual_cursor().saturating_sub(scroll)).min(rest.width.saturating_sub(1));
    Position::new(rest.x + column, rest.y)
}

/// How many rows the toasts take.
pub fn toast_rows(scene: &Scene) -> u16 {
    cells(scene.ui.toasts.len().min(TOASTS))
}

/// Draws the newest toasts, the newest at the bottom.
pub fn toasts(sheet: &mut Sheet, mut at: Rect, scene: &Scene) {
    for toast in scene.ui.toasts.iter().rev().take(TOASTS) {
        let row = at.take_bottom(1);
        let (symbol, style) = decision::level(scene.theme, toast.level);
        let text = format!(" {symbol} {} ", toast.text);
        let used = super::sheet::width(&text).min(row.width);
        let place = Rect { width: used, ..row };
        sheet.clear(row);
        sheet.text(place, &text, Theme::badge(style));
    }
}
