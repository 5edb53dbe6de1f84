//! The page that says why the cluster is scaled or not: each metric with what it asks for and what that rests on, how
//! votes become a decision, what makes it wait, and when the next look is.

use std::sync::Arc;
use std::time::Duration;

use dropscale::cluster::{Backoff, FailureClass, Metric, Timing};
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::{Page, view};
use dropscale::worker::AppState;
use jiff::SignedDuration;

use crate::{Look, at, page, render, text};

fn shown(state: &AppState, size: (u16, u16)) -> String {
    text(&render(state, &page(Page::Why, size)))
}

/// The row of a metric, or a fact, with all blanks as one.
fn line(screen: &str, begins: &str) -> String {
    let line = screen.lines().find(|line| line.trim_start().starts_with(begins));
    assert!(line.is_some(), "{begins} in\n{screen}");
    line.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A fact with its further lines.
fn fact(screen: &str, name: &str) -> String {
    let mut lines = screen.lines().skip_while(|line| !line.trim_start().starts_with(name));
    let first = lines.next();
    assert!(first.is_some(), "{name} in\n{screen}");
    let more = lines.take_while(|line| line.starts_with("      "));
    let words = first.into_iter().chain(more).flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}

/// Decides anew after what was seen has been changed.
fn seen(mut state: AppState, change: impl FnOnce(&mut dropscale::cluster::Observation)) -> AppState {
    let cluster = &mut state.clusters[0];
    if let Some(seen) = &mut cluster.observation {
        change(Arc::make_mut(seen));
        cluster.decision = Some(Arc::new(dropscale::policy::decide(seen, &cluster.spec, &cluster.policy)));
    }
    state
}

#[test]
fn each_metric_tells_its_vote_and_what_it_rests_on() {
    let screen = shown(&Fixture::new(3).load(0.93).build(), (80, 30));
    assert!(line(&screen, "METRICS").ends_with("down when up when vote readings newest"), "{screen}");
    assert_eq!(line(&screen, "Load per vCPU"), "Load per vCPU 0.91 < 0.30 > 0.70 ▲ up 3 of 3 55 s");
    assert!(line(&screen, "CPU").contains(" % < 25 % > 70 % ▲ up 3 of 3 "), "{screen}");
    assert!(line(&screen, "Free memory").contains(" MB > 450 MB < 200 MB · between 3 of 3 "), "{screen}");
    let wide = shown(&Fixture::new(3).load(0.2).build(), (120, 36));
    assert!(line(&wide, "METRICS").ends_with("newest one less"), "{wide}");
    assert!(line(&wide, "Load per vCPU").contains(" ▼ down 3 of 3 55 s 0."), "{wide}");
}

#[test]
fn what_is_not_known_is_told_with_how_many_droplets_are_heard() {
    let state = seen(Fixture::new(5).build(), |seen| {
        seen.members[2].readings.remove(&Metric::Cpu);
        seen.members.iter_mut().for_each(|m| m.readings.retain(|metric, _| *metric != Metric::FreeMemory));
    });
    let screen = shown(&state, (80, 30));
    assert!(line(&screen, "CPU").contains("? unknown 4 of 5 55 s"), "{screen}");
    // The newest sample is told although it does not count.
    let free = line(&screen, "Free memory");
    assert!(free.contains(" ~") && free.contains("? unknown 0 of 5 55 s"), "{screen}");
    let nothing = shown(&Fixture::new(3).build_with(false), (80, 30));
    assert_eq!(line(&nothing, "CPU"), "CPU – < 25 % > 70 % ? unknown 0 of 3 –");
}

#[test]
fn a_metric_of_the_load_balancer_rests_on_no_droplet() {
    let mut state = Fixture::new(3).build();
    Arc::make_mut(&mut state.clusters[0].policy).scale_up.insert(Metric::ResponseTime, 500.0);
    let state = seen(state, |_| {});
    let screen = shown(&state, (80, 30));
    let of_balancer = line(&screen, "Response p95");
    assert!(of_balancer.contains(" never > 500 ms · between balancer 55 s"), "{screen}");
    let nobody_serves = seen(state, |seen| seen.members.iter_mut().for_each(|member| member.attached = false));
    let screen = shown(&nobody_serves, (80, 30));
    assert!(line(&screen, "Response p95").contains(" balancer 55 s"), "the reading is there:\n{screen}");
}

#[test]
fn where_a_table_has_no_room_each_metric_has_two_lines() {
    let screen = shown(&Fixture::new(3).load(0.93).build(), (60, 40));
    let load = "Load per vCPU 0.91 ▲ up down < 0.30, up > 0.70; readings 3 of 3, newest 55 s";
    let lines = screen.lines().skip_while(|line| !line.starts_with(" Load per vCPU")).take(2);
    assert_eq!(lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" "), load, "{screen}");
    assert!(screen.lines().all(|line| !line.contains('…')), "nothing is cut:\n{screen}");
}

#[test]
fn how_votes_become_a_decision_is_said_as_it_is() {
    let screen = shown(&Fixture::new(3).build(), (80, 40));
    let up = "up when one metric votes up; or fewer droplets serve than the minimum";
    assert_eq!(fact(&screen, "up  "), up);
    let down = "down when every metric with a threshold for it votes down, and none would be too busy with one droplet \
                less; or there are more droplets than the maximum";
    assert_eq!(fact(&screen, "down  "), down);
    assert!(fact(&screen, "readings").contains("a reading older than 8 min counts as unknown"), "{screen}");
    assert_eq!(fact(&screen, "bounds"), "bounds min 1, max 5; now 3 droplets");
    let mut bounds_only = Fixture::new(3).build();
    let policy = Arc::make_mut(&mut bounds_only.clusters[0].policy);
    (policy.scale_up, policy.scale_down) = Default::default();
    let screen = shown(&bounds_only, (80, 40));
    assert_eq!(fact(&screen, "up  "), "up only when fewer droplets serve than the minimum");
    assert_eq!(fact(&screen, "down  "), "down only when there are more droplets than the maximum");
    let draining = shown(&Fixture::new(3).scaling_down().build(), (80, 40));
    assert_eq!(fact(&draining, "bounds"), "bounds min 1, max 5; now 3 droplets, of which 2 serve");
}

