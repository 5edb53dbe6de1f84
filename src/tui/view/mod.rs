//! A [`Scene`] becomes a frame. Pure: no clock, no I/O, nothing remembered between frames.
//!
//! `cluster`, `droplet`, `chart`, `events` and `overview` are the pages, `help`, `confirm`, `choice`, `column_list`
//! and `palette` lie over them; `header`, `held`, `metrics`, `status`, `decision`, `grounds`, `problems`, `progress`,
//! `table`, `columns` and `footer` are what they are made of, `axis`, `cursor` and `marks` what a chart is; `spark` and
//! `gauge` are the pictures; `value`, `parts`, `sheet`, `words` and `ascii` what all of them draw with.

mod ascii;
mod axis;
mod chart;
mod choice;
mod cluster;
mod column_list;
mod columns;
mod confirm;
mod cursor;
mod decision;
mod droplet;
mod events;
mod footer;
mod gauge;
mod grounds;
mod header;
mod held;
mod help;
mod marks;
mod metrics;
mod overview;
mod palette;
mod parts;
mod problems;
mod progress;
mod scene;
mod sheet;
mod spark;
mod status;
mod table;
mod value;
mod words;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::tui::{Overlay, Page};
use crate::worker::ClusterState;
use sheet::{Cut, Sheet, wrap};

pub(crate) use columns::{Columns, begun as begun_columns};
pub(crate) use header::{under_way, verdict};
pub use scene::{Drawn, KeyHint, Live, News, Scene, Scrolled};
#[cfg(test)]
pub(crate) use spark::Plot;
pub(crate) use spark::Window;
pub(crate) use words::range;

/// The smallest terminal on which the screen can be read.
pub const MINIMUM: (u16, u16) = (60, 16);

/// Draws the whole screen.
pub fn draw(frame: &mut Frame, scene: &Scene) -> Drawn {
    let area = frame.area();
    let mut sheet = Sheet::new(frame.buffer_mut(), scene.theme);
    let too_small = area.width < MINIMUM.0 || area.height < MINIMUM.1;
    let (list, cursor) = if too_small {
        draw_too_small(&mut sheet, area, scene);
        (Scrolled::default(), None)
    } else {
        screen(&mut sheet, area, scene)
    };
    let (targets, columns, plot) = sheet.into_notes();
    if scene.ascii {
        ascii::translate(frame.buffer_mut());
    }
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
    let news = scene.cluster().and_then(|cluster| held::worst(scene, cluster));
    Drawn { list, targets, too_small, columns, plot, news }
}

/// Says what is needed, in as many lines as it takes.
fn draw_too_small(sheet: &mut Sheet, mut area: Rect, scene: &Scene) {
    let (columns, rows) = MINIMUM;
    let auto = scene.state.clusters.iter().any(|cluster| cluster.auto);
    let text = format!(
        "This terminal has {}×{} characters; at least {columns}×{rows} are needed. Until then keys do nothing; \
         Ctrl-C leaves. {}",
        area.width,
        area.height,
        if auto { "Auto is on and goes on." } else { "Auto is off." }
    );
    for line in wrap(&text, area.width) {
        let row = area.take_top(1);
        sheet.text(row, &line, sheet.theme.text);
    }
}

fn screen(sheet: &mut Sheet, area: Rect, scene: &Scene) -> (Scrolled, Option<Position>) {
    let mut rest = area.narrowed(1);
    let top = rest.take_top(header::HEIGHT);
    header::draw(sheet, top, scene);
    let air = rest.take_top(u16::from(area.height >= 22));
    let bottom = rest.take_bottom(1);
    if area.height >= 30 {
        rest.take_bottom(1);
    }
    let drawn = scene.cluster().map(|cluster| page(sheet, rest, scene, cluster)).unwrap_or_default();
    let keys = if air.height > 0 {
        footer::toasts(sheet, air, scene);
        bottom
    } else {
        beside_toasts(sheet, bottom, scene)
    };
    let cursor = footer::draw(sheet, keys, scene);
    let over = scene.ui.overlay.as_ref().and_then(|overlay| overlaid(sheet, area, scene, overlay));
    (over.unwrap_or(drawn), cursor)
}

/// Where there is no air under the header, messages take some of the row of the keys for a moment, but neither those to
/// help and out nor what is typed. Gives what is left of the row.
fn beside_toasts(sheet: &mut Sheet, row: Rect, scene: &Scene) -> Rect {
    let is_typed = matches!(scene.ui.overlay, Some(Overlay::Filter(_) | Overlay::Palette(_)));
    let mut keys = row;
    let place = keys.take_left(row.width.saturating_sub(if is_typed { row.width / 2 } else { footer::KEPT }));
    keys.take_left(1);
    if footer::toasts(sheet, place, scene) { keys } else { row }
}

