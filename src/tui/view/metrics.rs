//! The cluster panel: one row for each metric, those with thresholds first: the value, its past, where it stands
//! between the thresholds, and what it votes.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::sheet::{Cut, Sheet, spans_width, width};
use super::spark::{self, Bounds, Window};
use super::{Scene, gauge, header, value, words};
use crate::cluster::{Metric, Reading, Scope, elapsed};
use crate::policy::{Rule, Vote};
use crate::tui::{Awaited, Shown, Theme};
use crate::worker::ClusterState;

const TITLE: u16 = 14;
const VALUE: u16 = 9;
const NUMBER: u16 = 6;
const VOTE: u16 = 10;
/// A picture narrower than this says nothing.
const SPARK: u16 = 5;

/// The metrics that the panel shows: those with thresholds, then those of which anything is known.
pub fn shown(cluster: &ClusterState) -> Vec<Metric> {
    let policy = &cluster.policy;
    let known = |metric: &Metric| {
        !policy.metrics().any(|m| m == *metric)
            && (cluster.history.cluster.get(metric).is_some_and(|series| !series.is_empty())
                || cluster.observation.as_ref().is_some_and(|seen| seen.cluster_reading(*metric).is_some()))
    };
    policy.metrics().chain(Metric::ALL.into_iter().filter(known)).collect()
}

/// The thresholds of a metric.
pub fn bounds(cluster: &ClusterState, metric: Metric) -> Bounds {
    let policy = &cluster.policy;
    Bounds { metric, up: policy.scale_up.get(&metric).copied(), down: policy.scale_down.get(&metric).copied() }
}

/// The stretch of time that the pictures of a cluster show.
pub fn window(scene: &Scene, cluster: &ClusterState) -> Window {
    Window::of(cluster, scene.ui.range, scene.now)
}

/// The symbol, the word and the style of what a rule votes.
pub fn vote(theme: &Theme, cluster: &ClusterState, rule: &Rule) -> (&'static str, Style) {
    match rule.vote {
        Vote::Up => ("▲ up", theme.attention),
        Vote::Down => ("▼ down", theme.strong),
        Vote::Hold => ("· between", theme.text),
        Vote::Unknown if is_awaited(cluster, rule) => ("? awaited", theme.text),
        Vote::Unknown => ("? unknown", theme.attention),
        Vote::Impossible => ("! unusable", theme.attention),
    }
}

/// Whether what a rule lacks is only awaited.
pub fn is_awaited(cluster: &ClusterState, rule: &Rule) -> bool {
    rule.vote == Vote::Unknown && Awaited::of(&[rule.metric], cluster).is_some()
}

/// Whether what was voted is of the past: what is known is older than it should be.
pub fn is_past(scene: &Scene, cluster: &ClusterState) -> bool {
    header::is_stale(scene, cluster)
}

/// How old a sample was at the last look, so that nothing moves between two; without looks it grows.
pub fn age(scene: &Scene, cluster: &ClusterState, at: Timestamp) -> Option<Duration> {
    let seen = cluster.observation.as_deref()?;
    Some(elapsed(at, if is_past(scene, cluster) { scene.now } else { seen.at }))
}

/// The places of the columns in a row.
struct Columns {
    title: Rect,
    value: Rect,
    spark: Rect,
    down: Rect,
    gauge: Rect,
    up: Rect,
    vote: Rect,
    known: Rect,
}

impl Columns {
    fn of(mut row: Rect) -> Self {
        let all = row.width;
        let (gauge_width, known_width, gap) = match row.width {
            0..72 => (9, 0, 1),
            72..90 => (13, 0, 1),
            90..110 => (17, 0, 2),
            110..140 => (19, 14, 2),
            _ => (25, 16, 2),
        };
        let title = row.take_left(TITLE);
        let value = row.take_left(VALUE);
        row.take_left(if all < 72 { 1 } else { 2 });
        let known = row.take_right(known_width);
        row.take_right(if known_width > 0 { 2 } else { 0 });
        let vote = row.take_right(VOTE);
        row.take_right(1);
        let up = row.take_right(NUMBER);
        row.take_right(gap);
        let gauge = row.take_right(gauge_width);
        row.take_right(gap);
        let down = row.take_right(NUMBER);
        let spark = if row.width > SPARK { Rect { width: row.width - 1, ..row } } else { Rect { width: 0, ..row } };
        Self { title, value, spark, down, gauge, up, vote, known }
    }
}

