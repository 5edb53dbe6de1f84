//! Those who operate on the cluster with the real code, life after life: the terminal's worker, `auto` with and
//! without `--watch`, and `up` and `down` by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dropscale::cloud::Clock;
use dropscale::cluster::{ClusterSpec, Nonce};
use dropscale::policy::Policy;
use dropscale::scaling::{Nonces, Order};
use dropscale::simulator::SimulatedCloud;
use dropscale::worker::{ClusterSetup, Command, Controller, Setup, start};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use super::plan::{Actor, Kind};
use super::{Trial, lock};

/// From this number on, callers are not ours.
pub const OLD: u32 = 1_000_000;

/// The caller that comes when the chaos is over.
const NEXT: u32 = 900_000;

/// The caller whose operation has this nonce.
pub fn caller_of(nonce: &Nonce) -> u32 {
    u64::from_str_radix(&nonce.to_string(), 16).ok().and_then(|n| u32::try_from(n >> 32).ok()).unwrap_or(u32::MAX)
}

/// A clock that is off.
struct Skewed<C> {
    clock: C,
    by: SignedDuration,
}

impl<C: Clock> Clock for Skewed<C> {
    fn now(&self) -> Timestamp {
        self.clock.now().checked_add(self.by).unwrap_or(Timestamp::MAX)
    }
}

/// One life of an actor.
pub(super) struct Living {
    pub trial: Trial,
    pub actor: Actor,
    pub caller: u32,
    pub rng: Rng,
}

impl Trial {
    /// An actor's lives, until the chaos is over. What lives then lives on.
    pub(super) async fn act(self, index: usize) {
        let actor = self.plan.actors[index];
        let first = u32::try_from(index).unwrap() * 1000 + if actor.kind == Kind::Old { OLD } else { 0 };
        for caller in first + 1.. {
            if lock(&self.chaos).is_over() {
                return;
            }
            let died = lock(&self.chaos).born(caller, actor.fuse);
            let life = self.life(actor, caller);
            tokio::select! {
                biased;
                () = died.notified() => {}
                () = life.live() => return,
            }
            lock(&self.judge).note(&self.clock, &format!("{caller} is dead"));
            sleep(actor.rest).await;
        }
    }

    /// Who looks after the cluster from now on.
    pub(super) async fn come_next(self) {
        lock(&self.judge).note(&self.clock, "the chaos is over");
        self.life(self.plan.next, NEXT).live().await;
    }

    fn life(&self, actor: Actor, caller: u32) -> Living {
        let rng = Rng::with_seed(self.plan.seed ^ (u64::from(caller) << 20));
        Living { trial: self.clone(), actor, caller, rng }
    }
}

impl Living {
    async fn live(mut self) {
        if !self.trial.plan.in_step {
            sleep(Duration::from_millis(self.rng.u64(0..3000))).await;
        }
        match self.actor.kind {
            Kind::Terminal => self.terminal().await,
            Kind::Watch => self.watch().await,
            Kind::Timer => self.timer().await,
            Kind::Hand => self.hand().await,
            Kind::Old => self.old().await,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        lock(&self.trial.chaos).is_over()
    }

    pub(super) fn cloud(&self) -> Arc<SimulatedCloud> {
        let clock = Skewed { clock: self.trial.clock, by: SignedDuration::from_secs(self.actor.skew_s) };
        Arc::new(SimulatedCloud::new(self.trial.world.clone(), Arc::new(clock)).with_caller(self.caller))
    }

    fn spec(&self) -> Arc<ClusterSpec> {
        Arc::new(self.trial.plan.spec.clone())
    }

    fn policy(&self) -> Arc<Policy> {
        Arc::new(self.trial.plan.policy.clone())
    }

    /// Nonces that tell whose they are.
    fn nonces(&self) -> Nonces {
        let (caller, count) = (u64::from(self.caller), AtomicU64::new(1));
        Arc::new(move || Nonce::new((caller << 32) | count.fetch_add(1, Ordering::Relaxed)))
    }

    fn controller(&self, nonces: Nonces) -> Controller<SimulatedCloud> {
        Controller::new(self.cloud(), self.spec(), self.policy(), &[], Duration::ZERO, nonces)
    }

    async fn terminal(&mut self) {
        let cluster = ClusterSetup { spec: self.spec(), policy: self.policy(), auto: true };
        let setup = Setup { range: Duration::ZERO, ..Setup::new(vec![cluster], self.nonces()) };
        let handle = start(self.cloud(), setup);
        loop {
            sleep(self.actor.every * self.rng.u32(1..8)).await;
            if self.is_over() {
                // The operator goes home, and the terminal stays on.
                return std::future::pending().await;
            }
            match self.rng.u8(0..4) {
                0 => drop(handle.commands.try_send(Command::Up { cluster: 0 })),
                1 => {
                    let clones: Vec<_> = {
                        let state = handle.state.borrow();
                        let seen = state.clusters[0].observation.clone();
                        seen.map(|seen| seen.members.iter().map(|m| m.droplet.id).collect()).unwrap_or_default()
                    };
                    if let Some(droplet) = self.rng.choice(clones) {
                        drop(handle.commands.try_send(Command::Down { cluster: 0, droplet }));
                    }
                }
                2 => {
                    // It is ended in order, and started again.
                    lock(&self.trial.judge).stops(&self.trial.clock, self.caller);
                    handle.stop().await;
                    return Box::pin(self.terminal()).await;
                }
                _ => drop(handle.commands.try_send(Command::Refresh { cluster: 0 })),
            }
        }
    }

    async fn watch(&mut self) {
        let mut controller = self.controller(self.nonces());
        loop {
            drop(controller.auto(Arc::new(|_| {})).await);
            sleep(self.actor.every).await;
        }
    }

    async fn timer(&mut self) {
        let nonces = self.nonces();
        loop {
            drop(self.controller(Arc::clone(&nonces)).auto(Arc::new(|_| {})).await);
            sleep(self.actor.every).await;
        }
    }

    async fn hand(&mut self) {
        let controller = self.controller(self.nonces());
        let order = || Order { reason: "by hand".to_owned(), insist: true };
        while !self.is_over() {
            if self.rng.bool() {
                controller.up(order(), Arc::new(|_| {})).await;
            } else {
                controller.down(None, order(), Arc::new(|_| {})).await;
            }
            sleep(self.actor.every * self.rng.u32(1..6)).await;
        }
    }
}
