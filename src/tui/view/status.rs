//! What is decided, what runs and what is wrong, as far as there is room: as a panel on the cluster's page, and whole
//! as a page of its own. Where the panel has no room for all, what is wrong stays and names the key of the page.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::sheet::{Cut, Sheet};
use super::{Scene, Scrolled, decision, progress};
use crate::scaling::Outcome;
use crate::worker::ClusterState;

/// The lines of the panel; a warning comes before what is not one when something is to be left out.
struct Lines {
    plain: Vec<Line<'static>>,
    wrong: Vec<Line<'static>>,
}

impl Lines {
    /// All of them, broken to `columns`. With `operation`, also how far the one that runs has come, in two lines.
    fn of(scene: &Scene, cluster: &ClusterState, columns: u16, operation: bool) -> Self {
        let mut plain = decision::lines(scene, cluster, columns);
        let mut wrong = Vec::new();
        if operation && let Some(operation) = progress::shown(scene, cluster) {
            let lines = progress::compact(scene, cluster, operation, columns);
            match operation.outcome {
                None => drop(plain.splice(0..0, lines)),
                Some(Outcome::Done(_)) => plain.extend(lines),
                Some(_) => wrong = lines,
            }
        }
        wrong.extend(decision::problems(scene, cluster, columns));
        Self { plain, wrong }
    }

    fn count(&self) -> usize {
        self.plain.len() + self.wrong.len()
    }
}

/// How many lines there would be with room for all.
pub fn count(scene: &Scene, cluster: &ClusterState, columns: u16, operation: bool) -> usize {
    Lines::of(scene, cluster, columns, operation).count()
}

/// At most `rows` lines. What is wrong is cut last: to a line each, before any of it is left out.
pub fn fitted(scene: &Scene, cluster: &ClusterState, columns: u16, rows: u16, operation: bool) -> Vec<Line<'static>> {
    let rows = usize::from(rows);
    let Lines { mut plain, mut wrong } = Lines::of(scene, cluster, columns, operation);
    let all = plain.len() + wrong.len();
    if all <= rows {
        plain.extend(wrong);
        return plain;
    }
    // One row tells that there is more; with a single one, the worst is told instead.
    let room = if rows > 1 { rows - 1 } else { rows };
    if wrong.len() > room || (wrong.len() == room && !plain.is_empty()) {
        // A line for each, cut at its end.
        wrong = Lines::of(scene, cluster, u16::MAX, operation).wrong;
    }
    wrong.truncate(room);
    plain.truncate(room - wrong.len());
    plain.extend(wrong);
    if rows > 1 {
        let left = all.saturating_sub(plain.len()).max(1);
        let what = if left == 1 { "1 more line".to_owned() } else { format!("{left} more lines") };
        let text = format!("  {what}: {} shows all", scene.keys_of("why", 1));
        plain.push(Line::styled(text, scene.theme.faint));
    }
    plain
}

/// Draws the page: the same, all of it, and each step of the operation.
pub fn page(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState) -> Scrolled {
    let heading = at.take_top(1);
    let theme = scene.theme;
    let Lines { plain, wrong } = Lines::of(scene, cluster, at.width, false);
    let mut lines = plain;
    if let Some(operation) = progress::shown(scene, cluster) {
        lines.extend([Line::default(), Line::styled(progress::title(operation), theme.strong)]);
        lines.extend(progress::full(scene, cluster, operation, at.width));
    }
    let title = if wrong.is_empty() { "nothing is wrong" } else { "not as it should be" };
    lines.extend([Line::default(), Line::styled(title, theme.strong)]);
    lines.extend(wrong);
    let drawn = super::scrolled(scene.ui.scroll, None, at.height.into(), lines.len());
    let end = (drawn.offset + usize::from(at.height)).min(lines.len());
    sheet.heading(heading, "DECISION", &super::position(drawn, lines.len()));
    decision::draw(sheet, at, &lines[drawn.offset..end]);
    drawn
}
