//! Charts: of which metric, how far back, and the cursor in one. The cursor is a time and not a column, so that it stays
//! on its bar while the window moves on; beyond the newest bar there is none.

use std::time::Duration;

use super::{Action, Outcome, Page, Seen, Ui, toast};
use crate::cluster::{Metric, Scope};
use crate::policy::Vote;
use crate::scaling::Level;
use crate::tui::view::{self, Window};
use crate::worker::{ClusterState, Command};

/// The chart of what is looked at, or from a chart the page before.
pub fn other_page(ui: &Ui, seen: &Seen) -> Page {
    match (ui.page, seen.cluster(ui)) {
        (page, _) if page.metric().is_some() => page.before(),
        (_, None) => Page::Cluster,
        (Page::Droplet(id), Some(cluster)) => Page::DropletChart(id, first_metric(&of_droplet(cluster), cluster)),
        (_, Some(cluster)) => Page::Chart(first_metric(&metrics(cluster), cluster)),
    }
}

/// By which part of the chart a page moves the cursor.
const PARTS: usize = 10;

/// What moves elsewhere moves here to another metric, or the cursor, which stays where it is from metric to metric.
pub fn walk(ui: &mut Ui, action: Action, seen: &Seen) {
    match action {
        Action::PreviousMetric => other_metric(ui, false, seen),
        Action::NextMetric => other_metric(ui, true, seen),
        _ => move_cursor(ui, action, seen),
    }
}

/// Along the columns of the chart that was drawn last.
fn move_cursor(ui: &mut Ui, action: Action, seen: &Seen) {
    let Some(plot) = seen.drawn.plot else { return };
    let here = ui.cursor.and_then(|at| plot.window.column_of(at, plot.columns)).unwrap_or(plot.columns);
    let part = (plot.columns / PARTS).max(1);
    let there = match action {
        Action::Earlier => here.saturating_sub(1),
        Action::Later => here + 1,
        Action::PageUp => here.saturating_sub(part),
        Action::PageDown => here + part,
        Action::First => 0,
        Action::Last => plot.columns,
        _ => return,
    };
    ui.cursor = plot.window.begin_of(there, plot.columns);
}

/// Drops the cursor when there is no chart, or its bar has left it.
pub fn follow(ui: &mut Ui, cluster: &ClusterState, seen: &Seen) {
    let window = Window::of(cluster, ui.range, seen.at);
    let is_left = |at| seen.drawn.plot.is_some_and(|plot| window.column_of(at, plot.columns).is_none());
    if ui.page.metric().is_none() || ui.cursor.is_some_and(is_left) {
        ui.cursor = None;
    }
}

/// The next range that way, or that there is none.
pub fn next_range(ui: &mut Ui, longer: bool, seen: &Seen) -> Outcome {
    let (mut all, here) = (Ui::RANGES.into_iter(), ui.range);
    let next = if longer { all.find(|range| *range > here) } else { all.rfind(|range| *range < here) };
    if let Some(next) = next {
        return range(ui, next);
    }
    let text = format!("{} is the {} range", view::range(here), if longer { "longest" } else { "shortest" });
    // A key that is held down says it once.
    ui.toasts.retain(|toast| toast.text != text);
    toast(ui, Level::Info, text, seen.now);
    Outcome::default()
}

/// Goes back this far from now on.
pub fn range(ui: &mut Ui, range: Duration) -> Outcome {
    if range != ui.range {
        ui.cursor = None;
    }
    ui.range = range;
    Command::Range { cluster: ui.cluster, range }.into()
}

/// The metrics of which there is a past or a threshold, in the catalogue's order.
fn metrics(cluster: &ClusterState) -> Vec<Metric> {
    let has_threshold: Vec<Metric> = cluster.policy.metrics().collect();
    let known = |metric: &Metric| cluster.history.cluster.contains_key(metric) || has_threshold.contains(metric);
    Metric::ALL.into_iter().filter(known).collect()
}

/// Those of them that a droplet has.
fn of_droplet(cluster: &ClusterState) -> Vec<Metric> {
    metrics(cluster).into_iter().filter(|metric| metric.scope() == Scope::Droplet).collect()
}

/// The one of these that a chart begins with: what asks for more droplets, else the first.
fn first_metric(metrics: &[Metric], cluster: &ClusterState) -> Metric {
    let rules = cluster.decision.iter().flat_map(|decision| &decision.rules);
    let mut busy = rules.filter(|rule| rule.vote == Vote::Up).map(|rule| rule.metric);
    busy.find(|metric| metrics.contains(metric)).or_else(|| metrics.first().copied()).unwrap_or(Metric::Load)
}

fn other_metric(ui: &mut Ui, next: bool, seen: &Seen) {
    let (Some(metric), Some(cluster)) = (ui.page.metric(), seen.cluster(ui)) else { return };
    let droplet = ui.page.droplet();
    let metrics = if droplet.is_some() { of_droplet(cluster) } else { metrics(cluster) };
    let here = metrics.iter().position(|other| *other == metric).unwrap_or(0);
    let step = if next { 1 } else { metrics.len().saturating_sub(1) };
    if let Some(metric) = metrics.get((here + step) % metrics.len().max(1)) {
        ui.page = droplet.map_or(Page::Chart(*metric), |id| Page::DropletChart(id, *metric));
    }
}
