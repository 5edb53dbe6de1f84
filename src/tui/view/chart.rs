//! One metric of the cluster, or of one droplet, as a chart: axes with units and times, both thresholds as lines, and
//! marks where the number of serving droplets changed.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

use super::sheet::{Cut, Sheet, cells, width, wrap};
use super::spark::{self, Bounds, Window};
use super::{Scene, gauge, metrics, value, words};
use crate::cluster::{Metric, Series};
use crate::tui::{Row, Shown};
use crate::worker::{ClusterState, Connection};

/// The columns of the labels of the vertical axis.
const LABELS: u16 = 10;
/// A label of the time axis with air around it.
const TIME: usize = 13;

/// Of what a chart is.
pub struct Subject<'a> {
    metric: Metric,
    title: String,
    /// The value now.
    now: Option<Shown>,
    past: Option<&'a Series>,
    /// How many droplets serve; none for a droplet's own chart, where it would say nothing.
    serving: Option<&'a Series>,
}

impl<'a> Subject<'a> {
    /// A metric of the whole cluster.
    pub fn cluster(scene: &Scene, cluster: &'a ClusterState, metric: Metric) -> Self {
        Self {
            metric,
            title: metric.title().to_uppercase(),
            now: metrics::now(scene, cluster, metric),
            past: cluster.history.cluster.get(&metric),
            serving: Some(&cluster.history.serving),
        }
    }

    /// A metric of one droplet.
    pub fn droplet(scene: &Scene, cluster: &'a ClusterState, row: &Row, metric: Metric) -> Self {
        Self {
            metric,
            title: format!("{}: {}", row.droplet.name, metric.title().to_uppercase()),
            now: value::at_present(scene, cluster, row.metric(metric, cluster)),
            past: cluster.history.droplets.get(&row.droplet.id).and_then(|all| all.get(&metric)),
            serving: None,
        }
    }
}

/// Draws the page.
pub fn draw(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState, subject: &Subject) {
    let bounds = metrics::bounds(cluster, subject.metric);
    let window = metrics::window(scene, cluster);
    let heading = at.take_top(1);
    let summary = at.take_top(2);
    draw_summary(sheet, summary, scene, cluster, subject);
    let foot = at.take_bottom(2);
    let plot = Rect { x: at.x + LABELS + 1, width: at.width.saturating_sub(LABELS + 1), ..at };
    let series = subject.past.filter(|series| !series.is_empty());
    let averages = series.and_then(|series| window.averages(series, plot.width.into()));
    let averages = averages.map(|time| format!(", a bar is the mean of {}", words::span(time)));
    let range = format!("last {}{}", words::range(scene.ui.range), averages.unwrap_or_default());
    let zoned = format!("{range}, {}", words::zone(scene.now, scene.zone));
    let has_room = width(&subject.title) + width(&zoned) + 2 <= heading.width;
    sheet.heading(heading, &subject.title, if has_room { &zoned } else { &range });
    if plot.width == 0 || plot.height == 0 {
        return;
    }
    let faint = scene.theme.faint;
    sheet.fill(Rect { x: plot.x - 1, width: 1, ..plot }, '│', faint);
    let Some(series) = series else {
        let row = Rect { y: plot.y + plot.height / 2, height: 1, ..plot }.narrowed(2);
        let loads = is_loading(scene, cluster);
        sheet.text(row, if loads { "loading…" } else { "no data of this time yet" }, faint);
        return;
    };
    let values = window.buckets(series, plot.width.into());
    let Some(top) = spark::draw(sheet, plot, Some(series), window, bounds) else { return };
    threshold(sheet, plot, bounds.up, top, &values, bounds);
    threshold(sheet, plot, bounds.down, top, &values, bounds);
    spark::draw_scale(sheet, Rect { width: LABELS - 1, ..at }, top, bounds);
    let mut foot = Rect { x: plot.x, width: plot.width, ..foot };
    let axis = foot.take_top(1);
    draw_times(sheet, axis, foot, scene, window);
    draw_begin(sheet, plot, scene, cluster, series, window);
    if let Some(serving) = subject.serving {
        draw_changes(sheet, Rect { height: 1, ..plot }, serving, window);
    }
}

