//! Ages of things. A figure is never shown or used without knowing how old it is, so a value from the cloud
//! travels as a [`Reading`].

use std::time::Duration;

use jiff::Timestamp;

/// The time from `from` to `to`; zero when `from` lies in the future.
#[must_use]
pub fn elapsed(from: Timestamp, to: Timestamp) -> Duration {
    to.duration_since(from).try_into().unwrap_or(Duration::ZERO)
}

/// What is left of a wait, in seconds: rounded up, since a wait of no second is none.
#[must_use]
pub fn seconds_left(left: Duration) -> u64 {
    left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0)).max(1)
}

/// How long something takes or took: `45 s`, `1 min 20 s`, `2 h 10 min`, `3 d 4 h`.
#[must_use]
pub fn span(duration: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let two = |big: u64, unit: &str, small: u64, small_unit: &str| {
        if small == 0 { format!("{big} {unit}") } else { format!("{big} {unit} {small} {small_unit}") }
    };
    match duration.as_secs() {
        s if s < MINUTE => format!("{s} s"),
        s if s < HOUR => two(s / MINUTE, "min", s % MINUTE, "s"),
        s if s < DAY => two(s / HOUR, "h", s % HOUR / MINUTE, "min"),
        s => two(s / DAY, "d", s % DAY / HOUR, "h"),
    }
}

/// A value and the moment it describes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The value, in the unit of its metric.
    pub value: f64,
    /// The time of the newest sample in it.
    pub at: Timestamp,
}

impl Reading {
    /// How old the newest sample in it is.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Duration {
        elapsed(self.at, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_wait_is_never_nothing() {
        let left = [0, 1, 999, 1000, 1001, 59_900].map(|ms| seconds_left(Duration::from_millis(ms)));
        assert_eq!(left, [1, 1, 1, 1, 2, 60]);
    }
}
