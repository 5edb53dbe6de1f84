//! Keys against made-up states.

mod commands;
mod cursor;
mod demo;
mod dialogs;
mod mouse;
mod pages;

use std::sync::Arc;

use super::*;
use crate::cluster::{DropletId, Metric, Scope};
use crate::column::Column;
use crate::scaling::Refusal;
use crate::tui::fixtures::{self, BASE, Fixture};
use crate::tui::view::Scrolled;
use crate::tui::{Confirm, Contents, Format, Question, SortBy};
use crate::worker::{AUTO_OFF, Event};

/// An interface in use.
struct Desk {
    ui: Ui,
    state: AppState,
    drawn: Drawn,
    keymap: Keymap,
}

impl Desk {
    fn new(fixture: Fixture) -> Self {
        let drawn = Drawn { list: Scrolled { rows: 10, offset: 0, last_offset: 5 }, ..Drawn::default() };
        let mut desk = Self { ui: fixtures::ui(), state: fixture.build(), drawn, keymap: Keymap::default() };
        desk.follow();
        desk
    }

    /// What the user sees, beside what the user has done.
    fn parts(&mut self) -> (&mut Ui, Seen<'_>) {
        let (state, keymap, drawn) = (&self.state, &self.keymap, &self.drawn);
        (
            &mut self.ui,
            Seen { state, keymap, drawn, now: Instant::now(), at: fixtures::now(), folder: Path::new("/home/me") },
        )
    }

    fn follow(&mut self) {
        let (ui, seen) = self.parts();
        follow(ui, &seen);
    }

    fn press(&mut self, code: KeyCode) -> Outcome {
        let (ui, seen) = self.parts();
        let event = KeyEvent::new(code, KeyModifiers::NONE);
        let outcome = key(ui, &event, &seen);
        self.follow();
        outcome
    }

    /// Types these characters and returns what the last one did.
    fn keys(&mut self, keys: &str) -> Outcome {
        keys.chars().map(|c| self.press(KeyCode::Char(c))).last().unwrap()
    }

    fn confirm(&self) -> Option<Confirm> {
        match &self.ui.overlay {
            Some(Overlay::Confirm(confirm)) => Some(confirm.clone()),
            _ => None,
        }
    }

    fn notice(&self) -> Option<&str> {
        match &self.ui.overlay {
            Some(Overlay::Notice { text, .. }) => Some(text),
            _ => None,
        }
    }

    fn forget(&mut self, id: DropletId) {
        let cluster = &mut self.state.clusters[0];
        let mut seen = (**cluster.observation.as_ref().unwrap()).clone();
        seen.members.retain(|member| member.droplet.id != id);
        cluster.observation = Some(Arc::new(seen));
        self.follow();
    }
}

const CLONE: DropletId = DropletId(BASE.0 + 2);

#[test]
fn every_question_has_the_focus_on_cancel() {
    let cases = [
        ("u", Question::Up, Fixture::new(3)),
        ("d", Question::Down(CLONE), Fixture::new(3)),
        ("a", Question::Auto, Fixture::new(3).manual()),
        ("q", Question::Quit, Fixture::new(3).scaling_up()),
    ];
    for (keys, question, fixture) in cases {
        let mut desk = Desk::new(fixture);
        assert_eq!(desk.keys(keys), Outcome::default(), "nothing happens before the answer");
        assert_eq!(desk.confirm(), Some(Confirm { question, accept_focused: false }));
        assert_eq!(desk.press(KeyCode::Enter), Outcome::default(), "Enter cancels {question:?}");
        assert!(desk.ui.overlay.is_none());
    }
}

#[test]
fn up_is_agreed_to_by_y_or_by_the_other_button() {
    let mut desk = Desk::new(Fixture::new(3));
    assert_eq!(desk.keys("uy").commands, [Command::Up { cluster: 0 }]);
    assert!(desk.ui.overlay.is_none());
    desk.keys("u");
    desk.press(KeyCode::Tab);
    assert_eq!(desk.press(KeyCode::Enter).commands, [Command::Up { cluster: 0 }]);
}

#[test]
fn down_names_the_droplet_that_was_shown() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("d");
    // Another clone has become the newest while the question stood.
    desk.state.clusters[0].down = Fixture::new(4).build().clusters[0].down.clone();
    assert_eq!(desk.keys("y").commands, [Command::Down { cluster: 0, droplet: CLONE }]);
}

#[test]
fn every_way_to_say_no_changes_nothing() {
    for no in [KeyCode::Esc, KeyCode::Char('n'), KeyCode::Char('q')] {
        for question in ["u", "d"] {
            let mut desk = Desk::new(Fixture::new(3));
            desk.keys(question);
            assert!(desk.confirm().is_some());
            assert_eq!(desk.press(no), Outcome::default());
            assert!(desk.ui.overlay.is_none());
            assert_eq!(desk.ui.toasts[0].text, "cancelled: nothing was changed");
        }
    }
}

