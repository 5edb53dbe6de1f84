//! A series as a picture: buckets aligned to time, so that it moves only when time has passed a bucket and not
//! with every frame; gaps stay gaps; the scale leaves room above the scale-up threshold, and what is beyond it
//! has another style.

use std::time::Duration;

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::sheet::Sheet;
use crate::cluster::{Busy, Metric, Sample, Series, elapsed};
use crate::worker::ClusterState;

const RAMP: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A line through the middle of each quarter of a row, the lowest first.
const LINE: [char; 4] = ['⣀', '⠤', '⠒', '⠉'];

/// Which stretch of time is shown, and how long one sample speaks for the time after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// The newest moment.
    pub end: Timestamp,
    /// How far back it goes.
    pub range: Duration,
    /// The usual time between two samples.
    pub step: Duration,
}

/// The columns in which a chart shows a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plot {
    /// The stretch.
    pub window: Window,
    /// How many columns.
    pub columns: usize,
}

/// The thresholds that a picture is drawn against.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// What is measured.
    pub metric: Metric,
    /// The scale-up threshold.
    pub up: Option<f64>,
    /// The scale-down threshold.
    pub down: Option<f64>,
}

impl Bounds {
    /// Whether a value is beyond the scale-up threshold.
    pub fn is_beyond(&self, value: f64) -> bool {
        self.up.is_some_and(|up| self.metric.is_busier(value, up))
    }

    /// The value at the top of the picture; its bottom is 0.
    pub fn top(&self, highest: f64) -> f64 {
        let wanted = match (self.metric.busy(), self.up, self.down) {
            (Busy::High, Some(up), _) => up / 0.75,
            (Busy::High, None, Some(down)) => down * 2.0,
            (Busy::Low, _, Some(down)) => down * 1.25,
            (Busy::Low, Some(up), None) => up * 2.5,
            (_, None, None) => highest * 1.25,
        };
        // A series of zeros must not divide by zero.
        wanted.max(highest).max(f64::EPSILON)
    }
}

impl Window {
    /// That of a cluster: up to the last look, so that nothing moves between two; before the first, up to `now`.
    pub fn of(cluster: &ClusterState, range: Duration, now: Timestamp) -> Self {
        let end = cluster.observation.as_ref().map_or(now, |seen| seen.at);
        Self { end, range, step: cluster.spec.timing.metrics_step }
    }

    /// Whether a moment is not too long ago.
    pub fn contains(&self, at: Timestamp) -> bool {
        elapsed(at, self.end) < self.range
    }

    /// The length of one of `columns` buckets, in milliseconds.
    pub fn bucket_ms(&self, columns: usize) -> i64 {
        let columns = i64::try_from(columns.max(1)).unwrap_or(i64::MAX);
        (i64::try_from(self.range.as_millis()).unwrap_or(i64::MAX) / columns).max(1)
    }

    /// The bucket of `columns` in which a moment lies.
    pub fn column_of(&self, at: Timestamp, columns: usize) -> Option<usize> {
        let bucket = self.bucket_ms(columns);
        let back = self.end.as_millisecond().div_euclid(bucket) - at.as_millisecond().div_euclid(bucket);
        usize::try_from(back).ok().and_then(|back| columns.checked_sub(back + 1))
    }

    /// When the bucket in this column begins; none beyond the newest.
    pub fn begin_of(&self, column: usize, columns: usize) -> Option<Timestamp> {
        let bucket = self.bucket_ms(columns);
        let back = i64::try_from(columns.checked_sub(column + 1)?).ok()?;
        let number = self.end.as_millisecond().div_euclid(bucket) - back;
        Timestamp::from_millisecond(number.saturating_mul(bucket)).ok()
    }

