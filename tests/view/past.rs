//! Values that decisions don't go by: too old, because the API does not answer, or from before the cluster was scaled.
//! They are drawn faint and marked on any terminal, and how old they are is said.

use std::sync::Arc;

use dropscale::cluster::Metric;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::{Page, Theme};
use dropscale::worker::AppState;
use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use crate::{Look, at, cells, page, render, text};

fn is_faint(buffer: &Buffer, wanted: &str) -> bool {
    let (faint, cells) = (Theme::terminal().faint.add_modifier, cells(buffer, wanted));
    assert!(!cells.is_empty(), "{wanted} in\n{}", text(buffer));
    cells.iter().all(|cell| cell.symbol() == " " || cell.modifier == faint)
}

/// Before the first sample after scaling: nothing counts.
fn awaiting() -> AppState {
    let mut state = Fixture::new(3).cooldown().build();
    let cluster = &mut state.clusters[0];
    if let Some(seen) = &mut cluster.observation {
        let seen = Arc::make_mut(seen);
        seen.members.iter_mut().for_each(|member| member.readings.clear());
        seen.cluster_readings.clear();
        let decision = dropscale::policy::decide(seen, &cluster.spec, &cluster.policy);
        cluster.decision = Some(Arc::new(decision));
    }
    state
}

#[test]
fn what_was_seen_a_moment_ago_is_not_stale_because_one_look_failed() {
    let mut state = Fixture::new(3).api_down().build();
    let seen = Arc::make_mut(state.clusters[0].observation.as_mut().unwrap());
    seen.at = fixtures::now() - jiff::SignedDuration::from_secs(20);
    let screen = text(&render(&state, &at(80, 24)));
    assert!(screen.contains("API FAILING") && screen.contains("data < 45 s old"), "{screen}");
    assert!(!screen.contains("STALE"), "{screen}");
}

#[test]
fn while_the_api_fails_nothing_looks_fresh_and_its_age_is_said() {
    let (fresh, old) = (Fixture::new(3).load(0.93).build(), Fixture::new(3).load(0.93).api_down().build());
    for size in [(80, 24), (120, 36)] {
        let before = render(&fresh, &at(size.0, size.1));
        let buffer = render(&old, &at(size.0, size.1));
        for part in ["0.91", "● active", "healthy", "▲ up", "3 droplets (max 5)"] {
            assert!(!is_faint(&before, part), "{part} in\n{}", text(&before));
            assert!(is_faint(&buffer, part), "{part} in\n{}", text(&buffer));
        }
        let shown = text(&buffer);
        let heading = shown.lines().find(|line| line.contains("CLUSTER")).unwrap();
        assert!(heading.contains("2 min ago") && !heading.contains("now"), "{heading}");
        assert!(shown.contains("DROPLETS seen 2 min ago"), "{shown}");
    }
    let chart = render(&old, &page(Page::Chart(Metric::Load), (80, 24)));
    assert!(is_faint(&chart, "2 min ago ~0.9"), "{}", text(&chart));
    for (width, decision) in [(80, "▲ scale up"), (160, "▲ waiting for the API; last decided to scale up")] {
        let overview = render(&old, &page(Page::Overview, (width, 24)));
        assert!(is_faint(&overview, decision), "{}", text(&overview));
    }
}

#[test]
fn without_an_error_what_is_not_looked_at_for_long_grows_old_as_well() {
    let state = Fixture::new(3).build();
    let later = |seconds| {
        let now = fixtures::now() + SignedDuration::from_secs(seconds);
        render(&state, &Look { now, ..at(80, 24) })
    };
    assert!(!is_faint(&later(100), "● active"));
    assert!(is_faint(&later(300), "● active") && text(&later(300)).contains("5 min ago"));
}

#[test]
fn a_value_that_does_not_count_is_marked_on_any_terminal() {
    for state in [awaiting(), Fixture::new(3).api_down().build()] {
        for (theme, ascii) in [(Theme::terminal(), false), (Theme::monochrome(), false), (Theme::monochrome(), true)] {
            for size in [(80, 24), (120, 36)] {
                let shown = text(&render(&state, &Look { theme, ascii, size, ..Look::default() }));
                let rows = shown.lines().skip_while(|line| !line.contains("DROPLET "));
                let of_base = rows.skip(1).find(|line| line.contains("web-base")).unwrap();
                assert!(of_base.contains(" ~0.4"), "{size:?} {of_base}");
                let load = shown.lines().find(|line| line.contains("Load per vCPU")).unwrap();
                assert!(load.contains(" ~0.4"), "{load}");
            }
        }
    }
    let counted = text(&render(&Fixture::new(3).build(), &at(120, 36)));
    assert!(!counted.contains('~'), "{counted}");
}

#[test]
fn the_mark_has_room_before_the_widest_number() {
    let mut state = Fixture::new(3).api_down().build();
    if let Some(seen) = &mut state.clusters[0].observation {
        for member in &mut Arc::make_mut(seen).members {
            member.readings.get_mut(&Metric::Load).unwrap().value = 12.34;
            member.readings.get_mut(&Metric::Cpu).unwrap().value = 100.0;
        }
    }
    let buffer = render(&state, &at(80, 24));
    for value in [" ~12.34 ", " ~100 % "] {
        assert!(cells(&buffer, value)[1].modifier.contains(Modifier::DIM), "{value}");
    }
}
