//! Whose time it is. Ages and markers are judged by the server's clock, known from the `Date` header of its
//! answers, so that a wrong local clock changes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A source of the local time.
pub trait Clock: Send + Sync + 'static {
    /// The local time.
    fn now(&self) -> Timestamp;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

const UNKNOWN: i64 = i64::MIN;

/// The server's clock: the local one, corrected by what the server's last answer said.
#[derive(Clone)]
pub struct ServerClock {
    local: Arc<dyn Clock>,
    /// Milliseconds by which the server is ahead of the local clock.
    offset_ms: Arc<AtomicI64>,
}

impl ServerClock {
    /// A clock that goes by `local` until the server has been heard.
    #[must_use]
    pub fn new(local: Arc<dyn Clock>) -> Self {
        Self { local, offset_ms: Arc::new(AtomicI64::new(UNKNOWN)) }
    }

    /// The time by the server's clock; by the local one while the server has not been heard.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let local = self.local.now();
        local.checked_add(self.offset().unwrap_or_default()).unwrap_or(local)
    }

    /// How far the server is ahead of the local clock; `None` until it has been heard.
    #[must_use]
    pub fn offset(&self) -> Option<SignedDuration> {
        match self.offset_ms.load(Ordering::Relaxed) {
            UNKNOWN => None,
            ms => Some(SignedDuration::from_millis(ms)),
        }
    }

    /// Takes note of the `Date` of an answer. The header counts whole seconds, so an offset of at most one
    /// second is no offset, and a known one changes only by more than that: the clock does not jitter.
    pub fn heard(&self, date: Timestamp) {
        let seen = date.duration_since(self.local.now());
        let known = self.offset().unwrap_or_default();
        let difference = (seen - known).abs();
        let next = if difference > SignedDuration::from_millis(1500) { seen } else { known };
        let ms = i64::try_from(next.as_millis()).unwrap_or(0);
        self.offset_ms.store(ms, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for ServerClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerClock").field("offset", &self.offset()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Timestamp);

    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            self.0
        }
    }

    #[test]
    fn a_wrong_local_clock_is_corrected_by_the_first_answer() {
        let local = Timestamp::from_second(1_000).unwrap();
        let server = Timestamp::from_second(5_000).unwrap();
        let clock = ServerClock::new(Arc::new(Fixed(local)));
        assert_eq!((clock.now(), clock.offset()), (local, None));
        clock.heard(server);
        assert_eq!(clock.now(), server);
        clock.heard(Timestamp::from_second(5_001).unwrap());
        assert_eq!(clock.now(), server, "one second is within the header's precision");
    }
}
