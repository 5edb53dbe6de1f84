//! The screen, without a terminal: snapshots with text and styles, every size, and what must never be drawn.

use std::fmt::Write as _;

use dropscale::cluster::{DropletId, Metric};
use dropscale::scaling::Level;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::view::{self, Drawn, Live, News, Scene};
use dropscale::tui::{
    Choice, Column, Confirm, Contents, Export, FilterLine, Keymap, Overlay, Page, Palette, Pick, Picked, Question,
    SortBy, Theme, Toast, Ui, commands, refusal,
};
use dropscale::worker::AppState;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

#[path = "view/charts.rs"]
mod charts;
#[path = "view/droplet.rs"]
mod droplet;
#[path = "view/header.rs"]
mod header;
#[path = "view/held.rs"]
mod held;
#[path = "view/layout.rs"]
mod layout;
#[path = "view/operation.rs"]
mod operation;
#[path = "view/outage.rs"]
mod outage;
#[path = "view/past.rs"]
mod past;
#[path = "view/signs.rs"]
mod signs;
#[path = "view/sizes.rs"]
mod sizes;
#[path = "view/states.rs"]
mod states;
#[path = "view/why.rs"]
mod why;

use sizes::{everything, states};

/// What a frame is drawn with, beside the state.
struct Look {
    ui: Ui,
    theme: Theme,
    ascii: bool,
    now: Timestamp,
    /// What goes on behind a held picture.
    live: Option<(AppState, Timestamp)>,
    /// The worst that has come about there.
    worst: Option<News>,
    size: (u16, u16),
}

impl Default for Look {
    fn default() -> Self {
        let now = fixtures::now();
        Self {
            ui: fixtures::ui(),
            theme: Theme::terminal(),
            ascii: false,
            now,
            live: None,
            worst: None,
            size: (80, 24),
        }
    }
}

fn render(state: &AppState, look: &Look) -> Buffer {
    draw(state, look).0
}

/// The frame, and what it turned out to be.
fn draw(state: &AppState, look: &Look) -> (Buffer, Drawn) {
    let mut terminal = Terminal::new(TestBackend::new(look.size.0, look.size.1)).unwrap();
    let Look { ui, theme, ascii, now, .. } = look;
    let keys = Keymap::default().hints(ui, state);
    let live = look.live.as_ref().map(|(state, now)| Live { state, now: *now, worst: look.worst.as_ref() });
    let scene = Scene { state, ui, theme, keys: &keys, now: *now, live, zone: &TimeZone::UTC, ascii: *ascii };
    let mut drawn = Drawn::default();
    terminal.draw(|frame| drawn = view::draw(frame, &scene)).unwrap();
    (terminal.backend().buffer().clone(), drawn)
}

fn at(width: u16, height: u16) -> Look {
    Look { size: (width, height), ..Look::default() }
}

fn page(page: Page, size: (u16, u16)) -> Look {
    Look { ui: Ui { page, ..fixtures::ui() }, size, ..Look::default() }
}

fn over(overlay: Overlay, size: (u16, u16)) -> Look {
    Look { ui: Ui { overlay: Some(overlay), ..fixtures::ui() }, size, ..Look::default() }
}

fn ask(question: Question) -> Overlay {
    Overlay::Confirm(Confirm { question, accept_focused: false })
}

fn row(buffer: &Buffer, y: u16) -> &[Cell] {
    let width = usize::from(buffer.area.width);
    &buffer.content[usize::from(y) * width..][..width]
}

/// The cells of the first such text on the screen; none when it is not there.
fn cells(buffer: &Buffer, wanted: &str) -> Vec<Cell> {
    for y in 0..buffer.area.height {
        let cells = row(buffer, y);
        let line: Vec<&str> = cells.iter().map(Cell::symbol).collect();
        if let Some(x) = (0..line.len()).find(|x| line[*x..].concat().starts_with(wanted)) {
            return cells[x..x + wanted.chars().count()].to_vec();
        }
    }
    Vec::new()
}

fn text(buffer: &Buffer) -> String {
    let lines = (0..buffer.area.height).map(|y| row(buffer, y).iter().map(Cell::symbol).collect::<String>());
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// The style of a cell in a few letters; `.` for the terminal's own.
fn style(cell: &Cell) -> String {
    let mut style = match cell.fg {
        Color::Reset => String::new(),
        colour => colour.to_string().to_lowercase(),
    };
    assert_eq!(cell.bg, Color::Reset, "the background is always the terminal's own");
    for (modifier, word) in [(Modifier::BOLD, "+bold"), (Modifier::DIM, "+dim"), (Modifier::REVERSED, "+reversed")] {
        if cell.modifier.contains(modifier) {
            style.push_str(word);
        }
    }
    if style.is_empty() { ".".to_owned() } else { style }
}

/// The styles of each row as runs, blank cells without a visible style joined to what stands before them.
fn styles(buffer: &Buffer) -> String {
    let mut dump = String::new();
    for y in 0..buffer.area.height {
        let mut runs: Vec<(String, usize)> = Vec::new();
        for cell in row(buffer, y) {
            let own = style(cell);
            match runs.last_mut() {
                Some((last, count)) if *last == own => *count += 1,
                _ => runs.push((own, 1)),
            }
        }
        let runs: Vec<String> = runs.into_iter().map(|(style, count)| format!("{style}*{count}")).collect();
        let _ = writeln!(dump, "{y:>2} {}", runs.join(" "));
    }
    dump
}

fn check(name: &str, state: &AppState, look: &Look) {
    let (width, height) = look.size;
    compare(&format!("{name}-{width}x{height}"), &picture(state, look));
}

fn picture(state: &AppState, look: &Look) -> String {
    let buffer = render(state, look);
    format!("{}\n{}", text(&buffer), styles(&buffer))
}

fn compare(name: &str, pictures: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, pictures);
    });
}

