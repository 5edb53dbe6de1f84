//! Clicks and the wheel, on what a frame really had at their places.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;

use super::*;
use crate::tui::view::{self, Scene};
use crate::tui::{List, Target, Theme};

const LEFT: MouseButton = MouseButton::Left;
const DROPLET: fn(u64) -> Target = |n| Target::Droplet(DropletId(BASE.0 + n));

impl Desk {
    /// Draws a frame of this size, and remembers what it had where.
    pub(super) fn draw(&mut self, (width, height): (u16, u16)) -> String {
        let keys = self.keymap.hints(&self.ui, &self.state);
        let scene = Scene {
            state: &self.state,
            ui: &self.ui,
            theme: &Theme::terminal(),
            keys: &keys,
            now: fixtures::now(),
            live: None,
            zone: &TimeZone::UTC,
            ascii: false,
        };
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| self.drawn = view::draw(frame, &scene)).unwrap();
        terminal.backend().to_string()
    }

    fn place(&self, target: Target) -> Rect {
        self.drawn.targets.find(target).unwrap_or_else(|| panic!("{target:?} in {:?}", self.drawn.targets))
    }

    fn point(&mut self, kind: MouseEventKind, at: (u16, u16)) -> Outcome {
        self.point_when(kind, at, Instant::now())
    }

    fn point_when(&mut self, kind: MouseEventKind, (column, row): (u16, u16), now: Instant) -> Outcome {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        let (ui, seen) = self.parts();
        let outcome = mouse(ui, event, &Seen { now, ..seen });
        self.follow();
        outcome
    }

    fn click_at(&mut self, at: (u16, u16)) -> Outcome {
        // Nobody clicks twice in no time, but for the test of it.
        self.ui.pointer.clicked = None;
        self.point(MouseEventKind::Down(LEFT), at);
        self.point(MouseEventKind::Up(LEFT), at)
    }

    /// Clicks on the middle of it, in a frame of 80×24.
    fn click(&mut self, target: Target) -> Outcome {
        self.draw((80, 24));
        let place = self.place(target);
        self.click_at((place.x + place.width / 2, place.y))
    }

    fn wheel(&mut self, kind: MouseEventKind) {
        self.draw((80, 24));
        self.point(kind, (10, 10));
    }
}

#[test]
fn a_click_selects_a_row_and_one_on_the_selected_row_opens_it() {
    let mut desk = Desk::new(Fixture::new(4));
    assert_eq!(desk.click(DROPLET(2)), Outcome::default());
    assert_eq!((desk.ui.table.selected, desk.ui.page), (Some(CLONE), Page::Cluster));
    desk.click(DROPLET(2));
    assert_eq!(desk.ui.page, Page::Droplet(CLONE));
    let mut desk = Desk::new(Fixture::new(4));
    desk.keys("v");
    desk.click(Target::Event(2));
    assert_eq!(desk.ui.events.selected, 2);
    desk.keys("vo");
    let other = desk.state.clusters[0].clone();
    desk.state.clusters.push(other);
    desk.click(Target::Cluster(1));
    assert_eq!((desk.ui.overview.selected, desk.ui.cluster, desk.ui.page), (1, 0, Page::Overview));
    desk.click(Target::Cluster(1));
    assert_eq!((desk.ui.cluster, desk.ui.page), (1, Page::Cluster));
}

#[test]
fn a_click_on_a_head_sorts_and_again_the_other_way_round() {
    let mut desk = Desk::new(Fixture::new(4));
    let cpu = SortBy::Metric(Metric::Cpu);
    desk.click(Target::Head(cpu));
    assert_eq!((desk.ui.table.sort, desk.ui.table.descending), (cpu, true), "the busiest first, as by the key");
    desk.click(Target::Head(cpu));
    assert_eq!((desk.ui.table.sort, desk.ui.table.descending), (cpu, false));
    desk.click(Target::Head(SortBy::Name));
    assert_eq!((desk.ui.table.sort, desk.ui.table.descending), (SortBy::Name, false));
}

