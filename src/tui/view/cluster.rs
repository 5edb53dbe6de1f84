//! The cluster's page: the panels of the metrics, the decision, the running operation, the droplets and the
//! events, one below the other; where the terminal is wide, the droplets below all else, which stands side by side.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::sheet::{Cut, Sheet, cells};
use super::{Scene, Scrolled, decision, events, grounds, metrics, problems, progress, status, table};
use crate::worker::ClusterState;

/// From here on two columns are better than one.
const WIDE: u16 = 150;
/// From here on there is room for more than the least of each section.
const HIGH: u16 = 28;
/// A picture higher than this says no more.
const PICTURE: u16 = 12;
/// Where droplets and events have room as well, pictures become so high at most.
const HIGHER: u16 = 3;
/// The rows of the events with their heading, before what is left makes the pictures higher.
const EVENTS: u16 = 4;
/// So many lines of decision there usually are at most, while an operation runs too.
const SAID: u16 = 4;
/// So many droplets have room in the table before they are there, if they may come.
const FEW: usize = 6;
/// The least of the table of droplets: the heads and two rows.
const DROPLETS: u16 = 3;

/// So many rows what is decided, an operation and a dozen events have together, before the rules get any.
const BESIDE_RULES: u16 = 30;
/// As many as the rules usually have.
const RULES: u16 = 12;

/// From here on: a blank, the headings and two rows of the table, and two rows of events.
const APART: u16 = 1 + DROPLETS + 1 + 2;

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
    let lines = cells(status::count(scene, cluster, rest.width, true));
    let Shares { metrics, rows, said, gap, gap_below } = Shares::of(at.height, cluster, lines);
    let table_needs = table_rows(droplets(cluster));

    let panel = rest.take_top(1 + metrics);
    metrics::draw(sheet, panel, scene, cluster, rows);
    rest.take_top(gap);
    let panel = rest.take_top(1 + said);
    let lines = status::fitted(scene, cluster, panel.width, said, true);
    section(sheet, panel, "DECISION", &grounds::next_look_of_auto(scene, cluster), &lines);
    // However much is said, the droplets stand apart where two of them have room, their headings and an event.
    rest.take_top(gap_below.max(u16::from(rest.height >= APART)));
    // Two droplets at least are seen, if there are two; then the events give way.
    let most_below = rest.height.saturating_sub(table_needs.min(DROPLETS));
    let below = rest.height.saturating_sub(table_needs + gap).max((rest.height / 4).max(2)).min(most_below);
    // A heading alone tells nothing.
    let panel = rest.take_bottom(if below < 2 { 0 } else { below });
    events::panel(sheet, panel, scene, cluster);
    rest.take_bottom(gap);
    table::draw(sheet, rest, scene, cluster)
}

/// How the height of the page is shared out. It goes by the terminal and by the size of the cluster, and not by what is
/// said at the moment: what stands below the decision stays where it is from look to look, unless much is said at once.
struct Shares {
    /// The rows of the panel of the metrics, without its heading, and how they are used.
    metrics: u16,
    rows: metrics::Rows,
    /// Those of the decision, without its heading.
    said: u16,
    /// The air between two sections.
    gap: u16,
    /// That below the decision: a line more than usual is said in its place.
    gap_below: u16,
}

impl Shares {
    fn of(height: u16, cluster: &ClusterState, lines: u16) -> Self {
        let ruled = cells(cluster.policy.metrics().count());
        let all = cells(metrics::shown(cluster).len());
        let is_high = height >= HIGH;
        // Where there is room, a few droplets have it before they are there: scaling moves nothing above the table.
        let reserved = if is_high { cluster.policy.max.min(FEW) } else { 0 };
        let table = table_rows(droplets(cluster).max(reserved));

        // What is left for the decision beside the metrics, the droplets, and the least of the events.
        let beside = |metrics: u16| height.saturating_sub(1 + metrics + 1 + table.min(7) + 2);
        let own = all.min(if is_high { height / 5 } else { ruled.max(2).min(height / 4) });
        // Below those with thresholds a row for all others together, where it takes nothing away.
        let last_is_shared = !is_high && own == ruled && ruled < all && beside(ruled) > SAID + 1;
        let fits = own + u16::from(last_is_shared);
        let room = beside(fits);
        let usual = room.clamp(1, if height < 16 { 2 } else { SAID });
        let said = lines.clamp(usual, if is_high { height / 4 } else { 5 });
        // Sections with air between them, when that takes nothing away.
        let more = said - usual;
        let gap = u16::from(said - more.min(1) + 3 <= room);
        let gap_below = gap.saturating_sub(more);
        let taken = 1 + fits + 1 + usual + table + EVENTS + 3;
        let spare = if is_high { height.saturating_sub(taken) } else { 0 };
        let metrics = even(fits + spare, ruled, all).max(fits);
        let rows = metrics::Rows { each: metrics / all.max(1), last_is_shared };
        Self { metrics, rows, said, gap, gap_below }
    }
}

/// The most rows that metrics can share evenly: all have as many, or those with thresholds one more.
fn even(rows: u16, ruled: u16, all: u16) -> u16 {
    let each = (rows / all.max(1)).min(HIGHER);
    let more = if each < HIGHER && rows >= each * all + ruled { ruled } else { 0 };
    if each == 0 { 0 } else { each * all + more }
}

fn droplets(cluster: &ClusterState) -> usize {
    cluster.observation.as_ref().map_or(0, |seen| seen.members.len() + seen.leaving.len())
}

/// The rows of the table with heading and heads, when there is room for all of these droplets.
fn table_rows(droplets: usize) -> u16 {
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
    let table = left.take_bottom(table_rows(droplets(cluster)).min(at.height / 2));
    left.take_bottom(gap);
    let mut right = left.take_right(at.width / 3);
    left.take_right(3);
    let each = (left.height.saturating_sub(1) / count).clamp(1, PICTURE);
    metrics::draw(sheet, left, scene, cluster, metrics::Rows { each, last_is_shared: false });

    if right.height >= BESIDE_RULES + RULES {
        let rules = grounds::rules(scene, cluster, right.width);
        let panel = right.take_bottom(1 + cells(rules.len()).min(RULES));
        section(sheet, panel, "RULES", "", &rules);
        right.take_bottom(gap);
    }
    let most = (right.height / 2).max(1);
    let said = cells(status::count(scene, cluster, right.width, false)).clamp(SAID.min(most), most);
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
