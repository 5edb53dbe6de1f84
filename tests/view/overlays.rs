//! What lies over a page: questions, the help, the palette, choices, the columns, and the line of the filter.

use std::sync::Arc;

use dropscale::cluster::{DropletId, DropletStatus, Metric};
use dropscale::scaling::Level;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::view;
use dropscale::tui::{
    Choice, Column, Confirm, Contents, Export, FilterLine, Keymap, Overlay, Page, Palette, Pick, Picked, Question,
    SortBy, Toast, Ui, commands, refusal,
};
use dropscale::worker::AppState;

use crate::{Look, ask, at, check, over, render, text};

#[test]
fn what_lies_over_them() {
    let state = Fixture::new(3).load(0.9).cooldown().build();
    check("ask-up", &state, &over(ask(Question::Up), (80, 24)));
    check("ask-down", &state, &over(ask(Question::Down(DropletId(1002))), (80, 24)));
    check("ask-auto", &state, &over(ask(Question::Auto), (120, 36)));
    let full = Fixture::new(3).max(3).build();
    check("ask-up-refused", &full, &over(ask(Question::Up), (80, 24)));
    check("help", &state, &over(Overlay::Help { scroll: 0 }, (80, 24)));
    check("help", &state, &over(Overlay::Help { scroll: 0 }, (120, 36)));
    let mut look = over(Overlay::Filter(FilterLine { input: "web0".into(), before: String::new() }), (80, 24));
    "web0".clone_into(&mut look.ui.table.filter);
    look.ui.toasts.push(Toast {
        level: Level::Done,
        text: "web002 is healthy and serves".to_owned(),
        until: std::time::Instant::now(),
    });
    check("filter-and-toast", &state, &look);
}

#[test]
fn the_question_of_auto_says_what_it_would_do_now() {
    let asked = |fixture: Fixture| text(&render(&fixture.manual().build(), &over(ask(Question::Auto), (120, 36))));
    let calm = asked(Fixture::new(3));
    assert!(calm.contains("· Now it would hold: the metrics are between their"), "{calm}");
    let cooling = asked(Fixture::new(3).load(0.93).cooldown());
    assert!(cooling.contains("▲ Now it would hold, though it wants to scale up: Load per vCPU"), "{cooling}");
    assert!(cooling.contains("│    but cooling down, 1 min 10 s left"), "{cooling}");
}

/// The palette with this typed.
pub fn palette(typed: &str, state: &AppState) -> Overlay {
    let entries = commands(typed, &Keymap::default(), &fixtures::ui(), state);
    let refusal = refusal(typed, &Keymap::default(), &fixtures::ui(), state);
    Overlay::Palette(Palette { input: typed.into(), entries, selected: 0, refusal })
}

#[test]
fn the_palette() {
    let state = Fixture::new(3).load(0.9).read_only().demo().build();
    check("palette", &state, &over(palette("", &state), (80, 24)));
    check("palette-typed", &state, &over(palette("sc", &state), (120, 36)));
    check("palette-refused", &state, &over(palette("range 3h", &state), (80, 24)));
    check("palette-nothing", &state, &over(palette("xyzzy", &state), view::MINIMUM));
    check("palette-ascii", &state, &Look { ascii: true, ..over(palette("sort ", &state), (80, 24)) });
}

/// The question how a page is written down, and into which file.
pub fn choice(state: &AppState, page: Page, folder: &str) -> Overlay {
    let cluster = &state.clusters[0];
    let pick = |(label, export): (_, Export)| Pick {
        label,
        text: export.file_name(cluster, fixtures::now()),
        does: Picked::Export(export),
    };
    let title = Contents::question(page, cluster);
    let picks = Contents::of(page).into_iter().map(pick).collect();
    Overlay::Choice(Choice { title, folder: Some(folder.into()), picks, selected: 1 })
}

#[test]
fn a_choice() {
    let state = Fixture::new(3).build();
    let ask = |page, folder, size| {
        let overlay = Some(choice(&state, page, folder));
        Look { ui: Ui { page, overlay, ..fixtures::ui() }, size, ..Look::default() }
    };
    check("choice", &state, &ask(Page::Cluster, "/home/me", (80, 24)));
    check("choice-events", &state, &ask(Page::Events, "/home/me", (80, 24)));
    let droplet = Page::Droplet(DropletId(1001));
    check(
        "choice-droplet",
        &state,
        &ask(droplet, "/srv/shared/operations/of-the-cluster/notes/2025-11", view::MINIMUM),
    );
}