#[test]
fn the_cluster_in_all_its_moods() {
    let three = || Fixture::new(3);
    let states = [
        ("calm", three().build()),
        ("overload", Fixture::new(5).load(0.93).demo().build()),
        ("scaling-up", three().load(0.93).scaling_up().demo().build()),
        ("scaling-down", three().load(0.12).scaling_down().build()),
        ("cooldown", three().load(0.93).cooldown().build()),
        ("api-down", three().api_down().build()),
        ("no-metrics", three().build_with(false)),
        ("read-only-one", Fixture::new(1).load(0.1).read_only().build()),
        ("many-with-findings", Fixture::new(300).findings().manual().build()),
        ("first-look", Fixture::new(1).starting().build()),
        ("token-refused", Fixture::new(1).refused().build()),
        ("no-droplets", Fixture::new(0).build()),
        ("odd-names-failed", Fixture::new(5).odd_names().failed().build()),
    ];
    for (name, state) in &states {
        check(name, state, &at(80, 24));
    }
    for (name, size) in [
        ("overload", (120, 36)),
        ("scaling-up", (120, 36)),
        ("api-down", (120, 36)),
        ("many-with-findings", (120, 36)),
        ("calm", (200, 60)),
        ("scaling-up", (200, 60)),
        ("many-with-findings", (200, 60)),
    ] {
        let (_, state) = states.iter().find(|(n, _)| *n == name).unwrap();
        check(name, state, &at(size.0, size.1));
    }
}

