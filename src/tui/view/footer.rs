//! The last line: the keys that do something now, or the filter while it is typed; and what just happened, which is
//! said for a moment where nothing else stands.

use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

use super::sheet::{Cut, Sheet, cells, width};
use super::{KeyHint, Scene, decision};
use crate::keymap::{Action, Context};
use crate::tui::{Overlay, Page, Target, Theme};

/// What only the footer of a chart shows: elsewhere how far back the pictures go is a detail.
const RANGE: &str = "longer";

/// Two keys for the two ways of one thing: there is one hint for both, that of the second.
const PAIRS: [(&str, &str); 4] =
    [("shorter", RANGE), ("earlier", "later"), ("previous_metric", "next_metric"), ("less_load", "more_load")];

/// What stands before the keys that only the demo has.
const DEMO: &str = "demo ";

/// Which keys come first when there is not room for all, by their names in the table: help and the ways out, then what
/// changes the cluster, then what one looks for and the way to all that is not shown.
const IMPORTANT: [&str; 21] = [
    "help",
    "quit",
    "back",
    "scale_up",
    "scale_down",
    "auto",
    "later",
    "next_metric",
    RANGE,
    "next_cluster",
    "filter",
    "why",
    "palette",
    "more_load",
    "crash",
    "detail",
    "events",
    "chart",
    "remove",
    "sort",
    "export",
];

/// Draws the keys, or the line of the filter. Gives the place of the cursor while something is typed.
pub fn draw(sheet: &mut Sheet, at: Rect, scene: &Scene) -> Option<Position> {
    match &scene.ui.overlay {
        Some(Overlay::Filter(line)) => {
            return Some(typed(sheet, at, "filter: ", &answers(scene, FILTER), &line.input));
        }
        Some(Overlay::Palette(palette)) => {
            return Some(typed(sheet, at, ":", &answers(scene, PALETTE), &palette.input));
        }
        _ => {}
    }
    let (theme, mut rest) = (scene.theme, at);
    let filter = &scene.ui.table.filter;
    if !filter.is_empty() {
        let used = sheet.spans(rest, &[Span::styled(format!(" filter: {filter} "), Theme::badge(theme.strong))]);
        rest.take_left(used + 2);
    }
    // A question is answered at its own buttons: here one that was opened by a click could be answered by the next.
    let asks = matches!(scene.ui.overlay, Some(Overlay::Confirm(_)));
    let mut has_demo = false;
    let mut keys = of_page(scene.keys, scene.ui.page);
    if Context::of(scene.ui) == Context::Dialog {
        // Cancel has the focus: Enter says so, and its own keys stand under the buttons.
        keys.retain(|hint| hint.action != Action::Cancel);
    }
    if rest.width < SPELLED_OUT {
        keys.iter_mut().for_each(shorten);
    }
    for hint in fitting(&in_order(&keys), rest.width) {
        if hint.demo && !std::mem::replace(&mut has_demo, true) {
            let used = sheet.text(rest, DEMO, theme.faint);
            rest.take_left(used);
        }
        let used = sheet.spans(rest, &spans(hint, theme));
        let place = rest.take_left(used);
        if !asks {
            sheet.target(place, Target::Act(hint.action));
        }
        rest.take_left(2);
    }
    None
}

/// From this width on `scale up` is written out; below, the room is better used for another key.
const SPELLED_OUT: u16 = 100;

fn shorten(hint: &mut KeyHint) {
    hint.short = hint.short.strip_prefix("scale ").unwrap_or(hint.short);
}