#[test]
fn a_click_on_a_chart_sets_the_cursor_from_where_keys_move_it() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("z");
    desk.draw((80, 24));
    desk.click_at((40, 12));
    let shown = desk.draw((80, 24));
    let line = |shown: &str| shown.lines().nth(7).and_then(|row| row.chars().skip(13).position(|c| c == '│'));
    assert_eq!(line(&shown).map(|x| x + 12), Some(40), "{shown}");
    desk.press(KeyCode::Left);
    let shown = desk.draw((80, 24));
    assert_eq!(line(&shown).map(|x| x + 12), Some(39), "{shown}");
    assert_eq!(desk.click_at((79, 3)), Outcome::default());
    assert!(desk.ui.cursor.is_some(), "beside it is no time");
}

#[test]
fn a_head_that_gave_way_to_how_many_rows_there_are_cannot_be_clicked() {
    let mut desk = Desk::new(Fixture::new(40).findings());
    let name = Target::Head(SortBy::Name);
    desk.draw((120, 36));
    assert!(desk.drawn.targets.find(name).is_some());
    let screen = desk.draw((60, 16));
    assert!(screen.contains(" 37 more "), "{screen}");
    assert_eq!(desk.drawn.targets.find(name), None, "{screen}");
}

#[test]
fn a_click_on_a_hint_is_its_key_and_a_question_is_answered_at_its_buttons() {
    let mut desk = Desk::new(Fixture::new(3));
    let cancel = Confirm { question: Question::Up, accept_focused: false };
    assert_eq!(desk.click(Target::Act(Action::ScaleUp)), Outcome::default(), "nothing happens by one click");
    assert_eq!(desk.confirm(), Some(cancel.clone()));
    assert_eq!(desk.click(Target::Act(Action::Cancel)), Outcome::default());
    assert_eq!(desk.confirm(), None);
    desk.click(Target::Act(Action::ScaleUp));
    assert_eq!(desk.click(Target::Act(Action::Accept)).commands, [Command::Up { cluster: 0 }]);
    assert_eq!(desk.confirm(), None);
    desk.click(Target::Act(Action::ScaleUp));
    assert_eq!(desk.click_at((0, 0)), Outcome::default());
    assert_eq!(desk.confirm(), Some(cancel), "a question wants an answer");
    desk.press(KeyCode::Esc);
    desk.state.clusters[0].auto = false;
    assert_eq!(desk.click(Target::Act(Action::Quit)).effect, Some(Effect::Quit));
}

#[test]
fn while_a_question_stands_nothing_but_its_buttons_can_be_clicked() {
    for question in ["u", "d"] {
        let mut desk = Desk::new(Fixture::new(3));
        desk.keys(question);
        desk.draw((80, 24));
        let acts: Vec<Rect> =
            [Action::Accept, Action::Cancel].iter().map(|action| desk.place(Target::Act(*action))).collect();
        for (column, row) in (0..80).flat_map(|column| (0..24).map(move |row| (column, row))) {
            let on_button = acts.iter().any(|place| place.contains((column, row).into()));
            let target = desk.drawn.targets.at(column, row);
            assert_eq!(on_button, matches!(target, Some(Target::Act(_))), "{target:?} at {column}, {row}");
            assert!(on_button || matches!(target, None | Some(Target::Inside | Target::Outside)), "{target:?}");
        }
        assert!(acts.iter().all(|place| place.y < 23), "the footer has none");
    }
}

#[test]
fn whatever_is_clicked_the_cloud_is_not_changed_without_a_question() {
    let fixtures = [Fixture::new(3), Fixture::new(40).load(0.93).demo(), Fixture::new(3).manual().scaling_up()];
    for (fixture, keys) in fixtures.into_iter().flat_map(|fixture| {
        ["", "z", "v", "o", "?", ":", "C", "e", "jy", "/w", " ", "S"].map(|keys| (fixture.clone(), keys))
    }) {
        let desk = || {
            let mut desk = Desk::new(fixture.clone());
            keys.chars().for_each(|c| drop(desk.press(KeyCode::Char(c))));
            desk.draw((80, 24));
            desk
        };
        let drawn = desk().drawn;
        let all = (0..80).flat_map(|column| (0..24).map(move |row| (column, row)));
        let mut seen: Vec<Target> = Vec::new();
        for at in all {
            let Some(target) = drawn.targets.at(at.0, at.1) else { continue };
            if seen.contains(&target) {
                continue;
            }
            seen.push(target);
            for command in desk().click_at(at).commands {
                let harmless = matches!(
                    command,
                    Command::Refresh { .. }
                        | Command::Range { .. }
                        | Command::Demo(_)
                        | Command::Auto { on: false, .. }
                );
                assert!(harmless, "{command:?} by a click on {target:?} after {keys:?}");
            }
        }
        assert!(!seen.is_empty(), "{keys:?}");
    }
}

