//! The page with a chart: where droplets came and went, what a bar stands for, and since when there is data.

use std::sync::Arc;
use std::time::Duration;

use dropscale::cluster::{Metric, Sample, Series};
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::{Overlay, Page, Ui};
use dropscale::worker::{AppState, History};
use jiff::SignedDuration;

use crate::{Look, over, page, render, text};

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
    let row = shown.lines().find(|line| line.contains(part));
    assert!(row.is_some(), "{part} in\n{shown}");
    row.unwrap_or_default()
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
fn a_threshold_is_drawn_as_high_as_a_bar_of_the_same_value() {
    let quarters = [("▁▂", '⣀'), ("▃▄", '⠤'), ("▅▆", '⠒'), ("▇█", '⠉')];
    let mut seen = std::collections::BTreeSet::new();
    for height in 16..60 {
        // The bars at the right are as high as the threshold, which is a line where there is no data.
        let state = with_history(|history| {
            history.cluster.insert(Metric::Cpu, series(&[70.0; 4], 120, 0));
        });
        let shown = text(&render(&state, &page(CHART, (80, height))));
        let row = row_with(&shown, "▲ 70 %");
        let (line, bar) = (row.chars().find(|c| ('⠀'..='⣿').contains(c)), row.chars().last());
        let quarter = quarters.iter().find(|(_, line_of)| Some(*line_of) == line);
        let (bars, _) = quarter.unwrap_or_else(|| panic!("no line in {row}"));
        assert!(bar.is_some_and(|bar| bars.contains(bar)), "at {height}: {row}");
        seen.insert(line);
    }
    assert_eq!(seen.len(), 4, "any height within a row: {seen:?}");
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
    let shown = text(&render(&state, &over(Overlay::Help { scroll: 0 }, (120, 100))));
    for part in ["▲ 3 serve", "▼ 3 serve", "droplets came here"] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}

/// A chart of so many hours with samples of the last `known` seconds.
fn chart(hours: u64, step: i64, known: i64, size: (u16, u16)) -> String {
    let values: Vec<f64> = (0..=known / step).map(|i| if i % 10 == 0 { 60.0 } else { 40.0 }).collect();
    let state = with_history(|history| {
        history.cluster.insert(Metric::Cpu, series(&values, step, 0));
        history.range = Duration::from_secs(hours * 3600);
    });
    let ui = Ui { page: CHART, range: Duration::from_secs(hours * 3600), ..fixtures::ui() };
    text(&render(&state, &Look { ui, size, ..Look::default() }))
}

#[test]
fn a_chart_says_what_a_bar_is_when_it_is_more_than_a_sample() {
    let heading = |hours, step, size| row_with(&chart(hours, step, 7 * 86_400, size), "CPU last").to_owned();
    assert!(heading(1, 120, (80, 24)).starts_with(" CPU last 1 h, times in UTC ──"), "{}", heading(1, 120, (80, 24)));
    let six = heading(6, 120, (80, 24));
    assert!(six.contains("CPU last 6 h, a bar is the mean of 5 min, times in UTC ──"), "{six}");
    let day = heading(24, 120, (80, 24));
    assert!(day.contains("a bar is the mean of 22 min"), "{day}");
    let week = heading(168, 120, (60, 16));
    assert!(week.contains("a bar is the mean of 3 h 34 min"), "there is room on the smallest screen: {week}");
    let wide = heading(6, 120, (300, 50));
    assert!(!wide.contains("mean"), "each bar has a sample of its own: {wide}");
}

#[test]
fn a_chart_says_since_when_there_is_data() {
    let half = chart(1, 120, 1_800, (80, 24));
    assert!(half.contains("no data before 11:29"), "{half}");
    let most = chart(1, 120, 2_700, (80, 24));
    assert!(!most.contains("no data before"), "a quarter is not much\n{most}");
    let days = chart(168, 120, 86_400, (80, 24));
    assert!(days.contains("no data before Nov 23 11:59"), "{days}");
    let narrow = chart(24, 120, 3_600 * 14, (60, 16));
    assert!(narrow.contains(" no data before") && narrow.contains(" 21:59"), "{narrow}");
}

#[test]
fn until_a_longer_range_has_been_looked_at_it_is_loaded() {
    let longer = |state: &AppState| {
        let ui = Ui { page: CHART, range: Duration::from_secs(6 * 3600), ..fixtures::ui() };
        text(&render(state, &Look { ui, size: (120, 36), ..Look::default() }))
    };
    let asked = longer(&Fixture::new(3).build());
    assert!(asked.contains("loading…") && !asked.contains("no data before"), "{asked}");
    let there = longer(&with_history(|history| history.range = Duration::from_secs(6 * 3600)));
    assert!(there.contains("no data before") && !there.contains("loading"), "{there}");
    let none = longer(&with_history(|history| history.cluster.clear()));
    assert!(none.contains("loading…"), "{none}");
    let down = longer(&Fixture::new(3).api_down().build());
    assert!(!down.contains("loading"), "nothing comes while the API fails: {down}");
}
