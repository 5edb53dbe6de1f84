//! One meaning for each sign: the colour of what needs attention is on nothing that runs as it should, and figures say
//! of what they are.

use std::sync::Arc;

use dropscale::cluster::{DropletId, Metric};
use dropscale::scaling::{Finding, FindingKind, Level};
use dropscale::tui::fixtures::{BASE, Fixture};
use dropscale::tui::{Page, Theme};
use dropscale::worker::AppState;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Modifier;

use crate::{Look, at, cells, page, render, row, text};

fn calls_for_attention(cell: &Cell) -> bool {
    let attention = Theme::terminal().attention;
    Some(cell.fg) == attention.fg && cell.symbol() != " "
}

fn line_of<'a>(screen: &'a str, wanted: &str) -> &'a str {
    screen.lines().find(|line| line.contains(wanted)).unwrap_or_default()
}

#[test]
fn scaling_that_goes_as_it_should_calls_for_no_attention() {
    for state in [Fixture::new(3).scaling_up().build(), Fixture::new(3).load(0.12).scaling_down().build()] {
        for size in [(60, 16), (80, 24), (120, 36), (200, 60)] {
            let mut look = at(size.0, size.1);
            look.ui.table.filter = "web".to_owned();
            let buffer = render(&state, &look);
            for y in 0..size.1 {
                // What happened is told in its own colours.
                let line: String = row(&buffer, y).iter().map(Cell::symbol).collect();
                let alarms: String =
                    row(&buffer, y).iter().filter(|c| calls_for_attention(c)).map(Cell::symbol).collect();
                assert!(alarms.is_empty() || line.contains("warning") || line.contains("Z  !"), "{alarms} in {line}");
            }
        }
    }
}

#[test]
fn a_droplet_that_neither_serves_nor_comes_nor_goes_calls_for_attention() {
    let mut state = Fixture::new(3).build();
    if let Some(seen) = &mut state.clusters[0].observation {
        Arc::make_mut(seen).members[1].attached = false;
    }
    let buffer = render(&state, &at(120, 36));
    assert!(cells(&buffer, "2 serving").iter().any(calls_for_attention), "{}", text(&buffer));
    assert!(calls_for_attention(&cells(&buffer, "out ")[0]), "{}", text(&buffer));
}

/// The cells of the picture of a metric, the lowest row first.
fn bars(buffer: &Buffer, title: &str, rows: u16) -> Vec<Vec<Cell>> {
    let screen = text(buffer);
    let foot =
        (0..).zip(screen.lines()).find(|(_, line)| line.starts_with(&format!(" {title}"))).map_or(rows, |(y, _)| y);
    let is_bar = |cell: &&Cell| "▁▂▃▄▅▆▇█".contains(cell.symbol());
    (0..rows).map(|up| row(buffer, foot - up)[24..70].iter().filter(is_bar).cloned().collect()).collect()
}

#[test]
fn only_the_part_of_a_bar_above_the_threshold_calls_for_attention() {
    let buffer = render(&Fixture::new(3).load(0.93).build(), &at(200, 60));
    let rows = bars(&buffer, "Load per vCPU", 9);
    let highest = rows.iter().rposition(|row| !row.is_empty()).unwrap();
    assert!(highest > 0 && rows[highest].iter().all(calls_for_attention), "{}", text(&buffer));
    assert!(rows[0].iter().all(|cell| !calls_for_attention(cell)), "{}", text(&buffer));
}

#[test]
fn the_line_of_a_threshold_has_the_colour_of_the_bar_that_it_crosses() {
    let buffer = render(&Fixture::new(3).load(0.93).build(), &page(Page::Chart(Metric::Load), (120, 36)));
    let y = (0..36).find(|y| text(&buffer).lines().nth(usize::from(*y)).is_some_and(|line| line.contains("▼ 0.30")));
    let crossed: Vec<_> =
        row(&buffer, y.unwrap()).iter().filter(|cell| cell.modifier.contains(Modifier::REVERSED)).collect();
    assert!(!crossed.is_empty(), "{}", text(&buffer));
    assert!(crossed.iter().all(|cell| !calls_for_attention(cell)), "the lower part of a bar is as any other");
}