#[test]
fn a_refusal_says_why_and_cannot_be_agreed_to() {
    let mut desk = Desk::new(Fixture::new(3).max(3));
    desk.keys("u");
    assert!(desk.notice().unwrap().contains("the maximum of 3"), "{:?}", desk.ui.overlay);
    assert_eq!(desk.press(KeyCode::Enter), Outcome::default());
    assert!(desk.ui.overlay.is_none());
    // It has become impossible while the question stood.
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("u");
    desk.state.clusters[0].up = Some(Err(Refusal::AtMaximum { count: 5, max: 5 }));
    assert_eq!(desk.keys("y"), Outcome::default());
    assert!(desk.notice().unwrap().contains("the maximum of 5"), "{:?}", desk.ui.overlay);
}

#[test]
fn before_the_first_look_nothing_is_asked() {
    let mut desk = Desk::new(Fixture::new(3).starting());
    for key in ["u", "d"] {
        desk.keys(key);
        assert!(desk.notice().unwrap().contains("is being looked at"));
        desk.press(KeyCode::Esc);
    }
}

#[test]
fn one_operation_at_a_time() {
    let mut desk = Desk::new(Fixture::new(3).scaling_up());
    desk.keys("u");
    assert!(desk.notice().unwrap().contains("under way"));
    // Auto has begun one while the question stood.
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("u");
    desk.state = Fixture::new(3).scaling_up().build();
    assert_eq!(desk.keys("y"), Outcome::default());
    assert!(desk.notice().unwrap().contains("under way"));
}

#[test]
fn read_only_changes_nothing_and_says_so() {
    for key in ["u", "d", "D", "a"] {
        let mut desk = Desk::new(Fixture::new(3).manual().read_only());
        assert_eq!(desk.keys(key), Outcome::default());
        assert!(desk.ui.overlay.is_none());
        assert!(desk.ui.toasts[0].text.contains("--read-only"), "{key}");
    }
}

#[test]
fn auto_is_asked_for_and_stopped_at_once() {
    let mut desk = Desk::new(Fixture::new(3).manual());
    assert_eq!(desk.keys("a"), Outcome::default());
    assert_eq!(desk.keys("y").commands, [Command::Auto { cluster: 0, on: true }]);
    let mut desk = Desk::new(Fixture::new(3));
    assert_eq!(desk.keys("a").commands, [Command::Auto { cluster: 0, on: false }]);
}

#[test]
fn the_selected_droplet_is_removed_only_if_it_may_be() {
    let mut desk = Desk::new(Fixture::new(4));
    desk.keys("D");
    assert!(desk.notice().unwrap().contains("base droplet"), "{:?}", desk.ui.overlay);
    desk.press(KeyCode::Esc);
    desk.keys("jD");
    let first = DropletId(BASE.0 + 1);
    assert_eq!(desk.confirm().unwrap().question, Question::Down(first));
    assert_eq!(desk.keys("y").commands, [Command::Down { cluster: 0, droplet: first }]);
}

#[test]
fn a_question_about_a_droplet_that_is_gone_closes() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("d");
    desk.forget(CLONE);
    assert!(desk.ui.overlay.is_none());
    assert!(desk.ui.toasts[0].text.contains("gone"));
}

#[test]
fn quitting_asks_while_something_would_end_with_it() {
    let calm = || Fixture::new(3).manual();
    assert_eq!(Desk::new(calm()).keys("q").effect, Some(Effect::Quit));
    for something in [calm().scaling_up(), Fixture::new(3)] {
        let mut desk = Desk::new(something);
        assert_eq!(desk.keys("q"), Outcome::default());
        assert_eq!(desk.confirm(), Some(Confirm { question: Question::Quit, accept_focused: false }));
        assert_eq!(desk.keys("y").effect, Some(Effect::Quit));
    }
}

#[test]
fn nothing_is_agreed_to_that_cannot_be_seen() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.drawn.too_small = true;
    assert_eq!((desk.keys("u"), desk.keys("y")), (Outcome::default(), Outcome::default()));
    desk.keys("q/x:");
    assert!(desk.ui.overlay.is_none() && desk.ui.table.filter.is_empty());
    // A question that stood before.
    desk.drawn.too_small = false;
    desk.keys("u");
    desk.drawn.too_small = true;
    assert_eq!(desk.keys("y"), Outcome::default());
    assert!(desk.confirm().is_some());
    desk.drawn.too_small = false;
    assert_eq!(desk.keys("y").commands, [Command::Up { cluster: 0 }]);
    let mut desk = Desk::new(Fixture::new(3).manual());
    desk.drawn.too_small = true;
    assert_eq!(desk.keys("q").effect, Some(Effect::Quit), "nothing ends with it");
}

