//! Questions and notices that are longer than the terminal.

use super::*;
use crate::keymap::{Keymap, Wish};

#[test]
fn a_long_notice_is_scrolled_and_begins_at_its_begin_again() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.ui.overlay = Some(Overlay::Notice { title: "Add a clone", text: String::new() });
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
