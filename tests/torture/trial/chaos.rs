//! The fate of each request: faults by chance, and the deaths of those who ask.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use dropscale::simulator::{ApiError, Call, Fate};
use fastrand::Rng;
use tokio::sync::Notify;

use super::EPOCH;
use super::plan::Plan;

/// How many of the changes fail in an incident.
const OUTAGE: f64 = 0.97;

/// Somebody who asks.
struct Life {
    /// After so many more requests it dies.
    fuse: Option<u64>,
    died: Arc<Notify>,
    alive: bool,
}

pub struct Chaos {
    rng: Rng,
    read: f64,
    change: f64,
    outage: Range<i64>,
    over: bool,
    lives: BTreeMap<u32, Life>,
    pub calls: u64,
    pub faults: u64,
    pub deaths: u64,
}

impl Chaos {
    pub fn of(plan: &Plan) -> Self {
        Self {
            rng: Rng::with_seed(plan.seed ^ 0x5eed),
            read: plan.faults_read,
            change: plan.faults_change,
            outage: plan.outage.as_ref().map_or(0..0, |seconds| at_ms(seconds.start)..at_ms(seconds.end)),
            over: false,
            lives: BTreeMap::new(),
            calls: 0,
            faults: 0,
            deaths: 0,
        }
    }

    /// Whether nothing goes wrong any more.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Somebody begins to ask under this number; told when it dies.
    pub fn born(&mut self, caller: u32, fuse: Option<u64>) -> Arc<Notify> {
        let died = Arc::new(Notify::new());
        let fuse = fuse.map(|most| self.rng.u64(1..=most));
        self.lives.insert(caller, Life { fuse, died: Arc::clone(&died), alive: true });
        died
    }

    /// Nothing goes wrong any more; before that, all who ask may die.
    pub fn end(&mut self, all_die: bool) {
        self.over = true;
        for life in self.lives.values_mut().filter(|life| life.alive) {
            life.fuse = None;
            if all_die {
                life.alive = false;
                life.died.notify_one();
                self.deaths += 1;
            }
        }
    }

    pub fn fate(&mut self, call: &Call) -> Fate {
        self.calls += 1;
        if let Some(life) = self.lives.get_mut(&call.caller) {
            if !life.alive {
                return Fate::Orphaned { done: false };
            }
            if let Some(fuse) = &mut life.fuse {
                *fuse -= 1;
                if *fuse == 0 {
                    life.alive = false;
                    life.died.notify_one();
                    self.deaths += 1;
                    return Fate::Orphaned { done: self.rng.bool() };
                }
            }
        }
        let rate = match call.method {
            "GET" => self.read,
            _ if self.outage.contains(&call.at_ms) => OUTAGE,
            _ => self.change,
        };
        if self.over || self.rng.f64() >= rate {
            return Fate::Answered;
        }
        self.faults += 1;
        self.fault(call)
    }

    fn fault(&mut self, call: &Call) -> Fate {
        let error = || ApiError::new(500, "Unexpected server-side error");
        let is_balancer = call.method != "GET" && call.path.starts_with("/v2/load_balancers/");
        match self.rng.u8(0..12) {
            0 | 1 => Fate::Refused(error()),
            2 => Fate::RefusedAfter(error()),
            3 => Fate::Refused(ApiError::rate_limited(Some(5))),
            4 => Fate::Lost,
            5 | 6 => Fate::AnswerLost,
            7 => Fate::Hangs,
            8 => Fate::Garbage,
            9 => Fate::Twice,
            10 if is_balancer => Fate::Refused(ApiError::balancer_busy()),
            10 => Fate::Refused(ApiError::new(503, "Service Unavailable")),
            _ => Fate::Refused(ApiError::unprocessable("this cannot be processed now")),
        }
    }
}

/// So many seconds after the beginning, as the cloud tells the time.
fn at_ms(seconds: u64) -> i64 {
    (EPOCH + i64::try_from(seconds).unwrap()) * 1000
}
