//! Selections that move along rows.

use super::{Action, Page, Seen, Ui};
use crate::cluster::Busy;
use crate::column::Column;
use crate::tui::{SortBy, rows, sort_columns};

/// The row to which a key leads from this one, of `count` rows of which `page` are visible.
pub fn step(row: usize, count: usize, action: Action, page: usize) -> usize {
    let last = count.saturating_sub(1);
    let page = page.max(1);
    let row = match action {
        Action::Up => row.saturating_sub(1),
        Action::Down => row.saturating_add(1),
        Action::PageUp => row.saturating_sub(page),
        Action::PageDown => row.saturating_add(page),
        Action::First => 0,
        Action::Last => last,
        _ => row,
    };
    row.min(last)
}

/// Moves what is selected on the page, or scrolls it.
pub fn walk(ui: &mut Ui, action: Action, seen: &Seen) {
    let Some(cluster) = seen.cluster(ui) else { return };
    let page = seen.drawn.list.rows;
    match ui.page {
        Page::Cluster => {
            let rows = rows(cluster, &ui.table);
            let here = rows.iter().position(|row| Some(row.droplet.id) == ui.table.selected);
            ui.table.row = step(here.unwrap_or(ui.table.row), rows.len(), action, page);
            ui.table.selected = rows.get(ui.table.row).map(|row| row.droplet.id);
        }
        Page::Events => ui.events.selected = step(ui.events.selected, cluster.events.len(), action, page),
        Page::Overview => ui.overview.selected = step(ui.overview.selected, seen.state.clusters.len(), action, page),
        Page::Droplet(_) | Page::Why => ui.scroll = step(ui.scroll, seen.drawn.list.last_offset + 1, action, page),
        Page::Chart(_) | Page::DropletChart(..) => {}
    }
}

/// Sorts by the next of the columns that are shown; where the table was not drawn yet, of those that were chosen.
pub fn sort_by_next(ui: &mut Ui, seen: &Seen) {
    let Some(cluster) = seen.cluster(ui) else { return };
    let mut columns: Vec<SortBy> = sort_columns(cluster).collect();
    let drawn = Some(&seen.drawn.columns).filter(|drawn| !drawn.is_empty());
    if let Some(shown) = drawn.or(ui.table.columns.as_ref()) {
        let shown = shown.iter().filter(|column| **column != Column::Name).filter_map(|column| SortBy::of(*column));
        let shown: Vec<SortBy> = shown.filter(|column| columns.contains(column)).collect();
        columns = std::iter::once(SortBy::Name).chain(shown).collect();
    }
    let here = columns.iter().position(|column| *column == ui.table.sort);
    sort_by(ui, columns[here.map_or(0, |here| (here + 1) % columns.len())]);
}

/// Sorts by this column; by a metric the busiest first.
pub fn sort_by(ui: &mut Ui, column: SortBy) {
    ui.table.sort = column;
    ui.table.descending = match column {
        SortBy::Metric(metric) => metric.busy() == Busy::High,
        SortBy::Price => true,
        _ => false,
    };
}