/// The keys of a page: one hint for both keys of a pair. What opens the page that is open needs none: the
/// way back has one. Where one reads what has happened, the keys of the demo leave their room to the others.
fn of_page(keys: &[KeyHint], page: Page) -> Vec<KeyHint> {
    let is_chart = page.metric().is_some();
    let opens_it = match page {
        Page::Events => "events",
        Page::Chart(_) | Page::DropletChart(..) => "chart",
        Page::Why => "why",
        Page::Cluster | Page::Droplet(_) | Page::Overview => "",
    };
    let is_in_the_way = |hint: &KeyHint| hint.name == opens_it || (hint.demo && page == Page::Events);
    let is_shown = |hint: &&KeyHint| (is_chart || hint.name != RANGE) && !is_in_the_way(hint);
    let mut shown: Vec<KeyHint> = keys.iter().filter(is_shown).cloned().collect();
    for (one, other) in PAIRS {
        let one = keys.iter().find(|hint| hint.name == one && !hint.keys.is_empty()).map(key);
        if let (Some(one), Some(both)) = (one, shown.iter_mut().find(|hint| hint.name == other)) {
            let gap = if one.len() + key(both).len() > 2 { " " } else { "" };
            both.keys = [one, key(both)].join(gap);
        }
    }
    shown
}

/// The keys that do something now, in the order of the table, but those of the demo after those that scale. Of two keys
/// for the same the first is enough.
fn in_order(keys: &[KeyHint]) -> Vec<&KeyHint> {
    let shown = keys.iter().filter(|hint| hint.applies && !hint.short.is_empty() && !hint.keys.is_empty());
    let (demo, mut all): (Vec<&KeyHint>, Vec<&KeyHint>) = shown.partition(|hint| hint.demo);
    let mut said = Vec::new();
    all.retain(|hint| {
        !said.contains(&hint.action) && {
            said.push(hint.action);
            true
        }
    });
    let scales = |hint: &&KeyHint| all.first().is_some_and(|first| first.group == hint.group);
    let at = all.iter().take_while(|hint| scales(hint)).count();
    all.splice(at..at, demo);
    all
}

/// Those for which there is room, the important ones before the others.
fn fitting<'a>(shown: &[&'a KeyHint], room: u16) -> Vec<&'a KeyHint> {
    let rank = |hint: &KeyHint| IMPORTANT.iter().position(|name| *name == hint.name).unwrap_or(IMPORTANT.len());
    let mut by_rank = shown.to_vec();
    by_rank.sort_by_key(|hint| rank(hint));
    let (mut left, mut fits): (u16, Vec<&KeyHint>) = (room + 2, Vec::new());
    for hint in by_rank {
        let lead = if hint.demo && !fits.iter().any(|other| other.demo) { width(DEMO) } else { 0 };
        if let Some(rest) = left.checked_sub(lead + hint_width(hint)) {
            left = rest;
            fits.push(hint);
        }
    }
    shown.iter().filter(|hint| fits.contains(hint)).copied().collect()
}

