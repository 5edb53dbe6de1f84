//! Writes the pictures of the documentation, `assets/screenshots/*.svg`: made-up states of a cluster, drawn by the
//! interface itself, once for a dark and once for a light page. The same state gives the same picture, byte for
//! byte; a test compares them with what is committed.

use std::fmt::Write as _;
use std::path::Path;

use dropscale::cluster::Metric;
use dropscale::tui::fixtures::{self, Fixture};
use dropscale::tui::view::{self, Scene};
use dropscale::tui::{Depth, Keymap, Page, Theme, Ui};
use dropscale::worker::AppState;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// The size of a character, in the units of the picture.
const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 10.0;

/// A background with the colours that go with it.
struct Background {
    name: &'static str,
    paper: &'static str,
    ink: &'static str,
}

const BACKGROUNDS: [Background; 2] = [
    Background { name: "dark", paper: "#15181c", ink: "#d6dade" },
    Background { name: "light", paper: "#fbfcfd", ink: "#24292f" },
];

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshots");
    std::fs::create_dir_all(&folder)?;
    pictures().into_iter().try_for_each(|(name, picture)| std::fs::write(folder.join(name), picture))
}

/// Each picture with its file name.
#[must_use]
pub fn pictures() -> Vec<(String, String)> {
    let chart = Ui { page: Page::Chart(Metric::Cpu), ..fixtures::ui() };
    let busy = || Fixture::new(4).load(0.9);
    let scenes = [
        ("cluster", busy().scaling_up().demo().build(), fixtures::ui(), (110, 32)),
        ("chart", busy().build(), chart, (110, 28)),
        ("problems", Fixture::new(5).findings().build(), fixtures::ui(), (110, 30)),
    ];
    let mut pictures = Vec::new();
    for (name, state, ui, size) in &scenes {
        for page in &BACKGROUNDS {
            let buffer = draw(state, ui, page, *size);
            pictures.push((format!("{name}-{}.svg", page.name), svg(&buffer, page)));
        }
    }
    pictures
}

fn draw(state: &AppState, ui: &Ui, page: &Background, (width, height): (u16, u16)) -> Buffer {
    let theme = Theme::named(page.name).unwrap_or_default().at(Depth::True);
    let keys = Keymap::default().hints(ui, state);
    let zone = TimeZone::UTC;
    let scene =
        Scene { state, ui, theme: &theme, keys: &keys, now: fixtures::now(), live: None, zone: &zone, ascii: false };
    let Ok(mut terminal) = Terminal::new(TestBackend::new(width, height));
    let Ok(_) = terminal.draw(|frame| {
        view::draw(frame, &scene);
    });
    terminal.backend().buffer().clone()
}

fn svg(buffer: &Buffer, page: &Background) -> String {
    let (columns, rows) = (f64::from(buffer.area.width), f64::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 2.0 * MARGIN, rows * CELL.1 + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         font-family=\"ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        page.paper
    );
    for y in 0..buffer.area.height {
        let row = &buffer.content[usize::from(y) * usize::from(buffer.area.width)..][..buffer.area.width.into()];
        let mut x = 0;
        while x < row.len() {
            let same = row[x..].iter().take_while(|cell| kind(cell) == kind(&row[x])).count();
            run(&mut out, &row[x..x + same], x, y, page);
            x += same;
        }
    }
    out.push_str("</svg>\n");
    out
}

/// What neighbours must share to be drawn together: style, and whether they are words, blanks or bars.
fn kind(cell: &Cell) -> (Color, Color, Modifier, u8) {
    let symbol = match cell.symbol() {
        " " => 0,
        symbol if bar(symbol).is_some() => 1,
        _ => 2,
    };
    (cell.fg, cell.bg, cell.modifier, symbol)
}

/// How many eighths of its cell a bar fills.
fn bar(symbol: &str) -> Option<u32> {
    let symbol = symbol.chars().next()?;
    ('▁'..='█').contains(&symbol).then(|| u32::from(symbol) - u32::from('▁') + 1)
}

fn run(out: &mut String, cells: &[Cell], x: usize, y: u16, page: &Background) {
    let first = &cells[0];
    let (mut ink, mut paper) = (color(first.fg, page.ink), color(first.bg, page.paper));
    if first.modifier.contains(Modifier::REVERSED) {
        (ink, paper) = (paper, ink);
    }
    let left = x_of(x);
    let (top, width) = (MARGIN + f64::from(y) * CELL.1, x_of(x + cells.len()) - left);
    if paper != page.paper {
        let _ = writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{top:.0}\" width=\"{width:.1}\" height=\"{:.0}\" fill=\"{paper}\"/>",
            CELL.1
        );
    }
    if bar(first.symbol()).is_some() {
        return bars(out, cells, x, top, &ink);
    }
    let text: String = cells.iter().map(Cell::symbol).collect();
    if text.trim().is_empty() {
        return;
    }
    let weight = if first.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let baseline = top + CELL.1 * 0.75;
    let _ = writeln!(
        out,
        "<text x=\"{left:.1}\" y=\"{baseline:.1}\" textLength=\"{width:.1}\" fill=\"{ink}\"{weight}>{text}</text>"
    );
}

/// Bars as one shape: exact, whatever the font.
fn bars(out: &mut String, cells: &[Cell], x: usize, top: f64, ink: &str) {
    let mut path = String::new();
    for (i, cell) in cells.iter().enumerate() {
        let height = f64::from(bar(cell.symbol()).unwrap_or(0)) / 8.0 * CELL.1;
        let (left, y) = (x_of(x + i), top + CELL.1 - height);
        let _ = write!(path, "M{left:.1} {y:.1}h{:.1}v{height:.1}h-{:.1}z", CELL.0, CELL.0);
    }
    let _ = writeln!(out, "<path d=\"{path}\" fill=\"{ink}\"/>");
}

fn x_of(column: usize) -> f64 {
    MARGIN + f64::from(u16::try_from(column).unwrap_or(u16::MAX)) * CELL.0
}

/// The colour as SVG has it; the themes of these pictures name none but their own.
fn color(color: Color, own: &str) -> String {
    match color {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => own.to_owned(),
    }
}
