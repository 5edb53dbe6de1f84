//! What happened, the newest first: as a panel on the cluster's page, and as a page of its own.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::sheet::{Cut, Sheet, cells, width, wrap};
use super::{Scene, Scrolled, decision, words};
use crate::scaling::Level;
use crate::tui::Target;
use crate::worker::{ClusterState, Event};

/// The columns before and behind the text of an event, at most.
const LEAD: u16 = 38;

/// In a panel with so many rows an event that is too long for one has as many as it takes.
const TALL: u16 = 10;

/// The newest events, as many as there is room for, under a heading.
pub fn panel(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState) {
    let heading = at.take_top(1);
    if heading.height == 0 {
        return;
    }
    sheet.heading(heading, "EVENTS", &format!("newest first, {}", words::zone(scene.now, scene.zone)));
    let is_tall = at.height >= TALL;
    // Before the text stand a time of day and the sign of the level.
    let indent = width(&words::clock(scene.now, scene.zone)) + 4;
    for event in cluster.events.iter().rev() {
        let row = at.take_top(1);
        if row.height == 0 {
            return;
        }
        let beside = indent + width(word(event, at.width)) + times(event).map_or(0, |times| width(&times) + 1);
        let lines = if is_tall { wrap(&event.text, at.width.saturating_sub(beside)) } else { vec![event.text.clone()] };
        let mut lines = lines.iter().map(String::as_str);
        draw_row(
            sheet,
            row,
            scene,
            event,
            &Row { text: lines.next().unwrap_or_default(), dated: false, selected: false },
        );
        for line in lines {
            let mut row = at.take_top(1);
            row.take_left(indent);
            sheet.text(row, line, scene.theme.text);
        }
    }
    if cluster.events.is_empty() {
        sheet.text(at, "nothing has happened yet", scene.theme.faint);
    }
}

/// All events, with a selected row.
pub fn page(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState) -> Scrolled {
    let all = cluster.events.len();
    let heading = at.take_top(1);
    let selected = scene.ui.events.selected.min(all.saturating_sub(1));
    if let Some(event) = cluster.events.iter().rev().nth(selected) {
        whole(sheet, &mut at, scene, event);
    }
    let rows = usize::from(at.height);
    let drawn = super::scrolled(scene.ui.events.offset, Some(selected), rows, all);
    let notes = [words::zone(scene.now, scene.zone), super::position(drawn, all)];
    sheet.heading(heading, "EVENTS", notes.join("  ").trim());
    if all == 0 {
        sheet.text(at, "nothing has happened yet", scene.theme.faint);
    }
    for (i, event) in cluster.events.iter().rev().enumerate().skip(drawn.offset).take(rows) {
        let row = at.take_top(1);
        draw_row(sheet, row, scene, event, &Row { text: &event.text, dated: true, selected: i == selected });
        sheet.target(row, Target::Event(i));
        if i == selected {
            sheet.restyle(row, scene.theme.selected);
            sheet.glyph(row.x.saturating_sub(1), row.y, '▶', scene.theme.strong);
        }
    }
    drawn
}

/// An event that is too long for its row is shown whole at the bottom while it is selected.
fn whole(sheet: &mut Sheet, at: &mut Rect, scene: &Scene, event: &Event) {
    let lines = wrap(&event.text, at.width);
    if width(&event.text) + LEAD <= at.width || at.height < 12 {
        return;
    }
    let mut place = at.take_bottom((cells(lines.len()) + 1).min(at.height - 6));
    let rule = place.take_top(1);
    sheet.heading(rule, "", "");
    let mut lines: Vec<Line> = lines.into_iter().map(|line| Line::styled(line, scene.theme.text)).collect();
    let rows = usize::from(place.height);
    if let Some(more) = lines.len().checked_sub(rows).filter(|more| *more > 0) {
        lines.truncate(rows.saturating_sub(1));
        let text =
            format!("  {} below: {} shows all of it", words::plural(more + 1, "line"), scene.keys_of("detail", 1));
        lines.push(Line::styled(text, scene.theme.faint));
    }
    decision::draw(sheet, place, &lines);
}

/// What is special about a row.
struct Row<'a> {
    /// Of its text, what stands in this row.
    text: &'a str,
    /// With the date, where there is room.
    dated: bool,
    selected: bool,
}

fn draw_row(sheet: &mut Sheet, at: Rect, scene: &Scene, event: &Event, row: &Row) {
    let theme = scene.theme;
    let Row { text, dated, selected } = *row;
    // On the bar of the selected row faint text could not be read, and colours would be blocks in it.
    let on_bar = |style: Style| if selected { theme.selected } else { style };
    sheet.note_said(&event.text);
    let mut rest = at;
    let time =
        if dated && at.width >= 80 { words::date(event.at, scene.zone) } else { words::clock(event.at, scene.zone) };
    let used = sheet.text(rest, &time, on_bar(theme.faint));
    rest.take_left(used + 2);
    let (symbol, style) = decision::level(theme, event.level);
    let style = on_bar(style);
    let level = [Span::styled(format!("{symbol} "), style), Span::styled(word(event, at.width), style)];
    if let Some(times) = times(event) {
        let place = rest.take_right(width(&times) + 1);
        sheet.right(place, &times, on_bar(theme.faint));
    }
    let used = sheet.spans(rest, &level);
    rest.take_left(used);
    sheet.text(rest, text, on_bar(theme.text));
}

/// On a wide row the level in a word, if the text does not say it; on a narrow one its sign must do.
fn word(event: &Event, columns: u16) -> &'static str {
    let word = match event.level {
        Level::Warning => "warning ",
        Level::Error => "failed ",
        Level::Info | Level::Done => "",
    };
    if columns >= 100 && !event.text.contains(word.trim_end()) { word } else { "" }
}

/// How often it happened, if that is more than once.
fn times(event: &Event) -> Option<String> {
    (event.count > 1).then(|| format!("×{}", event.count))
}