/// The first of its keys: the others are in the help.
pub fn key(hint: &KeyHint) -> &str {
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
const FILTER: &[(&str, &str)] = &[("keep_filter", "keep"), ("drop_filter", "cancel")];
const PALETTE: &[(&str, &str)] = &[("complete", "complete"), ("run", "run"), ("leave_palette", "cancel")];

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

/// The columns that a toast in the row of the keys leaves to them: help and quit have room.
pub const KEPT: u16 = 18;

/// Draws the toasts in one row, the newest first, as many as there is room for. What stands on the page anyway is not
/// said twice. Tells whether there was anything to say.
pub fn toasts(sheet: &mut Sheet, at: Rect, scene: &Scene) -> bool {
    let mut rest = at;
    for toast in scene.ui.toasts.iter().rev() {
        let (symbol, style) = decision::level(scene.theme, toast.level);
        let text = format!(" {symbol} {} ", toast.text);
        let is_first = rest.width == at.width;
        if sheet.has_said(&toast.text) || (!is_first && width(&text) > rest.width) {
            continue;
        }
        if is_first {
            sheet.clear(at);
            sheet.target(at, Target::Inside);
        }
        let used = sheet.text(rest, &text, Theme::badge(style));
        rest.take_left(used + 1);
    }
    rest.width < at.width
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::Keymap;
    use crate::tui::fixtures::{self, Fixture};

    fn shown(room: u16, fixture: Fixture) -> Vec<&'static str> {
        let mut keys = of_page(&Keymap::default().hints(&fixtures::ui(), &fixture.build()), Page::Cluster);
        if room < SPELLED_OUT {
            keys.iter_mut().for_each(shorten);
        }
        fitting(&in_order(&keys), room).iter().map(|hint| hint.name).collect()
    }

    #[test]
    fn what_is_called_important_is_in_the_footer() {
        let keymap = Keymap::default();
        for name in IMPORTANT {
            assert!(keymap.bindings().iter().any(|b| b.name == name && !b.short.is_empty()), "{name}");
        }
    }

    #[test]
    fn who_sees_it_for_the_first_time_finds_the_ways_to_all_else_on_any_width() {
        let scaling = ["scale_up", "scale_down", "auto"];
        let ways = ["help", "quit"];
        assert_eq!(shown(58, Fixture::new(3)), [&scaling[..], &["filter", "why"], &ways].concat());
        assert_eq!(shown(78, Fixture::new(3)), [&scaling[..], &["detail", "filter", "why", "palette"], &ways].concat());
        let demo = ["more_load", "filter", "why", "palette"];
        assert_eq!(shown(78, Fixture::new(3).demo()), [&scaling[..], &demo, &ways].concat());
        assert!(shown(130, Fixture::new(3)).contains(&"export"));
        assert_eq!(shown(5, Fixture::new(3)), ["scale_up"], "rather another than none");
    }

    #[test]
    fn on_the_page_of_events_stands_how_one_is_opened_and_not_how_the_page_is() {
        let ui = crate::tui::Ui { page: Page::Events, ..fixtures::ui() };
        let mut keys = of_page(&Keymap::default().hints(&ui, &Fixture::new(3).demo().build()), Page::Events);
        keys.iter_mut().for_each(shorten);
        let names: Vec<&str> = fitting(&in_order(&keys), 78).iter().map(|hint| hint.name).collect();
        assert!(names.contains(&"detail") && names.contains(&"back") && !names.contains(&"events"), "{names:?}");
    }

    #[test]
    fn on_a_droplets_page_the_key_that_removes_says_that_it_is_about_this_one() {
        let state = Fixture::new(3).demo().build();
        let words = |page, room| {
            let ui = crate::tui::Ui { page, ..fixtures::ui() };
            let keys = of_page(&Keymap::default().hints(&ui, &state), page);
            let hints = fitting(&in_order(&keys), room);
            hints.iter().map(|hint| format!("{} {}", key(hint), hint.short)).collect::<Vec<_>>()
        };
        let clone = crate::cluster::DropletId(fixtures::BASE.0 + 1);
        for room in [58, 78, 118] {
            let shown = words(Page::Droplet(clone), room);
            assert!(shown.contains(&"d remove it".to_owned()), "{shown:?}");
            assert!(!shown.iter().any(|hint| hint == "d scale down" || hint.starts_with('D')), "{shown:?}");
        }
        assert!(!words(Page::Droplet(fixtures::BASE), 200).iter().any(|hint| hint.contains("remove")));
        assert!(words(Page::Cluster, 118).contains(&"d scale down".to_owned()));
    }

    #[test]
    fn nothing_is_wider_than_the_line() {
        for room in 0..200 {
            let keys = Keymap::default().hints(&fixtures::ui(), &Fixture::new(3).demo().build());
            let keys = of_page(&keys, Page::Chart(crate::cluster::Metric::Cpu));
            let all = in_order(&keys);
            let fits = fitting(&all, room);
            let demo = if fits.iter().any(|hint| hint.demo) { width(DEMO) } else { 0 };
            let used = fits.iter().map(|hint| hint_width(hint)).sum::<u16>() + demo;
            assert!(used <= room + 2, "{used} of {room}");
        }
    }
}
