//! Looks at the world after every request that was carried out, and holds what a controller of ours did against
//! what must always hold. What people and the old function do is their own business; for a moment after it, a
//! controller cannot have seen it yet.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use dropscale::cloud::Clock;
use dropscale::cluster::{
    Backoff, Claim, ClusterSpec, Marker, OperationTag, PROTECT_TAG, clone_number, elapsed, leaving_tag,
};
use dropscale::policy::Policy;
use dropscale::simulator::{Call, World};
use jiff::Timestamp;

use super::controllers::{OLD, caller_of};
use super::plan::{BALANCER_TAG, Plan};
use super::{EPOCH, Tally, web};

/// So many steps are kept to be shown.
const KEPT: usize = 80;

/// A droplet as it was after the last step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub name: String,
    pub tags: BTreeSet<String>,
    pub status: &'static str,
    pub attached: bool,
}

impl Seen {
    /// Whether its name is one that scaling up gives.
    pub fn is_clone(&self) -> bool {
        clone_number("web", &self.name).is_some()
    }

    /// Whether requests reach it, and are meant to.
    pub fn answers(&self) -> bool {
        let is_arriving = self.tags.iter().any(|tag| OperationTag::parse_pending(tag).is_some());
        self.attached && self.status == "active" && (!is_arriving || !self.is_clone())
    }

    /// Whether it does its share of the work. Only of a clone do the tags of an operation mean anything.
    pub fn serves(&self) -> bool {
        let is_settled = !self.tags.iter().any(|tag| is_operation_tag(tag));
        self.attached && self.status == "active" && (is_settled || !self.is_clone())
    }
}

pub(super) fn is_operation_tag(tag: &str) -> bool {
    OperationTag::parse_pending(tag).is_some() || OperationTag::parse_draining(tag).is_some()
}

pub struct Judge {
    pub(super) spec: ClusterSpec,
    pub(super) policy: Policy,
    /// How long a controller may not know yet what somebody else did.
    grace: Duration,
    aloud: bool,
    pub(super) droplets: BTreeMap<u64, Seen>,
    /// When people last did something to a droplet.
    pub(super) touched: BTreeMap<u64, Timestamp>,
    /// When somebody else than we last changed how many there are.
    disturbed: Timestamp,
    /// Droplets that were there before, and are nobody's business.
    others: BTreeMap<u64, Seen>,
    /// Who did something under which claim.
    operating: BTreeMap<u32, Claim>,
    /// Droplets that were made, and that whoever asked for them has not asked after yet.
    unasked: BTreeMap<u32, u64>,
    broken: Option<String>,
    steps: VecDeque<String>,
    tally: Tally,
}

impl Judge {
    pub fn of(plan: &Plan, aloud: bool) -> Self {
        Self {
            spec: plan.spec.clone(),
            policy: plan.policy.clone(),
            grace: plan.scenario.consistency.list_lag + Duration::from_secs(15),
            aloud,
            droplets: BTreeMap::new(),
            touched: BTreeMap::new(),
            disturbed: Timestamp::UNIX_EPOCH,
            others: BTreeMap::new(),
            operating: BTreeMap::new(),
            unasked: BTreeMap::new(),
            broken: None,
            steps: VecDeque::new(),
            tally: Tally::default(),
        }
    }

    pub fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    pub fn steps(&self) -> Vec<String> {
        self.steps.iter().cloned().collect()
    }

    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Takes note of the world as it is at first.
    pub fn begin(&mut self, world: &World) {
        self.droplets = look_at(world);
        let is_other = |seen: &&Seen| !seen.tags.contains(&self.spec.tag);
        self.others =
            self.droplets.iter().filter(|(_, seen)| is_other(seen)).map(|(id, seen)| (*id, seen.clone())).collect();
    }

    /// Writes something down.
    pub fn note(&mut self, clock: &impl Clock, what: &str) {
        self.step(clock.now(), what);
    }

