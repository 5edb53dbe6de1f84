//! One metric of the cluster, or of one droplet, as a chart: axes with units and times, both thresholds as lines, and
//! marks where the number of serving droplets changed.

use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Span;

use super::cursor::{self, Spot};
use super::marks::{self, Mark};
use super::sheet::{Cut, Sheet, cells, spans_width, width, wrap};
use super::spark::{self, Bounds, Plot, Window};
use super::{Scene, axis, gauge, metrics, value, words};
use crate::cluster::{Metric, Series};
use crate::tui::{Row, Shown};
use crate::worker::{ClusterState, Connection};

/// The columns of the labels of the vertical axis.
const LABELS: u16 = 10;
/// The columns of the bar that shows where the value is between its thresholds.
const GAUGE: u16 = 21;

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

/// What is known of the subject in the columns of the chart.
struct Past<'a> {
    plot: Plot,
    bounds: Bounds,
    /// The value of each column.
    values: Vec<Option<f64>>,
    /// Of how long a time a bar is the mean, when it is one.
    mean: Option<Duration>,
    /// Where droplets came and went, the newest first.
    marks: Vec<Mark>,
    /// What stands at the cursor.
    spot: Option<Spot>,
    /// None when there is nothing at all.
    series: Option<&'a Series>,
}

impl<'a> Past<'a> {
    fn of(scene: &Scene, cluster: &ClusterState, subject: &Subject<'a>, columns: u16) -> Self {
        let plot = Plot { window: metrics::window(scene, cluster), columns: columns.into() };
        let series = subject.past.filter(|series| !series.is_empty());
        let values = series.map(|series| plot.window.buckets(series, plot.columns)).unwrap_or_default();
        let mean = series.and_then(|series| plot.window.averages(series, plot.columns));
        let marks = subject.serving.map(|serving| marks::of(serving, plot.window, columns)).unwrap_or_default();
        let spot = Spot::of(scene, plot, &values, mean, subject.serving, is_loading(scene, cluster));
        Self { plot, bounds: metrics::bounds(cluster, subject.metric), values, mean, marks, spot, series }
    }
}

/// Draws the page.
pub fn draw(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState, subject: &Subject) {
    let past = Past::of(scene, cluster, subject, at.width.saturating_sub(LABELS + 1));
    let heading = at.take_top(1);
    draw_heading(sheet, heading, scene, subject, &past);
    let summary = at.take_top(2);
    draw_summary(sheet, summary, scene, cluster, subject, &past);
    let mut foot = at.take_bottom(2);
    let plot = Rect { x: at.x + LABELS + 1, width: at.width.saturating_sub(LABELS + 1), ..at };
    if plot.width == 0 || plot.height == 0 {
        return;
    }
    cursor::note_columns(sheet, plot, past.plot);
    let faint = scene.theme.faint;
    sheet.fill(Rect { x: plot.x - 1, width: 1, ..plot }, '│', faint);
    let Some(series) = past.series else {
        let row = Rect { y: plot.y + plot.height / 2, height: 1, ..plot }.narrowed(2);
        let loads = is_loading(scene, cluster);
        sheet.text(row, if loads { "loading…" } else { "no data of this time yet" }, faint);
        return;
    };
    let (bounds, values) = (past.bounds, &past.values);
    let now = subject.now.map_or(0.0, |shown| shown.value);
    let top = axis::top(bounds, spark::highest(values).max(now));
    spark::draw_bars(sheet, plot, values, top, bounds);
    threshold(sheet, plot, bounds.up, top, values, bounds);
    threshold(sheet, plot, bounds.down, top, values, bounds);
    let rule = Rect { x: plot.x, width: plot.width, ..foot.take_top(1) };
    axis::draw_times(sheet, rule, foot, past.plot.window, scene.zone);
    axis::draw_values(sheet, Rect { width: LABELS - 1, ..at }, plot.x - 1, top, bounds);
    if let Some(spot) = &past.spot {
        spot.draw(sheet, plot);
    }
    draw_begin(sheet, plot, scene, cluster, series, past.plot.window);
    marks::draw(sheet, Rect { height: 1, ..plot }, &past.marks);
}

/// What is shown, how far back it goes, and what a bar is.
fn draw_heading(sheet: &mut Sheet, at: Rect, scene: &Scene, subject: &Subject, past: &Past) {
    let mean = past.mean.map(|time| format!(", a bar is the mean of {}", words::span(time)));
    let range = format!("last {}{}", words::range(scene.ui.range), mean.unwrap_or_default());
    let zoned = format!("{range}, {}", words::zone(scene.now, scene.zone));
    let has_room = width(&subject.title) + width(&zoned) + 2 <= at.width;
    sheet.heading(at, &subject.title, if has_room { &zoned } else { &range });
}

/// The value now, what it was, the thresholds, and where it stands between them. With a cursor what stands there comes
/// first, and of the rest what has room.
fn draw_summary(
    sheet: &mut Sheet,
    mut at: Rect,
    scene: &Scene,
    cluster: &ClusterState,
    subject: &Subject,
    past: &Past,
) {
    let theme = scene.theme;
    let (metric, now, bounds) = (subject.metric, subject.now, past.bounds);
    let mut rest = at.take_top(1);
    let mut put = |rest: &mut Rect, spans: &[Span]| {
        if spans_width(spans) <= rest.width {
            let used = sheet.spans(*rest, spans);
            rest.take_left(used + 3);
        }
    };
    if let Some(spot) = &past.spot {
        put(&mut rest, &spot.spans(scene, past.plot, bounds));
    }
    let style = value::style(theme, now, bounds, theme.strong);
    let when = value::heading(scene, cluster);
    let mut now_spans =
        vec![Span::styled(format!("{when} "), theme.faint), Span::styled(value::apart(now, bounds, u16::MAX), style)];
    // A bar beside it may be of a shorter time or of a longer one.
    let mean = format!(", mean of {}", words::span(cluster.spec.timing.metrics_window));
    if now.is_some_and(|now| now.counts) && spans_width(&now_spans) + width(&mean) <= rest.width {
        now_spans.push(Span::styled(mean, theme.faint));
    }
    put(&mut rest, &now_spans);
    for (word, threshold) in [("down at ", bounds.down), ("up at ", bounds.up)] {
        if let Some(threshold) = threshold {
            let spans = [Span::styled(word, theme.faint), Span::styled(metric.format(threshold), theme.text)];
            put(&mut rest, &spans);
        }
    }
    if (bounds.up.is_some() || bounds.down.is_some()) && rest.width >= GAUGE {
        let place = rest.take_left(GAUGE);
        gauge::draw(sheet, place, now.filter(|now| now.counts).map(|now| now.value), bounds);
        rest.take_left(3);
    }
    // What has no room beside the numbers stands below them.
    let is_beside = width(metric.describe()) <= rest.width;
    let used = sheet.text(if is_beside { rest } else { at }, metric.describe(), theme.faint);
    at.take_left(if is_beside { 0 } else { used + 2 });
    if !past.marks.is_empty() && width(marks::LEGEND) <= at.width {
        sheet.right(at, marks::LEGEND, theme.faint);
    }
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