    /// The mean of each bucket, oldest first. A bucket without a sample has the value of the last one before it,
    /// as long as that is no more than one and a half steps away; else it is a gap. The newest sample of all speaks
    /// until now while the next one is not late: it is as old as the delay and a step before there can be another,
    /// and a bucket that has just begun would come and go.
    pub fn buckets(&self, series: &Series, columns: usize) -> Vec<Option<f64>> {
        let bucket = self.bucket_ms(columns);
        let Some(last) = i64::try_from(columns).ok().filter(|c| *c > 0) else { return Vec::new() };
        let first = self.end.as_millisecond().div_euclid(bucket) + 1 - last;
        let reach = self.reach(series);
        let samples = series.samples();
        let in_time = |last: &Sample| self.end.as_millisecond() - last.at.as_millisecond() <= reach.saturating_mul(2);
        let until_now = series.last().filter(in_time);
        let mut next = samples.partition_point(|s| s.at.as_millisecond() < first.saturating_mul(bucket));
        let mut held: Option<Sample> = next.checked_sub(1).map(|i| samples[i]);
        let mut means = Vec::with_capacity(columns);
        for number in first..first + last {
            let until = (number + 1).saturating_mul(bucket);
            let (mut sum, mut count) = (0.0, 0_u32);
            while let Some(sample) = samples.get(next).filter(|s| s.at.as_millisecond() < until) {
                sum += sample.value;
                count += 1;
                held = Some(*sample);
                next += 1;
            }
            means.push(if count > 0 {
                Some(sum / f64::from(count))
            } else {
                let middle = until - bucket / 2;
                let speaks = |s: &Sample| middle - s.at.as_millisecond() <= reach || until_now == Some(*s);
                held.filter(speaks).map(|s| s.value)
            });
        }
        means
    }

    /// Of how long a time one of `columns` buckets is the mean, when that is more than a sample; in whole minutes
    /// where there are some.
    pub fn averages(&self, series: &Series, columns: usize) -> Option<Duration> {
        let bucket = self.bucket_ms(columns);
        let seconds = bucket.saturating_add(500) / 1000;
        let rounded = if seconds < 60 { seconds } else { (seconds + 30) / 60 * 60 };
        let rounded = u64::try_from(rounded).ok().map(Duration::from_secs);
        rounded.filter(|_| bucket > self.sample_ms(series))
    }

    /// The time between two samples, in milliseconds: long ranges come in longer steps.
    pub fn sample_ms(&self, series: &Series) -> i64 {
        let samples = series.samples();
        let gaps = samples.windows(2).rev().take(8).map(|w| w[1].at.as_millisecond() - w[0].at.as_millisecond());
        let step = i64::try_from(self.step.as_millis()).unwrap_or(i64::MAX);
        gaps.min().unwrap_or(step).max(step)
    }

    /// How long a sample speaks for the time after it, in milliseconds.
    pub fn reach(&self, series: &Series) -> i64 {
        self.sample_ms(series).saturating_mul(3) / 2
    }
}

/// The eighths of a row that a value fills in a picture of `rows` rows: at least one, for it is known, and never
/// the last one, so that a picture does not grow together with the one above it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a few rows")]
pub fn eighths(value: f64, top: f64, rows: u16) -> usize {
    let full = f64::from(rows) * 8.0 - 1.0;
    (value / top * full).round().clamp(1.0, full) as usize
}

/// The row in which a value ends, counted from the bottom.
pub fn row_of(value: f64, top: f64, rows: u16) -> u16 {
    u16::try_from(eighths(value, top, rows).saturating_sub(1) / 8).unwrap_or(0)
}

/// How many rows of a bar, from the bottom, are as calm ones are: all of one within the threshold, and of one beyond it
/// those below the row of the threshold. Where less is busier the bar ends below it: then no row is calm.
pub fn calm_rows(value: f64, top: f64, rows: u16, bounds: Bounds) -> u16 {
    match bounds.up.filter(|_| bounds.is_beyond(value)) {
        None => rows,
        Some(up) if bounds.metric.busy() == Busy::High => row_of(up, top, rows),
        Some(_) => 0,
    }
}

