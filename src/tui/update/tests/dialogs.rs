//! Questions and notices that are longer than the terminal.

use super::*;
use crate::keymap::{Keymap, Wish};

#[test]
fn a_long_notice_is_scrolled_and_begins_at_its_begin_again() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.ui.overlay = Some(Overlay::Notice { title: "Add a clone", text: String::new(), asked: None });
    desk.keys("jj");
    assert_eq!((desk.ui.dialog_scroll, desk.ui.scroll), (2, 0), "the page stays where it is");
    desk.keys("k");
    assert_eq!(desk.ui.dialog_scroll, 1);
    desk.press(KeyCode::End);
    desk.press(KeyCode::Down);
    assert_eq!(desk.ui.dialog_scroll, desk.drawn.list.last_offset, "no further than its end");
    assert!(desk.notice().is_some());
    desk.press(KeyCode::Esc);
    desk.keys("u");
    assert_eq!(desk.ui.dialog_scroll, 0, "the next one begins anew");
}

#[test]
fn scrolling_a_question_is_no_answer() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("u");
    let before = (desk.confirm(), desk.ui.table.selected);
    for code in [KeyCode::Char('j'), KeyCode::Down, KeyCode::PageDown, KeyCode::Char('G'), KeyCode::Up] {
        assert_eq!(desk.press(code), Outcome::default());
    }
    assert_eq!(desk.ui.dialog_scroll, desk.drawn.list.last_offset - 1);
    assert_eq!((desk.confirm(), desk.ui.table.selected), before);
}

#[test]
fn the_list_of_columns_names_the_keys_that_move_in_it() {
    let mut desk = Desk::new(Fixture::new(3));
    let wish = |name, key: &str| Wish { name, keys: vec![key.parse().unwrap()] };
    desk.keymap = Keymap::default().remapped(&[wish("column_after", "f2"), wish("column_before", "f3")]).unwrap();
    desk.ui.overlay = Some(Overlay::Columns { selected: 0 });
    let screen = desk.draw((60, 16)).to_lowercase();
    assert!(screen.contains("below: f2 shows more"), "{screen}");
    desk.ui.overlay = Some(Overlay::Columns { selected: 12 });
    let screen = desk.draw((60, 16)).to_lowercase();
    assert!(screen.contains("above: f3 shows more"), "{screen}");
}

#[test]
fn a_refusal_follows_the_state_and_says_when_its_reason_is_gone() {
    let mut desk = Desk::new(Fixture::new(3).scaling_up());
    desk.keys("u");
    assert!(desk.notice().unwrap().contains("under way"));
    let free = Fixture::new(3).build();
    desk.state = free.clone();
    desk.follow();
    assert!(desk.notice().unwrap().contains("ask again"), "{:?}", desk.ui.overlay);
    assert_eq!(desk.keys("y"), Outcome::default(), "what was refused is not agreed to");
    // It is refused for another reason now.
    desk.state = Fixture::new(3).scaling_up().build();
    desk.follow();
    desk.keys("u");
    desk.state = Fixture::new(3).max(3).build();
    desk.follow();
    assert!(desk.notice().unwrap().contains("the maximum of 3"), "{:?}", desk.ui.overlay);
}

#[test]
fn a_question_becomes_a_refusal_when_an_operation_has_begun() {
    let mut desk = Desk::new(Fixture::new(4));
    desk.keys("d");
    assert!(desk.confirm().is_some());
    desk.state = Fixture::new(4).scaling_up().build();
    desk.follow();
    assert!(desk.notice().unwrap().contains("under way"), "{:?}", desk.ui.overlay);
}

#[test]
fn a_dry_run_shows_what_would_be_done_and_does_nothing() {
    let mut desk = Desk::new(Fixture::new(3).manual().dry_run());
    for (key, question) in [("u", Question::Up), ("d", Question::Down(CLONE))] {
        desk.keys(key);
        assert_eq!(desk.confirm().unwrap().question, question);
        assert_eq!(desk.keys("y"), Outcome::default(), "{key}");
    }
    desk.keys("a");
    assert!(desk.ui.overlay.is_none());
    assert!(desk.ui.toasts.iter().all(|toast| toast.text.contains("--dry-run")), "{:?}", desk.ui.toasts);
}

#[test]
fn what_became_of_a_question_is_not_said_over_the_next() {
    for (cancelled, next) in [("un", "d"), ("un", "?"), ("an", ":")] {
        let mut desk = Desk::new(Fixture::new(3).manual());
        desk.keys(cancelled);
        assert_eq!(desk.ui.toasts.last().map(|toast| toast.text.as_str()), Some("cancelled: nothing was changed"));
        let (ui, seen) = desk.parts();
        toast(ui, Level::Done, "web002 is gone", seen.now);
        desk.keys("j");
        assert_eq!(desk.ui.toasts.len(), 2, "a key that opens nothing leaves them");
        desk.keys(next);
        let left: Vec<&str> = desk.ui.toasts.iter().map(|toast| toast.text.as_str()).collect();
        assert_eq!(left, ["web002 is gone"], "{next}");
    }
}