#[test]
fn a_double_click_agrees_to_nothing() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("u");
    desk.draw((80, 24));
    let button = desk.place(Target::Act(Action::Accept));
    desk.ui.pointer.clicked = Some(Instant::now());
    desk.point(MouseEventKind::Down(LEFT), (button.x, button.y));
    assert_eq!(desk.point(MouseEventKind::Up(LEFT), (button.x, button.y)), Outcome::default());
    assert!(desk.confirm().is_some());
    assert_eq!(desk.click(Target::Act(Action::Accept)).commands, [Command::Up { cluster: 0 }], "later it does");
}

#[test]
fn a_row_of_quick_clicks_agrees_to_nothing() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("u");
    desk.draw((80, 24));
    let button = desk.place(Target::Act(Action::Accept));
    let begin = Instant::now();
    desk.ui.pointer.clicked = Some(begin);
    let mut click = |after: u64| {
        let now = begin + Duration::from_millis(after);
        desk.point_when(MouseEventKind::Down(LEFT), (button.x, button.y), now);
        desk.point_when(MouseEventKind::Up(LEFT), (button.x, button.y), now)
    };
    for after in [450, 550, 1049] {
        assert_eq!(click(after), Outcome::default(), "each is judged by the one before it: {after} ms");
    }
    assert_eq!(click(1549).commands, [Command::Up { cluster: 0 }]);
}

#[test]
fn a_button_that_is_held_down_answers_no_later_question() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("u");
    desk.draw((80, 24));
    let button = desk.place(Target::Act(Action::Accept));
    desk.point(MouseEventKind::Down(LEFT), (button.x, button.y));
    desk.keys("nd");
    desk.draw((80, 24));
    let other = desk.place(Target::Act(Action::Accept));
    assert_eq!(desk.point(MouseEventKind::Up(LEFT), (other.x, other.y)), Outcome::default());
    assert_eq!(desk.confirm().unwrap().question, Question::Down(CLONE), "it still wants its answer");
    // A text that is pasted changes what stands in a list as well.
    desk.keys("n/");
    desk.draw((80, 24));
    let row = desk.place(DROPLET(2));
    desk.point(MouseEventKind::Down(LEFT), (row.x, row.y));
    paste(&mut desk.ui, "web");
    desk.point(MouseEventKind::Up(LEFT), (row.x, row.y));
    assert_eq!(desk.ui.table.selected, Some(BASE));
}

#[test]
fn an_event_or_a_command_that_has_come_under_a_held_button_is_not_clicked() {
    let mut desk = Desk::new(Fixture::new(4));
    desk.keys("v");
    desk.draw((80, 24));
    let row = desk.place(Target::Event(2));
    desk.point(MouseEventKind::Down(LEFT), (row.x, row.y));
    let events = &mut desk.state.clusters[0].events;
    let newest = Event { text: "something else has happened".to_owned(), ..events.last().unwrap().clone() };
    Arc::make_mut(events).push(newest);
    desk.follow();
    desk.draw((80, 24));
    desk.point(MouseEventKind::Up(LEFT), (row.x, row.y));
    assert_eq!(desk.ui.events.selected, 0, "another event");
    // The same one, after something else has changed.
    desk.point(MouseEventKind::Down(LEFT), (row.x, row.y));
    desk.state.clusters[0].down = None;
    desk.follow();
    desk.point(MouseEventKind::Up(LEFT), (row.x, row.y));
    assert_eq!(desk.ui.events.selected, 2);

    desk.keys(":");
    desk.draw((80, 24));
    let entry = desk.place(Target::Entry(1));
    desk.point(MouseEventKind::Down(LEFT), (entry.x, entry.y));
    // What was done last comes to the top.
    desk.ui.history.push("refresh".to_owned());
    desk.follow();
    desk.draw((80, 24));
    desk.point(MouseEventKind::Up(LEFT), (entry.x, entry.y));
    assert!(matches!(&desk.ui.overlay, Some(Overlay::Palette(palette)) if palette.selected == 0), "another command");
    desk.point(MouseEventKind::Down(LEFT), (entry.x, entry.y));
    desk.follow();
    desk.point(MouseEventKind::Up(LEFT), (entry.x, entry.y));
    assert!(matches!(&desk.ui.overlay, Some(Overlay::Palette(palette)) if palette.selected == 1));
}

