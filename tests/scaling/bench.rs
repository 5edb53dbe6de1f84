//! A simulated cloud in virtual time, and a cluster in it that is operated on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dropscale::cloud::Clock;
use dropscale::cluster::{ClusterSpec, Marker, Metric, Nonce, Observation, OperationTag};
use dropscale::observe::{Observer, Wanted};
use dropscale::policy::Policy;
use dropscale::scaling::{Housekeeping, OperationState, Order, Scaler, has_leftovers, stray_tags, worn_out_tags};
use dropscale::simulator::{Call, Fate, NewDroplet, Scenario, SharedWorld, SimulatedCloud, TokioClock, World};
use jiff::Timestamp;

use crate::web;

/// When each test begins.
pub const EPOCH: i64 = 1_780_000_000;

pub struct Bench {
    pub world: SharedWorld,
    pub clock: TokioClock,
    pub spec: Arc<ClusterSpec>,
    pub policy: Arc<Policy>,
    nonces: Arc<AtomicU64>,
}

/// A scenario of one base droplet and one clone, with these settings beside.
pub fn scenario(settings: &str) -> Scenario {
    let text =
        format!("description = \"a test\"\nlimits = {{ hour = 0, minute = 0 }}\n{settings}\n[workload]\nbase = 40.0\n");
    Scenario::parse(&text, "test").unwrap()
}

impl Bench {
    pub fn new(settings: &str) -> Self {
        Self::seeded(settings, 1)
    }

    pub fn seeded(settings: &str, seed: u64) -> Self {
        let clock = TokioClock::starting_at(Timestamp::from_second(EPOCH).unwrap());
        let world = SharedWorld::new(&scenario(settings), seed, Arc::new(clock)).unwrap();
        world.with(World::keep_log);
        Self { world, clock, spec: Arc::new(spec()), policy: Arc::new(policy()), nonces: Arc::default() }
    }

    pub fn cloud(&self, caller: u32) -> Arc<SimulatedCloud> {
        Arc::new(SimulatedCloud::new(self.world.clone(), Arc::new(self.clock)).with_caller(caller))
    }

    pub fn observer(&self, cloud: &Arc<SimulatedCloud>) -> Observer<SimulatedCloud> {
        let wanted = Wanted { essential: Vec::new(), shown: Vec::new(), range: Duration::ZERO };
        Observer::new(Arc::clone(cloud), Arc::clone(&self.spec), wanted)
    }

    pub fn scaler(&self, cloud: &Arc<SimulatedCloud>) -> Scaler<SimulatedCloud> {
        let nonces = Arc::clone(&self.nonces);
        let next = Arc::new(move || Nonce::new(nonces.fetch_add(1, Ordering::Relaxed) + 1));
        Scaler::new(Arc::clone(cloud), Arc::clone(&self.spec), Arc::clone(&self.policy), next)
    }

    pub async fn up(&self) -> OperationState {
        let cloud = self.cloud(1);
        self.scaler(&cloud).up(self.observer(&cloud), by_hand(), Arc::new(|_| {})).await
    }

    pub async fn down(&self) -> OperationState {
        let cloud = self.cloud(1);
        self.scaler(&cloud).down(self.observer(&cloud), None, by_hand(), Arc::new(|_| {})).await
    }

    /// The cluster as another controller sees it now.
    pub async fn look(&self) -> Observation {
        self.observer(&self.cloud(2)).look().await.unwrap()
    }

    /// Somebody does something to the droplet of this name.
    pub fn by_hand<T>(&self, name: &str, deed: impl FnOnce(&mut World, u64) -> T) -> T {
        self.world.with(|world| {
            let id = world.droplets().find(|d| d.name == name).unwrap().id;
            deed(world, id)
        })
    }

    /// Somebody makes a droplet with these tags by hand.
    pub fn make(&self, name: &str, tags: &[&str]) {
        self.world.with(|world| {
            let new = NewDroplet {
                name: name.to_owned(),
                region: world.scenario().region.clone(),
                size: "s-1vcpu-1gb".to_owned(),
                image: world.images().last().unwrap().id,
                tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
                ..Default::default()
            };
            world.create_droplet(&new).unwrap();
        });
    }

    /// What comes next, as often as there is anything to finish or undo: old tags go, leftovers are settled.
    pub async fn settle(&self) {
        let cloud = self.cloud(2);
        for _ in 0..40 {
            tokio::time::sleep(Duration::from_secs(60)).await;
            let Ok(seen) = self.observer(&cloud).look().await else { continue };
            let over = worn_out_tags(&seen, &self.spec, &self.policy);
            Housekeeping::delete(&*cloud, over).await.unwrap();
            if has_leftovers(&seen, &self.spec) {
                self.scaler(&cloud).recover(self.observer(&cloud), Arc::new(|_| {})).await;
            } else if seen.claims.is_empty() && self.is_settled() {
                break;
            }
        }
        tokio::time::sleep(self.spec.timing.longest_operation() * 2).await;
        let seen = self.observer(&cloud).look().await.unwrap();
        Housekeeping::delete(&*cloud, worn_out_tags(&seen, &self.spec, &self.policy)).await.unwrap();
        let all = dropscale::cloud::Cloud::tags(&*cloud).await.unwrap();
        let stray = stray_tags(&all, &self.spec, &self.policy, self.clock.now());
        Housekeeping::delete(&*cloud, stray).await.unwrap();
        self.scaler(&cloud).forget_leaving_tag(self.observer(&cloud)).await;
    }

