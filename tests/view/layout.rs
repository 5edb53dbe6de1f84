//! Who gets the room: what is wide uses the width, what matters stays where there is little.

use std::sync::Arc;

use dropscale::cluster::{DropletId, Metric};
use dropscale::scaling::{Finding, FindingKind, Level, Several};
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::{EventDetail, Overlay, Page, Question, Toast, Ui};
use dropscale::worker::Event;

use crate::{Look, ask, at, draw, over, page, render, text};

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
    assert!(chart.contains("[] range"), "{chart}");
    assert!(!footer(&at(120, 36)).contains("] range"));
}

#[test]
fn a_notice_that_is_longer_than_the_terminal_names_the_key_that_shows_the_rest() {
    let words: Vec<String> = (0..200).map(|number| format!("word{number}")).collect();
    let notice = || Overlay::Notice { title: "Add a clone", text: words.join(" "), asked: None };
    let shown = |dialog_scroll| {
        let ui = Ui { overlay: Some(notice()), dialog_scroll, ..fixtures::ui() };
        let (buffer, drawn) = draw(&Fixture::new(3).build(), &Look { ui, ..Look::default() });
        (text(&buffer), drawn.list)
    };
    let (begin, list) = shown(0);
    assert!(begin.contains("word0 ") && !begin.contains("word199"), "{begin}");
    assert!(begin.contains(&format!("{} lines below: j/down shows more", list.last_offset)), "{begin}");
    let (end, final_place) = shown(usize::MAX);
    assert_eq!(final_place.offset, list.last_offset);
    assert!(end.contains("word199") && end.contains("lines above: k/up shows more"), "{end}");
    let seen: Vec<String> = (0..=list.last_offset).map(|scroll| shown(scroll).0).collect();
    assert!(
        words.iter().all(|word| seen.iter().any(|screen| screen.contains(word.as_str()))),
        "nothing is out of reach"
    );
}

#[test]
fn an_event_that_is_longer_than_the_terminal_names_the_key_that_shows_it() {
    let mut state = Fixture::new(3).build();
    let event = Event { at: fixtures::now(), level: Level::Error, text: "a long story ".repeat(200), count: 1 };
    Arc::make_mut(&mut state.clusters[0].events).push(event);
    let screen = text(&render(&state, &page(Page::Events, (80, 24))));
    assert!(screen.contains("lines below: enter shows all of it"), "{screen}");
}

/// Droplets of which none sends metrics, and other trouble besides.
fn much_is_wrong(fixture: Fixture) -> dropscale::worker::AppState {
    let mut state = fixture.build();
    let cluster = &mut state.clusters[0];
    let silent = Several { what: "send no metrics", advice: "install the metrics agent (monitoring) on them" };
    let finding = |text: String, droplet, several| {
        let level = if droplet { Level::Warning } else { Level::Error };
        let kind = FindingKind::Problem(text.clone());
        let (droplet, is_wasted, monthly, offers_removal) = (None, false, None, false);
        Finding { level, kind, text, droplet, is_wasted, monthly, offers_removal, several }
    };
    let members = cluster.observation.iter().flat_map(|seen| &seen.members);
    let of_a_droplet = members.map(|member| {
        let text = format!("{} sends no metrics: install the metrics agent (monitoring) on it", member.droplet.name);
        Finding { droplet: Some(member.droplet.id), ..finding(text, true, Some(silent)) }
    });
    let others =
        (1..=7).map(|n| finding(format!("trouble {n} is a long story: {}", "and so on ".repeat(20)), false, None));
    cluster.findings = Arc::new(of_a_droplet.skip(146).chain(others).collect());
    state
}

#[test]
fn the_decision_and_the_operation_stay_however_much_is_wrong() {
    let calm = much_is_wrong(Fixture::new(300));
    let busy = much_is_wrong(Fixture::new(300).load(0.93).scaling_up());
    for size in [(60, 16), (80, 24), (120, 36), (160, 24), (200, 60)] {
        let screen = text(&render(&calm, &at(size.0, size.1)));
        assert!(screen.contains(" · hold: the metrics"), "{size:?}:\n{screen}");
        assert!(screen.contains("✗ trouble 1 is a long story"), "{size:?}:\n{screen}");
        let screen = text(&render(&busy, &at(size.0, size.1)));
        let decision =
            screen.lines().find(|line| line.contains("would scale up")).unwrap_or_else(|| panic!("{screen}"));
        let is_whole = decision.contains("above 0.70") || decision.contains('…');
        assert!(is_whole || size.0 >= 120, "{size:?}: {decision}");
        assert!(screen.contains("booting"), "{size:?}:\n{screen}");
        assert!(screen.contains("✗ trouble 1 is a long story"), "{size:?}:\n{screen}");
    }
}