/// A line at the height where such a value ends in its row: as high as a bar of the same value.
pub fn line_of(value: f64, top: f64, rows: u16) -> char {
    LINE[eighths(value, top, rows).saturating_sub(1) % 8 / 2]
}

/// The block that fills the lower `eighths` of a cell.
pub fn block(eighths: usize) -> char {
    RAMP[eighths.min(8)]
}

/// Draws a series into a place, the newest value at its right end; tells the value at the top. It is not below the one
/// that is said to be `now`, which the newest bar, a mean of some time, may not reach.
pub fn draw(
    sheet: &mut Sheet,
    at: Rect,
    series: Option<&Series>,
    now: Option<f64>,
    window: Window,
    bounds: Bounds,
) -> Option<f64> {
    let series = series.filter(|s| !s.is_empty())?;
    let values = window.buckets(series, at.width.into());
    let top = bounds.top(highest(&values).max(now.unwrap_or(0.0)));
    draw_bars(sheet, at, &values, top, bounds);
    Some(top)
}

/// The highest of some values, of which none is below 0.
pub fn highest(values: &[Option<f64>]) -> f64 {
    values.iter().flatten().copied().fold(0.0, f64::max)
}

/// Draws a bar for each value, and where they would be too high a line that is easily overlooked.
pub fn draw_bars(sheet: &mut Sheet, at: Rect, values: &[Option<f64>], top: f64, bounds: Bounds) {
    if let Some(up) = bounds.up.filter(|_| at.height > 1) {
        let row = at.bottom().saturating_sub(row_of(up, top, at.height) + 1);
        let faint = sheet.theme.faint;
        sheet.fill(Rect { y: row, height: 1, ..at }, line_of(up, top, at.height), faint);
    }
    for (x, value) in (at.x..at.right()).zip(values) {
        let Some(value) = *value else { continue };
        let calm = calm_rows(value, top, at.height, bounds);
        let mut height = eighths(value, top, at.height);
        for (row, y) in (0..).zip((at.y..at.bottom()).rev()) {
            if height == 0 {
                break;
            }
            let style = if row < calm { sheet.theme.data } else { sheet.theme.attention };
            sheet.glyph(x, y, block(height), style);
            height = height.saturating_sub(8);
        }
    }
}

