//! The axes of a chart: round values at the side, and times beneath that are round where the people are who read them.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use super::sheet::{Sheet, cells, width};
use super::spark::{self, Bounds, Window};
use super::words;
use crate::cluster::{Metric, Unit};

/// A label of the time axis with air around it.
const TIME: usize = 13;

const DAY: u64 = 86_400;

/// What is left above the highest value, where no threshold asks for more.
const AIR: f64 = 1.1;

/// What a top can be, times a power of ten.
const ROUND: [f64; 11] = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];

/// From so many rows on there are so many parts, with a value at each.
const PARTS: [(u16, [f64; 3]); 2] = [(16, [0.25, 0.5, 0.75]), (10, [0.5; 3])];

/// The round value at the top of a chart in which this is the highest.
pub fn top(bounds: Bounds, highest: f64) -> f64 {
    let has_threshold = bounds.up.is_some() || bounds.down.is_some();
    let wanted = if has_threshold { bounds.top(highest) } else { highest * AIR };
    let is_all_zero = wanted <= f64::EPSILON;
    let is_share = bounds.metric.unit() == Unit::Percent && highest <= 100.0;
    round_up(bounds.metric, if is_all_zero { 1.0 } else { wanted }).min(if is_share { 100.0 } else { f64::INFINITY })
}

/// The next round number that is written as what it is.
fn round_up(metric: Metric, wanted: f64) -> f64 {
    let power = wanted.log10().floor();
    let all = (0..12).flat_map(|more| ROUND.map(|round| round * 10_f64.powf(power + f64::from(more))));
    let mut reaching = all.filter(|value| *value >= wanted * (1.0 - 1e-9));
    reaching.find_map(|value| written(metric, value)).unwrap_or(wanted)
}

/// What stands there when it is written, if it is the same.
fn written(metric: Metric, value: f64) -> Option<f64> {
    let shown: f64 = metric.format_number(value).parse().ok()?;
    ((shown - value).abs() <= value.abs() * 1e-9).then_some(shown)
}

/// The round values between 0 and the top that have room.
fn between(metric: Metric, top: f64, rows: u16) -> Vec<f64> {
    let values = PARTS
        .iter()
        .filter(|(least, _)| rows >= *least)
        .find_map(|(_, parts)| parts.iter().map(|part| written(metric, top * part)).collect::<Option<Vec<f64>>>());
    let mut values = values.unwrap_or_default();
    values.dedup();
    values
}

/// The labels beside a plot, and a tick in the rule at its side for each: the thresholds, the top where none of them
/// is, what lies between where none of them is near, and 0 on the foot of the axis.
pub fn draw_values(sheet: &mut Sheet, labels: Rect, rule: u16, top: f64, bounds: Bounds) {
    let (metric, rows) = (bounds.metric, labels.height);
    let (faint, text) = (sheet.theme.faint, sheet.theme.text);
    let row_of = |value| spark::row_of(value, top, rows);
    let mut taken: Vec<u16> = Vec::new();
    let mut lines = Vec::new();
    for (mark, threshold) in [("▲ ", bounds.up), ("▼ ", bounds.down)] {
        if let Some(value) = threshold.filter(|value| !taken.contains(&row_of(*value))) {
            taken.push(row_of(value));
            lines.push((row_of(value), format!("{mark}{}", metric.format(value)), text));
        }
    }
    if rows > 0 && !taken.contains(&(rows - 1)) {
        lines.push((rows - 1, metric.format(top), faint));
    }
    for value in between(metric, top, rows) {
        if taken.iter().all(|row| row.abs_diff(row_of(value)) > 1) {
            lines.push((row_of(value), metric.format(value), faint));
        }
    }
    for (row, label, style) in lines {
        let y = labels.bottom() - 1 - row;
        sheet.right(Rect { y, height: 1, ..labels }, &label, style);
        sheet.glyph(rule, y, '┤', faint);
    }
    sheet.right(Rect { y: labels.bottom(), height: 1, ..labels }, &metric.format(0.0), faint);
}

/// The time axis: a rule with ticks, and the times beneath.
pub fn draw_times(sheet: &mut Sheet, axis: Rect, labels: Rect, window: Window, zone: &TimeZone) {
    let faint = sheet.theme.faint;
    sheet.fill(axis, '─', faint);
    sheet.glyph(axis.x.saturating_sub(1), axis.y, '└', faint);
    let place = |(column, text): (usize, String)| {
        let (x, wide) = (axis.x + cells(column), width(&text));
        // Where one would be cut off it stands beside its tick.
        let start = x.saturating_sub(wide / 2).min(labels.right().saturating_sub(wide)).max(labels.x);
        (x, Label { start, end: start + wide, text })
    };
    let (ticks, all): (Vec<u16>, Vec<Label>) = times(window, axis.width.into(), zone).into_iter().map(place).unzip();
    for x in ticks {
        sheet.glyph(x, axis.y, '┴', faint);
    }
    for label in fitting(&all) {
        sheet.text(Rect { x: label.start, width: label.end - label.start, height: 1, ..labels }, &label.text, faint);
    }
}

