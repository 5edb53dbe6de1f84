//! The header: what is under way stands beside what is wrong, and hides it nowhere where there is room for both.

use std::sync::Arc;

use dropscale::cluster::Health;
use dropscale::tui::fixtures::Fixture;
use dropscale::tui::view;
use dropscale::worker::AppState;

use crate::{at, render, text};

fn first_line(state: &AppState, width: u16) -> String {
    text(&render(state, &at(width, 24))).lines().next().unwrap_or_default().to_owned()
}

/// The health of the droplet with this index.
fn with_health(mut state: AppState, index: usize, health: Health) -> AppState {
    if let Some(seen) = &mut state.clusters[0].observation {
        Arc::make_mut(seen).members[index].health = health;
    }
    state
}

#[test]
fn an_operation_does_not_hide_how_the_cluster_is() {
    for (state, verdict, operation) in [
        (Fixture::new(3).scaling_up().demo().build(), "● healthy", "▶ scaling up"),
        (Fixture::new(3).load(0.93).scaling_up().build(), "▲ busy", "▶ scaling up"),
        (Fixture::new(3).load(0.12).scaling_down().build(), "● healthy", "▶ scaling down"),
        (Fixture::new(3).scaling_up().findings().demo().build(), "✗ 2 problems", "▶ scaling up"),
        (Fixture::new(3).scaling_up().api_down().build(), "✗ API FAILING", "▶ scaling up"),
    ] {
        for width in [80, 120] {
            let line = first_line(&state, width);
            let (before, after) = line.split_once(operation).unwrap_or_else(|| panic!("{operation} in {line}"));
            assert!(before.contains(verdict), "{verdict} in {line}");
            assert!(after.contains("of 5 droplets"), "{line}");
        }
        let smallest = first_line(&state, view::MINIMUM.0);
        assert!(smallest.contains(verdict), "what is wrong is told first: {smallest}");
    }
}

#[test]
fn the_droplet_that_is_being_made_is_no_trouble_yet() {
    let made = with_health(Fixture::new(3).scaling_up().build(), 3, Health::Unhealthy);
    assert!(first_line(&made, 80).contains("● healthy"), "{}", first_line(&made, 80));
    let other = with_health(Fixture::new(3).scaling_up().build(), 1, Health::Unhealthy);
    assert!(first_line(&other, 80).contains("! 1 unhealthy   ▶ scaling up"), "{}", first_line(&other, 80));
}
