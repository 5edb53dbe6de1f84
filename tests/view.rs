//! The screen, without a terminal: snapshots with text and styles, every size, and what must never be drawn.

use std::fmt::Write as _;

use dropscale::cluster::{DropletId, Metric};
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::view::{self, Drawn, Live, News, Scene};
use dropscale::tui::{Confirm, Keymap, Overlay, Page, Question, Theme, Ui};
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
#[path = "view/overlays.rs"]
mod overlays;
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
        ["web", "▲ busy", "5 droplets (max 7)", "AUTO ON", "▲ scale up: Load per vCPU 0.93", "▼ 2 more", "q quit"]
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
    assert!(shown.contains("≥$0.01786/h  ≥$12.00/month"), "{shown}");
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
    assert!(shown.contains("auto is off; it would scale up: Load per vCPU 0.91 is above 0.70"), "{shown}");
    let shown = text(&render(&busy.max(3).build(), &at(120, 36)));
    assert!(shown.contains("auto is off; it wants to scale up: Load per vCPU"), "{shown}");
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
