//! How much of the request budget is used: what the header of the screen and `status` show.

use jiff::Timestamp;
use serde::Serialize;

/// The request budget at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Requests allowed in an hour.
    pub hour_limit: u32,
    /// Requests left of this hour's, by the server's last answer less what was sent since.
    pub hour_left: u32,
    /// Requests allowed in a minute.
    pub minute_limit: u32,
    /// Requests left of this minute's.
    pub minute_left: u32,
    /// Requests that this process has sent.
    pub sent: u64,
    /// Until when the server told us to send nothing, by the server's clock.
    pub held_until: Option<Timestamp>,
}

impl Default for Usage {
    /// DigitalOcean's documented limits, nothing used.
    fn default() -> Self {
        Self { hour_limit: 5000, hour_left: 5000, minute_limit: 250, minute_left: 250, sent: 0, held_until: None }
    }
}