/// The value now, what it was, the thresholds, and where it stands between them.
fn draw_summary(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState, subject: &Subject) {
    let theme = scene.theme;
    let Subject { metric, now, .. } = *subject;
    let bounds = metrics::bounds(cluster, metric);
    let row = at.take_top(1);
    let style = value::style(theme, now, bounds, theme.strong);
    let show = |value: Option<f64>| value.map_or_else(|| words::UNKNOWN.to_owned(), |v| metric.format(v));
    let when = value::heading(scene, cluster);
    let mut spans = vec![Span::styled(format!("{when} "), theme.faint), Span::styled(value::text(now, bounds), style)];
    for (word, threshold) in [("   down at ", bounds.down), ("   up at ", bounds.up)] {
        if threshold.is_some() {
            spans.push(Span::styled(word, theme.faint));
            spans.push(Span::styled(show(threshold), theme.text));
        }
    }
    let mut rest = row;
    let used = sheet.spans(rest, &spans);
    rest.take_left(used + 3);
    if bounds.up.is_some() || bounds.down.is_some() {
        let place = rest.take_left(21);
        gauge::draw(sheet, place, now.filter(|now| now.counts).map(|now| now.value), bounds);
        rest.take_left(3);
    }
    // What has no room beside the numbers stands below them.
    let place = if width(metric.describe()) <= rest.width { rest } else { at };
    sheet.text(place, metric.describe(), theme.faint);
}

/// A threshold as a line, also across the picture, on the same scale and as fine as the bars.
fn threshold(sheet: &mut Sheet, plot: Rect, value: Option<f64>, top: f64, values: &[Option<f64>], bounds: Bounds) {
    let Some(value) = value else { return };
    let (from_bottom, line) = (spark::row_of(value, top, plot.height), spark::line_of(value, top, plot.height));
    let y = plot.bottom() - 1 - from_bottom;
    for (x, bucket) in (plot.x..plot.right()).zip(values) {
        let reaches = bucket.map_or(0, |b| spark::eighths(b, top, plot.height));
        let below = usize::from(from_bottom) * 8;
        let is_calm = bucket.is_some_and(|b| from_bottom < spark::calm_rows(b, top, plot.height, bounds));
        let picture = if is_calm { sheet.theme.data } else { sheet.theme.attention };
        if reaches >= below + 8 {
            sheet.glyph(x, y, line, picture.add_modifier(Modifier::REVERSED));
        } else if reaches <= below {
            sheet.glyph(x, y, line, sheet.theme.threshold);
        }
    }
}

/// Whether a longer range was asked for than what is there goes back.
fn is_loading(scene: &Scene, cluster: &ClusterState) -> bool {
    cluster.history.range < scene.ui.range && !matches!(cluster.connection, Connection::Failing { .. })
}

/// Since when there is data, where much of the picture is empty before that.
fn draw_begin(sheet: &mut Sheet, plot: Rect, scene: &Scene, cluster: &ClusterState, series: &Series, window: Window) {
    let columns = usize::from(plot.width);
    let begin = series.samples().iter().find_map(|s| Some((s.at, window.column_of(s.at, columns)?)));
    let Some((at, column)) = begin.filter(|(_, column)| column * 3 > columns) else { return };
    let clock = words::short_clock(at, scene.zone);
    let is_long = window.range > Duration::from_secs(86_400);
    let day = if is_long { format!("{} ", words::short_date(at, scene.zone)) } else { String::new() };
    let mut empty = Rect { width: cells(column), ..plot };
    empty.take_top(plot.height / 2);
    let loads = is_loading(scene, cluster);
    let text = if loads { "loading…".to_owned() } else { format!("no data before {day}{clock}") };
    for line in wrap(&text, empty.width.saturating_sub(2)) {
        let row = empty.take_top(1);
        // With blanks around, also on the line of a threshold.
        sheet.text(row, &format!(" {line} "), scene.theme.faint);
    }
}

