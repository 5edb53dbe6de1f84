//! The cluster's page: the panels of the metrics, the decision, the running operation, the droplets and the
//! events, one below the other; side by side where the terminal is wide.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::sheet::{Cut, Sheet, cells};
use super::{Drawn, Scene, decision, events, metrics, progress, table};
use crate::worker::ClusterState;

/// From here on two columns are better than one.
const WIDE: u16 = 150;

/// Draws the page.
pub fn draw(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState) -> Drawn {
    if cluster.observation.is_none() {
        return first_moments(sheet, at, scene, cluster);
    }
    if at.width >= WIDE { wide(sheet, at, scene, cluster) } else { narrow(sheet, at, scene, cluster) }
}

/// Before the first look: what is asked for, or why there is no answer and what to do.
fn first_moments(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState) -> Drawn {
    let mut rest = at.narrowed(at.width / 10);
    let problems = decision::problems(scene, cluster, rest.width);
    rest.take_top(at.height / 4);
    if problems.is_empty() {
        let row = rest.take_top(1);
        sheet.text(row, "asking DigitalOcean…", scene.theme.strong);
        rest.take_top(1);
        let what = format!(
            "droplets with the tag {:?}, the load balancer {:?}, and the metrics of the last hour",
            cluster.spec.tag, cluster.spec.load_balancer
        );
        let lines: Vec<Line> = super::sheet::wrap(&what, rest.width).into_iter().map(Line::from).collect();
        decision::draw(sheet, rest, &lines);
    } else {
        let row = rest.take_top(1);
        sheet.text(row, "DigitalOcean could not be asked", scene.theme.bad);
        rest.take_top(1);
        decision::draw(sheet, rest, &problems);
    }
    Drawn::default()
}

/// The lines of the status panel: decision, then problems, then the operation in its short form.
fn status(scene: &Scene, cluster: &ClusterState, columns: u16, compact: bool) -> Vec<Line<'static>> {
    let mut lines = decision::lines(scene, cluster, columns);
    if compact && let Some(operation) = progress::shown(scene, cluster) {
        lines.extend(progress::compact(scene, cluster, operation, columns));
    }
    lines.extend(decision::problems(scene, cluster, columns));
    lines
}

fn narrow(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState) -> Drawn {
    let mut rest = at;
    let tall = at.height >= 29;
    let gap = u16::from(tall);
    let count = cells(metrics::shown(cluster).len());
    let ruled = cells(cluster.policy.metrics().count());
    let most = if tall { at.height / 5 } else { ruled.max(2).min(at.height / 5) };
    let panel = rest.take_top(1 + count.min(most));
    metrics::draw(sheet, panel, scene, cluster, 1);
    rest.take_top(gap);

    let lines = status(scene, cluster, rest.width, true);
    let room = if tall { at.height / 4 } else { 5 };
    let mut panel = rest.take_top(1 + cells(lines.len()).clamp(1, room));
    let heading = panel.take_top(1);
    sheet.heading(heading, "DECISION", "");
    decision::draw(sheet, panel, &lines);
    rest.take_top(gap);

    let droplets = cluster.observation.as_ref().map_or(0, |seen| seen.members.len() + seen.leaving.len());
    let needed = cells(droplets).saturating_add(if rest.height >= 16 { 2 } else { 1 });
    let least = if tall { 5 } else { 2 };
    let below = rest.height.saturating_sub(needed + gap).clamp(least, (rest.height / 3).max(least));
    let panel = rest.take_bottom(below);
    events::panel(sheet, panel, scene, cluster);
    rest.take_bottom(gap);
    table::draw(sheet, rest, scene, cluster)
}

fn wide(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState) -> Drawn {
    let mut left = at;
    let mut right = left.take_right(at.width * 2 / 5);
    left.take_right(3);
    let tall = at.height >= 45;
    let gap = u16::from(at.height >= 29);
    let rows = if tall { 2 } else { 1 };
    let count = cells(metrics::shown(cluster).len());
    let panel = left.take_top((1 + count * rows).min(at.height / 2));
    metrics::draw(sheet, panel, scene, cluster, rows);
    left.take_top(gap);
    let drawn = table::draw(sheet, left, scene, cluster);

    let lines = status(scene, cluster, right.width, false);
    let mut panel = right.take_top(1 + cells(lines.len()).clamp(1, at.height / 3));
    let heading = panel.take_top(1);
    sheet.heading(heading, "DECISION", "");
    decision::draw(sheet, panel, &lines);
    right.take_top(gap);
    if let Some(operation) = progress::shown(scene, cluster) {
        let lines = progress::full(scene, cluster, operation, right.width);
        let mut panel = right.take_top((1 + cells(lines.len())).min(right.height / 2));
        let heading = panel.take_top(1);
        sheet.heading(heading, "OPERATION", &progress::title(operation));
        decision::draw(sheet, panel, &lines);
        right.take_top(gap);
    }
    events::panel(sheet, right, scene, cluster);
    drawn
}
