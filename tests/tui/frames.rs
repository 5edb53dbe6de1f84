//! What is written while the screen is ours: nothing when nothing changed, otherwise whole frames, each in one
//! write and inside the screen, of whatever size.

use std::time::Duration;

use tempfile::TempPath;
use unicode_width::UnicodeWidthStr;

use crate::actor::{INTERFACE, Role, TEN_SECONDS};
use crate::pty::{Pty, lines};
use crate::session::{start, ticks};

const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";
/// How a frame that is drawn whole begins.
const CLEAR: &str = "\x1b[2J";

#[test]
fn nothing_is_written_when_nothing_changed() {
    let (mut pty, journal) = start(Role::Repeating);
    let passed = |journal: &TempPath| lines(journal).iter().any(|line| line == TEN_SECONDS);
    pty.wait_for("equal states, for ten seconds of their clock", |_| passed(&journal));
    let end = ticks(&journal);
    pty.wait_for("some more", |_| ticks(&journal) > end + 20);
    assert_eq!(pty.count(BEGIN), 1, "the first frame, and none after it:\n{}", pty.text());
    assert!(pty.since(0).ends_with(END), "nor anything else");
}

#[test]
#[ignore = "ten seconds of real time: cargo test --test tui -- --ignored ten_seconds"]
fn nothing_is_written_for_ten_seconds_when_nothing_changed() {
    let (mut pty, _journal) = start(Role::Ageing);
    pty.expect("lb-web");
    pty.settle();
    let bytes = pty.bytes();
    std::thread::sleep(Duration::from_secs(10));
    assert_eq!(pty.bytes(), bytes);
}

#[test]
fn a_held_picture_stands_still_while_the_worker_goes_on() {
    let (mut pty, journal) = start(Role::Drifting);
    hold(&mut pty);
    let (bytes, begin) = (pty.bytes(), ticks(&journal));
    pty.wait_for("the worker to go on", |_| ticks(&journal) > begin + 100);
    assert_eq!(pty.bytes(), bytes);
    // What asks to change the cloud is judged by the present.
    pty.keys("u");
    pty.expect("Cancel");
    assert!(!pty.text().contains("PAUSED"));
}

#[test]
fn a_held_picture_tells_of_an_incident_and_stands_still_again() {
    let (mut pty, _journal) = start(Role::Failing);
    pty.expect("healthy");
    hold(&mut pty);
    let bytes = pty.bytes();
    // To ask for a look tells the worker, and goes on holding the picture.
    pty.keys("r");
    pty.expect("now: API FAILING");
    assert!(pty.text().contains("PAUSED") && pty.text().contains("healthy"), "{}", pty.text());
    assert!(!pty.text().contains("retry in"), "what went wrong is no part of the picture: {}", pty.text());
    assert!(pty.bytes() < bytes + 600, "only the header is written: {}", pty.bytes() - bytes);
    pty.keys(" ");
    pty.expect("retry in");
    assert!(!pty.text().contains("PAUSED"), "{}", pty.text());
}

fn hold(pty: &mut Pty) {
    pty.keys(" ");
    pty.expect("PAUSED");
    pty.settle();
}

#[test]
fn every_frame_is_a_whole_one() {
    let (mut pty, journal) = start(Role::Restless);
    pty.wait_for("some frames", |_| ticks(&journal) > 50);
    pty.keys("q");
    pty.wait_for_end();
    pty.assert_restored();
    let (begun, ended) = (pty.count(BEGIN), pty.count(END));
    assert!(begun > 10);
    assert_eq!(ended, begun + 1, "each ends, and leaving ends one more to be sure");
    assert_eq!(pty.count("\x1b[6n"), 0, "the terminal is asked nothing");
}

#[test]
fn a_frame_is_one_write() {
    let (mut pty, journal) = start(Role::Drifting);
    for (columns, rows) in [(300, 100), (80, 24), (500, 200)] {
        resize(&mut pty, columns, rows);
        let begin = ticks(&journal);
        pty.wait_for("small frames", |_| ticks(&journal) > begin + 20);
    }
    hold(&mut pty);
    let frames = pty.count(BEGIN);
    assert!(frames > 30, "{frames}");
    let Some(writes) = pty.writes_of(INTERFACE) else {
        println!("this system does not count the writes of a thread");
        return;
    };
    assert_eq!(writes, frames + 2, "one each, and two to enter");
}

/// Changes the size and waits for the frame that it brings, which is returned.
fn resize(pty: &mut Pty, columns: u16, rows: u16) -> String {
    let before = pty.bytes();
    let mut frame = String::new();
    pty.resize(columns, rows);
    pty.wait_for("a whole frame", |pty| {
        let written = pty.since(before);
        let Some((_, last)) = written.rsplit_once(CLEAR) else { return false };
        last.split(END).next().unwrap_or_default().clone_into(&mut frame);
        last.contains(END)
    });
    frame
}

/// Each size draws a whole frame, and no part of it outside.
fn all_are_drawn(pty: &mut Pty, sizes: impl Iterator<Item = (u16, u16)>) {
    for (columns, rows) in sizes {
        let frame = resize(pty, columns, rows);
        let spans = spans(&frame);
        assert!(!spans.is_empty(), "{columns}×{rows} is empty");
        let is_inside = |&(row, begin, end): &(usize, usize, usize)| {
            (1..=rows.into()).contains(&row) && begin >= 1 && end <= usize::from(columns) + 1
        };
        let outside: Vec<_> = spans.iter().filter(|span| !is_inside(span)).collect();
        assert!(outside.is_empty(), "{columns}×{rows}: {outside:?} in {frame:?}");
    }
    resize(pty, 120, 36);
    pty.expect("lb-web");
}

/// What is written from where to where: row, first column, and the column after the last.
fn spans(frame: &str) -> Vec<(usize, usize, usize)> {
    let mut spans = Vec::new();
    for sequence in frame.split("\x1b[").skip(1) {
        let parameters = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
        let (place, text) = (&sequence[..parameters], &sequence[parameters + 1..]);
        if sequence[parameters..].starts_with('H') {
            let (row, column) = place.split_once(';').unwrap();
            let column = column.parse().unwrap();
            spans.push((row.parse().unwrap(), column, column));
        }
        // A change of colours does not move.
        if let Some((_, _, end)) = spans.last_mut() {
            *end += text.width();
        }
    }
    spans
}

#[test]
fn any_size_is_drawn() {
    let (mut pty, _journal) = start(Role::Restless);
    let widths = [1, 2, 59, 60, 80, 110, 300];
    let heights = [1, 2, 15, 16, 24, 100];
    // Each width with some heights, and the largest that anybody has.
    let some = widths.iter().enumerate().flat_map(|(i, &width)| (0..3).map(move |j| (width, heights[(i + 2 * j) % 6])));
    all_are_drawn(&mut pty, some.chain([(1, 1), (300, 100), (500, 3), (500, 200)]));
}

#[test]
#[ignore = "thirty thousand sizes, some minutes: cargo test --test tui -- --ignored every_single_size"]
fn every_single_size_is_drawn() {
    let (mut pty, _journal) = start(Role::Restless);
    all_are_drawn(&mut pty, (1..=300).flat_map(|width| (1..=100).map(move |height| (width, height))));
}
