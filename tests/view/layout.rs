//! Who gets the room: what is wide uses the width, what matters stays where there is little.

use std::sync::Arc;

use dropscale::cluster::Metric;
use dropscale::scaling::Level;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::{Overlay, Page, Toast, Ui};
use dropscale::worker::Event;

use crate::{Look, at, draw, page, render, text};

/// The line with the heads of the table of droplets.
fn heads(screen: &str) -> &str {
    screen.lines().find(|line| line.contains("DROPLET ")).unwrap_or_default()
}

#[test]
fn a_wide_terminal_shows_all_columns() {
    for width in [180, 200, 300] {
        let screen = text(&render(&Fixture::new(3).build(), &at(width, 60)));
        for head in ["ROLE", "STATE", "BALANCER", "LOAD", "CPU", "FREE", "MEM", "OUT", "AGE", "$/MO", "NOTE"] {
            assert!(heads(&screen).contains(head), "{head} at {width}:\n{screen}");
        }
        assert!(screen.contains("the next to go"), "{screen}");
    }
}

/// What an incident on a small screen is: the API is down, and there are findings.
fn incident(droplets: usize) -> dropscale::worker::AppState {
    Fixture::new(droplets).findings().api_down().build()
}

#[test]
fn what_has_no_room_names_the_key_that_shows_it() {
    let screen = text(&render(&incident(5), &at(60, 16)));
    let more = screen.lines().find(|line| line.contains("more line")).unwrap_or_else(|| panic!("{screen}"));
    assert!(more.contains("w shows all"), "{more}");
    let whole = text(&render(&incident(5), &page(Page::Why, (60, 40))));
    for said in ["last decided to", "503 Service Unavailable", "serves nobody", "check its agent"] {
        assert!(whole.split_whitespace().collect::<Vec<_>>().join(" ").contains(said), "{said}:\n{whole}");
    }
}

#[test]
fn a_warning_is_not_cut_while_something_plain_is_shown() {
    for size in [(60, 16), (80, 24), (120, 28), (160, 24)] {
        let screen = text(&render(&incident(5), &at(size.0, size.1)));
        for said in ["✗ failing since", "✗ web009 is billed", "! web001 has sent no metrics"] {
            assert!(screen.contains(said), "{said} at {size:?}:\n{screen}");
        }
    }
}

#[test]
fn droplets_are_seen_in_an_incident_on_the_smallest_screen() {
    let screen = text(&render(&incident(5), &at(60, 16)));
    let seen = screen.lines().filter(|line| line.contains("active  ")).count();
    assert!(seen >= 2, "{screen}");
}

fn with_toast(text: &str, size: (u16, u16)) -> Look {
    let mut look = at(size.0, size.1);
    let until = std::time::Instant::now();
    look.ui.toasts.push(Toast { level: Level::Done, text: text.to_owned(), until });
    look
}

#[test]
fn a_toast_covers_nothing_of_the_page() {
    let state = Fixture::new(3).build();
    for (width, height) in [(80, 24), (120, 36), (60, 16)] {
        let without = text(&render(&state, &at(width, height)));
        let with = text(&render(&state, &with_toast("the file is written", (width, height))));
        assert!(with.contains("the file is written"), "{with}");
        let footer = usize::from(height) - 1;
        for (line, (before, after)) in without.lines().zip(with.lines()).enumerate() {
            assert!(before == after || before.is_empty() || line == footer, "{line} of {width}x{height}:\n{with}");
        }
    }
}

#[test]
fn a_toast_does_not_repeat_what_stands_among_the_events() {
    let state = Fixture::new(3).build();
    let newest = &state.clusters[0].events.last().unwrap().text;
    let screen = text(&render(&state, &with_toast(newest, (80, 24))));
    assert_eq!(screen.matches(newest.as_str()).count(), 1, "{screen}");
    let mut look = with_toast(newest, (80, 24));
    look.ui.page = Page::Chart(Metric::Cpu);
    assert!(text(&render(&state, &look)).contains(newest.as_str()), "there it is news");
}

#[test]
fn the_footer_of_a_chart_has_the_keys_of_the_range() {
    let state = Fixture::new(3).build();
    let footer = |look: &Look| text(&render(&state, look)).lines().last().unwrap_or_default().to_owned();
    let chart = footer(&page(Page::Chart(Metric::Cpu), (80, 24)));
    assert!(chart.contains("[ ] range"), "{chart}");
    assert!(!footer(&at(120, 36)).contains("] range"));
}

#[test]
fn a_notice_that_is_longer_than_the_terminal_names_the_key_that_shows_the_rest() {
    let words: Vec<String> = (0..200).map(|number| format!("word{number}")).collect();
    let notice = || Overlay::Notice { title: "Add a clone", text: words.join(" ") };
    let shown = |dialog_scroll| {
        let ui = Ui { overlay: Some(notice()), dialog_scroll, ..fixtures::ui() };
        let (buffer, drawn) = draw(&Fixture::new(3).build(), &Look { ui, ..Look::default() });
        (text(&buffer), drawn.list)
    };
    let (begin, list) = shown(0);
    assert!(begin.contains("word0 ") && !begin.contains("word199"), "{begin}");
    assert!(begin.contains(&format!("{} lines below: j shows more", list.last_offset)), "{begin}");
    let (end, at_the_end) = shown(usize::MAX);
    assert_eq!(at_the_end.offset, list.last_offset);
    assert!(end.contains("word199") && end.contains("lines above: k shows more"), "{end}");
    let seen: Vec<String> = (0..=list.last_offset).map(|scroll| shown(scroll).0).collect();
    assert!(
        words.iter().all(|word| seen.iter().any(|screen| screen.contains(word.as_str()))),
        "nothing is out of reach"
    );
}

#[test]
fn an_event_that_is_longer_than_the_terminal_names_the_key_that_copies_it() {
    let mut state = Fixture::new(3).build();
    let event = Event { at: fixtures::now(), level: Level::Error, text: "a long story ".repeat(200), count: 1 };
    Arc::make_mut(&mut state.clusters[0].events).push(event);
    let screen = text(&render(&state, &page(Page::Events, (80, 24))));
    assert!(screen.contains("lines below: y copies all of it"), "{screen}");
}