/// How the rows of the panel are used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rows {
    /// So many has each metric; what is left makes the first of them higher by one.
    pub each: u16,
    /// Whether the last row has the values of all metrics that have none of their own.
    pub last_is_shared: bool,
}

/// Draws the panel: a heading, and as many metrics as there is room for.
pub fn draw(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState, rows: Rows) {
    let heading = at.take_top(1);
    draw_heading(sheet, heading, scene, cluster);
    let all = shown(cluster);
    let height = usize::from(at.height);
    let own = if rows.last_is_shared { height.saturating_sub(1).min(all.len()) } else { all.len() };
    let (with_row, brief) = all.split_at(own);
    let left = height.saturating_sub(all.len() * usize::from(rows.each));
    for (i, metric) in with_row.iter().enumerate() {
        let row = at.take_top(rows.each + u16::from(i < left));
        if row.height == 0 {
            return;
        }
        draw_row(sheet, row, scene, cluster, *metric);
    }
    draw_brief(sheet, at, scene, cluster, brief);
}

/// Names and values beside each other, of as many metrics as there is room for.
fn draw_brief(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState, metrics: &[Metric]) {
    let (faint, text) = (sheet.theme.faint, sheet.theme.text);
    for metric in metrics {
        let (bounds, shown) = (bounds(cluster, *metric), now(scene, cluster, *metric));
        let style = value::style(sheet.theme, shown, bounds, text);
        let name = Span::styled(format!("{} ", metric.title()), faint);
        let spans = [name, Span::styled(value::text(shown, bounds), style)];
        if spans_width(&spans) > at.width {
            return;
        }
        let used = sheet.spans(at, &spans);
        at.take_left(used + 2);
    }
}

fn draw_heading(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState) {
    let faint = sheet.theme.faint;
    let columns = Columns::of(at);
    sheet.text(columns.title, "CLUSTER", sheet.theme.strong);
    sheet.right(columns.value, &value::heading(scene, cluster), faint);
    let range = format!("last {}", words::range(scene.ui.range));
    let with_legend = format!("{range}, dotted: up");
    let fits = width(&with_legend) <= columns.spark.width;
    sheet.text(columns.spark, if fits { &with_legend } else { &range }, faint);
    sheet.right(columns.down, "down", faint);
    sheet.text(columns.gauge, "calm", faint);
    sheet.right(columns.gauge, "busy", faint);
    sheet.text(columns.up, "up", faint);
    sheet.text(columns.vote, "vote", faint);
    if columns.known.width > 0 {
        sheet.right(columns.known, "readings", faint);
    }
}

fn draw_row(sheet: &mut Sheet, at: Rect, scene: &Scene, cluster: &ClusterState, metric: Metric) {
    let columns = Columns::of(at);
    let bounds = bounds(cluster, metric);
    let rule = rule(cluster, metric);
    let series = cluster.history.cluster.get(&metric);
    let shown = now(scene, cluster, metric);
    let has_threshold = bounds.up.is_some() || bounds.down.is_some();
    let title = if has_threshold { sheet.theme.text } else { sheet.theme.faint };
    sheet.text(foot(columns.title), metric.title(), title);
    // It may stand in the gap before its column, as far as that is one wide.
    let text = value::apart(shown, bounds, columns.value.width + 1);
    value::draw_text(sheet, foot(columns.value), &text, value::style(sheet.theme, shown, bounds, sheet.theme.strong));
    if series.is_none_or(crate::cluster::Series::is_empty) {
        sheet.text(foot(columns.spark), "no data yet", sheet.theme.faint);
    }
    let mut picture = columns.spark;
    if picture.height > 2 {
        picture.take_top(1);
    }
    let top = spark::draw(sheet, picture, series, shown.map(|shown| shown.value), window(scene, cluster), bounds);
    if let Some(top) = top.filter(|_| picture.height > 1) {
        // Its scale: in one row there is only the value's own. The row has no title, whose place it may take.
        let place =
            Rect { y: picture.y, height: 1, x: columns.title.x, width: columns.value.right() - columns.title.x };
        sheet.right(place, &format!("top {}", metric.format(top)), sheet.theme.faint);
    }
    if !has_threshold {
        sheet.text(foot(columns.gauge), "no threshold", sheet.theme.faint);
        return;
    }
    if let Some(down) = bounds.down {
        sheet.right(foot(columns.down), &threshold(metric, down), sheet.theme.text);
    }
    if let Some(up) = bounds.up {
        sheet.text(foot(columns.up), &threshold(metric, up), sheet.theme.text);
    }
    gauge::draw(sheet, foot(columns.gauge), shown.filter(|shown| shown.counts).map(|shown| shown.value), bounds);
    if let Some(rule) = rule {
        draw_vote(sheet, &columns, scene, cluster, (rule, shown));
    }
}

