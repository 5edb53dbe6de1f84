//! When nobody serves: it is seen first, and nothing of before passes for the present.

use std::sync::Arc;

use dropscale::cluster::{DropletStatus, Health, Member};
use dropscale::policy::decide;
use dropscale::tui::Page;
use dropscale::tui::fixtures::{BASE, Fixture};
use dropscale::tui::view;
use dropscale::worker::AppState;
use ratatui::style::{Color, Modifier};

use crate::{at, cells, page, render, text};

/// A cluster of three that is busy, as it would be decided on after this change of its droplets.
fn after(change: impl FnMut(&mut Member)) -> AppState {
    let mut state = Fixture::new(3).load(0.93).build();
    let cluster = &mut state.clusters[0];
    if let Some(seen) = &mut cluster.observation {
        let seen = Arc::make_mut(seen);
        seen.members.iter_mut().for_each(change);
        cluster.decision = Some(Arc::new(decide(seen, &cluster.spec, &cluster.policy)));
    }
    state
}

/// All are switched off, and the health check has not told of it yet.
fn off() -> AppState {
    after(|member| member.droplet.status = DropletStatus::Off)
}

#[test]
fn that_nobody_serves_is_the_first_word_in_the_colour_of_errors() {
    let unhealthy = after(|member| member.health = Health::Unhealthy);
    for (state, words) in [(off(), "DOWN: 0 of 3 serving"), (unhealthy, "DOWN: 0 of 3 healthy")] {
        for (width, height) in [(80, 24), (120, 36), (200, 60)] {
            let buffer = render(&state, &at(width, height));
            let header = text(&buffer).lines().next().unwrap_or_default().to_owned();
            assert!(header.trim_start().starts_with(words), "{width}: {header}");
            assert!(header.contains(" web ") && header.contains("3 droplets"), "{width}: {header}");
            assert!(!header.contains("  0 serving") && !header.contains("unhealthy"), "said once: {header}");
            let first = &cells(&buffer, "DOWN")[0];
            assert_eq!(first.fg, Color::Red);
            assert!(first.modifier.contains(Modifier::REVERSED), "and without colours");
        }
        let smallest = text(&render(&state, &at(view::MINIMUM.0, view::MINIMUM.1)));
        assert!(smallest.trim_start().starts_with("DOWN"), "{smallest}");
        let overview = text(&render(&state, &page(Page::Overview, (80, 24))));
        assert!(overview.contains("✗ DOWN 0/3 "), "{overview}");
    }
}

#[test]
fn as_long_as_one_serves_or_nothing_is_seen_it_is_not_down() {
    let one_left = after(|member| {
        if member.droplet.id != BASE {
            member.droplet.status = DropletStatus::Off;
        }
    });
    let header = |state: &AppState| text(&render(state, &at(120, 36))).lines().next().unwrap_or_default().to_owned();
    assert!(header(&one_left).contains("! 2 unhealthy"), "also before the health check tells: {}", header(&one_left));
    let not_known = after(|member| member.health = Health::Unknown);
    for state in [one_left, not_known, Fixture::new(0).build(), Fixture::new(1).starting().build()] {
        assert!(!header(&state).contains("DOWN"), "{}", header(&state));
    }
}

#[test]
fn one_that_is_off_is_not_called_healthy() {
    let screen = text(&render(&off(), &at(120, 36)));
    let rows: Vec<&str> = screen.lines().filter(|line| line.contains("✗ off")).collect();
    assert!(rows.len() == 3 && rows.iter().all(|row| !row.contains("healthy")), "{screen}");
    let its_page = text(&render(&off(), &page(Page::Droplet(BASE), (120, 36))));
    assert!(its_page.contains("in, its health is not known"), "{its_page}");
}

#[test]
fn what_is_known_of_nobody_has_no_age_and_is_not_decided_by() {
    let buffer = render(&off(), &at(120, 36));
    let screen = text(&buffer);
    let line = screen.lines().find(|line| line.contains("Load per vCPU")).unwrap_or_default();
    assert!(line.ends_with(" 0 of 0"), "{line}");
    let its_grounds = text(&render(&off(), &page(Page::Why, (120, 36))));
    let line = its_grounds.lines().find(|line| line.contains("Load per vCPU")).unwrap_or_default();
    assert!(line.split_whitespace().collect::<Vec<_>>().join(" ").contains(" 0 of 0 – "), "{line}");
    let mut state = off();
    let policy = Arc::make_mut(&mut state.clusters[0].policy);
    policy.scale_up.insert(dropscale::cluster::Metric::ResponseTime, 1.0);
    let cluster = &mut state.clusters[0];
    cluster.decision = cluster.observation.as_ref().map(|seen| Arc::new(decide(seen, &cluster.spec, &cluster.policy)));
    let screen = text(&render(&state, &at(120, 36)));
    let line = screen.lines().find(|line| line.contains("Response p95")).unwrap_or_default();
    assert!(line.contains('~') && line.contains("? unknown"), "{line}");
}