#[test]
fn what_is_found_of_many_droplets_takes_one_line() {
    let screen = text(&render(&much_is_wrong(Fixture::new(300)), &page(Page::Why, (120, 60))));
    let said =
        "! 154 droplets send no metrics: web146, web147 … web299; install the metrics agent (monitoring) on them";
    assert!(screen.contains(said), "{screen}");
    assert_eq!(screen.matches("no metrics").count(), 1, "{screen}");
    let few = text(&render(&much_is_wrong(Fixture::new(148)), &page(Page::Why, (120, 60))));
    assert!(few.contains("! 2 droplets send no metrics: web146, web147; install"), "{few}");
    let one = text(&render(&much_is_wrong(Fixture::new(147)), &page(Page::Why, (120, 60))));
    assert!(one.contains("! web146 sends no metrics: install"), "{one}");
}

#[test]
fn what_could_not_be_read_is_told_once() {
    let mut state = Fixture::new(3).build();
    let cluster = &mut state.clusters[0];
    let text_of = "CPU of web001 could not be read: 503".to_owned();
    Arc::make_mut(cluster.observation.as_mut().unwrap()).problems.push(text_of.clone());
    let once = |state: &dropscale::worker::AppState| {
        let screen = text(&render(state, &at(80, 24)));
        assert_eq!(screen.matches("could not be read").count(), 1, "{screen}");
        assert!(screen.contains("! 1 warning"), "{screen}");
    };
    once(&state);
    let (droplet, is_wasted, monthly, offers_removal, several) = (None, false, None, false, None);
    let (level, kind, text) = (Level::Warning, FindingKind::Unread, text_of);
    let finding = Finding { level, kind, text, droplet, is_wasted, monthly, offers_removal, several };
    state.clusters[0].findings = Arc::new(vec![finding]);
    once(&state);
}

/// The row in which this stands.
fn row_of(state: &dropscale::worker::AppState, look: &Look, what: &str) -> usize {
    let screen = text(&render(state, look));
    let row = screen.lines().position(|line| line.contains(what));
    assert!(row.is_some(), "{what}:\n{screen}");
    row.unwrap_or_default()
}

#[test]
fn what_stands_below_the_decision_stays_where_it_is_whatever_is_decided() {
    for (size, droplets) in
        [((80, 24), 2), ((80, 24), 5), ((120, 36), 3), ((120, 36), 5), ((120, 50), 5), ((200, 60), 3)]
    {
        let fixture = || Fixture::new(droplets);
        let states = [
            fixture().build(),
            fixture().load(0.93).build(),
            fixture().load(0.93).manual().cooldown().build(),
            fixture().load(0.12).build(),
            fixture().api_down().build(),
            fixture().failed().build(),
        ];
        let rows = states.iter().map(|state| row_of(state, &at(size.0, size.1), "▶web-base"));
        let rows: Vec<usize> = rows.collect();
        assert!(rows.iter().all(|row| *row == rows[0]), "{size:?} with {droplets}: {rows:?}");
    }
}

/// The row of a metric in the panel of the cluster.
fn metric_row(droplets: usize, size: (u16, u16), metric: &str) -> String {
    let screen = text(&render(&Fixture::new(droplets).build(), &at(size.0, size.1)));
    screen.lines().find(|line| line.contains(metric)).unwrap_or_default().trim().to_owned()
}

#[test]
fn metrics_that_have_no_row_share_one_where_the_droplets_leave_it() {
    let shared = "Memory used 58 %  Outbound 6.3 Mbps  Reqs/droplet 52.9/s  Response p95 98 ms";
    assert_eq!(metric_row(3, (80, 24), "Memory used"), shared);
    assert_eq!(metric_row(5, (80, 22), "Memory used"), "", "droplets come first");
    assert_eq!(metric_row(3, (60, 16), "Memory used"), "");
    assert!(metric_row(3, (120, 36), "Memory used").ends_with("no threshold"), "here it has a row of its own");
}

#[test]
fn what_bounds_scaling_is_told_beside_the_pictures_where_there_is_room() {
    let shown = |state: &dropscale::worker::AppState, size: (u16, u16)| text(&render(state, &at(size.0, size.1)));
    let fixture = || Fixture::new(3).load(0.93);
    for state in [fixture().build(), fixture().scaling_up().build(), fixture().cooldown().build()] {
        let screen = shown(&state, (200, 60));
        assert!(screen.contains(" RULES ─") && screen.contains(" bounds     min 1, max 5; now"), "{screen}");
        assert!(screen.matches("next look").count() <= 1, "said once:\n{screen}");
        assert!(!shown(&state, (160, 40)).contains("RULES"), "events come first");
    }
}

