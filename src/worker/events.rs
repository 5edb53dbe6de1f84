//! What happened to a cluster, for people: one line each, the newest kept, the same in a row counted.

use std::sync::Arc;

use jiff::Timestamp;

use super::Event;
use crate::scaling::Level;

/// What tells that auto was switched on.
pub const AUTO_ON: &str = "auto is on";
/// The same, the other way.
pub const AUTO_OFF: &str = "auto is off";

/// How many events are kept.
const KEPT: usize = 1000;

/// Adds an event; one that says the same as the last one raises its count.
pub fn note(events: &mut Arc<Vec<Event>>, at: Timestamp, level: Level, text: &str) {
    let text = one_line(text);
    let events = Arc::make_mut(events);
    match events.last_mut() {
        Some(last) if last.level == level && last.text == text => {
            last.count = last.count.saturating_add(1);
            last.at = at;
        }
        _ => events.push(Event { at, level, text, count: 1 }),
    }
    let too_many = events.len().saturating_sub(KEPT);
    events.drain(..too_many);
}

/// The text without control characters, in one line.
#[must_use]
pub fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_same_in_a_row_is_counted_and_tells_its_last_time() {
        let mut events = Arc::default();
        note(&mut events, at(1), Level::Info, "one");
        note(&mut events, at(2), Level::Info, "one");
        note(&mut events, at(3), Level::Error, "one");
        note(&mut events, at(4), Level::Info, "one");
        let seen: Vec<_> = events.iter().map(|e| (e.at, e.level, e.count)).collect();
        assert_eq!(seen, [(at(2), Level::Info, 2), (at(3), Level::Error, 1), (at(4), Level::Info, 1)]);
    }

    #[test]
    fn the_newest_thousand_are_kept() {
        let mut events = Arc::default();
        for second in 0..1500 {
            note(&mut events, at(second), Level::Info, &second.to_string());
        }
        assert_eq!((events.len(), events[0].at), (KEPT, at(500)));
    }

    #[test]
    fn nothing_that_a_server_says_can_move_the_cursor() {
        assert_eq!(one_line("a\u{1b}[2J\nb\t\u{9b}c\r\n"), "a [2J b c");
    }
}