#[test]
fn a_value_that_is_rounded_to_its_threshold_is_told_apart_from_it() {
    let row = |value: f64| {
        let mut state = Fixture::new(3).build();
        let rules = &mut Arc::make_mut(state.clusters[0].decision.as_mut().unwrap()).rules;
        rules.iter_mut().filter(|rule| rule.metric == Metric::Cpu).for_each(|rule| rule.value = Some(value));
        let screen = text(&render(&state, &at(120, 36)));
        line_of(&screen, " CPU  ").split_whitespace().take(3).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row(69.0), "CPU 69 %", "the row of its threshold, 70 %");
    assert_eq!(row(70.2), "CPU 70.2 %");
    assert_eq!(row(69.96), "CPU 69.96 %");
    assert_eq!(row(70.0), "CPU 70 %", "they are the same");
    let mut state = Fixture::new(3).build();
    Arc::make_mut(&mut state.clusters[0].policy).scale_up.insert(Metric::OutboundBandwidth, 250.0);
    let seen = state.clusters[0].observation.clone().unwrap();
    let mut decision = dropscale::policy::decide(&seen, &state.clusters[0].spec, &state.clusters[0].policy);
    decision.rules.iter_mut().for_each(|rule| rule.value = rule.value.map(|_| 250.04));
    state.clusters[0].decision = Some(Arc::new(decision));
    let screen = text(&render(&state, &at(120, 36)));
    assert!(line_of(&screen, " Outbound ").contains(" 250 Mbps "), "a value keeps its unit: {screen}");
}

#[test]
fn prices_of_droplets_add_up_to_what_is_shown_for_all() {
    let hourly = |droplets: usize| {
        let screen = text(&render(&Fixture::new(droplets).build(), &at(120, 36)));
        let cost = screen.split_whitespace().find_map(|word| word.strip_prefix('$')?.strip_suffix("/h")?.parse().ok());
        cost.unwrap_or(f64::NAN)
    };
    for droplets in [2_u32, 3, 5] {
        let sum: f64 = hourly(1) * f64::from(droplets);
        assert!((hourly(droplets as usize) - sum).abs() < 1e-9, "{droplets} cost {}", hourly(droplets as usize));
    }
}

#[test]
fn the_count_of_droplets_says_what_the_other_number_is() {
    for (droplets, word) in [(1, "1 droplet (max 5)"), (3, "3 droplets (max 5)")] {
        for width in [80, 120, 200] {
            let screen = text(&render(&Fixture::new(droplets).build(), &at(width, 24)));
            assert!(screen.lines().next().unwrap().contains(word), "{screen}");
        }
    }
    let smallest = text(&render(&Fixture::new(3).demo().load(0.93).build(), &at(60, 16)));
    assert!(smallest.contains(" 3 droplets (max 5) "), "{smallest}");
    let overview = text(&render(&Fixture::new(3).build(), &page(Page::Overview, (80, 24))));
    assert!(overview.contains(" 3, max 5 "), "{overview}");
}

#[test]
fn a_vote_and_its_readings_stand_apart() {
    let mut state = Fixture::new(10).build();
    let cluster = &mut state.clusters[0];
    let rules = &mut Arc::make_mut(cluster.decision.as_mut().unwrap()).rules;
    for rule in rules {
        rule.vote = dropscale::policy::Vote::Impossible;
    }
    let screen = text(&render(&state, &at(120, 36)));
    assert!(line_of(&screen, "Load per vCPU").contains("! unusable  "), "{screen}");
}

#[test]
fn a_chart_of_several_rows_says_its_scale() {
    let tops = |size: (u16, u16)| {
        let screen = text(&render(&Fixture::new(3).build(), &at(size.0, size.1)));
        let lines: Vec<&str> = screen.lines().collect();
        let foot = lines.iter().position(|line| line.starts_with(" Load per vCPU")).unwrap();
        (lines[foot - 1].to_owned(), lines[foot].to_owned(), screen.matches(" top ").count())
    };
    let (_, _, in_single_rows) = tops((80, 24));
    assert_eq!(in_single_rows, 0);
    let (above, foot, count) = tops((120, 36));
    assert!(count > 0 && above.contains("top 0.93"), "{above}\n{foot}");
}