#[test]
fn ctrl_c_leaves_from_everywhere() {
    for before in ["", "?", "/", ":", "u", "e", "v"] {
        let mut desk = Desk::new(Fixture::new(3));
        before.chars().for_each(|c| drop(desk.press(KeyCode::Char(c))));
        let event = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        let seen = Seen {
            state: &desk.state,
            keymap: &desk.keymap,
            drawn: &desk.drawn,
            now: Instant::now(),
            at: fixtures::now(),
            folder: Path::new(""),
        };
        let outcome = key(&mut desk.ui, &event, &seen);
        assert_eq!(outcome.effect, Some(Effect::Quit), "after {before:?}");
    }
}

#[test]
fn the_selection_stays_on_the_droplet_and_then_on_its_row() {
    let mut desk = Desk::new(Fixture::new(5));
    desk.keys("jj");
    assert_eq!(desk.ui.table.selected, Some(CLONE));
    desk.forget(DropletId(BASE.0 + 1));
    assert_eq!((desk.ui.table.selected, desk.ui.table.row), (Some(CLONE), 1), "the droplet moved up");
    desk.forget(CLONE);
    assert_eq!(desk.ui.table.selected, Some(DropletId(BASE.0 + 3)), "its neighbour took the row");
    desk.keys("G");
    assert_eq!(desk.ui.table.selected, Some(DropletId(BASE.0 + 4)));
    desk.forget(DropletId(BASE.0 + 4));
    assert_eq!(desk.ui.table.selected, Some(DropletId(BASE.0 + 3)), "the last row is the one before");
}

#[test]
fn the_filter_is_typed_kept_and_dropped() {
    let mut desk = Desk::new(Fixture::new(12));
    desk.keys("/web00");
    paste(&mut desk.ui, "7\n\u{1b}");
    assert_eq!(desk.ui.table.filter, "web007 ");
    desk.press(KeyCode::Backspace);
    assert_eq!(desk.ui.table.selected, Some(DropletId(BASE.0 + 7)));
    desk.press(KeyCode::Enter);
    assert!(desk.ui.overlay.is_none());
    assert_eq!(desk.ui.table.filter, "web007");
    desk.press(KeyCode::Esc);
    assert_eq!(desk.ui.table.filter, "", "back on the cluster's page drops it");
    desk.keys("/u");
    assert_eq!(desk.ui.table.filter, "u", "a key is text there");
    desk.press(KeyCode::Esc);
    assert_eq!((desk.ui.table.filter.as_str(), desk.ui.overlay.is_none()), ("", true));
}

#[test]
fn a_new_filter_begins_anew_and_esc_brings_the_old_one_back() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("/web001");
    desk.press(KeyCode::Enter);
    desk.keys("/base");
    assert_eq!(desk.ui.table.filter, "base");
    desk.press(KeyCode::Esc);
    assert_eq!((desk.ui.table.filter.as_str(), desk.ui.overlay.is_none()), ("web001", true));
}

#[test]
fn pasted_text_is_never_a_key() {
    let mut desk = Desk::new(Fixture::new(3));
    paste(&mut desk.ui, "u\ry");
    assert!(desk.ui.overlay.is_none() && desk.ui.table.filter.is_empty());
}

#[test]
fn sorting_goes_through_the_columns() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("s");
    assert_eq!((desk.ui.table.sort, desk.ui.table.descending), (SortBy::Name, false));
    desk.keys("ss");
    assert_eq!((desk.ui.table.sort, desk.ui.table.descending), (SortBy::Balancer, false), "the worst first");
    desk.keys("s");
    assert_eq!((desk.ui.table.sort, desk.ui.table.descending), (SortBy::Metric(Metric::Load), true));
    desk.keys("S");
    assert!(!desk.ui.table.descending);
}

#[test]
fn sorting_goes_through_the_chosen_columns_and_stays_when_its_column_is_hidden() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.ui.table.columns = Some(vec![Column::Price, Column::Name, Column::Balancer, Column::Metric(Metric::Cpu)]);
    let by: Vec<SortBy> = (0..5)
        .map(|_| {
            desk.keys("s");
            desk.ui.table.sort
        })
        .collect();
    assert_eq!(by, [SortBy::Name, SortBy::Price, SortBy::Balancer, SortBy::Metric(Metric::Cpu), SortBy::Name]);
    desk.ui.table.sort = SortBy::Price;
    desk.ui.table.columns = Some(vec![Column::Role]);
    desk.follow();
    assert_eq!(desk.ui.table.sort, SortBy::Price, "the rows don't jump");
    desk.keys("s");
    assert_eq!(desk.ui.table.sort, SortBy::Name);
}