/// The scale beside a picture: the values at its top, at the thresholds and at its bottom, each in its row, of which a
/// label that would lie on another is left out; beside a single row, from where to where it goes.
pub fn draw_scale(sheet: &mut Sheet, at: Rect, top: f64, bounds: Bounds) {
    let theme = sheet.theme;
    if at.height == 1 {
        let text = format!("0–{}", bounds.metric.format(top));
        return sheet.right(at, &text, theme.faint);
    }
    let labels: [(Option<f64>, &str, Style); 4] = [
        (bounds.up, "▲ ", theme.text),
        (bounds.down, "▼ ", theme.text),
        (Some(0.0), "", theme.faint),
        (Some(top), "", theme.faint),
    ];
    let mut taken: Vec<u16> = Vec::new();
    for (value, mark, style) in labels {
        let Some(value) = value else { continue };
        let row = if value == 0.0 { 0 } else { row_of(value, top, at.height) };
        if at.height == 0 || taken.contains(&row) {
            continue;
        }
        taken.push(row);
        let text = format!("{mark}{}", bounds.metric.format(value));
        sheet.right(Rect { y: at.bottom() - 1 - row, height: 1, ..at }, &text, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn window(end: i64) -> Window {
        Window { end: at(end), range: Duration::from_secs(600), step: Duration::from_secs(60) }
    }

    fn series(samples: &[(i64, f64)]) -> Series {
        Series::new(samples.iter().map(|&(second, value)| Sample { at: at(second), value }))
    }

    #[test]
    fn buckets_hold_means_and_gaps_stay_gaps() {
        let series = series(&[(6_000, 1.0), (6_030, 3.0), (6_060, 4.0), (6_300, 5.0)]);
        let buckets = window(6_599).buckets(&series, 10);
        let expected = [Some(2.0), Some(4.0), Some(4.0), None, None, Some(5.0), Some(5.0), None, None, None];
        assert_eq!(buckets, expected);
    }

    #[test]
    fn a_bucket_that_has_just_begun_shows_the_last_sample_until_the_next_one_is_late() {
        // A sample each 2 s that comes up to 3 s late, in buckets of 10 s.
        let quick = |end: i64| Window { end: at(end), range: Duration::from_secs(100), step: Duration::from_secs(2) };
        let all: Vec<(i64, f64)> = (0..=300).map(|i| (6_000 + i * 2, 1.0)).collect();
        for end in 6_200..6_500 {
            let known: Vec<(i64, f64)> = all.iter().copied().filter(|(second, _)| second + 3 < end).collect();
            assert_eq!(quick(end).buckets(&series(&known), 10), [Some(1.0); 10], "at {end}");
        }
        // One bucket for each sample, of which the newest are still to come.
        let slow = series(&[(6_000, 1.0), (6_060, 2.0)]);
        let newest = |end: i64| window(end).buckets(&slow, 20).split_off(15);
        assert_eq!(newest(6_239), [Some(2.0); 5], "almost three steps after it");
        assert_eq!(newest(6_249), [Some(2.0), None, None, None, None], "late");
    }

    #[test]
    fn a_column_begins_where_its_bucket_does() {
        for column in 0..10 {
            let begin = window(6_599).begin_of(column, 10).unwrap();
            assert_eq!(window(6_599).column_of(begin, 10), Some(column));
            assert_eq!(begin, at(6_000 + i64::try_from(column).unwrap() * 60));
        }
        assert_eq!(window(6_599).begin_of(10, 10), None);
    }

    #[test]
    fn a_bucket_is_a_mean_when_it_holds_more_than_a_sample() {
        let every = |step: i64| series(&(0..10).map(|i| (6_000 + i * step, 1.0)).collect::<Vec<_>>());
        let hours = |n: u64| Window { range: Duration::from_secs(n * 3600), ..window(9_000) };
        let averages = |n, step, columns| hours(n).averages(&every(step), columns).map(|d| d.as_secs());
        assert_eq!(averages(1, 60, 67), None, "some 54 s each");
        assert_eq!(averages(1, 60, 40), Some(120), "90 s, in whole minutes");
        assert_eq!(averages(6, 60, 67), Some(300));
        assert_eq!(averages(6, 600, 67), None, "the samples are further apart");
        let quick = Window { step: Duration::from_secs(5), ..hours(1) };
        assert_eq!(quick.averages(&every(5), 120), Some(Duration::from_secs(30)));
    }

    #[test]
    fn the_picture_stays_until_a_bucket_has_passed() {
        let series = series(&[(6_000, 1.0), (6_060, 2.0), (6_120, 3.0)]);
        assert_eq!(window(6_541).buckets(&series, 10), window(6_599).buckets(&series, 10));
        assert_ne!(window(6_599).buckets(&series, 10), window(6_600).buckets(&series, 10));
    }

    #[test]
    fn a_line_is_as_high_as_a_bar_of_the_same_value() {
        let heights = ["▁▂", "▃▄", "▅▆", "▇█"];
        for rows in 1..=40 {
            for value in 1..=100 {
                let value = f64::from(value);
                let bar = eighths(value, 100.0, rows) - usize::from(row_of(value, 100.0, rows)) * 8;
                let quarter = heights.iter().position(|both| both.contains(block(bar)));
                let line = LINE.iter().position(|line| *line == line_of(value, 100.0, rows));
                assert_eq!(line, quarter, "{value} of 100 in {rows} rows");
            }
        }
    }

    #[test]
    fn a_known_zero_is_not_a_gap() {
        assert_eq!(block(eighths(0.0, 1.0, 1)), '▁');
        assert_eq!(block(eighths(1.0, 1.0, 1)), '▇');
        assert_eq!(eighths(9.0, 1.0, 2), 15);
    }
}