#[test]
fn who_lets_go_elsewhere_has_not_clicked() {
    let mut desk = Desk::new(Fixture::new(4));
    desk.draw((80, 24));
    let (first, second) = (desk.place(DROPLET(1)), desk.place(DROPLET(2)));
    desk.point(MouseEventKind::Down(LEFT), (first.x, first.y));
    desk.point(MouseEventKind::Up(LEFT), (second.x, second.y));
    assert_eq!(desk.ui.table.selected, Some(BASE));
    desk.point(MouseEventKind::Up(LEFT), (second.x, second.y));
    assert_eq!(desk.ui.table.selected, Some(BASE), "it was not pressed");
    for button in [MouseButton::Right, MouseButton::Middle] {
        desk.point(MouseEventKind::Down(button), (second.x, second.y));
        desk.point(MouseEventKind::Up(button), (second.x, second.y));
        assert_eq!(desk.ui.table.selected, Some(BASE));
    }
}

#[test]
fn what_is_not_where_it_was_is_not_clicked() {
    let mut desk = Desk::new(Fixture::new(4));
    desk.draw((80, 24));
    let place = desk.place(DROPLET(2));
    // Another has come under the mouse while the button was held.
    desk.point(MouseEventKind::Down(LEFT), (place.x, place.y));
    desk.ui.table.descending = true;
    desk.draw((80, 24));
    desk.point(MouseEventKind::Up(LEFT), (place.x, place.y));
    assert_eq!(desk.ui.table.selected, Some(BASE));
    // The screen has lost its rows, or nothing was drawn since.
    for size in [Some((80, 16)), Some((40, 8)), None] {
        match size {
            Some(size) => drop(desk.draw(size)),
            None => desk.drawn.targets.forget(),
        }
        for (column, row) in [(place.x, 23), (79, 23), (u16::MAX, u16::MAX)] {
            assert_eq!(desk.click_at((column, row)), Outcome::default());
        }
        assert_eq!((desk.ui.table.selected, desk.ui.page), (Some(BASE), Page::Cluster));
        assert!(desk.ui.overlay.is_none());
    }
}

#[test]
fn lists_in_front_are_picked_from_and_closed_by_a_click_beside_them() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("C");
    assert_eq!(desk.click(Target::Entry(0)), Outcome::default());
    assert!(!desk.ui.table.columns.as_ref().unwrap().contains(&Column::Role), "a column is hidden at once");
    desk.click(Target::Inside);
    assert!(desk.ui.overlay.is_some());
    desk.click_at((0, 0));
    assert!(desk.ui.overlay.is_none());
    desk.keys("e");
    desk.click(Target::Entry(1));
    assert!(desk.ui.overlay.is_some(), "selected, and not taken");
    assert!(matches!(
        desk.click(Target::Entry(1)).effect,
        Some(Effect::Export { export: Export { format: Format::Json, .. }, .. })
    ));
    for key in ["?", ":"] {
        desk.keys(key);
        desk.draw((80, 24));
        let behind = desk.place(DROPLET(0));
        let there = desk.drawn.targets.at(behind.x, behind.y);
        assert!(matches!(there, Some(Target::Inside | Target::Outside | Target::Entry(_))), "{there:?}");
        desk.click_at((0, 0));
        assert!(desk.ui.overlay.is_none(), "{key}");
    }
}

