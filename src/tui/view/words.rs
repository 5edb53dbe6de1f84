//! Durations, ages, times and money in words, in one place. Ages are coarse on purpose: a screen at rest must not
//! change each second.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cluster::{Cost, Price, Size, seconds_left};
pub use crate::cluster::{plural, span};

/// What stands for a value that is not known: never a zero.
pub const UNKNOWN: &str = "–";

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How old something is, in one unit: steps of 5 s in the first minute, then whole minutes, hours, days. What is
/// younger than a step is not said to have no age.
pub fn age(age: Duration) -> String {
    match age.as_secs() {
        s if s < 5 => "<5 s".to_owned(),
        s if s < MINUTE => format!("{} s", s / 5 * 5),
        s if s < HOUR => format!("{} min", s / MINUTE),
        s if s < 2 * DAY => format!("{} h", s / HOUR),
        s => format!("{} d", s / DAY),
    }
}

/// How long ago something was, as a phrase.
pub fn ago(since: Duration) -> String {
    if since.as_secs() < 5 { "just now".to_owned() } else { format!("{} ago", age(since)) }
}

/// What is left of a wait, rounded up: to 5 s in the last two minutes, to minutes before; the last ten seconds are
/// counted. It is never nothing.
pub fn left(duration: Duration) -> String {
    let seconds = seconds_left(duration);
    let step = match seconds {
        0..10 => 1,
        10..120 => 5,
        _ => MINUTE,
    };
    span(Duration::from_secs(seconds.div_ceil(step) * step))
}

/// A range of time: `15 min`, `24 h`, `7 d`. A day is told in hours, as the key for it says.
pub fn range(range: Duration) -> String {
    if range.as_secs() == DAY { format!("{} h", DAY / HOUR) } else { span(range) }
}

/// The time of day; of UTC with a `Z`.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    let time = at.to_zoned_datetime(zone.clone()).strftime("%H:%M:%S").to_string();
    if *zone == TimeZone::UTC { time + "Z" } else { time }
}

/// In which zone the times of a page are: `times in CET`.
pub fn zone(at: Timestamp, zone: &TimeZone) -> String {
    format!("times in {}", at.to_zoned_datetime(zone.clone()).strftime("%Z"))
}

/// The time of day without seconds, for axes.
pub fn short_clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%H:%M").to_string()
}

/// The day, for axes.
pub fn short_date(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%b %-d").to_string()
}

/// A size with what it offers, in the words that DigitalOcean sells it by.
pub fn size(size: &Size) -> String {
    let memory = match size.memory_mib {
        mib if mib > 0 && mib % 1024 == 0 => format!("{} GB", mib / 1024),
        mib => format!("{mib} MB"),
    };
    format!("{} ({}, {memory} memory, {} GB disk)", size.slug, plural(size.vcpus as usize, "vCPU"), size.disk_gib)
}

/// The date and the time.
pub fn date(at: Timestamp, zone: &TimeZone) -> String {
    let text = at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    if *zone == TimeZone::UTC { text + "Z" } else { text }
}

/// Dollars, with as many decimals as matter.
pub fn dollars(amount: f64) -> String {
    if amount == 0.0 {
        "$0".to_owned()
    } else if amount >= 1000.0 {
        format!("${amount:.0}")
    } else if amount < 0.1 {
        // As fine as DigitalOcean's prices of an hour: those of a few droplets add up to what is shown for all.
        format!("${amount:.5}")
    } else {
        format!("${amount:.2}")
    }
}

/// Dollars in a narrow column: cents only where there are some and they matter.
pub fn short_dollars(amount: f64) -> String {
    if amount >= 100.0 || amount.fract().abs() < 0.005 { format!("${amount:.0}") } else { format!("${amount:.2}") }
}

/// What something costs an hour and a month. A lower bound has `≥` before it.
pub fn cost(cost: &Cost) -> String {
    let at_least = if cost.unknown > 0 { "≥" } else { "" };
    format!("{at_least}{}/h  {at_least}{}/month", dollars(cost.hourly), dollars(cost.monthly))
}

/// A price, or that it is not known.
pub fn price(price: Option<Price>) -> String {
    price.map_or_else(
        || "the price is not known".to_owned(),
        |p| format!("{} an hour, {} a month", dollars(p.hourly), dollars(p.monthly)),
    )
}

/// `web-1, web-2 and 7 more`: names without end would push away what matters.
pub fn listed(names: &[String], most: usize) -> String {
    if names.len() <= most {
        return names.join(", ");
    }
    format!("{} and {} more", names[..most].join(", "), names.len() - most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn ages_are_coarse() {
        let ages = [4, 9, 59, 60, 179, 3600, 47 * 3600, 48 * 3600].map(|n| age(s(n)));
        assert_eq!(ages, ["<5 s", "5 s", "55 s", "1 min", "2 min", "1 h", "47 h", "2 d"]);
        assert_eq!(ago(s(3)), "just now");
        assert_eq!(ago(s(12)), "10 s ago");
    }

    #[test]
    fn spans_have_two_units_at_most() {
        let spans = [0, 45, 60, 80, 7800, 7200, 273_600].map(|n| span(s(n)));
        assert_eq!(spans, ["0 s", "45 s", "1 min", "1 min 20 s", "2 h 10 min", "2 h", "3 d 4 h"]);
    }

    #[test]
    fn ranges_are_told_as_they_are_chosen() {
        let ranges = crate::tui::Ui::RANGES.map(range);
        assert_eq!(ranges, ["15 min", "1 h", "6 h", "24 h", "7 d"]);
    }

    #[test]
    fn what_is_left_is_never_rounded_to_nothing() {
        assert_eq!(left(s(7)), "7 s");
        assert_eq!(left(Duration::from_millis(300)), "1 s");
        assert_eq!(left(Duration::ZERO), "1 s");
        assert_eq!(left(s(66)), "1 min 10 s");
        assert_eq!(left(s(121)), "3 min");
    }

    #[test]
    fn money_says_when_it_is_a_lower_bound() {
        let sum = Cost { hourly: 0.026_79, monthly: 18.0, unknown: 0 };
        assert_eq!(cost(&sum), "$0.02679/h  $18.00/month");
        assert_eq!(cost(&Cost { unknown: 1, ..sum }), "≥$0.02679/h  ≥$18.00/month");
    }

    #[test]
    fn dollars_are_short() {
        assert_eq!([6.0, 6.5, 1_344.0].map(short_dollars), ["$6", "$6.50", "$1344"]);
    }

    #[test]
    fn a_size_is_called_as_it_is_sold() {
        let offers = |vcpus, memory_mib, disk_gib| {
            size(&Size { slug: "s".to_owned(), vcpus, memory_mib, disk_gib, price: None })
        };
        assert_eq!(offers(1, 512, 10), "s (1 vCPU, 512 MB memory, 10 GB disk)");
        assert_eq!(offers(4, 8192, 160), "s (4 vCPUs, 8 GB memory, 160 GB disk)");
    }

    #[test]
    fn times_say_their_zone() {
        let at = Timestamp::from_second(1_763_985_600).unwrap();
        assert_eq!(clock(at, &TimeZone::UTC), "12:00:00Z");
        assert_eq!(clock(at, &TimeZone::fixed(jiff::tz::offset(1))), "13:00:00");
        assert_eq!(zone(at, &TimeZone::UTC), "times in UTC");
        assert_eq!(zone(at, &TimeZone::fixed(jiff::tz::offset(1))), "times in +01");
    }
}
