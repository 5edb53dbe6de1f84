//! The two rate limits of the API: so many requests in an hour and in a minute, both sliding. A request
//! counts from when it was made until an hour, or a minute, has passed.

use std::collections::VecDeque;

use super::ApiError;
use crate::cloud::Usage;

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// What the headers of an answer say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitHeaders {
    /// `ratelimit-limit`.
    pub limit: u32,
    /// `ratelimit-remaining`; 0 with a burst 429 although the hour is not used up.
    pub remaining: u32,
    /// `ratelimit-reset`: the epoch second at which the oldest request expires.
    pub reset_s: i64,
}

/// Both limits; a limit of 0 is off.
#[derive(Debug, Clone)]
pub struct Limits {
    hour: u32,
    minute: u32,
    made_ms: VecDeque<i64>,
    /// How many requests were ever counted.
    pub total: u64,
}

impl Limits {
    /// Limits of so many requests.
    #[must_use]
    pub fn new(hour: u32, minute: u32) -> Self {
        Self { hour, minute, made_ms: VecDeque::new(), total: 0 }
    }

    /// Counts a request, or refuses it; a refused one does not count.
    pub fn admit(&mut self, now_ms: i64) -> (LimitHeaders, Result<(), ApiError>) {
        while self.made_ms.front().is_some_and(|made| *made <= now_ms - HOUR_MS) {
            self.made_ms.pop_front();
        }
        let in_hour = self.made_ms.len();
        if self.hour > 0 && in_hour >= self.hour as usize {
            return (self.headers(now_ms, 0), Err(ApiError::rate_limited(None)));
        }
        if self.minute > 0 {
            let first = self.made_ms.partition_point(|made| *made <= now_ms - MINUTE_MS);
            if in_hour - first >= self.minute as usize {
                let free_at_ms = self.made_ms[first] + MINUTE_MS;
                let wait_s = u64::try_from((free_at_ms - now_ms) / 1000 + 1).unwrap_or(1);
                return (self.headers(now_ms, 0), Err(ApiError::rate_limited(Some(wait_s))));
            }
        }
        self.total += 1;
        if self.hour > 0 || self.minute > 0 {
            self.made_ms.push_back(now_ms);
        }
        let left = u32::try_from(self.made_ms.len()).map_or(0, |made| self.hour.saturating_sub(made));
        (self.headers(now_ms, left), Ok(()))
    }

    /// How much is left, without counting a request. A limit that is off looks unused.
    #[must_use]
    pub fn usage(&self, now_ms: i64) -> Usage {
        let made_since = |ms: i64| self.made_ms.len() - self.made_ms.partition_point(|made| *made <= now_ms - ms);
        let left = |limit: u32, made: usize| limit.saturating_sub(u32::try_from(made).unwrap_or(u32::MAX));
        let usage = Usage { sent: self.total, ..Usage::default() };
        match (self.hour, self.minute) {
            (0, 0) => usage,
            (hour, minute) => Usage {
                hour_limit: hour,
                hour_left: left(hour, made_since(HOUR_MS)),
                minute_limit: minute,
                minute_left: left(minute, made_since(MINUTE_MS)),
                ..usage
            },
        }
    }

    fn headers(&self, now_ms: i64, remaining: u32) -> LimitHeaders {
        let oldest = self.made_ms.front().copied().unwrap_or(now_ms);
        LimitHeaders { limit: self.hour, remaining, reset_s: (oldest + HOUR_MS) / 1000 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_told_how_long_to_wait_and_the_hour_is_not() {
        let mut limits = Limits::new(5, 3);
        for now in [0, 1000, 2000] {
            assert_eq!(limits.admit(now).1, Ok(()));
        }
        let (headers, refused) = limits.admit(3000);
        assert_eq!((headers.remaining, refused), (0, Err(ApiError::rate_limited(Some(58)))));
        assert_eq!(limits.admit(60_000).1, Ok(()), "the first request is a minute old");
        assert_eq!(limits.admit(61_000).1, Ok(()));
        assert_eq!(limits.admit(130_000).1, Err(ApiError::rate_limited(None)));
        assert_eq!(limits.admit(HOUR_MS).1, Ok(()), "the first request is an hour old");
    }
}
