//! The cursor of a chart.

use jiff::SignedDuration;

use super::*;
use crate::tui::view::{Plot, Window};

const COLUMNS: usize = 60;

/// A chart of an hour in as many columns as minutes.
fn chart() -> Desk {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("z");
    desk.drawn.plot = Some(Plot { window: window(&desk), columns: COLUMNS });
    desk
}

fn window(desk: &Desk) -> Window {
    Window::of(&desk.state.clusters[0], desk.ui.range, fixtures::now())
}

fn column(desk: &Desk) -> Option<usize> {
    window(desk).column_of(desk.ui.cursor?, COLUMNS)
}

/// Another look, so much later.
fn look_again(desk: &mut Desk, minutes: i64) {
    let cluster = &mut desk.state.clusters[0];
    let seen = Arc::make_mut(cluster.observation.as_mut().unwrap());
    seen.at += SignedDuration::from_mins(minutes);
    desk.follow();
}

#[test]
fn it_moves_column_by_column_and_beyond_the_newest_there_is_none() {
    let mut desk = chart();
    let mut columns = |keys: &[KeyCode]| {
        for key in keys {
            desk.press(*key);
        }
        column(&desk)
    };
    assert_eq!(columns(&[KeyCode::Right]), None, "there is nothing after now");
    assert_eq!(columns(&[KeyCode::Left]), Some(59));
    assert_eq!(columns(&[KeyCode::Char('h'), KeyCode::Char('h'), KeyCode::Char('l')]), Some(58));
    assert_eq!(columns(&[KeyCode::PageUp]), Some(52), "a tenth of the width");
    assert_eq!(columns(&[KeyCode::PageDown, KeyCode::PageDown]), None);
    assert_eq!(columns(&[KeyCode::PageUp]), Some(54));
    assert_eq!(columns(&[KeyCode::Home]), Some(0));
    assert_eq!(columns(&[KeyCode::Left]), Some(0));
    assert_eq!(columns(&[KeyCode::End]), None);
    assert_eq!(columns(&[KeyCode::Char('g')]), Some(0));
    assert_eq!(columns(&[KeyCode::Char('G')]), None);
}

#[test]
fn it_stays_on_its_bar_while_the_window_moves_on_and_goes_when_that_has_left() {
    let mut desk = chart();
    desk.keys("ghhlll");
    let at = desk.ui.cursor;
    assert_eq!(column(&desk), Some(3));
    look_again(&mut desk, 2);
    assert_eq!((desk.ui.cursor, column(&desk)), (at, Some(1)));
    look_again(&mut desk, 2);
    assert_eq!(desk.ui.cursor, None);
}

#[test]
fn it_is_kept_from_metric_to_metric_and_dropped_with_the_range_and_the_page() {
    let mut desk = chart();
    desk.keys("hhh");
    let at = desk.ui.cursor;
    desk.keys("jjk");
    assert!(at.is_some() && desk.ui.cursor == at && desk.ui.page.metric().is_some());
    desk.keys("]");
    assert_eq!(desk.ui.cursor, None, "a bar is another stretch of time");
    for leave in ["z", "v", "w", "o"] {
        let mut desk = chart();
        desk.keys("hhh");
        desk.keys(leave);
        assert_eq!(desk.ui.cursor, None, "{leave}");
    }
}

#[test]
fn esc_drops_it_before_it_leads_back() {
    let mut desk = chart();
    desk.keys("h");
    desk.press(KeyCode::Esc);
    assert!(desk.ui.cursor.is_none() && desk.ui.page.metric().is_some());
    desk.press(KeyCode::Esc);
    assert_eq!(desk.ui.page, Page::Cluster);
}
