//! The header: what is under way stands beside what is wrong, and hides it nowhere where there is room for both.

use std::sync::Arc;

use dropscale::cluster::{Claim, Health, Marker, Metric, Nonce, Observation};
use dropscale::policy::decide;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::view;
use dropscale::worker::AppState;
use jiff::{SignedDuration, Timestamp};

use crate::{Look, at, render, text};

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
            assert!(after.contains("(max 5)"), "{line}");
        }
        let smallest = first_line(&state, view::MINIMUM.0);
        assert!(smallest.contains(verdict) && smallest.contains('▶'), "what is wrong is told first: {smallest}");
    }
}

#[test]
fn the_droplet_that_is_being_made_is_no_trouble_yet() {
    let made = with_health(Fixture::new(3).scaling_up().build(), 3, Health::Unhealthy);
    assert!(first_line(&made, 80).contains("● healthy"), "{}", first_line(&made, 80));
    let other = with_health(Fixture::new(3).scaling_up().build(), 1, Health::Unhealthy);
    assert!(first_line(&other, 80).contains("! 1 unhealthy   ▶ scaling up"), "{}", first_line(&other, 80));
}

fn ago(seconds: i64) -> Timestamp {
    fixtures::now() - SignedDuration::from_secs(seconds)
}

/// A cluster of three as it would be decided on after this change of what was seen.
fn seen_as(change: impl FnOnce(&mut Observation)) -> AppState {
    let mut state = Fixture::new(3).build();
    let cluster = &mut state.clusters[0];
    if let Some(seen) = &mut cluster.observation {
        change(Arc::make_mut(seen));
        cluster.decision = Some(Arc::new(decide(seen, &cluster.spec, &cluster.policy)));
    }
    state
}

/// Scaled a minute ago, so that no sample of these members counts yet.
fn scaled(seen: &mut Observation, waiting: std::ops::Range<usize>) {
    seen.markers.push(Marker { at: ago(60) });
    seen.members[waiting].iter_mut().for_each(|member| member.readings.clear());
}

#[test]
fn after_scaling_new_samples_are_awaited_and_no_metric_is_missing() {
    let all = seen_as(|seen| scaled(seen, 0..3));
    let only_the_new_one = seen_as(|seen| {
        scaled(seen, 2..3);
        (seen.members[2].droplet.created_at, seen.members[2].last_sample) = (ago(50), None);
    });
    for state in [all, only_the_new_one] {
        let line = first_line(&state, 80);
        assert!(line.contains("· just scaled   waiting for new samples"), "{line}");
        let shown = text(&render(&state, &at(120, 36)));
        assert!(shown.contains("? awaited") && !shown.contains("? unknown"), "{shown}");
        assert!(shown.contains("not decided yet: waiting for new samples of Load"), "{shown}");
    }
}

#[test]
fn an_agent_that_is_silent_is_missing_also_after_scaling() {
    let heard_long_ago = seen_as(|seen| {
        scaled(seen, 0..3);
        seen.members[1].last_sample = Some(ago(900));
    });
    let never_heard = seen_as(|seen| {
        scaled(seen, 1..2);
        seen.members[1].last_sample = None;
    });
    let scaled_long_ago = seen_as(|seen| {
        scaled(seen, 0..3);
        seen.markers[0].at = ago(3000);
    });
    for state in [heard_long_ago, never_heard, scaled_long_ago] {
        assert!(first_line(&state, 80).contains("? metrics missing"), "{}", first_line(&state, 80));
        assert!(text(&render(&state, &at(120, 36))).contains("? unknown"));
    }
}

#[test]
fn a_droplet_that_was_just_made_by_hand_is_awaited_too() {
    let state = seen_as(|seen| {
        seen.members[2].readings.remove(&Metric::Load);
        (seen.members[2].droplet.created_at, seen.members[2].last_sample) = (ago(50), None);
    });
    assert!(first_line(&state, 80).contains("· new droplet   waiting for new samples"), "{}", first_line(&state, 80));
}

#[test]
fn the_badges_and_the_count_never_give_way() {
    let all = || Fixture::new(3).read_only().demo();
    let busiest = all().load(0.93).scaling_up().findings().build();
    let awaiting = {
        let mut state = seen_as(|seen| scaled(seen, 0..3));
        (state.demo, state.read_only, state.clusters[0].auto) = (true, true, false);
        state
    };
    let named = |mut state: AppState, name: &str| {
        let spec = Arc::make_mut(&mut state.clusters[0].spec);
        name.clone_into(&mut spec.name);
        state.clusters.push(state.clusters[0].clone());
        state
    };
    let long = named(busiest.clone(), "a-cluster-with-a-very-long-name-that-goes-on");
    for (state, count) in [
        (all().build(), 3),
        (all().api_down().build(), 3),
        (busiest, 4),
        (awaiting, 3),
        (long, 4),
        (Fixture::new(3).demo().build(), 3),
    ] {
        for width in [60, 80] {
            let line = first_line(&state, width);
            assert!(line.contains(" DEMO "), "{width}: {line}");
            assert!(!state.read_only || line.contains(" READ-ONLY "), "{width}: {line}");
            let forms = [format!(" {count} droplets (max 5) "), format!(" {count} (max 5) "), format!(" {count}/5 ")];
            assert!(forms.iter().any(|count| line.contains(count)), "{width}: {line}");
        }
    }
    let held = all().manual().build();
    let live = Some((all().api_down().build(), fixtures::now() + SignedDuration::from_secs(150)));
    let screen = text(&render(&held, &Look { live, ..at(60, 24) }));
    let header = screen.lines().next().unwrap_or_default();
    for part in [" web ", " 3/5 ", " DEMO ", " READ-ONLY ", " PAUSED ", "now: "] {
        assert!(header.contains(part), "{part} in {header}");
    }
}

#[test]
fn what_says_little_gives_way_first() {
    let line = first_line(&Fixture::new(3).demo().read_only().load(0.93).build(), 80);
    assert!(line.contains("▲ busy   3 droplets (max 5)") && !line.contains("fra1"), "{line}");
    let line = first_line(&Fixture::new(3).demo().read_only().load(0.93).build(), 60);
    assert!(line.contains("▲ busy   3 (max 5)") && line.contains("AUTO OFF"), "{line}");
}

#[test]
fn only_what_has_ended_was_just_scaled() {
    let mut state = seen_as(|seen| scaled(seen, 0..3));
    state.clusters[0].operation = Fixture::new(3).scaling_up().build().clusters[0].operation.clone();
    let line = first_line(&state, 80);
    assert!(line.contains("· samples awaited   ▶ scaling up"), "{line}");
    let shown = text(&render(&state, &at(120, 36)));
    assert!(!shown.contains("just scaled"), "{shown}");
    let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("waiting for new samples of Load per vCPU, CPU, Free memory since the scaling began"),
        "{shown}"
    );
    // And if it runs elsewhere.
    let claim = Claim { at: ago(60), nonce: Nonce::new(7) };
    let state = seen_as(|seen| {
        scaled(seen, 0..3);
        seen.claims.push(claim.clone());
    });
    assert!(!text(&render(&state, &at(120, 36))).contains("just scaled"));
    // Of ours that has ended the claim may still be seen.
    let mut state = state;
    state.clusters[0].operation = Fixture::new(3).failed().build().clusters[0].operation.clone();
    let operation = Arc::make_mut(state.clusters[0].operation.as_mut().unwrap());
    operation.nonce = claim.nonce;
    assert!(first_line(&state, 80).contains("· just scaled"), "{}", first_line(&state, 80));
}
