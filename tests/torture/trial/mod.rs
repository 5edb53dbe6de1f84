//! One trial: a simulated cloud, controllers that look after one cluster in it, and everything that can go
//! wrong, all from one seed and in virtual time. `plan` draws what happens, `chaos` decides the fate of each
//! request, `controllers` and `old` run what operates on the cluster, `people` does what humans do by hand, and
//! `judge` looks at every step and at the end.

mod chaos;
mod controllers;
mod judge;
mod old;
mod people;
mod plan;
mod settled;
#[path = "../../web/mod.rs"]
mod web;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dropscale::simulator::{SharedWorld, TokioClock};
use jiff::Timestamp;
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep};

use chaos::Chaos;
use judge::Judge;
use plan::Plan;

/// When each trial begins, in seconds since 1970.
const EPOCH: i64 = 1_780_000_000;

/// How often it is looked whether everything has settled.
const GLANCE: Duration = Duration::from_secs(15);

/// A trial that shows a fault.
#[derive(Debug)]
pub struct Broken {
    /// The seed that shows it again.
    pub seed: u64,
    /// What does not hold, and when.
    pub what: String,
    /// The last steps before it, oldest first.
    pub steps: Vec<String>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", describe(self.seed))?;
        for step in &self.steps {
            writeln!(f, "{step}")?;
        }
        writeln!(f, "seed {}: {}", self.seed, self.what)?;
        write!(f, "see it again: cargo run --release --example torture -- --seed {}", self.seed)
    }
}

/// What happened in a trial, or in several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests.
    pub calls: u64,
    /// Requests that met a fault.
    pub faults: u64,
    /// Controllers that died.
    pub deaths: u64,
    /// Things that people did by hand.
    pub by_hand: u64,
    /// Droplets that controllers of ours made.
    pub created: u64,
    /// Droplets that controllers of ours deleted.
    pub deleted: u64,
    /// The longest that it took to settle after the last fault, in seconds of virtual time.
    pub settled_after_s: u64,
    /// A number that two runs share only if they did the same.
    pub fingerprint: u64,
}

impl Tally {
    /// This and another.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            faults: self.faults + other.faults,
            deaths: self.deaths + other.deaths,
            by_hand: self.by_hand + other.by_hand,
            created: self.created + other.created,
            deleted: self.deleted + other.deleted,
            settled_after_s: self.settled_after_s.max(other.settled_after_s),
            fingerprint: self.fingerprint ^ other.fingerprint,
        }
    }
}

/// Runs the trial of a seed. With `aloud`, each step is printed as it is taken.
pub fn run(seed: u64, aloud: bool) -> Result<Tally, Broken> {
    let plan = Arc::new(Plan::of(seed));
    let judge = Arc::new(Mutex::new(Judge::of(&plan, aloud)));
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let ended = runtime.block_on(async { Trial::begin(plan, Arc::clone(&judge)).run().await });
    // What is left of the controllers goes before the verdict.
    drop(runtime);
    let judge = lock(&judge);
    let broken = |what| Broken { seed, what, steps: judge.steps() };
    match judge.broken() {
        Some(what) => Err(broken(what.to_owned())),
        None => ended.map_err(broken),
    }
}

/// The plan of a seed, for people.
#[must_use]
pub fn describe(seed: u64) -> String {
    Plan::of(seed).to_string()
}

/// A trial that failed elsewhere leaves nothing half-done behind a lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What everybody in a trial works with.
#[derive(Clone)]
struct Trial {
    plan: Arc<Plan>,
    clock: TokioClock,
    world: SharedWorld,
    chaos: Arc<Mutex<Chaos>>,
    judge: Arc<Mutex<Judge>>,
}

impl Trial {
    fn begin(plan: Arc<Plan>, judge: Arc<Mutex<Judge>>) -> Self {
        let clock = TokioClock::starting_at(Timestamp::from_second(EPOCH).unwrap());
        let world = SharedWorld::new(&plan.scenario, plan.seed, Arc::new(clock)).unwrap();
        let chaos = Arc::new(Mutex::new(Chaos::of(&plan)));
        world.with(|world| {
            plan.set_up(world);
            lock(&judge).begin(world);
            let fates = Arc::clone(&chaos);
            world.inject(move |call| lock(&fates).fate(call));
            let listener = Arc::clone(&judge);
            world.show_before(move |call, _| lock(&listener).heard(call));
            let witness = Arc::clone(&judge);
            world.show_after(move |call, world| lock(&witness).saw(call, world));
        });
        Self { plan, clock, world, chaos, judge }
    }

    async fn run(self) -> Result<Tally, String> {
        for index in 0..self.plan.actors.len() {
            tokio::spawn(self.clone().act(index));
        }
        tokio::spawn(self.clone().meddle());
        self.wait(self.plan.chaos).await?;
        lock(&self.chaos).end(self.plan.all_die);
        self.world.with(|world| {
            world.calm_down();
            world.scale_load(0.05);
        });
        tokio::spawn(self.clone().come_next());
        let begin = Instant::now();
        let mut good = 0;
        loop {
            self.wait(GLANCE).await?;
            let settled = self.world.with(|world| lock(&self.judge).check_settled(world));
            good = if settled.is_ok() { good + 1 } else { 0 };
            match settled {
                Ok(()) if good > 1 => return Ok(self.tally(begin.elapsed())),
                Err(what) if begin.elapsed() > self.plan.patience() => {
                    return Err(format!("{} s after the last fault {what}", begin.elapsed().as_secs()));
                }
                _ => {}
            }
        }
    }

    /// Lets this much time pass, unless something is broken before.
    async fn wait(&self, how_long: Duration) -> Result<(), String> {
        let end = Instant::now() + how_long;
        while Instant::now() < end {
            sleep(GLANCE.min(end - Instant::now())).await;
            if let Some(what) = lock(&self.judge).broken() {
                return Err(what.to_owned());
            }
        }
        Ok(())
    }

    fn tally(&self, settled_after: Duration) -> Tally {
        let (chaos, judge) = (lock(&self.chaos), lock(&self.judge));
        Tally {
            calls: chaos.calls,
            faults: chaos.faults,
            deaths: chaos.deaths,
            settled_after_s: settled_after.as_secs(),
            ..judge.tally()
        }
    }
}
