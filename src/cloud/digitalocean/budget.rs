//! One budget for all requests of the process. DigitalOcean allows 5,000 requests an hour and 250 a minute for
//! a token, both sliding: each request counts for an hour, or a minute, after it was made. Requests are paced
//! here before they are sent, so that a refusal is a surprise and not a mechanism; the answers' headers tell
//! what others with the same token use.
//!
//! Pure: time is an argument, as the time since the client was made.

use std::collections::VecDeque;
use std::time::Duration;

use crate::cloud::Usage;

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);
/// Requests are counted when they arrive: two that left in different minutes can arrive in the same one.
const MARGIN: Duration = Duration::from_secs(2);
/// How long we send nothing when the hour is used up and the server does not say until when.
const HOUR_USED_UP: Duration = Duration::from_secs(60);
/// How often one request is let through to learn whether the hour is still used up.
const PROBE: Duration = Duration::from_secs(30);

/// Metrics leave this part of the minute and of the hour: 50 requests, and 100.
const SPARE_OF_MINUTE: u32 = 5;
const SPARE_OF_HOUR: u32 = 50;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Metrics: many, and each can wait. They leave room for the rest.
    Metrics,
    /// All else: an operation that is under way must not stand still behind metrics.
    Rest,
}

impl Use {
    /// How much of a limit it leaves to others.
    fn spare(self, limit: u32, share: u32) -> u32 {
        match self {
            Self::Metrics => limit / share,
            Self::Rest => 0,
        }
    }
}

/// What a request may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Be sent now; it has been counted.
    Go,
    /// Wait this long for its turn in the minute, then ask again.
    Pace(Duration),
    /// The hour is used up, or the server told us to send nothing, for this long.
    Held(Duration),
}

/// The headers of an answer that speak of limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests allowed in an hour.
    pub limit: Option<u32>,
    /// Requests left of this hour's.
    pub remaining: Option<u32>,
    /// In how long the oldest request stops counting.
    pub reset: Option<Duration>,
}

/// The budget.
#[derive(Debug)]
pub struct Budget {
    hour_limit: u32,
    minute_limit: u32,
    /// When each request of the last hour was sent.
    sent: VecDeque<Duration>,
    total: u64,
    in_flight: u32,
    /// Requests of this hour that others made with the same token, and until when that is believed.
    foreign: u32,
    foreign_until: Duration,
    held_until: Option<Duration>,
}

impl Default for Budget {
    fn default() -> Self {
        let usual = Usage::default();
        Self::new(usual.hour_limit, usual.minute_limit)
    }
}

impl Budget {
    /// A budget of so many requests; the hour's limit is corrected by the answers, which don't tell the minute's.
    pub fn new(hour_limit: u32, minute_limit: u32) -> Self {
        Self {
            hour_limit,
            minute_limit,
            sent: VecDeque::new(),
            total: 0,
            in_flight: 0,
            foreign: 0,
            foreign_until: Duration::ZERO,
            held_until: None,
        }
    }
}

impl Budget {
    /// Whether a request may be sent now; if so, it is counted.
    pub fn admit(&mut self, now: Duration, what: Use) -> Turn {
        self.forget(now);
        if let Some(until) = self.held_until {
            return Turn::Held(until.saturating_sub(now));
        }
        if self.hour_left(now) <= what.spare(self.hour_limit, SPARE_OF_HOUR) {
            let free = self.hour_is_free_at();
            if now < free {
                return Turn::Held(free.saturating_sub(now));
            }
            // What others used may have expired: this one request learns it.
            self.foreign_until = now.saturating_add(PROBE);
        }
        let in_minute = self.sent_since(now.checked_sub(MINUTE + MARGIN));
        let minute_limit = self.minute_limit - what.spare(self.minute_limit, SPARE_OF_MINUTE);
        if in_minute >= minute_limit {
            let oldest = self.sent.len().saturating_sub(minute_limit as usize);
            let free = self.sent.get(oldest).map_or(now, |at| *at + MINUTE + MARGIN);
            return Turn::Pace(free.saturating_sub(now).max(Duration::from_millis(1)));
        }
        self.sent.push_back(now);
        self.total += 1;
        self.in_flight += 1;
        Turn::Go
    }