/// A threshold, with its unit where there is room.
fn threshold(metric: Metric, value: f64) -> String {
    let whole = metric.format(value);
    if width(&whole) <= NUMBER { whole } else { metric.format_number(value) }
}

/// What stands beside a picture of several rows stands at its foot.
fn foot(place: Rect) -> Rect {
    Rect { y: place.y + place.height.saturating_sub(1), height: place.height.min(1), ..place }
}

/// What a rule votes, and what it goes by. A vote on what is older than it should be is one of the past.
fn draw_vote(
    sheet: &mut Sheet,
    columns: &Columns,
    scene: &Scene,
    cluster: &ClusterState,
    (rule, shown): (&Rule, Option<Shown>),
) {
    let (faint, attention) = (sheet.theme.faint, sheet.theme.attention);
    let is_past = is_past(scene, cluster);
    let (word, style) = vote(sheet.theme, cluster, rule);
    let style = if is_past { faint } else { style };
    if columns.known.width == 0 && rule.known < rule.serving {
        let (symbol, _) = word.split_at(word.find(' ').unwrap_or(0));
        sheet.text(foot(columns.vote), &format!("{symbol} {} of {}", rule.known, rule.serving), style);
    } else {
        sheet.text(foot(columns.vote), word, style);
    }
    let is_usual = is_past || is_awaited(cluster, rule) || rule.known == rule.serving;
    // While samples are awaited the old one says nothing.
    let last = shown.filter(|_| !is_awaited(cluster, rule)).map(|shown| shown.at);
    let age = rule.at.or(last).and_then(|at| age(scene, cluster, at));
    draw_known(sheet, foot(columns.known), rule, age, if is_usual { faint } else { attention });
}

/// The value of a metric of the cluster.
pub fn now(scene: &Scene, cluster: &ClusterState, metric: Metric) -> Option<Shown> {
    let rule = rule(cluster, metric);
    let series = cluster.history.cluster.get(&metric);
    let shown = Shown::of(reading(cluster, rule, metric).as_ref(), series, cluster);
    // What the load balancer still tells while nobody serves is nothing that is decided by.
    let of_nobody = rule.is_some_and(|rule| rule.serving == 0);
    value::at_present(scene, cluster, shown.map(|shown| Shown { counts: shown.counts && !of_nobody, ..shown }))
}

/// The rule of a metric that has a threshold, as it was decided by.
pub fn rule(cluster: &ClusterState, metric: Metric) -> Option<&Rule> {
    cluster.decision.as_ref()?.rules.iter().find(|rule| rule.metric == metric)
}

/// What a rule goes by, or what is known of a metric without one.
fn reading(cluster: &ClusterState, rule: Option<&Rule>, metric: Metric) -> Option<Reading> {
    match rule {
        Some(rule) => Some(Reading { value: rule.value?, at: rule.at? }),
        None => cluster.observation.as_ref()?.cluster_reading(metric).map(|(reading, _)| reading),
    }
}

/// On how many droplets' readings a value rests.
pub fn readings(rule: &Rule) -> String {
    match rule.metric.scope() {
        Scope::Droplet => format!("{} of {}", rule.known, rule.serving),
        // It is heard also while no droplet serves.
        Scope::LoadBalancer => if rule.value.is_some() { "balancer" } else { "none" }.to_owned(),
    }
}

/// Whose readings the value rests on, and how old it is.
fn draw_known(sheet: &mut Sheet, at: Rect, rule: &Rule, age: Option<Duration>, style: Style) {
    if at.width == 0 {
        return;
    }
    // The readings of nobody have no age.
    let age = age.filter(|_| rule.serving > 0).map(|age| format!(", {}", words::age(age))).unwrap_or_default();
    let text = readings(rule) + &age;
    let text = if width(&text) <= at.width { text } else { text.replace(" of ", "/") };
    sheet.right(at, &text, style);
}
