//! What is sent again, and when: exponential backoff with full jitter, within bounds of attempts and of time.
//! Pure: time and randomness are arguments.

use std::time::Duration;

use super::error::{Failure, Outcome};
use super::request::Repeat;
use crate::cloud::Remedy;

/// What is repeated, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent at most, the first time included.
    pub attempts: u32,
    /// The longest pause before the second attempt; it doubles with each further one.
    pub base: Duration,
    /// The longest pause at all.
    pub cap: Duration,
    /// No attempt begins later than this after the first.
    pub total: Duration,
    /// The longest that is waited when the server says how long; beyond it the request fails with
    /// [`Remedy::RateLimited`], which tells the time.
    pub patience: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            total: Duration::from_secs(45),
            patience: Duration::from_secs(30),
        }
    }
}

impl RetryPolicy {
    /// The pause before the next attempt; `None` when there is none. `attempt` counts those made, `elapsed` is
    /// the time since the first began, `random` is in 0..1.
    pub(super) fn pause(
        &self,
        attempt: u32,
        elapsed: Duration,
        repeat: Repeat,
        failure: &Failure,
        random: f64,
    ) -> Option<Duration> {
        let allowed = match (repeat, failure.outcome) {
            (Repeat::OnlyIfNotDone, outcome) => outcome == Outcome::NotCarriedOut,
            (Repeat::Safe, _) => true,
        };
        let told = match failure.error.remedy {
            Remedy::RateLimited { retry_after } => retry_after?,
            Remedy::Retry | Remedy::Unreachable => failure.retry_after.unwrap_or_default(),
            _ => return None,
        };
        if !allowed || attempt >= self.attempts || told > self.patience {
            return None;
        }
        let longest = self.base.saturating_mul(2_u32.saturating_pow(attempt - 1)).min(self.cap);
        let pause = longest.mul_f64(random.clamp(0.0, 1.0)).saturating_add(told);
        (elapsed.saturating_add(pause) <= self.total).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::CloudError;

    fn failure(remedy: Remedy, outcome: Outcome, retry_after: Option<u64>) -> Failure {
        let error = CloudError {
            remedy,
            request: "GET /v2/droplets".to_owned(),
            status: None,
            message: String::new(),
            request_id: None,
        };
        Failure { error, outcome, retry_after: retry_after.map(Duration::from_secs) }
    }

    const POLICY: RetryPolicy = RetryPolicy {
        attempts: 4,
        base: Duration::from_millis(500),
        cap: Duration::from_millis(1500),
        total: Duration::from_secs(20),
        patience: Duration::from_secs(10),
    };

    fn pause(attempt: u32, elapsed: u64, repeat: Repeat, failure: &Failure) -> Option<u128> {
        POLICY.pause(attempt, Duration::from_secs(elapsed), repeat, failure, 1.0).map(|d| d.as_millis())
    }

    #[test]
    fn the_pause_doubles_up_to_its_cap_and_is_jittered_from_zero() {
        let busy = failure(Remedy::Retry, Outcome::Unknown, None);
        let pauses: Vec<_> = (1..=4).map(|attempt| pause(attempt, 0, Repeat::Safe, &busy)).collect();
        assert_eq!(pauses, [Some(500), Some(1000), Some(1500), None]);
        assert_eq!(POLICY.pause(1, Duration::ZERO, Repeat::Safe, &busy, 0.0), Some(Duration::ZERO));
        assert_eq!(pause(1, 20, Repeat::Safe, &busy), None, "the time is up");
    }

    #[test]
    fn what_the_server_told_is_waited_for_in_full() {
        let limited = Remedy::RateLimited { retry_after: Some(Duration::from_secs(7)) };
        assert_eq!(pause(1, 0, Repeat::Safe, &failure(limited, Outcome::NotCarriedOut, None)), Some(7500));
        assert_eq!(pause(1, 0, Repeat::Safe, &failure(Remedy::Retry, Outcome::Unknown, Some(3))), Some(3500));
        let long = Remedy::RateLimited { retry_after: Some(Duration::from_secs(11)) };
        assert_eq!(pause(1, 0, Repeat::Safe, &failure(long, Outcome::NotCarriedOut, None)), None);
        let hourly = Remedy::RateLimited { retry_after: None };
        assert_eq!(pause(1, 0, Repeat::Safe, &failure(hourly, Outcome::NotCarriedOut, None)), None);
    }

    #[test]
    fn what_may_have_been_carried_out_is_not_repeated_when_it_would_act_twice() {
        for remedy in [Remedy::Retry, Remedy::Unreachable] {
            let lost = failure(remedy.clone(), Outcome::Unknown, None);
            assert_eq!(pause(1, 0, Repeat::OnlyIfNotDone, &lost), None);
            assert!(pause(1, 0, Repeat::Safe, &lost).is_some());
            let never_sent = failure(remedy, Outcome::NotCarriedOut, None);
            assert!(pause(1, 0, Repeat::OnlyIfNotDone, &never_sent).is_some());
        }
    }

    #[test]
    fn what_will_fail_again_is_not_repeated() {
        let scope = Remedy::Scope { scope: "droplet:read" };
        for remedy in [Remedy::Token, scope, Remedy::Gone, Remedy::Limit, Remedy::Refused, Remedy::Nonsense] {
            assert_eq!(pause(1, 0, Repeat::Safe, &failure(remedy, Outcome::NotCarriedOut, None)), None);
        }
    }
}