    /// Takes note that a request is over, with or without an answer.
    pub fn settle(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Takes note of what an answer tells. To be called before the request is settled.
    pub fn heard(&mut self, now: Duration, limits: Limits) {
        self.forget(now);
        if let Some(limit) = limits.limit.filter(|limit| *limit > 0) {
            self.hour_limit = limit;
        }
        let Some(remaining) = limits.remaining else { return };
        // The server has counted those that were answered, and this one; the others under way perhaps.
        let counted = self.sent_in_hour().saturating_sub(self.in_flight.saturating_sub(1));
        self.foreign = self.hour_limit.saturating_sub(remaining).saturating_sub(counted);
        self.foreign_until = now.saturating_add(limits.reset.unwrap_or(HOUR_USED_UP).clamp(MARGIN, HOUR));
    }

    /// The server refused a request for its rate. With a time it is the burst limit, which says nothing of the
    /// hour; without one the hour is used up.
    pub fn refused(&mut self, now: Duration, retry_after: Option<Duration>, reset: Option<Duration>) {
        let wait = match (retry_after, reset) {
            (Some(wait), _) => wait.min(HOUR),
            (None, Some(reset)) => reset.clamp(PROBE, HOUR),
            (None, None) => HOUR_USED_UP,
        };
        let until = now.saturating_add(wait);
        self.held_until = Some(self.held_until.map_or(until, |known| known.max(until)));
    }

    pub fn hour_limit(&self) -> u32 {
        self.hour_limit
    }

    pub fn minute_limit(&self) -> u32 {
        self.minute_limit
    }

    pub fn total(&self) -> u64 {
        self.total
    }

    /// Requests left of this hour's.
    pub fn hour_left(&self, now: Duration) -> u32 {
        let used = self.sent_since(now.checked_sub(HOUR + MARGIN)).saturating_add(self.foreign);
        self.hour_limit.saturating_sub(used)
    }

    /// Requests left of this minute's.
    pub fn minute_left(&self, now: Duration) -> u32 {
        self.minute_limit.saturating_sub(self.sent_since(now.checked_sub(MINUTE + MARGIN)))
    }

    /// How long nothing is sent from now on, if so.
    pub fn held(&self, now: Duration) -> Option<Duration> {
        let told = self.held_until.and_then(|until| until.checked_sub(now));
        let used_up = (self.hour_left(now) == 0).then(|| self.hour_is_free_at().saturating_sub(now));
        told.max(used_up).filter(|held| !held.is_zero())
    }

    /// When the hour has room again: the oldest request of ours stops counting, or what is believed of others'
    /// is to be asked anew.
    fn hour_is_free_at(&self) -> Duration {
        let own = self.sent.front().map(|at| *at + HOUR + MARGIN);
        let others = (self.foreign > 0).then_some(self.foreign_until);
        match (own, others) {
            (Some(own), Some(others)) => own.min(others),
            (own, others) => own.or(others).unwrap_or_default(),
        }
    }

    fn sent_in_hour(&self) -> u32 {
        u32::try_from(self.sent.len()).unwrap_or(u32::MAX)
    }

    /// How many were sent after `start`; all, when it lies before the beginning.
    fn sent_since(&self, start: Option<Duration>) -> u32 {
        let before = start.map_or(0, |start| self.sent.partition_point(|at| *at <= start));
        u32::try_from(self.sent.len() - before).unwrap_or(u32::MAX)
    }

    fn forget(&mut self, now: Duration) {
        if let Some(start) = now.checked_sub(HOUR + MARGIN) {
            let gone = self.sent.partition_point(|at| *at <= start);
            self.sent.drain(..gone);
        }
        if self.held_until.is_some_and(|until| until <= now) {
            self.held_until = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn tell(remaining: u32, reset: u64) -> Limits {
        Limits { limit: Some(5000), remaining: Some(remaining), reset: Some(at(reset)) }
    }

    #[test]
    fn the_minute_is_paced_not_refused() {
        let mut budget = Budget::default();
        for _ in 0..250 {
            assert_eq!(budget.admit(at(10), Use::Rest), Turn::Go);
        }
        assert_eq!(budget.admit(at(11), Use::Rest), Turn::Pace(at(61)));
        assert_eq!((budget.minute_left(at(11)), budget.hour_left(at(11))), (0, 4750));
        assert_eq!(budget.admit(at(72), Use::Rest), Turn::Go);
    }

    #[test]
    fn metrics_leave_room_for_an_operation() {
        let mut budget = Budget::default();
        for _ in 0..200 {
            assert_eq!(budget.admit(at(10), Use::Metrics), Turn::Go);
            budget.settle();
        }
        assert_eq!(budget.admit(at(11), Use::Metrics), Turn::Pace(at(61)));
        assert_eq!(budget.admit(at(11), Use::Rest), Turn::Go);
        budget.heard(at(12), tell(100, 500));
        assert_eq!(budget.admit(at(80), Use::Metrics), Turn::Held(at(432)));
        assert_eq!(budget.admit(at(80), Use::Rest), Turn::Go);
    }

    #[test]
    fn what_others_use_is_learnt_from_the_headers() {
        let mut budget = Budget::default();
        assert_eq!(budget.admit(at(0), Use::Rest), Turn::Go);
        budget.heard(at(1), tell(3, 1000));
        budget.settle();
        assert_eq!(budget.hour_left(at(1)), 3);
        for _ in 0..3 {
            assert_eq!(budget.admit(at(2), Use::Rest), Turn::Go);
        }
        assert_eq!(budget.admit(at(2), Use::Rest), Turn::Held(at(999)));
        assert_eq!(budget.held(at(2)), Some(at(999)));
        assert_eq!(budget.admit(at(1001), Use::Rest), Turn::Go, "one asks whether there is room again");
        assert_eq!(budget.admit(at(1001), Use::Rest), Turn::Held(PROBE), "and only one");
        budget.heard(at(1002), tell(4000, 1000));
        assert_eq!(budget.admit(at(1002), Use::Rest), Turn::Go);
    }

    #[test]
    fn a_refusal_holds_everything_back() {
        let mut budget = Budget::default();
        budget.refused(at(0), Some(at(12)), None);
        assert_eq!(budget.admit(at(2), Use::Rest), Turn::Held(at(10)));
        budget.refused(at(3), Some(at(1)), None);
        assert_eq!(budget.admit(at(3), Use::Rest), Turn::Held(at(9)), "a shorter wait does not undo a longer one");
        assert_eq!(budget.admit(at(12), Use::Rest), Turn::Go);
        budget.refused(at(20), None, None);
        assert_eq!(budget.held(at(20)), Some(HOUR_USED_UP));
        budget.refused(at(200), None, Some(at(900)));
        assert_eq!(budget.held(at(200)), Some(at(900)));
    }

    #[test]
    fn absurd_headers_do_no_harm() {
        let mut budget = Budget::default();
        budget.heard(at(0), Limits { limit: Some(0), remaining: Some(u32::MAX), reset: Some(Duration::MAX) });
        assert_eq!(budget.admit(at(0), Use::Rest), Turn::Go);
        budget.refused(at(0), Some(Duration::MAX), Some(Duration::MAX));
        assert_eq!(budget.held(at(0)), Some(HOUR), "never longer than the limit itself lasts");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// A server that counts both windows by arrival, up to a second late, never has to refuse.
        #[test]
        fn both_limits_are_kept(gaps in prop::collection::vec((0_u64..400, 0_u64..1000), 1..200), bursts in 1_usize..120) {
            let mut budget = Budget::default();
            let (mut now, mut arrivals) = (Duration::ZERO, Vec::new());
            for (gap, late) in gaps {
                now += Duration::from_millis(gap * 50);
                for _ in 0..bursts {
                    match budget.admit(now, Use::Rest) {
                        Turn::Go => arrivals.push(now + Duration::from_millis(late)),
                        Turn::Pace(wait) | Turn::Held(wait) => {
                            prop_assert!(!wait.is_zero());
                            now += wait;
                        }
                    }
                }
            }
            arrivals.sort();
            for (limit, window) in [(250, MINUTE), (5000, HOUR)] {
                for pair in arrivals.windows(limit + 1) {
                    prop_assert!(pair[limit] >= pair[0] + window);
                }
            }
        }
    }
}
