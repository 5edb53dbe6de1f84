//! Faults: what goes wrong between a request and its answer. A scenario gives them with a probability, a test
//! injects them call by call.

use std::time::Duration;

use serde::Deserialize;

use super::{ApiError, World, duration};

/// A request, as far as faults and logs tell requests apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its number, from 1.
    pub number: u64,
    /// When it was made, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who made it: a number that the caller has chosen.
    pub caller: u32,
    /// The HTTP method.
    pub method: &'static str,
    /// The path below the API's address.
    pub path: String,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fate {
    /// It is answered.
    #[default]
    Answered,
    /// It is refused before anything is done.
    Refused(ApiError),
    /// It is carried out, and answered with an error all the same.
    RefusedAfter(ApiError),
    /// The connection breaks before anything is done.
    Lost,
    /// It is carried out, and the connection breaks before the answer.
    AnswerLost,
    /// It is never answered, and nothing is done.
    Hangs,
    /// It is carried out, and the answer is garbage.
    Garbage,
    /// It is carried out twice, as when something on the way repeats it.
    Twice,
    /// Whoever asks is gone and hears nothing any more.
    Orphaned {
        /// Whether it is carried out all the same.
        done: bool,
    },
}

/// What a fault of a scenario does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// 429 with `retry-after`.
    RateLimited,
    /// `status`, before anything is done.
    Error,
    /// `status`, after it was done.
    ErrorAfter,
    /// The connection breaks before.
    Lost,
    /// The connection breaks after.
    AnswerLost,
    /// No answer at all.
    Hangs,
    /// An answer that is no JSON.
    Garbage,
    /// The load balancer is busy; only requests that change one.
    Busy,
}

/// A fault of a scenario.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultConfig {
    /// What happens.
    pub kind: FaultKind,
    /// How often, from 0 to 1.
    #[serde(default = "always")]
    pub probability: f64,
    /// Only from this long after the start.
    #[serde(default, deserialize_with = "duration::deserialize")]
    pub from: Duration,
    /// Only until this long after the start.
    #[serde(default, deserialize_with = "duration::deserialize_option")]
    pub until: Option<Duration>,
    /// Only these methods; empty for all.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Only paths that begin so.
    #[serde(default)]
    pub path: String,
    /// The status of `error` and `error_after`.
    #[serde(default = "unavailable")]
    pub status: u16,
}

fn always() -> f64 {
    1.0
}

fn unavailable() -> u16 {
    503
}

impl FaultConfig {
    fn concerns(&self, call: &Call, since_start: Duration) -> bool {
        since_start >= self.from
            && self.until.is_none_or(|until| since_start < until)
            && (self.methods.is_empty() || self.methods.iter().any(|m| m == call.method))
            && call.path.starts_with(&self.path)
            && (self.kind != FaultKind::Busy || changes_a_balancer(call))
    }

    fn fate(&self) -> Fate {
        let error = || ApiError::new(self.status, "Unexpected server-side error");
        match self.kind {
            FaultKind::RateLimited => Fate::Refused(ApiError::rate_limited(Some(2))),
            FaultKind::Error => Fate::Refused(error()),
            FaultKind::ErrorAfter => Fate::RefusedAfter(error()),
            FaultKind::Lost => Fate::Lost,
            FaultKind::AnswerLost => Fate::AnswerLost,
            FaultKind::Hangs => Fate::Hangs,
            FaultKind::Garbage => Fate::Garbage,
            FaultKind::Busy => Fate::Refused(ApiError::balancer_busy()),
        }
    }
}

fn changes_a_balancer(call: &Call) -> bool {
    call.method != "GET" && call.path.starts_with("/v2/load_balancers/")
}

/// The fate of a call by the faults of a scenario; the first that hits counts.
pub fn fate(faults: &[FaultConfig], call: &Call, since_start: Duration, rng: &mut fastrand::Rng) -> Fate {
    let mut hits = |fault: &&FaultConfig| fault.concerns(call, since_start) && rng.f64() < fault.probability;
    faults.iter().find(|fault| hits(fault)).map(FaultConfig::fate).unwrap_or_default()
}

/// Decides the fate of each call, for tests.
pub type Injection = Box<dyn FnMut(&Call) -> Fate + Send>;

/// Sees the world at each call, for tests.
pub type Witness = Box<dyn FnMut(&Call, &World) + Send>;
