//! What is decided, what runs and what is wrong, as far as there is room: as a panel on the cluster's page, and whole,
//! with all that the decision rests on, as a page of its own. Where the panel has no room for all, what is decided and
//! what is wrong stay, a line each, and the key of the page is named.

use ratatui::layout::Rect;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::sheet::{Cut, Sheet};
use super::{Scene, Scrolled, decision, grounds, problems, progress, words};
use crate::scaling::Outcome;
use crate::worker::ClusterState;

/// The lines of the panel, in their order.
struct Lines {
    /// The operation that runs: how far it has come, then all of its phases.
    running: Vec<Line<'static>>,
    /// The decision.
    decided: Vec<Line<'static>>,
    /// What is not as it should be.
    wrong: Vec<Line<'static>>,
}

impl Lines {
    /// All of them, broken to `columns`. With `operation`, also how far the one that runs has come, in two lines.
    fn of(scene: &Scene, cluster: &ClusterState, columns: u16, operation: bool) -> Self {
        let mut decided = decision::lines(scene, cluster, columns);
        let (mut running, mut wrong, mut past) = (Vec::new(), Vec::new(), Vec::new());
        if operation && let Some(operation) = progress::shown(scene, cluster) {
            let lines = progress::compact(scene, cluster, operation, columns);
            match operation.outcome {
                None => running = lines,
                Some(Outcome::Done(_)) => decided.extend(lines),
                Some(_) if progress::is_old(scene, operation) => past = lines,
                Some(_) => wrong = lines,
            }
        }
        wrong.extend(problems::lines(scene, cluster, columns));
        wrong.extend(past);
        Self { running, decided, wrong }
    }

    fn count(&self) -> usize {
        self.running.len() + self.decided.len() + self.wrong.len()
    }

    fn in_order(self) -> Vec<Line<'static>> {
        let Self { mut running, decided, wrong } = self;
        running.extend(decided);
        running.extend(wrong);
        running
    }
}

/// How many lines there would be with room for all.
pub fn count(scene: &Scene, cluster: &ClusterState, columns: u16, operation: bool) -> usize {
    Lines::of(scene, cluster, columns, operation).count()
}

/// At most `rows` lines. What runs and what is decided have a line each before anything else; then comes what is
/// wrong, cut to a line each before any of it is left out; and the rest of the former has what is left.
pub fn fitted(scene: &Scene, cluster: &ClusterState, columns: u16, rows: u16, operation: bool) -> Vec<Line<'static>> {
    let rows = usize::from(rows);
    let mut lines = Lines::of(scene, cluster, columns, operation);
    let all = lines.count();
    if all <= rows {
        return lines.in_order();
    }
    // Each in a line of its own, that is cut where it is drawn.
    let brief = Lines::of(scene, cluster, u16::MAX, operation);
    let first = lines.running.len().min(1) + lines.decided.len().min(1);
    // One row tells that there is more, where there is room for it beside what comes first.
    let tells = usize::from(rows > first);
    let mut room = rows.saturating_sub(first + tells);
    if lines.wrong.len() > room {
        lines.wrong = brief.wrong;
        lines.wrong.truncate(room);
    }
    room -= lines.wrong.len();
    let running = lines.running.len().min(1 + room);
    room -= running.saturating_sub(1);
    lines.running.truncate(running);
    if lines.decided.len() > 1 + room {
        lines.decided = brief.decided;
        lines.decided.truncate(1 + room);
    }
    let mut shown = lines.in_order();
    shown.truncate(rows);
    if tells > 0 {
        let left = all.saturating_sub(shown.len()).max(1);
        let what = if left == 1 { "1 more line".to_owned() } else { format!("{left} more lines") };
        let text = format!("  {what}: {} shows all", scene.keys_of("why", 1));
        shown.push(Line::styled(text, scene.theme.faint));
    }
    shown
}

/// What stands beside the heading of the page, as far as there is room: the next look, what is out of sight, the zone.
fn note(scene: &Scene, cluster: &ClusterState, drawn: Scrolled, count: usize, columns: u16) -> String {
    let next_look = grounds::next_look(scene, cluster).unwrap_or_default();
    let more = super::rest(scene, drawn, count, super::UP_AND_DOWN).unwrap_or_default();
    let zone = words::zone(scene.now, scene.zone);
    let (brief, position) = (more.trim_end().trim_end_matches(" shows more"), super::position(drawn, count));
    let room = usize::from(columns).saturating_sub("DECISION  ".len());
    let joined =
        |notes: &[&str]| notes.iter().map(|n| n.trim()).filter(|n| !n.is_empty()).collect::<Vec<_>>().join("  ");
    let notes =
        [[&next_look, &*more, &zone], [&next_look, &more, ""], [&next_look, brief, ""], [&next_look, &position, ""]];
    let notes = notes.map(|notes| joined(&notes));
    let fits = notes.iter().position(|note| note.as_str().width() <= room).unwrap_or(notes.len() - 1);
    notes.into_iter().nth(fits).unwrap_or_default()
}

/// Draws the page: the same, all of it, each step of the operation, and what the decision rests on.
pub fn page(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState) -> Scrolled {
    let heading = at.take_top(1);
    let theme = scene.theme;
    let Lines { decided: mut lines, wrong, .. } = Lines::of(scene, cluster, at.width, false);
    if let Some(operation) = progress::shown(scene, cluster) {
        lines.extend([Line::default(), Line::styled(progress::title(operation), theme.strong)]);
        lines.extend(progress::full(scene, cluster, operation, at.width));
    }
    // What is wrong comes before the grounds; that nothing is may wait.
    let title = |text| [Line::default(), Line::styled(text, theme.strong)];
    let all_is_well = if wrong.is_empty() { Some(title("nothing is broken")) } else { None };
    if all_is_well.is_none() {
        lines.extend(title("problems"));
        lines.extend(wrong);
    }
    lines.push(Line::default());
    lines.extend(grounds::lines(scene, cluster, at.width));
    lines.extend(all_is_well.into_iter().flatten());
    let drawn = super::scrolled(scene.ui.scroll, None, at.height.into(), lines.len());
    let end = (drawn.offset + usize::from(at.height)).min(lines.len());
    let note = note(scene, cluster, drawn, lines.len(), heading.width);
    sheet.heading(heading, "DECISION", &note);
    decision::draw(sheet, at, &lines[drawn.offset..end]);
    drawn
}
