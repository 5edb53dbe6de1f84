//! The page of a droplet: pictures with scale and range, and the same words for units as everywhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dropscale::cluster::{DropletId, LabelledSeries, Metric, Sample, Series, Unit};
use dropscale::tui::Page;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::worker::DetailSeries;

use crate::{Look, page, render, text};

const PAGE: Page = Page::Droplet(DropletId(1001));

#[test]
fn the_pictures_have_a_scale_and_a_range() {
    let state = Fixture::new(3).load(0.9).build();
    let narrow = text(&render(&state, &page(PAGE, (80, 24))));
    for part in ["METRICS", "last 1 h", "scale", " 0–0.93", " 0–93 %", " MB"] {
        assert!(narrow.contains(part), "{part} in\n{narrow}");
    }
    let wide = text(&render(&state, &page(PAGE, (120, 36))));
    for part in [" last 1 h", "▲ 0.70", "▲ 70 %", "▲ 200 MB", " 0.93\n", " 0 %\n", " 0 MB\n"] {
        assert!(wide.contains(part), "{part} in\n{wide}");
    }
    let old = text(&render(&Fixture::new(3).api_down().build(), &page(PAGE, (80, 24))));
    assert!(old.lines().any(|line| line.contains("METRICS") && line.contains("2 min ago")), "{old}");
}

#[test]
fn sizes_and_figures_have_the_words_that_they_have_elsewhere() {
    let mut state = Fixture::new(3).build();
    let series = |label: &str, values: [f64; 3]| LabelledSeries {
        labels: BTreeMap::from([("kind".to_owned(), label.to_owned())]),
        samples: values.map(|value| Sample { at: fixtures::now() - Duration::from_secs(140), value }).to_vec(),
    };
    let range = Duration::from_secs(3600);
    let group = |title, unit, all| DetailSeries { title, unit, range, all };
    let detail = Arc::make_mut(state.clusters[0].detail.as_mut().unwrap());
    detail.series = vec![
        group("memory", Unit::Megabytes, vec![series("total", [1009.0; 3]), series("unused", [500.2, 380.0, 412.4])]),
        group("file systems, unused", Unit::Gigabytes, vec![series("/dev/vda1", [20.04, 19.0, 19.55])]),
        group("inbound", Unit::MegabitsPerSecond, vec![series("public", [0.0, 3.0, 2.46])]),
    ];
    let shown = text(&render(&state, &page(PAGE, (120, 60))));
    for part in [
        "s-1vcpu-1gb (1 vCPU, 1 GB memory, 25 GB disk)",
        "ACTIONS just now",
        "MEMORY 2 min ago, range of the last 1 h",
        "total         1009 MB  ",
        "412 MB, lowest 380, highest 500 MB  ",
        "available     448 MB, the same as Free memory  ",
        "FILE SYSTEMS, UNUSED 2 min ago, range of the last 1 h",
        "19.6 GB, lowest 19.0, highest 20.0 GB",
        "2.5 Mbps, lowest 0.0, highest 3.0 Mbps",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    for word in ["MiB", "GiB", "Mbit", "bytes"] {
        assert!(!shown.contains(word), "{word} in\n{shown}");
    }
}

#[test]
fn figures_that_could_not_be_read_again_say_how_old_they_are_and_why() {
    let mut state = Fixture::new(3).build();
    let series = |label: &str, age| LabelledSeries {
        labels: BTreeMap::from([("kind".to_owned(), label.to_owned())]),
        samples: vec![Sample { at: fixtures::now() - Duration::from_secs(age), value: 400.0 }],
    };
    let detail = Arc::make_mut(state.clusters[0].detail.as_mut().unwrap());
    let range = Duration::from_secs(3600);
    let all = vec![series("total", 90), series("unused", 700), series("cached", 91)];
    detail.series = vec![DetailSeries { title: "memory", unit: Unit::Megabytes, range, all }];
    detail.problems = vec!["unused memory could not be read: GET /v2/monitoring: 503 busy".to_owned()];
    (detail.actions, detail.actions_at) = (Vec::new(), None);
    let shown = text(&render(&state, &page(PAGE, (120, 60))));
    for part in [
        "! unused memory could not be read: GET",
        "MEMORY 1 min ago  ",
        "unused        400 MB (11 min ago)  ",
        "cached        400 MB  ",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    assert!(!shown.contains("none lately"), "that is not known\n{shown}");
}

#[test]
fn nothing_of_its_figures_moves_between_two_looks() {
    let mut state = Fixture::new(3).build();
    let series = |label: &str, age| LabelledSeries {
        labels: BTreeMap::from([("kind".to_owned(), label.to_owned())]),
        samples: vec![Sample { at: fixtures::now() - Duration::from_secs(age), value: 400.0 }],
    };
    let range = Duration::from_secs(3600);
    let detail = Arc::make_mut(state.clusters[0].detail.as_mut().unwrap());
    let all = vec![series("total", 55), series("unused", 62)];
    detail.series = vec![DetailSeries { title: "memory", unit: Unit::Megabytes, range, all }];
    let after = |seconds: u64| {
        let now = fixtures::now() + Duration::from_secs(seconds);
        text(&render(&state, &Look { now, ..page(PAGE, (120, 60)) })).lines().skip(2).collect::<Vec<_>>().join("\n")
    };
    for seconds in 1..10 {
        assert_eq!(after(seconds), after(0), "{seconds} s later");
    }
    let row = after(0).lines().find(|line| line.contains("unused  ")).unwrap().to_owned();
    assert!(row.contains("400 MB  ") && !row.contains("ago"), "it is of the same step: {row}");
}

#[test]
fn what_is_not_asked_for_on_a_held_picture_is_not_said_to_be() {
    let mut state = Fixture::new(3).build();
    state.clusters[0].detail = None;
    assert!(text(&render(&state, &page(PAGE, (120, 60)))).contains("asking for its actions…"));
    let held = Look { live: Some((state.clone(), fixtures::now())), ..page(PAGE, (120, 60)) };
    let shown = text(&render(&state, &held));
    assert!(shown.contains("paused: its actions are not asked for") && !shown.contains("asking"), "{shown}");
}

#[test]
fn the_chart_of_a_droplet_says_whose_it_is_and_shows_its_own_past() {
    let mut state = Fixture::new(3).load(0.9).build();
    let history = Arc::make_mut(&mut state.clusters[0].history);
    let own = [Sample { at: fixtures::now(), value: 7.5 }];
    history.droplets.get_mut(&DropletId(1001)).unwrap().insert(Metric::Load, Series::new(own));
    let chart = |page_of| text(&render(&state, &page(page_of, (80, 24))));
    let own = chart(Page::DropletChart(DropletId(1001), Metric::Load));
    assert!(own.contains("web001: LOAD PER VCPU") && own.contains(" 8.00 ┤"), "{own}");
    assert!(!own.contains("serve"), "{own}");
    let all = chart(Page::Chart(Metric::Load));
    assert!(!all.contains("web001") && !all.contains(" 8.00 ┤"), "{all}");
}