/// What stands below a tick, from which column to before which.
#[derive(Debug, PartialEq)]
struct Label {
    start: u16,
    end: u16,
    text: String,
}

/// The labels that have room, with a blank between: all, or each second, third and so on up to the last, and the first.
fn fitting(all: &[Label]) -> Vec<&Label> {
    let is_apart = |one: &Label, other: &Label| one.end < other.start;
    let each = |nth: usize| all.iter().rev().step_by(nth).rev().collect::<Vec<_>>();
    let has_room = |nth: &usize| each(*nth).windows(2).all(|pair| is_apart(pair[0], pair[1]));
    let mut chosen = each((1..=all.len()).find(has_room).unwrap_or(1));
    if let (Some(first), Some(next)) = (all.first(), chosen.first())
        && is_apart(first, next)
    {
        chosen.insert(0, first);
    }
    chosen
}

/// The columns of the ticks, with what they say: the day at midnight where the clock alone could mean several, else
/// the clock.
fn times(window: Window, columns: usize, zone: &TimeZone) -> Vec<(usize, String)> {
    let mut times: Vec<(usize, String)> = Vec::new();
    let step = tick(window.range, columns);
    let (Some(step), Some(begin)) = (i64::try_from(step.as_secs()).ok(), window.begin_of(0, columns)) else {
        return times;
    };
    // Counted from midnight by the clock on the wall, also where that is set forward or back.
    let begin = begin.to_zoned_datetime(zone.clone()).datetime();
    let passed = begin.duration_since(begin.start_of_day()).as_secs() / step * step;
    let mut local = begin.start_of_day().saturating_add(SignedDuration::from_secs(passed));
    let has_days = window.range > Duration::from_secs(DAY);
    while let Ok(at) = local.to_zoned_datetime(zone.clone()).map(|zoned| zoned.timestamp())
        && at <= window.end
    {
        let is_new = |column: &usize| times.last().is_none_or(|(last, _)| last < column);
        if let Some(column) = window.column_of(at, columns).filter(is_new) {
            let is_day = has_days && local == local.start_of_day();
            times.push((column, if is_day { words::short_date(at, zone) } else { words::short_clock(at, zone) }));
        }
        local = local.saturating_add(SignedDuration::from_secs(step));
    }
    times
}

