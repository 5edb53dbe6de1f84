//! The world: an account with droplets, tags, images and load balancers that changes with time. It is moved
//! on by whoever looks at it; a seed and the calls made on it settle everything that happens.
//!
//! `begin` sets it up, `advance` lets time pass, `past` reckons what was before, `droplets`, `tags`, `balancers` and `metrics` are what the API
//! offers, `people` what humans do by hand.

mod advance;
mod balancers;
mod begin;
mod droplets;
mod metrics;
mod past;
mod people;
mod tags;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::balancer::Balancer;
use super::droplet::Droplet;
use super::fault::{self, Call, Fate, Injection, Witness};
use super::limits::{LimitHeaders, Limits};
use super::telemetry::Telemetry;
use super::workload::Workload;
use super::{ApiError, Scenario};
use crate::cloud::Usage;

pub use droplets::NewDroplet;

/// The number of the public image from which the base was made; its snapshots have numbers of their own.
pub(super) const PUBLIC_IMAGE: u64 = 155_133_621;

/// What all images have on them.
pub const DISTRIBUTION: &str = "Ubuntu";

/// An image or snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// When it was made, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// The droplet it was made from.
    pub droplet: u64,
    /// The smallest disk it fits on.
    pub min_disk_gib: u64,
}

/// Something done to a droplet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its number.
    pub id: u64,
    /// The droplet.
    pub droplet: u64,
    /// The API's word for it.
    pub kind: &'static str,
    /// When it began, in milliseconds since 1970.
    pub started_at_ms: i64,
    /// When it ended, or will end; `None` if never.
    pub completed_at_ms: Option<i64>,
    /// Whether it failed.
    pub errored: bool,
}

impl Action {
    /// The API's `status`.
    #[must_use]
    pub fn status(&self, now_ms: i64) -> &'static str {
        match self.completed_at_ms {
            _ if self.errored => "errored",
            Some(at) if at <= now_ms => "completed",
            _ => "in-progress",
        }
    }
}

/// What was decided of a request before it is carried out.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The request.
    pub call: Call,
    /// How long the answer takes.
    pub latency: Duration,
    /// What becomes of it.
    pub fate: Fate,
    /// What the headers of the answer say.
    pub headers: LimitHeaders,
}

/// The world.
pub struct World {
    scenario: Arc<Scenario>,
    rng: fastrand::Rng,
    now_ms: i64,
    started_ms: i64,
    /// When the recorded past begins.
    begun_ms: i64,
    /// The requests a second that a member of the cluster usually got before that.
    usual: f64,
    droplets: BTreeMap<u64, Droplet>,
    /// Deleted droplets, as long as lists may still show them.
    departed: Vec<(i64, Droplet)>,
    tags: BTreeSet<String>,
    images: Vec<Image>,
    balancers: Vec<Balancer>,
    actions: Vec<Action>,
    next_id: u64,
    workload: Workload,
    load_factor: f64,
    outage: bool,
    telemetry: Telemetry,
    next_sample_ms: i64,
    limits: Limits,
    injection: Option<Injection>,
    before: Option<Witness>,
    after: Option<Witness>,
    log: Option<Vec<Call>>,
    calls: u64,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("now_ms", &self.now_ms).field("calls", &self.calls).finish_non_exhaustive()
    }
}

impl World {
    /// The time of the world, in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// What it was made from.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// How many requests were counted against the limits.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.limits.total
    }

    /// How much of the request budget is left.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.limits.usage(self.now_ms)
    }

    /// Lets `injection` decide the fate of each call; what the scenario says comes after it.
    pub fn inject(&mut self, injection: impl FnMut(&Call) -> Fate + Send + 'static) {
        self.injection = Some(Box::new(injection));
    }

    /// Lets the scenario alone decide again.
    pub fn inject_nothing(&mut self) {
        self.injection = None;
    }

    /// Shows the world to `witness` at each call, before it is carried out.
    pub fn show_before(&mut self, witness: impl FnMut(&Call, &Self) + Send + 'static) {
        self.before = Some(Box::new(witness));
    }

    /// Shows the world to `witness` after each call that was carried out.
    pub fn show_after(&mut self, witness: impl FnMut(&Call, &Self) + Send + 'static) {
        self.after = Some(Box::new(witness));
    }

    /// Tells the witness that a call was carried out.
    pub(super) fn carried_out(&mut self, call: &Call) {
        if let Some(mut witness) = self.after.take() {
            witness(call, self);
            self.after = Some(witness);
        }
    }

    /// Begins to keep a list of all calls.
    pub fn keep_log(&mut self) {
        self.log = Some(Vec::new());
    }

    /// The calls since [`Self::keep_log`], oldest first.
    #[must_use]
    pub fn log(&self) -> &[Call] {
        self.log.as_deref().unwrap_or_default()
    }

    /// Admits a request: limits, faults and latency are decided now, before anything is done.
    pub fn admit(&mut self, caller: u32, method: &'static str, path: &str) -> Admission {
        self.calls += 1;
        let call = Call { number: self.calls, at_ms: self.now_ms, caller, method, path: path.to_owned() };
        if let Some(mut witness) = self.before.take() {
            witness(&call, self);
            self.before = Some(witness);
        }
        let (headers, admitted) = self.limits.admit(self.now_ms);
        let fate = match admitted {
            Err(refused) => Fate::Refused(refused),
            Ok(()) => self.fate(&call),
        };
        if let Some(log) = &mut self.log {
            log.push(call.clone());
        }
        Admission { call, latency: self.latency(), fate, headers }
    }

    fn fate(&mut self, call: &Call) -> Fate {
        if let Some(injection) = &mut self.injection {
            let fate = injection(call);
            if fate != Fate::Answered {
                return fate;
            }
        }
        if self.outage {
            return Fate::Refused(ApiError::new(503, "Service Unavailable"));
        }
        let since = u64::try_from(self.now_ms - self.started_ms).unwrap_or(0);
        fault::fate(&self.scenario.faults, call, Duration::from_millis(since), &mut self.rng)
    }

    fn latency(&mut self) -> Duration {
        let (min, max) = (self.scenario.latency.min, self.scenario.latency.max);
        min + max.saturating_sub(min).mul_f64(self.rng.f64())
    }

    fn take_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn remember(&mut self, droplet: u64, kind: &'static str, takes_ms: Option<i64>) -> Action {
        let action = Action {
            id: self.take_id() + 36_000_000,
            droplet,
            kind,
            started_at_ms: self.now_ms,
            completed_at_ms: takes_ms.map(|takes| self.now_ms + takes),
            errored: false,
        };
        self.actions.push(action.clone());
        action
    }
}