    fn is_settled(&self) -> bool {
        self.clones().iter().all(|clone| clone.attached && clone.tags == ["web"])
    }

    /// The clones as they are, by name.
    pub fn clones(&self) -> Vec<SeenClone> {
        self.world.with(|world| {
            let balancer = world.balancers().last().unwrap().clone();
            let clones = world.droplets().filter(|d| d.name.starts_with("web0"));
            let seen = |d: &dropscale::simulator::Droplet| SeenClone {
                name: d.name.clone(),
                status: d.status(),
                attached: balancer.members.contains_key(&d.id),
                tags: d.tags.iter().cloned().collect(),
            };
            let mut clones: Vec<SeenClone> = clones.map(seen).collect();
            clones.sort_by(|a, b| a.name.cmp(&b.name));
            clones
        })
    }

    pub fn names(&self) -> Vec<String> {
        self.clones().into_iter().map(|clone| clone.name).collect()
    }

    pub fn count(&self) -> usize {
        self.world.with(|world| world.droplets_tagged("web").len())
    }

    /// All tags of the account that this program made, markers aside.
    pub fn traces(&self) -> Vec<String> {
        let is_ours = |tag: &str| tag.starts_with("dropscale:");
        self.world.with(|w| w.tags().into_iter().map(|(tag, _)| tag.to_owned()).filter(|t| is_ours(t)).collect())
    }

    pub fn markers(&self) -> Vec<Marker> {
        self.world.with(|w| w.tags().into_iter().filter_map(|(tag, _)| Marker::parse("web", tag)).collect())
    }

    /// The requests so far that change something, as `METHOD path`.
    pub fn mutations(&self) -> Vec<String> {
        let changes = |call: &&Call| call.method != "GET";
        self.world.with(|world| {
            world.log().iter().filter(changes).map(|call| format!("{} {}", call.method, call.path)).collect()
        })
    }

    /// How often a droplet was asked for.
    pub fn creates(&self) -> usize {
        self.mutations().iter().filter(|m| *m == "POST /v2/droplets").count()
    }

    pub fn calls(&self) -> usize {
        self.world.with(|world| world.log().len())
    }

    /// Gives the call with this number, from 1, a fate; all others go well.
    pub fn fail(&self, number: u64, fate: Fate) {
        self.world.with(|world| {
            world.inject(move |call| if call.number == number { fate.clone() } else { Fate::Answered });
        });
    }

    /// Puts a tag on the base droplet.
    pub fn tag_base(&self, tag: &str) {
        self.world.with(|world| {
            let base = world.droplets().find(|d| d.name == "web-base").unwrap().id;
            world.create_tag(tag).unwrap();
            world.tag_droplet(tag, base).unwrap();
        });
    }

    /// Does something and drops it at the call with this number: before that is sent, or after it is carried out.
    pub async fn kill_at(&self, number: u64, done_before: bool, deed: impl Future<Output = OperationState>) {
        let (killer, mut victim) = tokio::sync::watch::channel(false);
        self.world.with(|world| {
            world.inject(move |call| {
                if call.number == number {
                    killer.send_replace(true);
                    return if done_before { Fate::AnswerLost } else { Fate::Lost };
                }
                Fate::Answered
            });
        });
        tokio::select! {
            biased;
            // The deed of the request itself is done before this is looked at again.
            _ = victim.wait_for(|killed| *killed) => {}
            _ = deed => {}
        }
    }

    /// What must hold when everything has settled.
    pub fn check_settled(&self, context: &str) {
        let clones = self.clones();
        for clone in &clones {
            assert!(clone.attached, "{context}: {clone:?} is paid for and serves nobody");
            assert_eq!(clone.status, "active", "{context}: {clone:?}");
            assert_eq!(clone.tags, ["web"], "{context}: {clone:?} is not settled");
        }
        assert!(self.count() <= self.policy.max, "{context}: above the maximum");
        assert!(!self.world.with(|world| world.droplets().all(|d| d.name != "web-base")), "{context}: no base");
        let strangers: Vec<String> = self.traces();
        let left = strangers.iter().filter(|tag| !tag.starts_with("dropscale:backoff:"));
        assert_eq!(left.collect::<Vec<_>>(), Vec::<&String>::new(), "{context}: tags are left");
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenClone {
    pub name: String,
    pub status: &'static str,
    pub attached: bool,
    pub tags: Vec<String>,
}

pub fn by_hand() -> Order {
    Order { reason: "by hand".to_owned(), insist: true }
}

pub fn automatic() -> Order {
    Order { reason: "because of the load".to_owned(), insist: false }
}

pub fn pending(seconds_ago: i64) -> OperationTag {
    let at = Timestamp::from_second(EPOCH - seconds_ago).unwrap();
    OperationTag { at, nonce: Nonce::new(0xdead) }
}

fn spec() -> ClusterSpec {
    let mut spec = web::spec();
    spec.timing.metrics_step = Duration::from_secs(10);
    spec
}

fn policy() -> Policy {
    Policy {
        min: 1,
        max: 4,
        scaling_interval: Duration::from_secs(120),
        scale_up: BTreeMap::from([(Metric::Load, 0.7)]),
        scale_down: BTreeMap::from([(Metric::Load, 0.3)]),
        stale_after: Duration::from_secs(600),
    }
}
