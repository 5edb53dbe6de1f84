//! Patience with a cloud that fails: how long until the next look, and what is told of it.

use std::time::Duration;

use jiff::Timestamp;

use super::Connection;
use super::events::one_line;
use crate::cloud::{CloudError, Remedy, Usage};
use crate::cluster::elapsed;

/// The longest wait after looks that failed.
const LONGEST: Duration = Duration::from_secs(300);

/// The longest wait when the token is refused: somebody may give it the missing scope at any moment.
const LONGEST_UNAUTHORIZED: Duration = Duration::from_secs(60);

/// Looks that failed in a row.
#[derive(Debug, Default)]
pub struct Failures {
    count: u32,
    since: Option<Timestamp>,
    remedy: Option<Remedy>,
}

/// What a failed look leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Missed {
    /// What is shown.
    pub connection: Connection,
    /// How long until the next look.
    pub wait: Duration,
    /// What is told, unless the same was told before.
    pub news: Option<String>,
}

impl Failures {
    /// Takes note of a look that failed at `now`.
    pub fn note(&mut self, error: &CloudError, now: Timestamp, usage: Usage, poll: Duration) -> Missed {
        self.count = self.count.saturating_add(1);
        let since = *self.since.get_or_insert(now);
        let wait = wait(error, self.count, now, usage, poll);
        let is_new = !self.remedy.as_ref().is_some_and(|known| same_kind(known, &error.remedy));
        self.remedy = Some(error.remedy.clone());
        let text = one_line(&explain(error));
        // Another number for the server's support is no news.
        let nameless = CloudError { request_id: None, ..error.clone() };
        let news = is_new.then(|| nameless.explain());
        let retry_at = now.checked_add(wait).unwrap_or(now);
        let connection = Connection::Failing { since, error: text, remedy: error.remedy.clone(), retry_at };
        Missed { connection, wait, news }
    }

    /// Takes note of a look that went well; tells how long none did.
    pub fn end(&mut self, now: Timestamp) -> Option<Duration> {
        let since = std::mem::take(self).since?;
        Some(elapsed(since, now))
    }
}

/// What went wrong and what to do. Where nobody has to do anything, beside the time of the next try, it is said that it
/// is tried again by itself.
fn explain(error: &CloudError) -> String {
    let why = match error.remedy {
        Remedy::Retry => "DigitalOcean is busy or has a fault, which passes",
        Remedy::RateLimited { .. } => "The request limit is used up",
        _ => return error.explain(),
    };
    format!("{}. {why}: it is tried again by itself.", error.to_string().trim_end_matches('.'))
}

/// The same, but for how long the server told us to wait.
fn same_kind(one: &Remedy, other: &Remedy) -> bool {
    match (one, other) {
        (Remedy::RateLimited { .. }, Remedy::RateLimited { .. }) => true,
        _ => one == other,
    }
}

/// Doubled with each failure. What the server says of its limits comes first.
fn wait(error: &CloudError, count: u32, now: Timestamp, usage: Usage, poll: Duration) -> Duration {
    let doubled = poll.saturating_mul(2_u32.saturating_pow(count.saturating_sub(1).min(16)));
    if error.is_unauthorized() {
        return doubled.min(LONGEST_UNAUTHORIZED);
    }
    if let Remedy::RateLimited { retry_after } = &error.remedy {
        let held = usage.held_until.map(|until| elapsed(now, until)).filter(|held| !held.is_zero());
        if let Some(told) = held.or(*retry_after) {
            return told.max(Duration::from_secs(1));
        }
    }
    doubled.min(LONGEST.max(poll))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLL: Duration = Duration::from_secs(30);

    fn error(remedy: Remedy) -> CloudError {
        let request = "GET /v2/droplets".to_owned();
        CloudError {
            remedy,
            request,
            status: None,
            message: "no\nanswer".to_owned(),
            request_id: Some("r-1".to_owned()),
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_763_985_600).unwrap()
    }

    #[test]
    fn waits_double_to_five_minutes_and_are_told_once() {
        let mut failures = Failures::default();
        let missed: Vec<Missed> =
            (0..6).map(|_| failures.note(&error(Remedy::Retry), now(), Usage::default(), POLL)).collect();
        let waits: Vec<u64> = missed.iter().map(|m| m.wait.as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 300, 300]);
        let told: Vec<bool> = missed.iter().map(|m| m.news.is_some()).collect();
        assert_eq!(told, [true, false, false, false, false, false]);
        let other = failures.note(&error(Remedy::Unreachable), now(), Usage::default(), POLL);
        assert!(
            other.news.is_some_and(|news| !news.contains("r-1")),
            "another kind is news, its request's name is not"
        );
    }

    #[test]
    fn what_is_tried_again_by_itself_asks_nobody_to_try_again() {
        let limited = Remedy::RateLimited { retry_after: Some(Duration::from_secs(7)) };
        for remedy in [Remedy::Retry, limited] {
            let missed = Failures::default().note(&error(remedy), now(), Usage::default(), POLL);
            let Connection::Failing { error, .. } = missed.connection else { panic!() };
            assert!(error.contains("tried again by itself") && !error.contains("try again"), "{error}");
        }
        let missed = Failures::default().note(&error(Remedy::Token), now(), Usage::default(), POLL);
        let Connection::Failing { error, .. } = missed.connection else { panic!() };
        assert!(error.contains("make a new one"), "{error}");
    }

    #[test]
    fn a_rate_limit_is_waited_for_as_long_as_the_server_says() {
        let remedy = Remedy::RateLimited { retry_after: Some(Duration::from_secs(7)) };
        let usage = Usage { held_until: now().checked_add(Duration::from_secs(900)).ok(), ..Usage::default() };
        let missed = |usage| Failures::default().note(&error(remedy.clone()), now(), usage, POLL).wait.as_secs();
        assert_eq!((missed(usage), missed(Usage::default())), (900, 7));
    }

    #[test]
    fn a_token_is_tried_again_within_a_minute() {
        let mut failures = Failures::default();
        let waits = (0..4).map(|_| failures.note(&error(Remedy::Token), now(), Usage::default(), POLL).wait.as_secs());
        assert_eq!(waits.collect::<Vec<_>>(), [30, 60, 60, 60]);
    }
}