#[test]
fn a_column_that_is_hidden_and_shown_again_leaves_the_table_as_it_was() {
    for width in [60, 80, 120, 160, 200] {
        let mut desk = Desk::new(Fixture::new(4).load(0.9));
        let before = desk.draw((width, 36));
        desk.keys("C");
        for _ in 0..2 {
            desk.draw((width, 36));
            desk.press(KeyCode::Char(' '));
        }
        desk.press(KeyCode::Esc);
        assert!(desk.ui.table.columns.is_some());
        let after = desk.draw((width, 36));
        assert!(before == after, "{width}:\n{before}\n{after}");
    }
}

#[test]
fn a_command_of_the_palette_is_selected_and_done() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys(":");
    assert_eq!(desk.click(Target::Entry(2)), Outcome::default());
    assert!(matches!(&desk.ui.overlay, Some(Overlay::Palette(palette)) if palette.selected == 2));
    desk.draw((80, 24));
    let place = desk.place(Target::Entry(2));
    let (column, row) = (place.x, place.y);
    desk.point(MouseEventKind::Down(LEFT), (column, row));
    let up = MouseEvent { kind: MouseEventKind::Up(LEFT), column, row, modifiers: KeyModifiers::NONE };
    assert_eq!(points_at(&desk.ui, &desk.drawn, up), Some(Action::ScaleDown), "it is judged by the present");
    desk.point(MouseEventKind::Up(LEFT), (column, row));
    assert_eq!(desk.confirm().unwrap().question, Question::Down(CLONE));
}

#[test]
fn a_click_while_the_filter_is_typed_keeps_it() {
    let mut desk = Desk::new(Fixture::new(4));
    desk.keys("/web00");
    desk.click(DROPLET(2));
    assert!(desk.ui.overlay.is_none());
    assert_eq!((desk.ui.table.filter.as_str(), desk.ui.table.selected), ("web00", Some(CLONE)));
}

#[test]
fn a_message_that_covers_a_key_is_not_the_key() {
    let mut desk = Desk::new(Fixture::new(40));
    desk.keys("v");
    for _ in 0..3 {
        toast(&mut desk.ui, Level::Done, "done", Instant::now());
    }
    desk.draw((80, 20));
    assert_eq!(desk.drawn.targets.at(40, 19), Some(Target::Inside));
}

#[test]
fn the_wheel_scrolls_and_the_selection_stays_in_sight() {
    use MouseEventKind::{ScrollDown, ScrollUp};
    let mut desk = Desk::new(Fixture::new(300));
    desk.wheel(ScrollDown);
    assert_eq!((desk.ui.table.offset, desk.ui.table.row), (3, 3), "the first row has left");
    let shown = desk.draw((80, 24));
    assert!(shown.contains("▶web003") && !shown.contains("web002"), "{shown}");
    desk.keys("j");
    desk.wheel(ScrollUp);
    assert_eq!((desk.ui.table.offset, desk.ui.table.row), (0, 4), "what is in sight stays selected");
    for _ in 0..300 {
        desk.wheel(ScrollDown);
    }
    assert_eq!(desk.ui.table.offset, desk.drawn.list.last_offset);
    let mut short = Desk::new(Fixture::new(3));
    short.wheel(ScrollDown);
    assert_eq!((short.ui.table.offset, short.ui.table.row), (0, 0), "all of it is in sight");
    short.keys("?");
    short.wheel(ScrollDown);
    assert!(matches!(short.ui.overlay, Some(Overlay::Help { scroll: 3 })));
    short.keys("?C");
    short.wheel(ScrollUp);
    assert!(matches!(short.ui.overlay, Some(Overlay::Columns { selected: 0 })), "it does not go around");
    short.press(KeyCode::Esc);
    short.ui.page = Page::Overview;
    short.wheel(ScrollDown);
    assert_eq!(short.ui.overview, List::default());
    short.keys("u");
    short.wheel(ScrollDown);
    assert!(short.confirm().is_some());
}
