//! What is said of an operation: while it runs, beside the decision; and after it has failed.

use std::sync::Arc;

use dropscale::scaling::Level;
use dropscale::tui::Page;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::worker::{AppState, Event};
use jiff::SignedDuration;
use ratatui::style::Modifier;

use crate::{Look, at, page, render, row, text};

fn shown(state: &AppState, size: (u16, u16)) -> String {
    text(&render(state, &at(size.0, size.1)))
}

/// The text with all blanks as one.
fn flat(screen: &str) -> String {
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn while_an_operation_runs_the_decision_waits_for_it_and_for_nothing_else() {
    let cooling = Fixture::new(3).load(0.93).cooldown().scaling_up().build();
    for size in [(80, 24), (120, 36), (200, 60)] {
        let screen = shown(&cooling, size);
        assert!(screen.contains("▲ once that is done and cooled down, it would scale up: Load"), "{screen}");
        for word in ["cooling down", "hold, would", "must be settled"] {
            assert!(!screen.contains(word), "{word} in\n{screen}");
        }
    }
    let later = Look { now: fixtures::now() + SignedDuration::from_secs(90), ..at(120, 36) };
    let screen = text(&render(&cooling, &later));
    assert!(screen.contains("▲ once that is done, it would scale up: Load"), "{screen}");
    let calm = shown(&Fixture::new(3).scaling_up().build(), (120, 36));
    assert!(calm.contains("· once that is done, it would hold: the metrics are between"), "{calm}");
    let full = shown(&Fixture::new(3).load(0.93).max(4).scaling_up().build(), (120, 36));
    assert!(full.contains("but the maximum of 4 droplets is reached"), "what else stops it is told:\n{full}");
}

#[test]
fn a_phase_that_takes_longer_than_usual_tells_until_when_it_may() {
    let state = Fixture::new(3).scaling_up().build();
    let after = |seconds: i64, size: (u16, u16)| {
        flat(&text(&render(
            &state,
            &Look { now: fixtures::now() + SignedDuration::from_secs(seconds), ..at(size.0, size.1) },
        )))
    };
    for size in [(60, 16), (80, 24), (200, 60)] {
        assert!(after(0, size).contains(" 41 s of about 50 s"), "{}", after(0, size));
        assert!(after(60, size).contains(" 1 min 41 s, at most 5 min"), "{size:?}: {}", after(60, size));
    }
}

#[test]
fn a_cooldown_of_no_seconds_is_never_told() {
    let state = Fixture::new(3).load(0.93).cooldown().build();
    for seconds in 50..200 {
        let now = fixtures::now() + SignedDuration::from_secs(seconds);
        let screen = flat(&text(&render(&state, &Look { now, ..at(120, 36) })));
        assert!(!screen.contains(" 0 s left"), "{screen}");
        let is_told = screen.contains("cooling down, ") || screen.contains("the cooldown ends now");
        assert!(is_told, "after {seconds} s: {screen}");
    }
}

#[test]
fn a_failure_tells_when_it_was_and_becomes_the_past() {
    let state = Fixture::new(3).failed().findings().build();
    let after =
        |seconds| render(&state, &Look { now: fixtures::now() + SignedDuration::from_secs(seconds), ..at(120, 36) });
    let line = |seconds: i64| {
        let buffer = after(seconds);
        let lines: Vec<String> = text(&buffer).lines().map(ToOwned::to_owned).collect();
        let y = lines.iter().position(|line| line.contains("scale up failed"));
        y.map(|y| {
            (
                y,
                row(&buffer, u16::try_from(y).unwrap())
                    .iter()
                    .skip(1)
                    .take(40)
                    .all(|c| c.modifier.contains(Modifier::DIM)),
            )
        })
    };
    assert!(
        text(&after(0)).contains("✗ scale up failed 11:59:55Z: web003 did not become active"),
        "{}",
        text(&after(0))
    );
    let (fresh, old) = (line(0).unwrap(), line(60).unwrap());
    assert!(!fresh.1 && old.1, "it fades");
    assert!(fresh.0 < old.0, "and what is wrong now comes before it");
    assert!(line(590).is_some() && line(600).is_none());
}

#[test]
fn the_phase_that_failed_is_marked() {
    let state = Fixture::new(3).failed().build();
    for (look, title) in
        [(page(Page::Why, (80, 30)), "last: scale up of web003"), (at(200, 60), "OPERATION last: scale up")]
    {
        let screen = text(&render(&state, &look));
        assert!(screen.contains(title), "{screen}");
        for line in ["✓ creating", "✗ booting", "○ joining the load balancer"] {
            assert!(screen.contains(line), "{line} in\n{screen}");
        }
        assert!(screen.contains("not begun") && !screen.contains(" about "), "{screen}");
    }
    // What is done to undo it comes after the phase that failed.
    let mut undone = state;
    let operation = Arc::make_mut(undone.clusters[0].operation.as_mut().unwrap());
    let last = operation.phases.last().unwrap().clone();
    for phase in [dropscale::scaling::Phase::Delete, dropscale::scaling::Phase::Settle] {
        operation.phases.push(dropscale::scaling::PhaseState { phase, ..last.clone() });
    }
    let screen = text(&render(&undone, &page(Page::Why, (80, 30))));
    for line in ["✗ booting", "✓ settling", "✓ deleting"] {
        assert!(screen.contains(line), "{line} in\n{screen}");
    }
}

#[test]
fn an_event_does_not_say_twice_that_something_failed() {
    let mut state = Fixture::new(3).build();
    let event = |text: &str| Event { at: fixtures::now(), level: Level::Error, text: text.to_owned(), count: 1 };
    let events = vec![event("scale up failed: no room"), event("GET /v2/droplets: 503")];
    state.clusters[0].events = Arc::new(events);
    let screen = shown(&state, (120, 36));
    assert!(screen.contains("✗ scale up failed: no room"), "{screen}");
    assert!(screen.contains("✗ failed GET /v2/droplets: 503"), "{screen}");
}

#[test]
fn what_takes_less_than_a_second_is_not_said_to_take_none() {
    let mut state = Fixture::new(3).scaling_up().build();
    let spec = Arc::make_mut(&mut state.clusters[0].spec);
    spec.timing.claim_settle = std::time::Duration::from_millis(300);
    let screen = flat(&shown(&state, (200, 60)));
    assert!(screen.contains("settling a moment") && !screen.contains("about 0 s"), "{screen}");
}