#[test]
fn a_long_event_is_told_whole_where_the_panel_has_room() {
    let mut state = Fixture::new(3).build();
    let text_of = "scale up begins: Load per vCPU 2.21 is above 0.80, CPU 97 % is above 75 %, Response p95 2415 ms is above 250 ms";
    let event = Event { at: fixtures::now(), level: Level::Info, text: text_of.to_owned(), count: 1 };
    Arc::make_mut(&mut state.clusters[0].events).push(event);
    let panel = |size: (u16, u16)| {
        let screen = text(&render(&state, &at(size.0, size.1)));
        let lines = screen.lines().skip_while(|line| !line.contains("EVENTS")).skip(1).take(4);
        let right = |line: &str| line.chars().skip(if size.0 >= 150 { 132 } else { 0 }).collect::<String>();
        lines.map(right).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(panel((200, 60)).contains(text_of), "{}", panel((200, 60)));
    assert!(panel((80, 24)).contains('…'), "{}", panel((80, 24)));
}

#[test]
fn no_word_of_a_long_event_is_lost_beside_its_level_and_its_count() {
    let words: Vec<String> = (0..40).map(|n| format!("word{n}")).collect();
    for (level, count) in [(Level::Warning, 1), (Level::Error, 12), (Level::Info, 1)] {
        let mut state = Fixture::new(2).build();
        let event = Event { at: fixtures::now(), level, text: words.join(" "), count };
        Arc::make_mut(&mut state.clusters[0].events).push(event);
        for size in [(120, 60), (200, 60), (500, 200)] {
            let screen = text(&render(&state, &at(size.0, size.1)));
            let lost: Vec<_> = words.iter().filter(|word| !screen.split_whitespace().any(|w| w == *word)).collect();
            assert!(lost.is_empty(), "{lost:?} at {size:?}\n{screen}");
        }
    }
}

#[test]
fn scaling_moves_nothing_above_the_droplets_where_there_is_room() {
    let calm = |droplets: usize| Fixture::new(droplets).max(6).build();
    let place = |state| row_of(&state, &at(120, 36), "DROPLETS ─");
    assert!((1..=5).all(|droplets| place(calm(droplets)) == place(calm(1))));
    assert_eq!(place(Fixture::new(3).max(6).load(0.93).scaling_up().build()), place(calm(3)));
    // What also stops it is a line more.
    let full = || Fixture::new(3).max(4);
    assert_eq!(place(full().load(0.93).scaling_up().build()), place(full().build()));
}

#[test]
fn few_droplets_on_a_high_terminal_leave_their_room_to_pictures_and_events() {
    for droplets in 1..=5 {
        let mut state = Fixture::new(droplets).build();
        let events = Arc::make_mut(&mut state.clusters[0].events);
        let first = events[0].clone();
        events.extend((0..20).map(|n| Event { text: format!("event {n}"), ..first.clone() }));
        let screen = text(&render(&state, &at(120, 36)));
        let empty = screen.lines().filter(|line| line.trim().is_empty()).count();
        // The air around the sections, and what the decision may say yet.
        assert!(empty <= 5 + 3, "{empty} empty rows with {droplets}:\n{screen}");
        let between = |from: &str, to: &str| row_of(&state, &at(120, 36), to) - row_of(&state, &at(120, 36), from);
        assert_eq!(between("Load per vCPU ", " CPU  "), 2, "a picture is two rows high:\n{screen}");
    }
}

#[test]
fn a_thousand_droplets_that_are_silent_take_one_line() {
    let state = Fixture::new(1000).silent().build_with(false);
    let screen = text(&render(&state, &at(200, 60)));
    assert!(screen.contains("1000 droplets send no metrics: web-base, web001 … web999;"), "{screen}");
}

#[test]
fn how_many_rows_there_are_is_seen_on_the_smallest_screen() {
    let shown = |filter: &str| {
        let mut look = at(60, 16);
        filter.clone_into(&mut look.ui.table.filter);
        text(&render(&incident(40), &look))
    };
    assert!(shown("").contains("▼ 38 more "), "{}", shown(""));
    assert!(shown("web00").contains("1–2 of 9 match "), "{}", shown("web00"));
    assert!(shown("web007").contains("1 of 40 match "), "{}", shown("web007"));
}

#[test]
fn a_list_in_front_that_is_longer_than_the_terminal_says_so_and_which_keys_show_the_rest() {
    let state = Fixture::new(3).build();
    for (size, overlay) in [
        ((60, 16), Overlay::Help { scroll: 0 }),
        ((80, 24), Overlay::Help { scroll: 0 }),
        ((60, 16), Overlay::Columns { selected: 0 }),
    ] {
        let screen = text(&render(&state, &over(overlay, size)));
        assert!(screen.contains("below: j/down shows more"), "{screen}");
    }
    let screen = text(&render(&state, &over(Overlay::Columns { selected: 12 }, (60, 16))));
    assert!(screen.contains("above: k/up shows more"), "{screen}");
    assert!(!text(&render(&state, &over(Overlay::Columns { selected: 0 }, (120, 36)))).contains("shows more"));
}

#[test]
fn all_of_an_event_is_in_front_with_its_time_and_droplet() {
    let event = Event { at: fixtures::now(), level: Level::Warning, text: "web001 is off".repeat(30), count: 3 };
    let told = |droplet| Overlay::Event(EventDetail { event: event.clone(), droplet, droplet_focused: false });
    let shown = |droplet| text(&render(&Fixture::new(3).build(), &over(told(droplet), (80, 24))));
    let with = shown(Some((DropletId(1001), "web001".to_owned())));
    for said in ["2025-11-24 12:00:00Z", "warning", "3 times in a row", "web001, id 1001", "[ Close ]", "Show web001"] {
        assert!(with.contains(said), "{said}:\n{with}");
    }
    let without = shown(None);
    assert!(without.contains("[ Close ]") && !without.contains("Show") && !without.contains("y show"), "{without}");
}

#[test]
fn a_message_never_takes_the_place_of_the_keys() {
    let toast = Toast {
        level: Level::Error,
        text: "the file is written".to_owned(),
        until: std::time::Instant::now() + std::time::Duration::from_secs(6),
    };
    for overlay in [None, Some(ask(Question::Quit))] {
        for size in [(60, 16), (80, 24)] {
            let ui = Ui { overlay: overlay.clone(), toasts: vec![toast.clone()], ..fixtures::ui() };
            let shown = text(&render(&Fixture::new(3).api_down().build(), &Look { ui, size, ..Look::default() }));
            let last = shown.lines().last().unwrap_or_default();
            assert!(shown.contains("the file is written"), "{shown}");
            let keys: &[&str] = if overlay.is_some() { &["y leave"] } else { &["? help", "q quit"] };
            assert!(keys.iter().all(|key| last.contains(key)), "{shown}");
        }
    }
}

#[test]
fn what_is_cut_names_a_key_that_the_footer_has_too() {
    let state = much_is_wrong(Fixture::new(150).demo());
    for size in [(60, 16), (80, 24), (120, 36)] {
        let shown = text(&render(&state, &at(size.0, size.1)));
        let last = shown.lines().last().unwrap_or_default();
        assert!(shown.contains("w shows all") && last.contains("w why"), "{shown}");
    }
}

#[test]
fn a_question_says_once_which_keys_answer() {
    let state = Fixture::new(3).build();
    let shown = text(&render(&state, &over(ask(Question::Up), (80, 24))));
    assert!(shown.contains("y add it · n/esc cancel"), "{shown}");
    let last = shown.lines().last().unwrap_or_default();
    assert!(last.contains("enter cancel") && !last.contains("yes") && !last.contains("choose"), "{last}");
    let notice = Overlay::Notice { title: "Add a clone", text: "no".to_owned(), asked: None };
    let shown = text(&render(&state, &over(notice, (80, 24))));
    let last = shown.lines().last().unwrap_or_default();
    assert_eq!(last.trim(), "enter close", "{shown}");
}

#[test]
fn the_page_of_a_droplet_tells_how_much_more_there_is() {
    let state = Fixture::new(3).build();
    let shown = text(&render(&state, &page(Page::Droplet(DropletId(1001)), (80, 24))));
    assert!(shown.contains("below: j/down shows more"), "{shown}");
    let end = Ui { page: Page::Droplet(DropletId(1001)), scroll: usize::MAX, ..fixtures::ui() };
    let shown = text(&render(&state, &Look { ui: end, ..Look::default() }));
    assert!(shown.contains("above: k/up shows more"), "{shown}");
}

#[test]
fn switching_auto_on_while_the_api_fails_is_warned_of() {
    let state = Fixture::new(3).manual().api_down().build();
    let shown = text(&render(&state, &over(ask(Question::Auto), (80, 24))));
    assert!(shown.contains("the API fails at the moment"), "{shown}");
    let shown = text(&render(&state, &at(120, 36)));
    assert!(shown.contains("auto is off, it last wanted to hold"), "{shown}");
}