#[test]
fn the_help_explains_signs_colours_and_words_before_the_lesser_keys() {
    let help = |scroll, size| text(&render(&Fixture::new(3).build(), &over(Overlay::Help { scroll }, size)));
    let all = help(0, (120, 200));
    let at = |title: &str| all.find(title).unwrap_or_else(|| panic!("{title} in\n{all}"));
    let titles = ["SCALING", "LOOKING", "SIGNS", "COLOURS", "WORDS", "MOVING", "IN A QUESTION OR A MESSAGE", "MOUSE"];
    assert!(titles.is_sorted_by_key(|title| at(title)), "{all}");
    for word in ["guest", "quorum", "settle", "vote"] {
        assert!(all.contains(&format!("  {word}  ")), "{word} in\n{all}");
    }
    assert!(help(u16::MAX, (80, 24)).contains("lines above: k/up shows more"));
}

#[test]
fn on_the_smallest_screen_a_question_begins_with_what_speaks_against_it() {
    let state = Fixture::new(3).load(0.93).build();
    let down = || ask(Question::Down(DropletId(1002)));
    let shown = text(&render(&state, &over(down(), view::MINIMUM)));
    assert!(shown.contains("! the metrics ask for more droplets: Load per vCPU"), "{shown}");
    assert!(shown.contains("Remove web002"), "{shown}");
    // A droplet that the filter hides is not on the screen at all.
    let mut look = over(down(), (80, 24));
    "web001".clone_into(&mut look.ui.table.filter);
    let shown = text(&render(&state, &look));
    assert!(shown.contains("! this droplet is not on the screen: the filter \"web001\" hides it"), "{shown}");
    assert!(!text(&render(&state, &over(down(), (80, 24)))).contains("not on the screen"));
}

#[test]
fn the_columns_are_chosen() {
    let state = Fixture::new(3).load(0.9).build();
    let mut look = over(Overlay::Columns { selected: 4 }, (80, 24));
    check("columns", &state, &look);
    look.ui.table.columns = Some(vec![Column::Price, Column::Metric(Metric::Cpu), Column::State, Column::Note]);
    check("columns-chosen", &state, &Look { size: (120, 36), ..look });
    // By what the rows are sorted is told where no head tells it.
    let by_load = SortBy::Metric(Metric::Load);
    let mut hidden = at(80, 24);
    (hidden.ui.table.sort, hidden.ui.table.descending) = (by_load, true);
    assert!(text(&render(&state, &hidden)).contains("LOAD▼") && !text(&render(&state, &hidden)).contains("by LOAD"));
    hidden.ui.table.columns = Some(vec![Column::Price]);
    assert!(text(&render(&state, &hidden)).contains(" DROPLETS by LOAD▼ ─"));
    hidden.ui.table.sort = SortBy::Role;
    hidden.ui.table.descending = false;
    assert!(text(&render(&state, &hidden)).contains(" DROPLETS by ROLE▲ ─"));
    // So does what nobody has switched off.
    let free = text(&render(&state, &over(Overlay::Columns { selected: 0 }, (80, 24))));
    assert!(free.lines().any(|line| line.contains("[ ] note") && line.contains("no room")), "{free}");
    // What is chosen and too much for the width says so.
    let mut narrow = over(Overlay::Columns { selected: 0 }, (80, 24));
    narrow.ui.table.columns = Some(Column::all());
    let shown = text(&render(&state, &narrow));
    let says_so: Vec<&str> = shown.lines().filter(|line| line.contains("no room")).collect();
    assert!(says_so.iter().any(|line| line.contains("[x] note")), "{shown}");
    assert!(says_so.iter().all(|line| line.contains("[x]") && !line.contains("[x] state")), "{shown}");
    assert!(!text(&render(&state, &Look { size: (300, 50), ..narrow })).contains("no room"));
    check("columns-ascii", &state, &Look { ascii: true, ..over(Overlay::Columns { selected: 10 }, view::MINIMUM) });
}

