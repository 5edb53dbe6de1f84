//! Every page and all that lies over it, in every size that a terminal can have: nothing may panic.

use dropscale::cluster::{DropletId, Metric};
use dropscale::scaling::Level;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::{EventDetail, Overlay, Page, Question, SortBy, Ui};
use dropscale::worker::{AppState, Event};
use jiff::SignedDuration;

use crate::overlays::{choice, palette};
use crate::{Look, ask, render};

/// Every page and overlay there is.
pub fn everything() -> Vec<Ui> {
    let base = fixtures::ui();
    let mut all: Vec<Ui> = [
        Page::Cluster,
        Page::Droplet(DropletId(1001)),
        Page::Droplet(DropletId(7)),
        Page::Chart(Metric::FreeMemory),
        Page::Chart(Metric::ResponseTime),
        Page::DropletChart(DropletId(1001), Metric::Cpu),
        Page::Why,
        Page::Events,
        Page::Overview,
    ]
    .into_iter()
    .map(|page| Ui { page, ..base.clone() })
    .collect();
    let cursors = [(Page::Chart(Metric::Cpu), 600), (Page::DropletChart(DropletId(1001), Metric::Load), 3_500)];
    all.extend(cursors.map(|(page, back)| {
        let cursor = Some(fixtures::now() - SignedDuration::from_secs(back));
        Ui { page, cursor, ..base.clone() }
    }));
    let overlays = [
        Overlay::Help { scroll: 0 },
        Overlay::Help { scroll: u16::MAX },
        Overlay::Filter(dropscale::tui::FilterLine {
            input: "日本語のサーバー web".repeat(20).into(),
            before: String::new(),
        }),
        choice(&Fixture::new(2).build(), Page::Cluster, "/home/me"),
        Overlay::Columns { selected: 10 },
        palette("", &Fixture::new(2).demo().build()),
        palette("xyzzy 日本語のサーバー", &Fixture::new(2).build()),
        ask(Question::Up),
        ask(Question::Down(DropletId(1002))),
        ask(Question::Down(DropletId(7))),
        ask(Question::Auto),
        ask(Question::Quit),
        Overlay::Event(EventDetail {
            event: Event {
                at: fixtures::now(),
                level: Level::Info,
                text: "web001 did this and that ".repeat(90),
                count: 2,
            },
            droplet: Some((DropletId(1001), "日本語のサーバー".to_owned())),
            droplet_focused: true,
        }),
        Overlay::Notice { title: "Remove a clone", text: "there is no clone ".repeat(90), asked: None },
    ];
    all.extend(overlays.into_iter().map(|overlay| Ui { overlay: Some(overlay), ..base.clone() }));
    for ui in &mut all {
        ui.table.offset = usize::MAX;
        "w".clone_into(&mut ui.table.filter);
        ui.table.sort = SortBy::Metric(Metric::Cpu);
        ui.scroll = usize::MAX;
        ui.cluster = 9;
    }
    all
}

pub fn states() -> Vec<AppState> {
    vec![
        Fixture::new(5).odd_names().load(5.0).findings().scaling_up().demo().build(),
        Fixture::new(40).api_down().manual().read_only().build_with(false),
        Fixture::new(0).build(),
        Fixture::new(1).starting().build(),
        Fixture::new(2).refused().build(),
        Fixture::new(4).scaling_down().failed().build(),
    ]
}

#[test]
fn any_size_draws() {
    let widths = [1, 2, 3, 7, 20, 59, 60, 61, 70, 80, 89, 90, 109, 110, 120, 139, 149, 150, 200, 500];
    let heights = [1, 2, 5, 15, 16, 17, 20, 21, 22, 24, 27, 28, 30, 36, 60, 200];
    let (states, looks) = (states(), everything());
    let mut turn = 0;
    for width in widths {
        for height in heights {
            // Each size with some pages and states, each page and state with many sizes.
            for _ in 0..20 {
                turn += 1;
                let ui = looks[turn % looks.len()].clone();
                let state = &states[turn / looks.len() % states.len()];
                render(state, &Look { ui, size: (width, height), ascii: turn % 3 == 0, ..Look::default() });
            }
        }
    }
}

/// The whole grid of sizes, which the test above only samples, with all pages and what lies over them in turn.
#[test]
#[ignore = "thirty thousand frames: cargo test --test view -- --ignored every_single_size"]
fn every_single_size_draws() {
    let (states, looks) = (states(), everything());
    for (turn, width) in (1..=300_u16).enumerate() {
        for height in 1..=100_u16 {
            let turn = turn * 101 + usize::from(height);
            let ui = looks[turn % looks.len()].clone();
            render(&states[turn % states.len()], &Look { ui, size: (width, height), ..Look::default() });
        }
    }
}
