//! All configured clusters, one row each: is it healthy, how many droplets, is auto on, what would it do, how
//! fresh is that, and what it costs.

use ratatui::layout::Rect;
use ratatui::text::Span;

use super::sheet::{Cut, Sheet};
use super::{Scene, Scrolled, decision, header, words};
use crate::scaling::Level;
use crate::tui::Target;
use crate::worker::ClusterState;

/// The places of the columns in a row.
struct Columns {
    name: Rect,
    verdict: Rect,
    droplets: Rect,
    auto: Rect,
    age: Rect,
    cost: Rect,
    decision: Rect,
}

impl Columns {
    fn of(mut row: Rect) -> Self {
        let mut take = |columns: u16| {
            let place = row.take_left(columns);
            row.take_left(2);
            place
        };
        let (name, verdict, droplets, auto, age) = (take(12), take(15), take(10), take(4), take(6));
        let cost = if row.width >= 28 {
            let place = row.take_left(9);
            row.take_left(2);
            place
        } else {
            Rect { width: 0, ..row }
        };
        Self { name, verdict, droplets, auto, age, cost, decision: row }
    }
}

/// Draws the page.
pub fn draw(sheet: &mut Sheet, mut at: Rect, scene: &Scene) -> Scrolled {
    let faint = scene.theme.faint;
    let all = &scene.state.clusters;
    let heading = at.take_top(1);
    let heads = Columns::of(at.take_top(1));
    let rows = usize::from(at.height);
    let selected = scene.ui.overview.selected.min(all.len().saturating_sub(1));
    let drawn = super::scrolled(scene.ui.overview.offset, Some(selected), rows, all.len());
    sheet.heading(heading, "CLUSTERS", &super::position(drawn, all.len()));
    sheet.text(heads.name, "NAME", faint);
    sheet.text(heads.verdict, "STATE", faint);
    sheet.text(heads.droplets, "DROPLETS", faint);
    sheet.text(heads.auto, "AUTO", faint);
    sheet.right(heads.age, "SEEN", faint);
    sheet.right(heads.cost, "$/MONTH", faint);
    sheet.text(heads.decision, "DECISION", faint);
    for (i, cluster) in all.iter().enumerate().skip(drawn.offset).take(rows) {
        let place = at.take_top(1);
        draw_row(sheet, place, scene, cluster);
        sheet.target(place, Target::Cluster(i));
        if i == selected {
            sheet.restyle(Rect { width: Columns::of(place).name.width, ..place }, scene.theme.selected);
            sheet.glyph(place.x.saturating_sub(1), place.y, '▶', scene.theme.strong);
        }
    }
    drawn
}

fn draw_row(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState) {
    let theme = scene.theme;
    let columns = Columns::of(at);
    sheet.text(columns.name, &cluster.spec.name, theme.strong);
    let mut verdict = header::verdict(theme, cluster);
    if verdict.level != Level::Error {
        // There is room for one of them.
        verdict = header::under_way(theme, cluster).unwrap_or(verdict);
    }
    sheet.spans(columns.verdict, &[verdict.brief()]);
    let (auto, style) = if cluster.auto { ("on", theme.good) } else { ("off", theme.faint) };
    sheet.text(columns.auto, auto, style);
    if let Some(seen) = &cluster.observation {
        let (strong, text) = header::styles(scene, cluster);
        let count = [
            Span::styled(seen.count().to_string(), strong),
            Span::styled(format!(", max {}", cluster.policy.max), text),
        ];
        sheet.spans(columns.droplets, &count);
        sheet.right(columns.age, &header::age(scene, cluster, seen), theme.text);
        let cost = seen.cost();
        let at_least = if cost.unknown > 0 { "≥" } else { "" };
        sheet.right(columns.cost, &format!("{at_least}{}", words::dollars(cost.monthly)), theme.text);
    } else {
        sheet.text(columns.droplets, words::UNKNOWN, theme.faint);
        sheet.right(columns.age, words::UNKNOWN, theme.faint);
        sheet.right(columns.cost, words::UNKNOWN, theme.faint);
    }
    let mut decision: Vec<Span> = if columns.decision.width < 50 {
        decision::short(scene, cluster).into_iter().collect()
    } else {
        decision::lines(scene, cluster, u16::MAX).into_iter().next().map(|line| line.spans).unwrap_or_default()
    };
    if header::is_stale(scene, cluster) {
        for span in &mut decision {
            span.style = theme.faint;
        }
    }
    sheet.spans(columns.decision, &decision);
}