/// The time between two ticks: round, and with room for the labels.
fn tick(range: Duration, columns: usize) -> Duration {
    const ROUND: [u64; 12] = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY];
    let least = range.as_secs() * u64::try_from(TIME).unwrap_or(1) / u64::try_from(columns.max(1)).unwrap_or(1);
    Duration::from_secs(ROUND.into_iter().find(|step| *step >= least).unwrap_or(DAY))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn bounds(metric: Metric, up: Option<f64>, down: Option<f64>) -> Bounds {
        Bounds { metric, up, down }
    }

    #[test]
    fn ticks_are_round_and_leave_room() {
        let tick = |seconds, columns| tick(Duration::from_secs(seconds), columns).as_secs();
        assert_eq!(tick(900, 65), 300);
        assert_eq!(tick(3600, 100), 600);
        assert_eq!(tick(86_400, 180), 7200);
        assert_eq!(tick(7 * 86_400, 60), 86_400);
        assert_eq!(tick(3600, 0), 86_400);
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn the_top_is_round_above_all_values_and_the_threshold() {
        let cases = [
            (Metric::Load, Some(0.8), 0.6, 1.2),
            (Metric::Load, Some(0.8), 1.21, 1.5),
            (Metric::Load, None, 0.004, 0.01),
            (Metric::Load, None, 0.0, 1.0),
            (Metric::Load, None, 1e-9, 0.01),
            (Metric::Cpu, Some(70.0), 93.0, 100.0),
            (Metric::Cpu, Some(90.0), 100.0, 100.0),
            (Metric::Cpu, Some(90.0), 131.0, 150.0),
            (Metric::Cpu, Some(0.9), 0.1, 2.0),
            (Metric::ResponseTime, Some(250.0), 80.0, 400.0),
            (Metric::OutboundBandwidth, None, 7.1, 8.0),
            (Metric::FreeMemory, None, 660.0, 800.0),
            (Metric::Memory, None, 95.0, 100.0),
            (Metric::FreeMemory, Some(200.0), 700.0, 800.0),
            (Metric::Requests, Some(100_000.0), 5.0, 150_000.0),
        ];
        for (metric, up, highest, expected) in cases {
            let top = top(bounds(metric, up, None), highest);
            assert!(close(top, expected), "{metric:?} {up:?} {highest}: {top}");
        }
        for highest in (1..2_000).map(|n| f64::from(n) * 0.37) {
            for metric in Metric::ALL {
                let top = top(bounds(metric, None, None), highest);
                assert!(top >= highest && close(metric.format_number(top).parse().unwrap(), top), "{metric:?} {top}");
            }
        }
    }

    #[test]
    fn what_lies_between_is_written_as_it_is() {
        assert_eq!(between(Metric::Cpu, 100.0, 9), [0.0; 0], "no room");
        assert_eq!(between(Metric::Cpu, 100.0, 10), [50.0]);
        assert_eq!(between(Metric::Cpu, 100.0, 16), [25.0, 50.0, 75.0]);
        assert_eq!(between(Metric::Cpu, 50.0, 16), [25.0], "a quarter is 12.5");
        assert_eq!(between(Metric::Cpu, 25.0, 16), [0.0; 0]);
        assert_eq!(between(Metric::Load, 1.2, 20), [0.3, 0.6, 0.9]);
        assert_eq!(between(Metric::Load, 2.5, 20), [1.25]);
    }

    const WEEK: u64 = 7 * DAY;

    /// What stands at the ticks of so many seconds before Monday, November 24 2025, 12:00 UTC.
    fn told(range: u64, columns: usize, zone: &str) -> Vec<(usize, String)> {
        let end = Timestamp::from_second(1_763_985_600).unwrap();
        let window = Window { end, range: Duration::from_secs(range), step: Duration::from_secs(120) };
        times(window, columns, &TimeZone::posix(zone).unwrap())
    }

    fn texts(range: u64, columns: usize, zone: &str) -> Vec<String> {
        told(range, columns, zone).into_iter().map(|(_, text)| text).collect()
    }

    const KOLKATA: &str = "IST-5:30";
    const NEW_YORK: &str = "EST5EDT,M3.2.0,M11.1.0";

    #[test]
    fn over_more_than_a_day_midnights_are_days() {
        let week = texts(WEEK, 188, "UTC0");
        assert_eq!(week[..4], ["Nov 18", "12:00", "Nov 19", "12:00"]);
        assert_eq!(week[11..], ["12:00", "Nov 24", "12:00"]);
        assert_eq!(texts(DAY, 67, "UTC0"), ["18:00", "00:00", "06:00", "12:00"], "one day can only be today");
    }

    #[test]
    fn ticks_are_round_by_the_clock_on_the_wall() {
        assert_eq!(texts(DAY, 67, KOLKATA), ["18:00", "00:00", "06:00", "12:00"]);
        assert_eq!(texts(DAY, 67, NEW_YORK), ["12:00", "18:00", "00:00", "06:00"]);
        assert_eq!(texts(900, 67, KOLKATA), ["17:20", "17:25", "17:30"]);
        let (kolkata, utc) = (told(DAY, 67, KOLKATA), told(DAY, 67, "UTC0"));
        assert_ne!(kolkata[1].0, utc[1].0, "midnight there is another time");
        let days = texts(WEEK, 47, NEW_YORK);
        assert_eq!(days, ["Nov 18", "Nov 19", "Nov 20", "Nov 21", "Nov 22", "Nov 23", "Nov 24"]);
    }

    #[test]
    fn labels_without_room_are_left_out_evenly() {
        let labels = |apart: u16, count: u16| {
            let label = |i: u16| Label { start: i * apart, end: i * apart + 6, text: i.to_string() };
            (0..count).map(label).collect::<Vec<_>>()
        };
        let texts = |all: &[Label]| fitting(all).iter().map(|label| label.text.clone()).collect::<Vec<_>>().join(" ");
        assert_eq!(texts(&labels(7, 6)), "0 1 2 3 4 5");
        assert_eq!(texts(&labels(6, 7)), "0 2 4 6");
        assert_eq!(texts(&labels(6, 6)), "1 3 5", "the first would touch the next");
        assert_eq!(texts(&labels(3, 6)), "2 5");
        assert_eq!(texts(&labels(3, 7)), "0 3 6");
        assert_eq!(texts(&[]), "");
    }

    #[test]
    fn the_night_in_which_the_clock_is_set_back_has_no_tick_twice() {
        // In New York on November 2 2025 at 06:00 UTC.
        let end = Timestamp::from_second(1_762_074_000).unwrap();
        let window = Window { end, range: Duration::from_secs(6 * 3600), step: Duration::from_secs(120) };
        let times = times(window, 100, &TimeZone::posix(NEW_YORK).unwrap());
        let texts: Vec<&str> = times.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["00:00", "01:00", "02:00", "03:00", "04:00"]);
        assert!(times.is_sorted_by(|a, b| a.0 < b.0), "{times:?}");
    }
}
