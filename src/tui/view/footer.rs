//! The last line: the keys that do something now, or the filter while it is typed; and above it, for a moment,
//! what just happened.

use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::sheet::{Cut, Sheet, cells, width};
use super::{KeyHint, Scene, decision};
use crate::tui::{Overlay, Theme};

/// The most toasts shown at once.
const TOASTS: usize = 3;

/// What stands before the keys that only the demo has.
const DEMO: &str = "demo ";
/// How many keys come before those of the demo.
const FIRST: usize = 3;

/// Draws the keys, or the line of the filter. Gives the place of the cursor while something is typed.
pub fn draw(sheet: &mut Sheet, at: Rect, scene: &Scene) -> Option<Position> {
    match &scene.ui.overlay {
        Some(Overlay::Filter(input)) => return Some(typed(sheet, at, "filter: ", &answers(scene, FILTER), input)),
        Some(Overlay::Palette(palette)) => {
            return Some(typed(sheet, at, ":", &answers(scene, PALETTE), &palette.input));
        }
        _ => {}
    }
    let (theme, mut rest) = (scene.theme, at);
    let filter = &scene.ui.table.filter;
    if !filter.is_empty() {
        let used = sheet.spans(rest, &[Span::styled(format!(" filter: {filter} "), Theme::badge(theme.attention))]);
        rest.take_left(used + 2);
    }
    let shown = || scene.keys.iter().filter(|hint| hint.applies && !hint.short.is_empty() && !hint.keys.is_empty());
    let is_way_out = |hint: &&KeyHint| matches!(hint.name, "quit" | "help");
    // Help and quit are never pushed out by the others, and in the demo its own keys not by the less important.
    let ways_out: u16 = shown().filter(is_way_out).map(hint_width).sum();
    let ordinary = || shown().filter(|hint| !hint.demo && !is_way_out(hint));
    let first = if shown().any(|hint| hint.demo) { FIRST } else { usize::MAX };
    let mut put = |sheet: &mut Sheet, hint: &KeyHint, reserved: u16, before: &str| {
        if width(before) + hint_width(hint) + reserved <= rest.width + 2 {
            let used = sheet.text(rest, before, theme.faint);
            rest.take_left(used);
            let used = sheet.spans(rest, &spans(hint, theme));
            rest.take_left(used + 2);
        }
    };
    ordinary().take(first).for_each(|hint| put(sheet, hint, ways_out, ""));
    for (i, hint) in shown().filter(|hint| hint.demo).enumerate() {
        put(sheet, hint, ways_out, if i == 0 { DEMO } else { "" });
    }
    ordinary().skip(first).for_each(|hint| put(sheet, hint, ways_out, ""));
    shown().filter(is_way_out).for_each(|hint| put(sheet, hint, 0, ""));
    None
}

/// The first of its keys: the others are in the help.
fn key(hint: &KeyHint) -> &str {
    hint.keys.split(" / ").next().unwrap_or_default()
}

fn spans<'a>(hint: &'a KeyHint, theme: &Theme) -> [Span<'a>; 3] {
    [Span::styled(key(hint), theme.strong), Span::raw(" "), Span::styled(hint.short, theme.text)]
}

/// The columns of a hint with the gap behind it.
fn hint_width(hint: &KeyHint) -> u16 {
    width(key(hint)) + 1 + width(hint.short) + 2
}

/// What ends a line that is typed, by its name in the table of keys, and the word for it here.
const FILTER: &[(&str, &str)] = &[("keep_filter", "keep"), ("drop_filter", "drop")];
const PALETTE: &[(&str, &str)] = &[("complete", "complete"), ("run", "do it"), ("leave_palette", "leave")];

fn answers(scene: &Scene, answers: &[(&str, &str)]) -> String {
    let answer = |(name, word): &(&str, &str)| format!("{} {word}", scene.keys_of(name, 1));
    format!("  {}", answers.iter().map(answer).collect::<Vec<_>>().join(", "))
}

/// A line in which something is typed.
fn typed(sheet: &mut Sheet, at: Rect, label: &str, help: &str, input: &tui_input::Input) -> Position {
    let mut rest = at;
    let used = sheet.text(rest, label, sheet.theme.strong);
    rest.take_left(used);
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
        let used = width(&text).min(row.width);
        let place = Rect { width: used, ..row };
        sheet.clear(row);
        sheet.text(place, &text, Theme::badge(style));
    }
}
