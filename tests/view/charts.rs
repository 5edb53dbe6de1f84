//! The page with a chart: where droplets came and went, what a bar stands for, and since when there is data.

use std::sync::Arc;

use dropscale::cluster::{Metric, Sample, Series};
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::{Overlay, Page};
use dropscale::worker::{AppState, History};
use jiff::SignedDuration;

use crate::{over, page, render, text};

const CHART: Page = Page::Chart(Metric::Cpu);

/// A calm cluster with its past changed.
fn with_history(change: impl FnOnce(&mut History)) -> AppState {
    let mut state = Fixture::new(3).build();
    change(Arc::make_mut(&mut state.clusters[0].history));
    state
}

/// So many samples, the last one so many seconds before the last look, with this time between them.
fn series(values: &[f64], step: i64, last: i64) -> Series {
    let end = fixtures::now() - SignedDuration::from_secs(12 + last);
    Series::new(
        values
            .iter()
            .rev()
            .zip(0_i64..)
            .map(|(&value, back)| Sample { at: end - SignedDuration::from_secs(back * step), value }),
    )
}

fn row_with<'a>(shown: &'a str, part: &str) -> &'a str {
    shown.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part} in\n{shown}"))
}

#[test]
fn the_newest_mark_is_never_cut_off() {
    for width in [60, 80, 81, 120, 200] {
        for last in [0, 30, 60, 120, 300, 420, 600] {
            let state = with_history(|history| history.serving = series(&[2.0, 2.0, 3.0], 120, last));
            let shown = text(&render(&state, &page(CHART, (width, 24))));
            let row = row_with(&shown, "3 serve");
            assert!(row.contains("▲ 3 serve") || row.ends_with("3 serve ▲"), "{width}, {last}\n{shown}");
        }
    }
    let state = with_history(|history| history.serving = series(&[2.0, 1.0], 120, 0));
    let shown = text(&render(&state, &page(CHART, (80, 24))));
    assert!(row_with(&shown, "▼").ends_with("1 serves ▼"), "{shown}");
}

#[test]
fn marks_close_together_keep_the_text_of_the_newest() {
    let state = with_history(|history| history.serving = series(&[1.0, 2.0, 3.0, 2.0], 120, 1_200));
    let shown = text(&render(&state, &page(CHART, (80, 24))));
    let row = row_with(&shown, "2 serve").replace(' ', "");
    assert!(row.ends_with("▲▲▼2serve"), "{shown}");
}

#[test]
fn the_help_explains_the_marks() {
    let state = Fixture::new(3).build();
    let shown = text(&render(&state, &over(Overlay::Help { scroll: u16::MAX }, (120, 36))));
    for part in ["▲ 3 serve", "▼ 3 serve", "droplets came here"] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}