#[test]
fn the_pages() {
    let state = Fixture::new(3).load(0.9).findings().demo().build();
    check("page-droplet", &state, &page(Page::Droplet(DropletId(1001)), (80, 24)));
    check("page-droplet", &state, &page(Page::Droplet(DropletId(1001)), (120, 36)));
    check("page-chart-cpu", &state, &page(Page::Chart(Metric::Cpu), (80, 24)));
    check("page-chart-free-memory", &state, &page(Page::Chart(Metric::FreeMemory), (120, 36)));
    check("page-why", &state, &page(Page::Why, (80, 24)));
    check("page-why", &state, &page(Page::Why, (120, 36)));
    check("page-why", &state, &page(Page::Why, view::MINIMUM));
    check("page-events", &state, &page(Page::Events, (80, 24)));
    let mut several = state.clone();
    several.clusters.push(Fixture::new(1).starting().manual().build().clusters.remove(0));
    several.clusters.push(Fixture::new(4).api_down().build().clusters.remove(0));
    check("page-overview", &several, &page(Page::Overview, (80, 24)));
    check("page-overview", &several, &page(Page::Overview, (120, 36)));
}

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
fn palette(typed: &str, state: &AppState) -> Overlay {
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
fn choice(state: &AppState, page: Page, folder: &str) -> Overlay {
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
fn the_page_of_the_decision_says_how_it_is_scrolled() {
    let state = Fixture::new(3).load(0.9).findings().build();
    let shown = text(&render(&state, &page(Page::Why, view::MINIMUM)));
    assert!(shown.contains("below: j/down"), "{shown}");
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
fn other_terminals() {
    let state = Fixture::new(3).load(0.93).scaling_up().demo().build();
    check("ascii", &state, &Look { ascii: true, ..at(80, 24) });
    check("no-color", &state, &Look { theme: Theme::monochrome(), ..at(80, 24) });
    check("too-small", &state, &at(50, 10));
}

#[test]
fn what_matters_most_is_there_on_the_smallest_screen() {
    let smallest = |state: &AppState, held: bool| {
        let live = held.then(|| (state.clone(), fixtures::now()));
        text(&render(state, &Look { live, ..at(view::MINIMUM.0, view::MINIMUM.1) }))
    };
    let over = smallest(&Fixture::new(5).load(0.93).demo().build(), false);
    for part in
        ["web", "▲ busy", "5 droplets (max 7)", "AUTO ON", "▲ scale up: Load per vCPU 0.93", "1–3 of 5", "q quit"]
    {
        assert!(over.contains(part), "{part} in\n{over}");
    }
    let paused = smallest(&Fixture::new(3).manual().read_only().api_down().build(), true);
    for part in ["API FAILING", "STALE 2 min old", "retry in 25 s", "AUTO OFF", "READ-ONLY", "PAUSED", "503"] {
        assert!(paused.contains(part), "{part} in\n{paused}");
    }
}

#[test]
fn a_cost_with_unknown_prices_is_a_lower_bound() {
    let mut state = Fixture::new(3).build();
    let mut seen = (**state.clusters[0].observation.as_ref().unwrap()).clone();
    seen.members[1].droplet.size.price = None;
    state.clusters[0].observation = Some(std::sync::Arc::new(seen));
    let shown = text(&render(&state, &at(80, 24)));
    assert!(shown.contains("≥$0.0179/h  ≥$12.00/month"), "{shown}");
}

#[test]
fn ascii_means_every_character() {
    for state in &states() {
        for ui in everything() {
            for size in [(60, 16), (80, 24), (160, 50)] {
                let buffer = render(state, &Look { ui: ui.clone(), ascii: true, size, ..Look::default() });
                for cell in &buffer.content {
                    assert!(cell.symbol().bytes().all(|b| (b' '..0x7f).contains(&b)), "{:?}", cell.symbol());
                }
            }
        }
    }
}

#[test]
fn without_colour_there_is_none_but_bold_and_reverse() {
    let state = Fixture::new(3).load(0.93).findings().scaling_up().build();
    let buffer = render(&state, &Look { theme: Theme::monochrome(), ..at(120, 36) });
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    for modifier in [Modifier::BOLD, Modifier::REVERSED, Modifier::DIM] {
        assert!(buffer.content.iter().any(|cell| cell.modifier.contains(modifier)), "{modifier:?}");
    }
}

#[test]
fn a_screen_at_rest_does_not_change() {
    let state = Fixture::new(5).build();
    let later = |seconds| {
        let now = fixtures::now() + SignedDuration::from_secs(seconds);
        render(&state, &Look { now, ..at(120, 36) })
    };
    assert_eq!(later(0), later(30), "the next look is not late yet");
    assert_eq!(later(190), later(220), "and later ages go by minutes");
    assert_ne!(later(0), later(120), "but that the data grows old is told");
}

#[test]
fn nothing_unknown_is_shown_as_zero() {
    for state in
        [Fixture::new(3).build_with(false), Fixture::new(1).starting().build(), Fixture::new(1).refused().build()]
    {
        let shown = text(&render(&state, &at(120, 36)));
        for zero in [" 0.00 ", " 0 % ", " 0 MB", "$0.0000", " 0 droplets"] {
            assert!(!shown.contains(zero), "{zero:?} in\n{shown}");
        }
    }
}

#[test]
fn names_from_the_api_cannot_drive_the_terminal() {
    let state = Fixture::new(5).odd_names().build();
    for ui in everything() {
        let buffer = render(&state, &Look { ui, ..at(120, 36) });
        for cell in &buffer.content {
            assert!(!cell.symbol().chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)));
        }
    }
}

#[test]
fn the_selected_row_is_brought_into_view() {
    let state = Fixture::new(300).build();
    let mut look = at(80, 24);
    look.ui.table.selected = Some(DropletId(1200));
    assert!(text(&render(&state, &look)).contains("web200"));
}

#[test]
fn a_wait_counts_down_by_the_clock() {
    let state = Fixture::new(3).load(0.93).cooldown().build();
    let after = |seconds| {
        let now = fixtures::now() + SignedDuration::from_secs(seconds);
        text(&render(&state, &Look { now, ..at(120, 36) }))
    };
    assert!(after(0).contains("cooling down, 1 min 10 s left"), "{}", after(0));
    assert!(after(30).contains("cooling down, 40 s left"), "{}", after(30));
}

#[test]
fn a_wait_that_is_over_is_no_wait_of_no_seconds() {
    let now = fixtures::now() + SignedDuration::from_secs(26);
    let shown = text(&render(&Fixture::new(3).api_down().build(), &Look { now, ..at(80, 24) }));
    assert!(shown.contains("trying again") && !shown.contains("retry in"), "{shown}");
}

#[test]
fn without_auto_it_says_what_auto_would_do() {
    let busy = Fixture::new(3).load(0.93).manual();
    let shown = text(&render(&busy.clone().build(), &at(120, 36)));
    assert!(shown.contains("auto is off, would scale up: Load per vCPU 0.91 is above 0.70"), "{shown}");
    let shown = text(&render(&busy.max(3).build(), &at(120, 36)));
    assert!(shown.contains("auto is off, wants to scale up: Load per vCPU"), "{shown}");
    assert!(shown.contains("but the maximum of 3 droplets is reached"), "{shown}");
}

#[test]
fn how_an_operation_ended_is_shown_for_a_while() {
    let state = Fixture::new(3).failed().build();
    let after = |seconds| {
        let now = fixtures::now() + SignedDuration::from_secs(seconds);
        text(&render(&state, &Look { now, ..at(80, 24) }))
    };
    assert!(after(60).contains("✗ scale up failed 11:59:55Z: web003 did not become active"), "{}", after(60));
    assert!(!after(700).contains("scale up failed"), "{}", after(700));
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
