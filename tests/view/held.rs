//! The header of a held picture: it says for how long it is held, how old that makes the data, and what has come
//! about behind it; all else is the picture as it was.

use std::sync::Arc;

use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::view;
use dropscale::worker::AppState;
use jiff::SignedDuration;

use crate::{Look, at, check, draw, render, text};

/// A picture of `held`, with `live` behind it, so many seconds later.
fn look(live: AppState, seconds: i64, size: (u16, u16)) -> Look {
    Look { live: Some((live, fixtures::now() + SignedDuration::from_secs(seconds))), ..at(size.0, size.1) }
}

fn shown(held: &AppState, live: AppState, seconds: i64) -> String {
    text(&render(held, &look(live, seconds, (80, 24))))
}

fn header(shown: &str) -> String {
    shown.lines().take(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn it_says_for_how_long_and_how_old_the_data_is() {
    let calm = Fixture::new(3).build();
    for (seconds, badge, data) in [
        (0, " PAUSED ", "data < "),
        (37, "PAUSED 35 s", "data 45 s old"),
        (100, "PAUSED 1 min", "data 1 min old"),
        (290, "PAUSED 4 min", "5 min old"),
    ] {
        let shown = header(&shown(&calm, calm.clone(), seconds));
        assert!(shown.contains(badge) && shown.contains(data), "after {seconds} s\n{shown}");
        assert!(!shown.contains("now:"), "nothing has changed\n{shown}");
    }
    assert_eq!(shown(&calm, calm.clone(), 35), shown(&calm, calm.clone(), 37), "in coarse steps");
}

#[test]
fn it_says_what_has_come_about_behind_it() {
    let three = || Fixture::new(3);
    for (live, news) in [
        (three().api_down(), "now: API FAILING"),
        (three().load(0.93), "now: busy"),
        (three().findings(), "now: 2 problems"),
        (three().scaling_up(), "now: scaling up"),
        (three().failed(), "now: scaling up failed"),
        (three().load(0.93).scaling_up(), "now: busy"),
        (three().load(0.93).failed(), "now: scaling up failed"),
        (three().failed().api_down(), "now: API FAILING"),
    ] {
        let shown = header(&shown(&three().build(), live.build(), 7));
        assert!(shown.contains("PAUSED 5 s") && shown.contains(news), "{news}\n{shown}");
        assert!(shown.contains("● healthy"), "the picture itself is as it was\n{shown}");
    }
    let recovered = header(&shown(&three().api_down().build(), three().build(), 7));
    assert!(recovered.contains("✗ API FAILING") && recovered.contains("now: healthy"), "{recovered}");
    let known = header(&shown(&three().failed().build(), three().failed().build(), 7));
    assert!(!known.contains("now:"), "the picture shows it already\n{known}");
}

/// The header at each of these presents behind one held picture, each frame knowing what those before have noted.
fn one_after_the_other(held: &AppState, presents: Vec<AppState>) -> Vec<String> {
    let mut worst = None;
    let mut headers = Vec::new();
    for live in presents {
        let (buffer, drawn) = draw(held, &Look { worst, ..look(live, 40, (80, 24)) });
        headers.push(header(&text(&buffer)));
        worst = drawn.news;
    }
    headers
}

#[test]
fn what_came_and_passed_is_told_until_the_picture_is_let_go() {
    let three = || Fixture::new(3);
    let calm = three().build();
    let down = || three().api_down().build();
    let shown =
        one_after_the_other(&calm, vec![calm.clone(), down(), calm.clone(), three().load(0.93).build(), down()]);
    let news = ["AUTO", "now: API FAILING", "while held: API FAILING", "while held: API FAILING", "now: API FAILING"];
    for (shown, news) in shown.iter().zip(news) {
        assert!(shown.contains(news), "{news}\n{shown}");
    }
    assert!(!shown[0].contains("now:") && !shown[0].contains("while held"), "{}", shown[0]);
    let operation = one_after_the_other(&calm, vec![three().scaling_up().build(), calm.clone()]);
    assert!(operation[1].contains("while held: scaling up"), "{}", operation[1]);
    let better = one_after_the_other(&down(), vec![calm, down()]);
    assert!(better[0].contains("now: healthy") && !better[1].contains("held"), "no incident: {}", better[1]);
}

#[test]
fn what_is_wrong_on_the_picture_stays_in_sight_unless_what_came_is_worse() {
    let mut ill = Fixture::new(3).demo().build();
    let seen = Arc::make_mut(ill.clusters[0].observation.as_mut().unwrap());
    seen.members[1].health = dropscale::cluster::Health::Unhealthy;
    let mut removing = Fixture::new(3).demo().scaling_down().build();
    removing.clusters[0].observation.clone_from(&ill.clusters[0].observation);
    for width in [60, 80, 120] {
        let shown = text(&render(&ill, &look(removing.clone(), 20, (width, 24))));
        assert!(header(&shown).contains("! 1 unhealthy"), "{shown}");
        assert!(!header(&shown).contains("▶"), "{shown}");
    }
    let as_bad = Fixture::new(3).demo().load(0.93).build();
    assert!(header(&text(&render(&ill, &look(as_bad, 20, (60, 24))))).contains("! 1 unhealthy"));
    let worse = Fixture::new(3).demo().api_down().build();
    assert!(header(&text(&render(&ill, &look(worse, 20, (60, 24))))).contains("now: API FAILING"));
}

#[test]
fn all_else_stands_still() {
    let (held, live) = (Fixture::new(3).build(), Fixture::new(5).load(0.93).cooldown().build());
    let below = |shown: &str| shown.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    let before = below(&text(&render(&held, &at(80, 24))));
    assert_eq!(below(&shown(&held, live, 500)), before);
}

#[test]
fn on_the_smallest_screen_the_present_comes_first() {
    let held = Fixture::new(5).load(0.93).demo().build();
    let live = Fixture::new(5).load(0.93).demo().api_down().build();
    let shown = text(&render(&held, &look(live, 700, view::MINIMUM)));
    for part in ["web", "5/7", "DEMO", "PAUSED", "now: API FAILING", "AUTO ON", "11 min old"] {
        assert!(header(&shown).contains(part), "{part} in\n{shown}");
    }
    let (held, live) = (Fixture::new(5).build(), Fixture::new(5).api_down().build());
    let shown = text(&render(&held, &look(live, 700, view::MINIMUM)));
    assert!(header(&shown).contains("PAUSED 11 min"), "{shown}");
}

#[test]
fn a_held_picture_with_an_incident_behind_it() {
    let live = Fixture::new(3).load(0.93).api_down().build();
    check("held", &Fixture::new(3).build(), &look(live, 130, (80, 24)));
}