    /// A controller is told to end, and may leave to others what it has begun.
    pub fn stops(&mut self, clock: &impl Clock, caller: u32) {
        self.note(clock, &format!("{caller} stops in order"));
        self.unasked.remove(&caller);
    }

    fn step(&mut self, at: Timestamp, what: &str) {
        let since = at.as_millisecond() - EPOCH * 1000;
        let line = format!("{:>6}.{:03}  {what}", since / 1000, since % 1000);
        for byte in line.bytes() {
            self.tally.fingerprint = (self.tally.fingerprint ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if self.aloud {
            println!("{line}");
        }
        self.steps.push_back(line);
        if self.steps.len() > KEPT {
            self.steps.pop_front();
        }
    }

    fn fault(&mut self, at: Timestamp, what: &str) {
        self.step(at, &format!("BROKEN: {what}"));
        self.broken.get_or_insert_with(|| what.to_owned());
    }

    /// People did something.
    pub fn people(&mut self, what: &str, droplet: u64, world: &World) {
        let now = now_of(world);
        self.step(now, &format!("people: {what}"));
        self.tally.by_hand += 1;
        self.touched.insert(droplet, now);
        self.disturbed = now;
        self.droplets = look_at(world);
    }

    /// A request was made, whatever becomes of it.
    pub fn heard(&mut self, call: &Call) {
        let of_pending = "/v2/droplets?tag_name=dropscale:pending:";
        let asks = |id: &u64| call.path.starts_with(of_pending) || call.path == format!("/v2/droplets/{id}");
        if call.method == "GET" && self.unasked.get(&call.caller).is_some_and(asks) {
            self.unasked.remove(&call.caller);
        }
    }

    /// A request was carried out.
    pub fn saw(&mut self, call: &Call, world: &World) {
        if call.method == "GET" {
            return;
        }
        let now = now_of(world);
        let after = look_at(world);
        self.step(now, &format!("{:>7}  {} {}", call.caller, call.method, call.path));
        let before = std::mem::replace(&mut self.droplets, after);
        if call.caller >= OLD {
            self.disturbed = if before == self.droplets { self.disturbed } else { now };
            for (id, seen) in &self.droplets {
                if before.get(id) != Some(seen) {
                    self.touched.insert(*id, now);
                }
            }
            return;
        }
        self.check(call, &before, now);
    }

    fn check(&mut self, call: &Call, before: &BTreeMap<u64, Seen>, now: Timestamp) {
        self.follow_renewals(now);
        let mut faults = Vec::new();
        let after = self.droplets.clone();
        let gone = before.iter().filter(|(id, _)| !after.contains_key(id));
        for (id, seen) in gone.filter(|(id, _)| call.path == format!("/v2/droplets/{id}")) {
            self.tally.deleted += 1;
            faults.extend(self.check_deleted(*id, seen, now));
        }
        let made: Vec<_> = after.iter().filter(|(id, _)| !before.contains_key(id)).collect();
        faults.extend(self.check_made(call, &made, now));
        for (id, seen) in &after {
            if let Some(was) = before.get(id).filter(|_| !self.is_fresh(*id, now)) {
                faults.extend(self.check_changed(*id, was, seen));
            }
        }
        let serving = |droplets: &BTreeMap<u64, Seen>| droplets.values().filter(|d| d.answers()).count();
        let (had, has) = (serving(before), serving(&after));
        // A change that the load balancer refuses at first is repeated for a while.
        let is_calm = elapsed(self.disturbed, now) > self.grace + self.spec.timing.attach;
        if has < had && has < self.policy.min && is_calm {
            faults.push(format!("{has} serve after {} {}, fewer than the minimum", call.method, call.path));
        }
        if call.method == "DELETE" && call.path.starts_with("/v2/tags/dropscale:claim:") {
            let own = call.path.rsplit(':').next().map(|nonce| format!("{:08x}", call.caller) == nonce[..8]);
            let is_renewed = self.claims().iter().any(|claim| caller_of(&claim.nonce) == call.caller);
            if let Some(id) = self.unasked.get(&call.caller).filter(|_| own == Some(true) && !is_renewed) {
                faults.push(format!("{} gave up its claim and never asked after droplet {id}", call.caller));
            }
        }
        if is_operation(call, before, &after) {
            faults.extend(self.check_claim(call.caller, now));
        }
        if !after.values().any(|d| d.name == self.spec.base_droplet) {
            faults.push("the base droplet is gone".to_owned());
        }
        for (id, other) in &self.others {
            if after.get(id) != Some(other) {
                faults.push(format!("{} (droplet {id}) is not of the cluster, and was touched", other.name));
            }
        }
        for fault in faults {
            self.fault(now, &fault);
        }
    }

    /// Whether nobody else has just changed how many there are.
    fn is_calm(&self, now: Timestamp) -> bool {
        elapsed(self.disturbed, now) > self.grace
    }

    /// Whether people have just done something to a droplet, so that nobody can know it yet.
    fn is_fresh(&self, id: u64, now: Timestamp) -> bool {
        self.is_touched_within(id, now, self.grace)
    }

    fn is_touched_within(&self, id: u64, now: Timestamp, grace: Duration) -> bool {
        self.touched.get(&id).is_some_and(|at| elapsed(*at, now) <= grace)
    }

    fn check_deleted(&self, id: u64, seen: &Seen, now: Timestamp) -> Option<String> {
        let timing = &self.spec.timing;
        let is_ours = seen.is_clone() && seen.name != self.spec.base_droplet;
        let is_of_cluster = seen.tags.contains(&self.spec.tag) || seen.tags.contains(&leaving_tag(&self.spec.tag));
        let why = if !is_ours {
            "its name is not a clone's"
        } else if !is_of_cluster {
            "it is not in the cluster"
        } else if seen.tags.contains(PROTECT_TAG) {
            "it is protected"
        } else if !seen.tags.iter().any(|tag| is_operation_tag(tag)) {
            "no tag tells what is meant"
        } else if seen.attached && !self.is_touched_within(id, now, self.grace + timing.drain + timing.shutdown) {
            "it has not left the load balancer"
        } else {
            return None;
        };
        (!self.is_fresh(id, now)).then(|| format!("{} (droplet {id}) was deleted although {why}: {seen:?}", seen.name))
    }

    fn check_made(&mut self, call: &Call, made: &[(&u64, &Seen)], now: Timestamp) -> Option<String> {
        let (id, seen) = made.first()?;
        self.tally.created += 1;
        if made.len() == 1 {
            self.unasked.insert(call.caller, **id);
        }
        let pending = seen.tags.iter().find_map(|tag| OperationTag::parse_pending(tag));
        if pending.is_none_or(|operation| caller_of(&operation.nonce) != call.caller) {
            return Some(format!("{} (droplet {id}) was made without a trace of why", seen.name));
        }
        let (tag, leaving) = (&self.spec.tag, leaving_tag(&self.spec.tag));
        let leaves = |d: &Seen| d.tags.contains(&leaving) && d.is_clone();
        let count = self.droplets.values().filter(|d| d.tags.contains(tag) || leaves(d)).count();
        if made.len() > 1 {
            // Made twice by one request: nobody could prevent it.
            self.disturbed = now;
        }
        (count > self.policy.max && self.is_calm(now))
            .then(|| format!("{count} droplets, more than the maximum of {}", self.policy.max))
    }

    /// Only the base and clones change by us, and of the base only the tags that are for it.
    fn check_changed(&self, id: u64, was: &Seen, is: &Seen) -> Option<String> {
        let changed: Vec<&String> = was.tags.symmetric_difference(&is.tags).collect();
        let is_base = is.name == self.spec.base_droplet;
        let prefix = &self.spec.clone_prefix;
        let is_for_base = |tag: &str| {
            Claim::parse(prefix, tag).is_some()
                || Backoff::parse(prefix, tag).is_some()
                || Marker::parse(prefix, tag).is_some()
        };
        let is_clone = is.is_clone() && !is_base;
        // One that people rename while it is being made is brought in all the same.
        let is_arriving = was.tags.iter().any(|tag| is_operation_tag(tag));
        let is_allowed =
            |tag: &str| if is_base { is_for_base(tag) } else { is_clone || is_arriving || is_operation_tag(tag) };
        if let Some(tag) = changed.iter().find(|tag| !is_allowed(tag)) {
            return Some(format!("{} (droplet {id}) got or lost the tag {tag}", is.name));
        }
        let is_still = self.touched.contains_key(&id) || was.attached == is.attached;
        (is_base && !is_still).then(|| "the base droplet joined or left the load balancer".to_owned())
    }

    /// The claims on the base droplet.
    fn claims(&self) -> Vec<Claim> {
        let base = self.droplets.values().find(|d| d.name == self.spec.base_droplet);
        let tags = base.map(|base| &base.tags).into_iter().flatten();
        tags.filter_map(|tag| Claim::parse(&self.spec.clone_prefix, tag)).collect()
    }

    /// Whoever operates goes on under the claim with which it has renewed the one that still holds.
    fn follow_renewals(&mut self, now: Timestamp) {
        let claims = self.claims();
        for held in self.operating.values_mut().filter(|held| claims.contains(held) && !held.is_expired(now)) {
            if let Some(renewed) = claims.iter().filter(|claim| claim.nonce == held.nonce).max() {
                *held = renewed.clone();
            }
        }
    }

    /// Whoever operates has the claim, and nobody else operates under one that still holds.
    fn check_claim(&mut self, caller: u32, now: Timestamp) -> Option<String> {
        let claims = self.claims();
        let holds = |claim: &Claim| claims.contains(claim) && !claim.is_expired(now);
        self.operating.retain(|_, claim| holds(claim));
        if let Some((other, claim)) = self.operating.iter().find(|(other, _)| **other != caller) {
            return Some(format!("{caller} operates although {other} does under its claim of {}", claim.at));
        }
        match claims.iter().find(|claim| caller_of(&claim.nonce) == caller && holds(claim)) {
            Some(own) => self.operating.insert(caller, own.clone()),
            None => return Some(format!("{caller} operates without a claim that holds")),
        };
        None
    }
}

/// Whether a request is part of an operation, and not of what goes around it.
fn is_operation(call: &Call, before: &BTreeMap<u64, Seen>, after: &BTreeMap<u64, Seen>) -> bool {
    let is_tag = call.path.starts_with("/v2/tags");
    let gained = |(id, is): (&u64, &Seen)| {
        before.get(id).is_some_and(|was| is.tags.difference(&was.tags).any(|tag| is_operation_tag(tag)))
    };
    if is_tag { joins_by_tag(call) || after.iter().any(gained) } else { before != after }
}

/// Whether a request makes a droplet a member of a load balancer that goes by a tag of its own.
fn joins_by_tag(call: &Call) -> bool {
    call.method == "POST" && call.path == format!("/v2/tags/{BALANCER_TAG}/resources")
}

fn now_of(world: &World) -> Timestamp {
    Timestamp::from_millisecond(world.now_ms()).unwrap()
}

/// The droplets as they are.
pub(super) fn look_at(world: &World) -> BTreeMap<u64, Seen> {
    let balancer = world.balancers().iter().find(|balancer| balancer.name == web::spec().load_balancer);
    let is_member = |id: &u64| balancer.is_some_and(|balancer| balancer.members.contains_key(id));
    world
        .droplets()
        .map(|d| {
            let seen =
                Seen { name: d.name.clone(), tags: d.tags.clone(), status: d.status(), attached: is_member(&d.id) };
            (d.id, seen)
        })
        .collect()
}
