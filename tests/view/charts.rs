//! The page with a chart: where droplets came and went, what a bar stands for, and since when there is data.

use std::sync::Arc;
use std::time::Duration;

use dropscale::cluster::{Metric, Sample, Series};
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::{Overlay, Page, Target, Theme, Ui};
use dropscale::worker::{AppState, History};
use jiff::SignedDuration;
use ratatui::style::Modifier;

use crate::{Look, draw, over, page, render, text};

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
fn the_newest_mark_is_never_cut_off_and_its_text_stands_right_at_it() {
    for width in [60, 80, 81, 120, 200] {
        for last in [0, 30, 60, 120, 300, 420, 600] {
            let state = with_history(|history| history.serving = series(&[2.0, 2.0, 3.0], 120, last));
            let shown = text(&render(&state, &page(CHART, (width, 24))));
            let row = row_with(&shown, "3 serve");
            assert!(row.contains("▲3 serve") || row.ends_with("3 serve▲"), "{width}, {last}\n{shown}");
        }
    }
    let state = with_history(|history| history.serving = series(&[2.0, 1.0], 120, 0));
    let shown = text(&render(&state, &page(CHART, (80, 24))));
    assert!(row_with(&shown, "▼").ends_with("1 serves▼"), "{shown}");
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
        // Through a bar that fills the row goes the line.
        let is_full = bars.contains('█') && bar == line;
        assert!(is_full || bar.is_some_and(|bar| bars.contains(bar)), "at {height}: {row}");
        seen.insert(line);
    }
    assert_eq!(seen.len(), 4, "any height within a row: {seen:?}");
}

#[test]
fn the_scale_reaches_the_value_now_though_each_bar_is_a_mean() {
    let mut values = vec![100.0; 200];
    values.push(900.0);
    let mut state = with_history(|history| {
        history.cluster.insert(Metric::ResponseTime, series(&values, 120, 0));
    });
    let seen = Arc::make_mut(state.clusters[0].observation.as_mut().unwrap());
    seen.cluster_readings.get_mut(&Metric::ResponseTime).unwrap().value = 900.0;
    let ui = Ui { range: Duration::from_secs(7 * 86_400), ..fixtures::ui() };
    let shown = text(&render(&state, &Look { ui: ui.clone(), size: (200, 60), ..Look::default() }));
    let top = shown.split("top ").find_map(|rest| rest.split_once(" ms")?.0.parse::<f64>().ok());
    assert!(top.is_some_and(|top| top >= 900.0), "{shown}");
    let ui = Ui { page: Page::Chart(Metric::ResponseTime), ..ui };
    let shown = text(&render(&state, &Look { ui, size: (120, 36), ..Look::default() }));
    assert!(shown.contains(" 1000 ms ┤"), "{shown}");
}

#[test]
fn what_is_still_fetched_is_no_gap_at_the_cursor() {
    let shown = |fetched: u64| {
        let state = with_history(|history| {
            history.cluster.insert(Metric::Cpu, series(&[40.0; 30], 120, 0));
            history.range = Duration::from_secs(fetched * 3600);
        });
        let cursor = Some(fixtures::now() - SignedDuration::from_hours(5));
        let ui = Ui { page: CHART, range: Duration::from_secs(6 * 3600), cursor, ..fixtures::ui() };
        text(&render(&state, &Look { ui, size: (120, 36), ..Look::default() }))
    };
    assert!(row_with(&shown(1), " at 0").contains(" loading…"), "{}", shown(1));
    assert!(row_with(&shown(6), " at 0").contains(" no data"), "{}", shown(6));
}

#[test]
fn marks_close_together_keep_the_text_of_the_newest() {
    let state = with_history(|history| history.serving = series(&[1.0, 2.0, 3.0, 2.0], 120, 1_200));
    let shown = text(&render(&state, &page(CHART, (80, 24))));
    let row = row_with(&shown, "2 serve").replace(' ', "");
    assert!(row.ends_with("2▲▲3▼2serve"), "{shown}");
}