#[test]
fn a_wait_is_told_with_what_is_left_of_it_also_when_nothing_is_wanted() {
    let screen = shown(&Fixture::new(3).build(), (80, 40));
    assert_eq!(fact(&screen, "cooldown"), "cooldown none now; 2 min from the beginning of each scaling");
    assert!(!screen.contains("backoff"), "{screen}");
    let cooling = Fixture::new(3).cooldown().build();
    assert_eq!(fact(&shown(&cooling, (80, 40)), "cooldown"), "cooldown 1 min 10 s left of 2 min");
    let failed = seen(Fixture::new(3).build(), |seen| {
        seen.backoffs = vec![Backoff::after(FailureClass::Boot, 2, seen.at, &Timing::default(), None)];
    });
    let screen = shown(&failed, (120, 40));
    let backoff = "backoff scaling up: the clone did not become active, 2 failures in a row: next try in ";
    assert!(fact(&screen, "backoff").starts_with(backoff), "{screen}");
}

/// After so many seconds.
fn later(state: &AppState, seconds: i64, look: Look) -> String {
    text(&render(state, &Look { now: fixtures::now() + SignedDuration::from_secs(seconds), ..look }))
}

#[test]
fn the_next_look_is_told_and_what_comes_of_it() {
    let why = || page(Page::Why, (120, 40));
    let next = |state: &AppState, seconds| fact(&later(state, seconds, why()), "next look");
    let state = Fixture::new(3).build();
    assert_eq!(next(&state, 0), "next look 12:00:18Z, every 30 s; auto is on: what is decided then is done");
    assert!(next(&state, 40).contains("looking since 12:00:18Z"), "{}", next(&state, 40));
    let manual = Fixture::new(3).manual().build();
    assert!(next(&manual, 0).ends_with("auto is off: whatever is decided, nothing is done"), "{}", next(&manual, 0));
    let failing = Fixture::new(3).api_down().build();
    assert!(next(&failing, 0).contains("less often while looks fail"), "{}", next(&failing, 0));
    assert_eq!(later(&state, 0, why()), later(&state, 30, why()), "nothing counts down at rest");
    let mut quick = state.clone();
    Arc::make_mut(&mut quick.clusters[0].spec).timing.poll = Duration::from_secs(1);
    assert!(next(&quick, 0).starts_with("next look every 1 s; auto is on"), "nobody reads a time of each second");
    // It is seen also where its line has no room.
    let incident = later(&Fixture::new(3).findings().build(), 0, page(Page::Why, (60, 16)));
    assert!(incident.contains("DECISION next look 12:00:18Z  17 lines below: j/down"), "{incident}");
}

#[test]
fn the_decision_tells_the_next_look_while_auto_is_on() {
    let heading = |state: &AppState, seconds, size: (u16, u16)| {
        let screen = later(state, seconds, at(size.0, size.1));
        let heading = screen.lines().find_map(|line| Some(line.split_once("DECISION")?.1.to_owned()));
        heading.unwrap_or_default()
    };
    let state = Fixture::new(3).build();
    for size in [(60, 16), (80, 24), (120, 36), (200, 60)] {
        assert!(heading(&state, 0, size).starts_with(" next look 12:00:18Z ─"), "{size:?}");
        assert!(heading(&state, 40, size).starts_with(" looking since 12:00:18Z ─"), "{size:?}");
    }
    for other in [Fixture::new(3).manual(), Fixture::new(3).api_down(), Fixture::new(3).scaling_up()] {
        assert!(heading(&other.build(), 0, (80, 24)).starts_with(" ─"));
    }
}

#[test]
fn a_metric_that_is_left_out_tells_why() {
    let mut state = Fixture::new(3).build();
    Arc::make_mut(&mut state.clusters[0].policy).scale_up.insert(Metric::FreeMemory, 900.0);
    let screen = shown(&seen(state, |_| {}), (80, 40));
    assert!(line(&screen, "Free memory").contains("! unusable"), "{screen}");
    assert!(fact(&screen, "unusable").starts_with("unusable Free memory is left out: even"), "{screen}");
}

#[test]
fn before_the_first_look_there_is_no_figure() {
    let screen = shown(&Fixture::new(1).starting().build(), (80, 40));
    assert_eq!(line(&screen, "CPU"), "CPU – < 25 % > 70 % – – –");
    assert!(fact(&screen, "next look").starts_with("next look the first one is under way"), "{screen}");
}

#[test]
fn what_holds_a_decision_back_comes_before_what_was_wanted() {
    let state = Fixture::new(3).max(3).load(0.95).build();
    let decision = state.clusters[0].decision.as_ref().unwrap().to_string();
    assert!(decision.starts_with("hold: the maximum of 3 droplets is reached (would scale up: Load"), "{decision}");
}

#[test]
fn the_page_of_the_decision_says_how_it_is_scrolled() {
    let state = Fixture::new(3).load(0.9).findings().build();
    let shown = text(&render(&state, &page(Page::Why, view::MINIMUM)));
    assert!(shown.contains("below: j/down"), "{shown}");
}