#[test]
fn of_one_that_is_off_is_asked_what_will_happen_to_it() {
    let mut state = Fixture::new(2).build();
    let id = DropletId(1001);
    let shown = |state: &AppState| text(&render(state, &over(ask(Question::Down(id)), (120, 36))));
    let usual = shown(&state);
    assert!(usual.contains("its connections end") && usual.contains("1 droplet (max 5)"), "{usual}");
    let seen = Arc::make_mut(state.clusters[0].observation.as_mut().unwrap());
    seen.members[1].droplet.status = DropletStatus::Off;
    let off = shown(&state);
    assert!(off.contains("It is off and serves nobody: it leaves the load balancer"), "{off}");
    let low = text(&render(&state, &over(ask(Question::Down(id)), view::MINIMUM)));
    assert!(low.contains("web001, id 1001, off"), "also where the end has no room: {low}");
    assert!(!off.contains("connections") && !off.contains("shut down"), "{off}");
}

#[test]
fn who_leaves_an_operation_is_told_which_and_who_goes_on() {
    let shown = |fixture: Fixture| {
        let look = over(ask(Question::Quit), (80, 24));
        text(&render(&fixture.manual().build(), &look))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .replace(" │ │ ", " ")
    };
    let up = shown(Fixture::new(3).scaling_up());
    for part in [
        "scaling up: web003, ",
        "It stops there: web003 is half made. It is billed meanwhile; auto,",
        "finishes or undoes it.",
    ] {
        assert!(up.contains(part), "{part} in {up}");
    }
    let down = shown(Fixture::new(3).scaling_down());
    assert!(
        down.contains("scaling down: web002, ") && down.contains("web002 is half removed. It is billed meanwhile;"),
        "{down}"
    );
    let demo = shown(Fixture::new(3).scaling_up().demo());
    assert!(
        demo.contains("scaling up: web003, ") && demo.contains("the demo's cloud ends with this program"),
        "{demo}"
    );
    let auto = |fixture: Fixture| text(&render(&fixture.build(), &over(ask(Question::Quit), (80, 24))));
    assert!(auto(Fixture::new(3)).contains("dropscale auto --watch"));
    assert!(!auto(Fixture::new(3).demo()).contains("--watch"), "nobody else can see the demo's cloud");
}

#[test]
fn the_commands_and_the_columns_are_as_wide_as_there_is_room() {
    let state = Fixture::new(3).build();
    let wide = text(&render(&state, &over(palette("", &state), (200, 60))));
    for part in [
        "show only droplets with a text in name, state, role or tags",
        "range RANGE",
        "how far back: 15m, 1h, 6h, 24h, 7d",
        "sort COLUMN",
    ] {
        assert!(wide.contains(part), "{part} in\n{wide}");
    }
    assert!(!wide.contains('…'), "{wide}");
    let narrow = text(&render(&state, &over(palette("", &state), view::MINIMUM)));
    assert!(
        narrow.contains(" these keys, the signs… ") && narrow.contains(" show only droplets… "),
        "after a word\n{narrow}"
    );
    let columns = text(&render(&state, &over(Overlay::Columns { selected: 0 }, (120, 36))));
    assert!(columns.contains("in or out, and whether it is healthy"), "{columns}");
}

#[test]
fn a_question_can_be_answered_on_the_smallest_screen() {
    let state = Fixture::new(3).cooldown().build();
    for (question, button) in
        [(Question::Up, "Add web003"), (Question::Down(DropletId(1002)), "Remove web002"), (Question::Quit, "Leave")]
    {
        let shown = text(&render(&state, &over(ask(question), view::MINIMUM)));
        assert!(shown.contains("[ Cancel ]") && shown.contains(button), "{shown}");
        assert!(shown.contains("y ") && shown.contains("n/esc cancel"), "it says which key does it: {shown}");
    }
    let accepted = Overlay::Confirm(Confirm { question: Question::Up, accept_focused: true });
    let shown = text(&render(&state, &over(accepted, view::MINIMUM)));
    assert!(shown.contains("[ Add web003 ]") && !shown.contains("[ Cancel ]"), "{shown}");
}

#[test]
fn the_question_of_leaving_is_never_empty() {
    let shown = |state: &AppState| text(&render(state, &over(ask(Question::Quit), (80, 24))));
    let over_by_now = shown(&Fixture::new(3).manual().build());
    assert!(over_by_now.contains("Nothing is under way any more, and auto is off."), "{over_by_now}");
    assert!(!shown(&Fixture::new(3).build()).contains("Nothing is under way"), "auto is on");
}

#[test]
fn a_command_as_long_as_a_book_is_drawn() {
    let state = Fixture::new(3).build();
    let typed = format!("filter {}", "x".repeat(70_000));
    for size in [(60, 16), (200, 60)] {
        let shown = text(&render(&state, &over(palette(&typed, &state), size)));
        assert!(shown.contains("COMMANDS"), "{shown}");
    }
}
