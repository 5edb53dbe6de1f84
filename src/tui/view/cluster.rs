//! The cluster's page: the panels of the metrics, the decision, the running operation, the droplets and the
//! events, one below the other; where the terminal is wide, the droplets below all else, which stands side by side.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::sheet::{Cut, Sheet, cells};
use super::{Scene, Scrolled, decision, events, grounds, metrics, problems, progress, status, table};
use crate::worker::ClusterState;

/// From here on two columns are better than one.
const WIDE: u16 = 150;
/// A picture higher than this says no more.
const PICTURE: u16 = 12;
/// The least of the table of droplets: the heads and two rows.
const DROPLETS: u16 = 3;

/// Draws the page.
pub fn draw(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState) -> Scrolled {
    if cluster.observation.is_none() {
        return first_moments(sheet, at, scene, cluster);
    }
    if at.width >= WIDE { wide(sheet, at, scene, cluster) } else { narrow(sheet, at, scene, cluster) }
}

/// Before the first look: what is asked for, or why there is no answer and what to do.
fn first_moments(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState) -> Scrolled {
    let mut rest = at.narrowed(at.width / 10);
    let mut lines = problems::lines(scene, cluster, rest.width);
    rest.take_top(at.height / 4);
    if lines.is_empty() {
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
        if lines.len() > usize::from(rest.height) {
            lines = status::fitted(scene, cluster, rest.width, rest.height, false);
        }
        decision::draw(sheet, rest, &lines);
    }
    Scrolled::default()
}

fn narrow(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState) -> Scrolled {
    let mut rest = at;
    let ruled = cells(cluster.policy.metrics().count());
    let all = cells(metrics::shown(cluster).len());
    let lines = cells(status::count(scene, cluster, rest.width, true));
    let said = lines.clamp(1, if at.height >= 28 { at.height / 4 } else { 5 });
    let table_needs = rows_needed(cluster);
    // Sections with air between them, when that takes nothing away.
    let gap = u16::from(ruled + said + table_needs.min(7) + 9 <= at.height);
    let most = if at.height >= 28 { all.min(at.height / 5) } else { ruled.max(2).min(at.height / 4) };

    let panel = rest.take_top(1 + all.min(most));
    metrics::draw(sheet, panel, scene, cluster, 1);
    rest.take_top(gap);
    let panel = rest.take_top(1 + said);
    let lines = status::fitted(scene, cluster, panel.width, said, true);
    section(sheet, panel, "DECISION", &grounds::next_look_of_auto(scene, cluster), &lines);
    rest.take_top(gap);
    // Two droplets at least are seen, if there are two; then the events give way.
    let most_below = rest.height.saturating_sub(table_needs.min(DROPLETS));
    let below = rest.height.saturating_sub(table_needs + gap).max((rest.height / 4).max(2)).min(most_below);
    // A heading alone tells nothing.
    let panel = rest.take_bottom(if below < 2 { 0 } else { below });
    events::panel(sheet, panel, scene, cluster);
    rest.take_bottom(gap);
    table::draw(sheet, rest, scene, cluster)
}

/// The rows of the table with heading and heads, when there is room for all.
fn rows_needed(cluster: &ClusterState) -> u16 {
    let droplets = cluster.observation.as_ref().map_or(0, |seen| seen.members.len() + seen.leaving.len());
    cells(droplets.max(1)).saturating_add(2)
}

fn section(sheet: &mut Sheet, mut at: Rect, title: &str, note: &str, lines: &[Line]) {
    let heading = at.take_top(1);
    sheet.heading(heading, title, note);
    decision::draw(sheet, at, lines);
}

/// Above, the pictures and beside them what is decided and what happened; below, the droplets over the whole width.
fn wide(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState) -> Scrolled {
    let gap = u16::from(at.height >= 28);
    let mut left = at;
    let count = cells(metrics::shown(cluster).len()).max(1);
    // What the table does not need makes the pictures higher.
    let table = left.take_bottom(rows_needed(cluster).min(at.height / 2));
    left.take_bottom(gap);
    let mut right = left.take_right(at.width / 3);
    left.take_right(3);
    let rows = (left.height.saturating_sub(1) / count).clamp(1, PICTURE);
    metrics::draw(sheet, left, scene, cluster, rows);

    let said = cells(status::count(scene, cluster, right.width, false)).clamp(1, (right.height / 2).max(1));
    let lines = status::fitted(scene, cluster, right.width, said, false);
    let panel = right.take_top(1 + said);
    section(sheet, panel, "DECISION", &grounds::next_look_of_auto(scene, cluster), &lines);
    right.take_top(gap);
    if let Some(operation) = progress::shown(scene, cluster) {
        let mut lines = progress::full(scene, cluster, operation, right.width);
        let room = right.height / 2;
        if cells(lines.len()) >= room {
            lines = progress::compact(scene, cluster, operation, right.width);
        }
        let panel = right.take_top((1 + cells(lines.len())).min(room.max(3)));
        section(sheet, panel, "OPERATION", &progress::title(operation), &lines);
        right.take_top(gap);
    }
    events::panel(sheet, right, scene, cluster);
    table::draw(sheet, table, scene, cluster)
}
