//! A clock that goes with the runtime: virtual where its time is paused, real otherwise.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::cloud::Clock;

/// An epoch, and the time that the runtime has seen since.
#[derive(Debug, Clone, Copy)]
pub struct TokioClock {
    epoch: Timestamp,
    begun: Instant,
}

impl TokioClock {
    /// A clock that shows `epoch` now.
    #[must_use]
    pub fn starting_at(epoch: Timestamp) -> Self {
        Self { epoch, begun: Instant::now() }
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        self.epoch.checked_add(self.begun.elapsed()).unwrap_or(self.epoch)
    }
}