/// The time axis: a rule with ticks, and the times beneath.
fn draw_times(sheet: &mut Sheet, axis: Rect, labels: Rect, scene: &Scene, window: Window) {
    let theme = scene.theme;
    sheet.fill(axis, '─', theme.faint);
    sheet.glyph(axis.x.saturating_sub(1), axis.y, '└', theme.faint);
    let columns = usize::from(axis.width);
    let step = i64::try_from(tick(window.range, columns).as_secs()).unwrap_or(i64::MAX).max(1);
    let end = window.end.as_second();
    let range = i64::try_from(window.range.as_secs()).unwrap_or(i64::MAX);
    let mut at = end.div_euclid(step) * step;
    while at > end.saturating_sub(range) {
        let Ok(time) = Timestamp::from_second(at) else { return };
        at -= step;
        let Some(column) = window.column_of(time, columns) else { continue };
        let text =
            if step >= 86_400 { words::short_date(time, scene.zone) } else { words::short_clock(time, scene.zone) };
        let x = axis.x + cells(column);
        sheet.glyph(x, axis.y, '┴', theme.faint);
        let half = width(&text) / 2;
        if x >= axis.x + half && x + half < axis.right() {
            sheet.text(Rect { x: x - half, width: width(&text), height: 1, ..labels }, &text, theme.faint);
        }
    }
}

/// The time between two labels: round, and with room for the labels.
fn tick(range: Duration, columns: usize) -> Duration {
    const ROUND: [u64; 12] = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
    let least = range.as_secs() * u64::try_from(TIME).unwrap_or(1) / u64::try_from(columns.max(1)).unwrap_or(1);
    Duration::from_secs(ROUND.into_iter().find(|step| *step >= least).unwrap_or(86_400))
}

/// The mark where droplets came, and where they went.
pub const CAME: char = '▲';
pub const WENT: char = '▼';

/// What stands beside such a mark.
pub fn how_many(serving: f64) -> String {
    let serve = if (serving - 1.0).abs() < 0.5 { "serves" } else { "serve" };
    format!("{serving:.0} {serve}")
}

/// Where droplets came and went, and how many serve from there on. The newest come first: what has no room is the
/// text of older ones.
fn draw_changes(sheet: &mut Sheet, at: Rect, serving: &Series, window: Window) {
    let style = sheet.theme.strong;
    // A text ends before this column, with a blank after it.
    let mut limit = at.right() + 1;
    for pair in serving.samples().windows(2).rev() {
        // Counts are whole numbers.
        if (pair[0].value - pair[1].value).abs() < 0.5 || pair[1].at > window.end + SignedDuration::from_secs(1) {
            continue;
        }
        let Some(column) = window.column_of(pair[1].at, at.width.into()) else { continue };
        let mark = if pair[1].value > pair[0].value { CAME } else { WENT };
        let x = at.x + cells(column);
        let text = how_many(pair[1].value);
        let wide = width(&text) + 2;
        if x + 1 >= limit {
            continue;
        }
        let mirrored = (x + 1).checked_sub(wide).filter(|start| *start >= at.x && x + wide > at.right());
        limit = if x + wide < limit {
            sheet.text(Rect { x, width: wide, ..at }, &format!("{mark} {text}"), style);
            x
        } else if let Some(start) = mirrored {
            sheet.text(Rect { x: start, width: wide, ..at }, &format!("{text} {mark}"), style);
            start
        } else {
            sheet.glyph(x, at.y, mark, style);
            x
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_leave_room() {
        let tick = |seconds, columns| tick(Duration::from_secs(seconds), columns).as_secs();
        assert_eq!(tick(900, 65), 300);
        assert_eq!(tick(3600, 100), 600);
        assert_eq!(tick(86_400, 180), 7200);
        assert_eq!(tick(7 * 86_400, 60), 86_400);
        assert_eq!(tick(3600, 0), 86_400);
    }
}
