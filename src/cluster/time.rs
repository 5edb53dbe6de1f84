//! Ages of things. A figure is never shown or used without knowing how old it is, so a value from the cloud
//! travels as a [`Reading`].

use std::time::Duration;

use jiff::Timestamp;

/// The time from `from` to `to`; zero when `from` lies in the future.
#[must_use]
pub fn elapsed(from: Timestamp, to: Timestamp) -> Duration {
    to.duration_since(from).try_into().unwrap_or(Duration::ZERO)
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