fn page(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState) -> Scrolled {
    match scene.ui.page {
        Page::Cluster => cluster::draw(sheet, at, scene, cluster),
        Page::Droplet(id) => droplet::draw(sheet, at, scene, cluster, id),
        Page::Chart(metric) => {
            chart::draw(sheet, at, scene, cluster, &chart::Subject::cluster(scene, cluster, metric));
            Scrolled::default()
        }
        Page::DropletChart(id, metric) => match droplet::find(cluster, id) {
            None => droplet::draw(sheet, at, scene, cluster, id),
            Some(row) => {
                chart::draw(sheet, at, scene, cluster, &chart::Subject::droplet(scene, cluster, &row, metric));
                Scrolled::default()
            }
        },
        Page::Events => events::page(sheet, at, scene, cluster),
        Page::Why => status::page(sheet, at, scene, cluster),
        Page::Overview => overview::draw(sheet, at, scene),
    }
}

/// What lies over the page; tells how it can be scrolled, if it can.
fn overlaid(sheet: &mut Sheet, area: Rect, scene: &Scene, overlay: &Overlay) -> Option<Scrolled> {
    if !matches!(overlay, Overlay::Filter(_)) {
        // The footer stays: it shows the keys that apply in front.
        sheet.fade(Rect { height: area.height.saturating_sub(1), ..area });
    }
    match overlay {
        Overlay::Help { scroll } => return Some(help::draw(sheet, area, scene, *scroll)),
        Overlay::Confirm(confirm) => {
            let cluster = scene.cluster()?;
            return Some(confirm::draw(sheet, area, scene, cluster, confirm));
        }
        Overlay::Event(detail) => return Some(confirm::event(sheet, area, scene, detail)),
        Overlay::Notice { title, text, .. } => return Some(confirm::notice(sheet, area, scene, title, text)),
        Overlay::Choice(choice) => choice::draw(sheet, area, scene, choice),
        Overlay::Columns { selected } => column_list::draw(sheet, area, scene, *selected),
        Overlay::Palette(palette) => palette::draw(sheet, area, scene, palette),
        Overlay::Filter(_) => {}
    }
    None
}

/// A place of this size in the middle.
fn centred(area: Rect, columns: u16, rows: u16) -> Rect {
    let (width, height) = (columns.min(area.width), rows.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// The first row to show of a list, so that the selected one is seen and no room is wasted at the end.
fn scrolled(offset: usize, selected: Option<usize>, rows: usize, all: usize) -> Scrolled {
    let last_offset = all.saturating_sub(rows);
    let mut offset = offset.min(last_offset);
    if let Some(selected) = selected {
        offset = offset.min(selected).max((selected + 1).saturating_sub(rows));
    }
    Scrolled { rows, offset: offset.min(last_offset), last_offset }
}

/// The actions that show what is above and below of a text.
const UP_AND_DOWN: [&str; 2] = ["move_up", "move_down"];

/// How much more there is than has room, and which keys show it: those of the actions that lead up and down there;
/// `None` where all has.
fn rest(scene: &Scene, drawn: Scrolled, all: usize, [up, down]: [&str; 2]) -> Option<String> {
    let below = all.saturating_sub(drawn.offset + drawn.rows);
    let (count, side, key) = match (drawn.last_offset, below) {
        (0, _) => return None,
        (_, 0) => (drawn.offset, "above", up),
        _ => (below, "below", down),
    };
    Some(format!(" {} {side}: {} shows more ", words::plural(count, "line"), scene.keys_of(key, 2)))
}

/// The same on the lower edge of a frame.
fn draw_rest(sheet: &mut Sheet, frame: Rect, scene: &Scene, drawn: Scrolled, all: usize, keys: [&str; 2]) {
    let Some(text) = rest(scene, drawn, all, keys) else { return };
    let edge = Rect { y: frame.bottom().saturating_sub(1), height: 1, ..frame.narrowed(3) };
    sheet.text(edge, &text, sheet.theme.strong);
}

/// Which rows of a list are shown: `11–30 of 300`; nothing when all are.
fn position(drawn: Scrolled, all: usize) -> String {
    if all <= drawn.rows {
        return String::new();
    }
    format!("{}–{} of {all}", drawn.offset + 1, (drawn.offset + drawn.rows).min(all))
}