#[test]
fn thresholds_have_their_units() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let screen = text(&render(&Fixture::new(3).build(), &at(size.0, size.1)));
        let line = screen.lines().find(|line| line.starts_with(" CPU  ")).unwrap_or_default();
        assert_eq!(line.matches(" %").count(), 3, "the value, down, up: {line}");
    }
}

#[test]
fn the_requests_left_are_of_the_api_and_this_hour_where_there_is_room() {
    let second = |width| text(&render(&Fixture::new(3).build(), &at(width, 36))).lines().nth(1).unwrap().to_owned();
    assert!(second(120).contains("4812 of 5000 API requests left this hour"), "{}", second(120));
    assert!(second(80).contains("4812 of 5000 requests left"), "{}", second(80));
}

#[test]
fn the_droplets_stand_apart_from_what_is_said_above_them() {
    let finding = |number: u64| Finding {
        level: Level::Warning,
        kind: FindingKind::Unhealthy,
        text: format!("web{number:03} is something that has to be told in a line that is so long that it is broken"),
        droplet: Some(DropletId(BASE.0 + number)),
        is_wasted: false,
        monthly: None,
        offers_removal: false,
        several: None,
    };
    for many in 0..12 {
        let mut state = Fixture::new(3).load(0.93).build();
        state.clusters[0].findings = Arc::new((1..=many).map(finding).collect());
        for size in [(80, 24), (80, 30), (120, 36), (120, 50)] {
            let screen = text(&render(&state, &at(size.0, size.1)));
            let lines: Vec<&str> = screen.lines().collect();
            let heads = lines.iter().position(|line| line.contains("STATE") && line.contains("BALANCER")).unwrap();
            let first = if lines[heads - 1].contains("DROPLETS") { heads - 1 } else { heads };
            assert_eq!(lines[first - 1], "", "{many} findings at {size:?}:\n{screen}");
        }
    }
}

#[test]
fn the_event_under_the_cursor_is_one_bar() {
    let state = Fixture::new(3).build();
    for name in ["terminal", "dark", "light"] {
        let theme = Theme::named(name).unwrap();
        let buffer = render(&state, &Look { theme, ..page(Page::Events, (80, 24)) });
        let y = (0..24).find(|y| row(&buffer, *y)[0].symbol() == "▶").unwrap();
        let bar = &row(&buffer, y)[1..79];
        let first = (bar[0].fg, bar[0].modifier);
        assert!(first.1.contains(Modifier::REVERSED));
        assert!(bar.iter().all(|cell| (cell.fg, cell.modifier) == first), "{name}: {}", text(&buffer));
    }
}

#[test]
fn pages_with_times_say_their_zone_once() {
    let state = Fixture::new(3).build();
    for wanted in [Page::Cluster, Page::Events, Page::Why, Page::Droplet(BASE)] {
        let screen = text(&render(&state, &page(wanted, (120, 36))));
        assert_eq!(screen.matches("times in UTC").count(), 1, "{screen}");
    }
}

#[test]
fn what_a_picture_measures_and_what_figures_are_is_said() {
    let state: AppState = Fixture::new(3).build();
    let screen = text(&render(&state, &page(Page::Droplet(BASE), (120, 60))));
    assert!(line_of(&screen, " image ").contains("Ubuntu web-2025-11 (id 63663980)"), "{screen}");
    assert_eq!(Metric::Requests.title(), "Reqs/droplet");
}

#[test]
fn that_nothing_is_broken_is_not_that_nothing_is_the_matter() {
    let screen = text(&render(&Fixture::new(3).load(0.93).build(), &page(Page::Why, (120, 60))));
    assert!(screen.contains("nothing is broken") && !screen.contains("nothing is wrong"), "{screen}");
}
