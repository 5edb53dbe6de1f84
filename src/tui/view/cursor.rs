//! The cursor of a chart: a thin line through the column that is looked at, and in words what stands there.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::sheet::{Sheet, cells};
use super::spark::{Bounds, Plot};
use super::{Scene, marks, words};
use crate::cluster::Series;
use crate::tui::Target;

const MINUTE_MS: i64 = 60_000;
const DAY: Duration = Duration::from_secs(86_400);

/// What stands at the cursor.
pub struct Spot {
    column: usize,
    /// When its bar begins.
    begin: Timestamp,
    value: Option<f64>,
    /// Of how long a time the value is the mean, when it is one.
    mean: Option<Duration>,
    /// How many droplets served.
    serving: Option<f64>,
    /// Whether data of that time may still come.
    is_loading: bool,
}

impl Spot {
    /// That of the cursor, if there is one in the chart: one of these values, with the droplets that served then.
    pub fn of(
        scene: &Scene,
        plot: Plot,
        values: &[Option<f64>],
        mean: Option<Duration>,
        serving: Option<&Series>,
        is_loading: bool,
    ) -> Option<Self> {
        let column = plot.window.column_of(scene.ui.cursor?, plot.columns)?;
        let begin = plot.window.begin_of(column, plot.columns)?;
        let value = values.get(column).copied().flatten();
        let serving = serving.and_then(|series| served(series, plot, begin));
        Some(Self { column, begin, value, mean, serving, is_loading })
    }

    /// What is said of it.
    pub fn spans(&self, scene: &Scene, plot: Plot, bounds: Bounds) -> Vec<Span<'static>> {
        let theme = scene.theme;
        let mut spans = vec![Span::styled("at ", theme.faint), Span::styled(self.time(scene, plot), theme.text)];
        let Some(value) = self.value else {
            spans.push(Span::styled(if self.is_loading { " loading…" } else { " no data" }, theme.strong));
            return spans;
        };
        let style = if bounds.is_beyond(value) { theme.attention } else { theme.strong };
        spans.push(Span::styled(format!(" {}", bounds.metric.format(value)), style));
        if let Some(mean) = self.mean {
            spans.push(Span::styled(format!(", mean of {}", words::span(mean)), theme.faint));
        }
        if let Some(serving) = self.serving {
            spans.push(Span::styled(format!(", {}", marks::how_many(serving)), theme.faint));
        }
        spans
    }

    /// The time, as fine as the bars are: with seconds where one is shorter than a minute, and with the day where the
    /// clock alone could mean several.
    fn time(&self, scene: &Scene, plot: Plot) -> String {
        let clock = if plot.window.bucket_ms(plot.columns) < MINUTE_MS { "%H:%M:%S" } else { "%H:%M" };
        let day = if plot.window.range > DAY { "%b %-d " } else { "" };
        self.begin.to_zoned_datetime(scene.zone.clone()).strftime(&format!("{day}{clock}")).to_string()
    }

    /// The line through its column of a picture, and its place on the axis below.
    pub fn draw(&self, sheet: &mut Sheet, picture: Rect) {
        let x = picture.x + cells(self.column);
        let strong = sheet.theme.strong;
        sheet.line_over(Rect { x, width: 1, ..picture }, strong);
        sheet.glyph(x, picture.bottom(), '┴', strong);
    }
}

/// How many droplets served when a bar ended, if that was seen not long before.
fn served(serving: &Series, plot: Plot, begin: Timestamp) -> Option<f64> {
    let end = begin.as_millisecond().saturating_add(plot.window.bucket_ms(plot.columns));
    let after = serving.samples().partition_point(|sample| sample.at.as_millisecond() < end);
    let last = serving.samples()[..after].last()?;
    let is_near = begin.as_millisecond() - last.at.as_millisecond() <= plot.window.reach(serving);
    is_near.then_some(last.value)
}

/// Notes that each column of a picture can be clicked.
pub fn note_columns(sheet: &mut Sheet, picture: Rect, plot: Plot) {
    sheet.note_plot(plot);
    for (x, column) in (picture.x..picture.right()).zip(0..) {
        if let Some(begin) = plot.window.begin_of(column, plot.columns) {
            sheet.target(Rect { x, width: 1, ..picture }, Target::Moment(begin));
        }
    }
}