#[test]
fn the_help_explains_the_marks() {
    let state = Fixture::new(3).build();
    let shown = text(&render(&state, &over(Overlay::Help { scroll: 0 }, (120, 100))));
    for part in ["▲3 serve", "▼3 serve", "droplets came here"] {
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

/// A chart of a quarter of an hour in bars of 13 s, each the mean of several samples, with a gap; 3 droplets serve since
/// 5 minutes. The cursor is so many seconds back.
fn with_cursor(back: Option<i64>, metric: Metric, size: (u16, u16)) -> Look {
    let cursor = back.map(|back| fixtures::now() - SignedDuration::from_secs(back));
    let ui = Ui { page: Page::Chart(metric), range: Duration::from_secs(900), cursor, ..fixtures::ui() };
    Look { ui, size, ..Look::default() }
}

fn quick() -> AppState {
    let mut state = with_history(|history| {
        let values: Vec<f64> = (0..400).map(|i| f64::from(40 + i % 3)).collect();
        let samples = series(&values, 2, 0);
        let is_told = |s: &&Sample| !(200..300).contains(&fixtures::now().duration_since(s.at).as_secs());
        history.cluster.insert(Metric::Cpu, Series::new(samples.samples().iter().filter(is_told).copied()));
        let serving: Vec<f64> = (0..40).map(|i| if i < 20 { 2.0 } else { 3.0 }).collect();
        history.serving = series(&serving, 15, 0);
    });
    let spec = Arc::make_mut(&mut state.clusters[0].spec);
    spec.timing.metrics_step = Duration::from_secs(2);
    state
}

#[test]
fn the_cursor_says_what_stood_there() {
    let said =
        |back, size| row_with(&text(&render(&quick(), &with_cursor(Some(back), Metric::Cpu, size))), " at ").to_owned();
    let now = said(60, (80, 24));
    assert!(now.starts_with(" at 11:58:46 41 %, mean of 13 s, 3 serve   now "), "{now}");
    let small = said(60, (60, 16));
    assert!(small.starts_with(" at 11:58:46 41 %, mean of 19 s, 3 serve   now "), "{small}");
    let before = said(400, (120, 36));
    assert!(before.contains(", 2 serve   now ") && before.contains("up at 70 %"), "{before}");
    let gap = said(250, (80, 24));
    assert!(gap.contains(" no data   now "), "{gap}");
    let long_ago = said(800, (80, 24));
    assert!(!long_ago.contains("serve"), "nobody has looked then: {long_ago}");
}

#[test]
fn over_more_than_a_day_the_cursor_says_the_day() {
    let state = with_history(|history| {
        history.cluster.insert(Metric::Cpu, series(&vec![40.0; 5_000], 120, 0));
        history.range = Duration::from_secs(7 * 86_400);
    });
    let mut look = with_cursor(Some(3 * 86_400), Metric::Cpu, (60, 16));
    look.ui.range = Duration::from_secs(7 * 86_400);
    let shown = text(&render(&state, &look));
    let said = row_with(&shown, " at ");
    assert!(said.starts_with(" at Nov 21 11:44 40 %, mean of 3 h 34 min"), "{said}");
}

#[test]
fn the_cursor_is_a_line_that_hides_nothing() {
    for (theme, ascii) in [(Theme::terminal(), false), (Theme::monochrome(), false), (Theme::monochrome(), true)] {
        let look = |back| Look { theme, ascii, ..with_cursor(back, Metric::Cpu, (80, 24)) };
        let (without, with) = (render(&quick(), &look(None)), render(&quick(), &look(Some(60))));
        let line = if ascii { "|" } else { "│" };
        let differing: Vec<usize> = (6 * 80..21 * 80).filter(|at| without.content[*at] != with.content[*at]).collect();
        assert!(differing.iter().all(|at| at % 80 == differing[0] % 80), "one column only");
        let of =
            |filled: &str| differing.iter().filter(|at| without.content[**at].symbol() == filled).collect::<Vec<_>>();
        let (blank, bar) = (of(" "), of(if ascii { "#" } else { "█" }));
        assert!(blank.len() > 3 && bar.len() > 3, "{with:?}");
        assert!(blank.iter().chain(&bar).all(|at| with.content[**at].symbol() == line));
        assert!(bar.iter().all(|at| with.content[**at].modifier.contains(Modifier::REVERSED)), "through the bar");
    }
}

#[test]
fn a_click_on_a_column_is_about_the_time_that_the_cursor_says() {
    let (_, drawn) = draw(&quick(), &with_cursor(None, Metric::Cpu, (80, 24)));
    let Some(Target::Moment(at)) = drawn.targets.at(79 - 5, 12) else { panic!("{:?}", drawn.targets.at(74, 12)) };
    let mut look = with_cursor(None, Metric::Cpu, (80, 24));
    look.ui.cursor = Some(at);
    let shown = render(&quick(), &look);
    assert_eq!(shown[(74, 7)].symbol(), "│", "{}", text(&shown));
}

#[test]
fn values_beside_a_chart_are_round_and_never_crowd_the_thresholds() {
    for height in 16..=60 {
        let shown = text(&render(&quick(), &with_cursor(None, Metric::Cpu, (80, height))));
        let rows: Vec<&str> = shown.lines().collect();
        let at = |label: &str| rows.iter().position(|row| row.starts_with(&format!("{label:>10}")));
        assert!(at("0 %").is_some_and(|row| rows[row].contains('└')), "at {height}\n{shown}");
        let thresholds = [at("▲ 70 %"), at("▼ 25 %")].map(Option::unwrap);
        for tick in ["25 %", "50 %", "75 %"].iter().filter_map(|label| at(label)) {
            assert!(rows[tick].contains('┤') && thresholds.iter().all(|row| row.abs_diff(tick) > 1), "{shown}");
        }
        assert!(at("100 %").is_some() || thresholds[0] == 6, "at {height}\n{shown}");
        assert_eq!(at("50 %").is_some(), height >= 18, "at {height}\n{shown}");
    }
}

#[test]
fn the_marks_are_explained_where_there_are_any() {
    let legend = "▲▼ so many serve from then on";
    let with = text(&render(&quick(), &with_cursor(None, Metric::Cpu, (120, 36))));
    assert!(with.contains(legend), "{with}");
    let state = with_history(|history| history.serving = series(&[3.0; 4], 120, 0));
    let without = text(&render(&state, &page(CHART, (120, 36))));
    assert!(!without.contains(legend), "{without}");
}

#[test]
fn the_first_and_the_last_tick_have_their_label_unless_it_would_be_cut() {
    let mut at_edges = [false; 2];
    for (width, later) in [60, 80, 133, 200].into_iter().flat_map(|width| (0..300).step_by(5).map(move |s| (width, s)))
    {
        let mut state = quick();
        let seen = Arc::make_mut(state.clusters[0].observation.as_mut().unwrap());
        seen.at += SignedDuration::from_secs(later);
        let shown = text(&render(&state, &with_cursor(None, Metric::Cpu, (width, 24))));
        let rows: Vec<Vec<char>> = shown.lines().map(|row| row.chars().collect()).collect();
        let rule = rows.iter().position(|row| row.contains(&'└')).unwrap();
        let ticks: Vec<usize> = (0..rows[rule].len()).filter(|x| rows[rule][*x] == '┴').collect();
        for tick in [ticks.first(), ticks.last()].into_iter().flatten() {
            let label = &rows[rule + 1][tick - 4..rows[rule + 1].len().min(tick + 4)];
            let label: String = label.iter().collect();
            assert!(label.contains(':') && label.trim().len() == 5, "{label:?} at {width}\n{shown}");
        }
        at_edges[0] |= ticks[0] == 12;
        at_edges[1] |= ticks.last().is_some_and(|last| last + 3 > usize::from(width) - 1);
    }
    assert_eq!(at_edges, [true, true], "also where there is no room on both sides");
}