#[test]
fn columns_are_hidden_and_shown_again_and_the_worker_is_not_told() {
    let mut desk = Desk::new(Fixture::new(3));
    assert_eq!(desk.keys("C"), Outcome::default());
    assert_eq!(desk.ui.table.columns, None, "nothing is changed by looking");
    desk.keys(" ");
    let chosen = desk.ui.table.columns.clone().unwrap();
    assert!(!chosen.contains(&Column::Role) && chosen.contains(&Column::State), "{chosen:?}");
    desk.keys("jk ");
    assert_eq!(desk.ui.table.columns.as_ref().unwrap()[0], Column::Role);
    for (end, column) in [(KeyCode::End, Column::Note), (KeyCode::Home, Column::Role)] {
        desk.press(end);
        assert!(matches!(desk.ui.overlay, Some(Overlay::Columns { selected }) if Column::all()[selected] == column));
    }
    desk.keys("k");
    assert!(matches!(desk.ui.overlay, Some(Overlay::Columns { selected }) if Column::all()[selected] == Column::Note));
    desk.press(KeyCode::Enter);
    assert!(desk.ui.overlay.is_none());
}

#[test]
fn clusters_are_switched_and_the_worker_is_told() {
    let mut desk = Desk::new(Fixture::new(3));
    let mut other = desk.state.clusters[0].clone();
    Arc::make_mut(&mut other.spec).name = "jobs".to_owned();
    desk.state.clusters.push(other);
    let focus = |cluster| [Command::Focus { cluster }, Command::Range { cluster, range: Ui::RANGES[1] }];
    assert_eq!(desk.press(KeyCode::Tab).commands, focus(1));
    assert_eq!(desk.press(KeyCode::Tab).commands, focus(0), "around the end");
    assert_eq!(desk.keys("2").commands, focus(1));
    assert_eq!(desk.keys("7"), Outcome::default());
    desk.keys("ok");
    assert_eq!(desk.press(KeyCode::Enter).commands, focus(0));
    assert_eq!((desk.ui.page, desk.ui.cluster), (Page::Cluster, 0));
}

#[test]
fn sorting_goes_through_the_columns_that_are_shown() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.drawn.columns = vec![Column::Role, Column::State, Column::Metric(Metric::Cpu)];
    let by: Vec<SortBy> = (0..4)
        .map(|_| {
            desk.keys("s");
            desk.ui.table.sort
        })
        .collect();
    assert_eq!(by, [SortBy::Status, SortBy::Metric(Metric::Cpu), SortBy::Name, SortBy::Role]);
    desk.ui.table.sort = SortBy::Price;
    desk.keys("s");
    assert_eq!(desk.ui.table.sort, SortBy::Name, "from a column that has no room to the first");
}

#[test]
fn the_help_scrolls_and_closes() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("?jj");
    assert!(matches!(desk.ui.overlay, Some(Overlay::Help { scroll: 2 })));
    desk.press(KeyCode::End);
    assert!(matches!(desk.ui.overlay, Some(Overlay::Help { scroll: 5 })));
    desk.keys("?");
    assert!(desk.ui.overlay.is_none());
}

#[test]
fn news_are_toasts_but_not_what_is_only_information_or_a_repetition() {
    let mut desk = Desk::new(Fixture::new(3));
    let mut heard = Heard::all_of(&desk.state);
    let now = Instant::now();
    let mut happen = |desk: &mut Desk, level, text: &str, count| {
        let events = Arc::make_mut(&mut desk.state.clusters[0].events);
        if count > 1 {
            events.pop();
        }
        events.push(Event { at: fixtures::now(), level, text: text.to_owned(), count });
        heard.tell(&mut desk.ui, &desk.state, now);
        desk.ui.toasts.iter().map(|toast| toast.text.clone()).collect::<Vec<_>>()
    };
    assert!(happen(&mut desk, Level::Info, "scaling up", 1).is_empty());
    assert_eq!(happen(&mut desk, Level::Done, "web003 serves", 1), ["web003 serves"]);
    assert_eq!(happen(&mut desk, Level::Error, "503", 1), ["web003 serves", "503"]);
    assert_eq!(happen(&mut desk, Level::Error, "503", 2), ["web003 serves", "503"], "the same again");
    assert_eq!(happen(&mut desk, Level::Info, AUTO_OFF, 1).last().map(String::as_str), Some("auto is off"));
    assert!(desk.ui.toasts.iter().all(|toast| toast.until > now));
    assert!(!desk.state.clusters.is_empty());
}
