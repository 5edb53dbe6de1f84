//! What a frame costs: 200×60 with 1,000 droplets, as at rest, sorted, filtered, all of them silent, and on the other
//! pages.

use criterion::{Criterion, criterion_group, criterion_main};
use dropscale::cluster::Metric;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::view::{self, Scene};
use dropscale::tui::{Keymap, Page, SortBy, Theme, Ui};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn frames(criterion: &mut Criterion) {
    let state = Fixture::new(1000).findings().build();
    let mut sorted = fixtures::ui();
    sorted.table.sort = SortBy::Metric(Metric::Cpu);
    let mut filtered = fixtures::ui();
    "web5".clone_into(&mut filtered.table.filter);
    let chart = Ui { page: Page::Chart(Metric::Cpu), ..fixtures::ui() };
    let silent = Fixture::new(1000).silent().build_with(false);
    for (name, state, ui) in [
        ("1,000 droplets, cluster", &state, fixtures::ui()),
        ("1,000 droplets, cluster sorted", &state, sorted),
        ("1,000 droplets, cluster filtered", &state, filtered),
        ("1,000 droplets, chart", &state, chart),
        ("1,000 droplets, all silent", &silent, fixtures::ui()),
    ] {
        let (theme, zone, keys) = (Theme::terminal(), TimeZone::UTC, Keymap::default().hints(&ui, state));
        let scene = Scene {
            state,
            ui: &ui,
            theme: &theme,
            keys: &keys,
            now: fixtures::now(),
            live: None,
            zone: &zone,
            ascii: false,
        };
        let Ok(mut terminal) = Terminal::new(TestBackend::new(200, 60));
        criterion.bench_function(&format!("200x60, {name}"), |bencher| {
            bencher.iter(|| {
                terminal
                    .draw(|frame| {
                        view::draw(frame, &scene);
                    })
                    .map(|_| ())
            });
        });
    }
}

criterion_group!(benches, frames);
criterion_main!(benches);
