//! Each state of a cluster at each size, with styles. Numbers of droplets, backgrounds and kinds of terminal take
//! turns, so that any two values meet in some picture; a test computes that from the table.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use dropscale::cluster::{DropletId, DropletStatus, Member};
use dropscale::scaling::findings;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::{Depth, Page, Question, Theme};
use dropscale::worker::AppState;

use crate::{Look, ask, at, compare, over, page, picture, render, text};

/// What the terminal is taken for.
#[derive(Debug, Clone, Copy)]
enum Kind {
    TrueColour,
    SixteenColours,
    /// With sixteen colours.
    Ascii,
}

/// The names of the themes for them.
const DARK: &str = "dark";
const LIGHT: &str = "light";

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

struct State {
    name: &'static str,
    make: fn(usize) -> AppState,
    /// For each size the number of droplets, the background, and the kind of terminal.
    looks: [(usize, &'static str, Kind); 3],
}

use Kind::{Ascii, SixteenColours, TrueColour};

const STATES: [State; 8] = [
    State {
        name: "calm",
        make: |n| Fixture::new(n).build(),
        looks: [(300, DARK, TrueColour), (1, LIGHT, Ascii), (5, LIGHT, SixteenColours)],
    },
    State {
        name: "overload",
        make: |n| Fixture::new(n).load(0.93).build(),
        looks: [(300, DARK, SixteenColours), (5, LIGHT, Ascii), (1, DARK, TrueColour)],
    },
    State {
        name: "scaling-up",
        make: |n| Fixture::new(n).load(0.93).scaling_up().build(),
        looks: [(300, LIGHT, TrueColour), (1, DARK, SixteenColours), (5, DARK, Ascii)],
    },
    State {
        name: "scaling-down",
        make: |n| Fixture::new(n).load(0.12).scaling_down().build(),
        looks: [(300, DARK, TrueColour), (5, LIGHT, Ascii), (300, DARK, SixteenColours)],
    },
    State {
        name: "cooldown",
        make: |n| Fixture::new(n).load(0.93).cooldown().build(),
        looks: [(5, DARK, TrueColour), (300, LIGHT, SixteenColours), (1, DARK, Ascii)],
    },
    State {
        name: "api-down",
        make: |n| Fixture::new(n).api_down().build(),
        looks: [(300, DARK, Ascii), (1, DARK, SixteenColours), (5, LIGHT, TrueColour)],
    },
    State {
        name: "no-metrics",
        make: |n| Fixture::new(n).build_with(false),
        looks: [(300, LIGHT, SixteenColours), (1, DARK, TrueColour), (5, DARK, Ascii)],
    },
    State {
        name: "read-only",
        make: |n| Fixture::new(n).read_only().build(),
        looks: [(1, LIGHT, SixteenColours), (300, DARK, TrueColour), (5, DARK, Ascii)],
    },
];

#[test]
fn every_state_at_every_size() {
    for State { name, make, looks } in &STATES {
        let mut pictures = String::new();
        for ((width, height), (droplets, background, kind)) in SIZES.into_iter().zip(*looks) {
            let depth = if matches!(kind, TrueColour) { Depth::True } else { Depth::Sixteen };
            let theme = Theme::named(background).unwrap().at(depth);
            let ascii = matches!(kind, Ascii);
            let _ = writeln!(pictures, "== {width}x{height}, {droplets} droplets, {background}, {kind:?}");
            pictures.push_str(&picture(&make(droplets), &Look { theme, ascii, ..at(width, height) }));
        }
        compare(&format!("state-{name}"), &pictures);
    }
}

/// How many droplets there are in a state, without one that is being made.
fn droplets(state: &AppState) -> usize {
    let is_made = |member: &&Member| member.droplet.status != DropletStatus::New;
    state.clusters[0].observation.as_ref().map_or(0, |seen| seen.members.iter().filter(is_made).count())
}

/// The values that each picture has on each axis.
fn cases() -> Vec<[String; 5]> {
    let of_state = |state: &State| {
        let (name, make) = (state.name.to_owned(), state.make);
        SIZES.into_iter().zip(state.looks).map(move |((width, _), (number, background, kind))| {
            let shown = droplets(&make(number));
            [name.clone(), width.to_string(), shown.to_string(), background.to_owned(), format!("{kind:?}")]
        })
    };
    STATES.iter().flat_map(of_state).collect()
}

#[test]
fn any_two_of_state_size_number_background_and_kind_meet_in_a_picture() {
    let cases = cases();
    let wanted = [
        STATES.iter().map(|state| state.name.to_owned()).collect(),
        SIZES.iter().map(|(width, _)| width.to_string()).collect(),
        [1, 5, 300].iter().map(ToString::to_string).collect(),
        vec![DARK.to_owned(), LIGHT.to_owned()],
        [TrueColour, SixteenColours, Ascii].iter().map(|kind| format!("{kind:?}")).collect::<Vec<_>>(),
    ];
    let mut missing = BTreeSet::new();
    for (i, ones) in wanted.iter().enumerate() {
        for (j, others) in wanted.iter().enumerate().skip(i + 1) {
            let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
            missing.extend(pairs.filter(|(one, other)| !cases.iter().any(|c| c[i] == **one && c[j] == **other)));
        }
    }
    // The base never leaves: what shrinks has two droplets at least.
    let impossible = ("scaling-down".to_owned(), "1".to_owned());
    assert_eq!(missing.into_iter().collect::<Vec<_>>(), [(&impossible.0, &impossible.1)]);
}

#[test]
fn a_question_says_when_the_metrics_ask_for_the_opposite() {
    let busy = Fixture::new(5).load(0.93).build();
    let calm = Fixture::new(5).load(0.1).build();
    let down = Question::Down(DropletId(1002));
    for (state, question, says) in [
        (&busy, down, Some("the metrics ask for more droplets: ")),
        (&busy, Question::Up, None),
        (&calm, down, None),
        (&calm, Question::Up, Some("the metrics ask for fewer droplets: ")),
    ] {
        let shown = text(&render(state, &over(ask(question), (120, 36))));
        let is_said = says.map_or(!shown.contains("the metrics ask for"), |says| shown.contains(says));
        assert!(is_said, "{question:?}: {shown}");
    }
}

#[test]
fn a_dry_run_says_so_and_shows_the_requests_of_a_question_without_a_way_to_agree() {
    let state = Fixture::new(3).dry_run().build();
    for size in [(60, 16), (80, 24), (120, 36)] {
        let shown = text(&render(&state, &at(size.0, size.1)));
        assert!(shown.contains(" DRY RUN ") && !shown.contains("READ-ONLY"), "{shown}");
    }
    for (question, request) in [(Question::Up, "POST /v2/droplets"), (Question::Down(DropletId(1002)), "DELETE")] {
        let shown = text(&render(&state, &over(ask(question), (120, 60))));
        assert!(shown.contains("started with --dry-run") && shown.contains(request), "{shown}");
        assert!(shown.contains("[ Close ]") && !shown.contains("y yes") && !shown.contains("Cancel"), "{shown}");
    }
}

#[test]
fn a_droplet_that_is_off_has_no_values_at_once_and_its_note_says_that_it_is_off() {
    let mut state = Fixture::new(3).build();
    let value = |state: &AppState| {
        let shown = text(&render(state, &at(120, 36)));
        shown.lines().find(|line| line.trim_start().starts_with("web002")).unwrap_or_default().to_owned()
    };
    assert!(!value(&state).contains('–'), "{}", value(&state));
    let cluster = &mut state.clusters[0];
    let seen = Arc::make_mut(cluster.observation.as_mut().unwrap());
    seen.members[2].droplet.status = DropletStatus::Off;
    seen.members[2].last_sample = Some(fixtures::now() - Duration::from_secs(3600));
    cluster.findings = Arc::new(findings(seen, &cluster.spec, &cluster.policy));
    assert!(!value(&state).contains('~') && value(&state).matches('–').count() == 3, "{}", value(&state));
    let wide = text(&render(&state, &at(200, 60)));
    assert!(wide.contains("is off, serves nobody and is still billed") && !wide.contains("silent"), "{wide}");
    assert!(wide.lines().any(|line| line.contains("✗ off") && line.contains('▇')), "its past stays\n{wide}");
    let own = text(&render(&state, &page(Page::Droplet(DropletId(1002)), (120, 36))));
    assert!(own.contains("or remove it (d)"), "{own}");
}
