//! Finishing or undoing what somebody left who died, or whom the API failed: the tags on the clones tell what
//! was meant. A clone that was being made is brought in while there is time and room, else taken out; one
//! that was being removed is removed. A clone without a tag that serves nobody, because an older controller died
//! or somebody detached it, is brought in as well.

use std::sync::Arc;

use crate::cloud::Cloud;
use crate::cluster::{
    ClusterSpec, Droplet, DropletId, DropletStatus, FailureClass, Member, Observation, OperationTag, Role, elapsed,
    leaving_tag,
};

use super::down::Departure;
use super::planning::nobody_operates;
use super::run::{Run, Stop};
use super::up::Arrival;
use super::{Refusal, Terms};

/// What was left, as the tags tell it.
#[derive(Debug, Clone)]
enum Leftover {
    Arrival(Arrival),
    Departure(Departure),
    /// In the cluster, but not behind the load balancer, and nothing tells why.
    Straggler(Droplet),
    /// It has given up the cluster's tag to leave, and nothing else tells of it.
    Leaver(Droplet),
}

impl Leftover {
    fn droplet(&self) -> DropletId {
        match self {
            Self::Arrival(arrival) => arrival.id,
            Self::Departure(departure) => departure.id,
            Self::Straggler(droplet) | Self::Leaver(droplet) => droplet.id,
        }
    }
}

/// The leftovers of a cluster that no live claim owns.
fn leftovers(seen: &Observation, spec: &ClusterSpec, terms: Terms<'_>) -> Vec<Leftover> {
    if nobody_operates(seen, terms).is_err() {
        return Vec::new();
    }
    let clones = seen.members.iter().filter(|m| m.role == Role::Clone).map(|m| &m.droplet);
    let stragglers = seen.members.iter().filter(|m| is_straggler(m, seen, spec));
    let stragglers = stragglers.map(|m| Leftover::Straggler(m.droplet.clone()));
    let leavers = seen.leaving.iter().filter(|d| leftover(d).is_none() && !d.is_protected(spec));
    let leavers = leavers.map(|d| Leftover::Leaver(d.clone()));
    let clones = clones.chain(&seen.leaving).filter(|droplet| !is_given_up(droplet, seen, spec));
    clones.filter_map(leftover).chain(stragglers).chain(leavers).collect()
}

/// Whether nothing can be done about a clone that was being made: it can be brought in no more, and must not be
/// removed. It is left to people, so that it holds up nothing else.
fn is_given_up(droplet: &Droplet, seen: &Observation, spec: &ClusterSpec) -> bool {
    let is_late = |operation: &OperationTag| elapsed(operation.at, seen.at) > spec.timing.longest_operation() * 2;
    droplet.is_protected(spec) && droplet.draining().is_none() && droplet.pending().is_some_and(|o| is_late(&o))
}

/// Whether a clone is paid for and serves nobody, and has been there for longer than any controller takes to
/// bring one in. One that is off is left to people, and a protected one as well.
fn is_straggler(member: &Member, seen: &Observation, spec: &ClusterSpec) -> bool {
    let (droplet, timing) = (&member.droplet, &spec.timing);
    let is_silent = droplet.pending().is_none() && droplet.draining().is_none();
    member.role == Role::Clone
        && is_silent
        && !member.serves()
        && seen.load_balancer.is_some()
        && matches!(droplet.status, DropletStatus::New | DropletStatus::Active)
        && !droplet.is_protected(spec)
        && elapsed(droplet.created_at, seen.at) > timing.boot + timing.attach + timing.health
}

/// The droplets that wait for somebody to finish or undo what was begun with them, and that nobody is at work on.
#[must_use]
pub fn left_behind(seen: &Observation, spec: &ClusterSpec) -> Vec<DropletId> {
    leftovers(seen, spec, Terms::default()).iter().map(Leftover::droplet).collect()
}

/// Whether there is something to finish or undo that nobody is at work on.
#[must_use]
pub fn has_leftovers(seen: &Observation, spec: &ClusterSpec) -> bool {
    !left_behind(seen, spec).is_empty()
}

/// Draining outweighs pending: a clone that was being taken back carries both.
fn leftover(droplet: &Droplet) -> Option<Leftover> {
    let (id, name) = (droplet.id, droplet.name.clone());
    if let Some(operation) = droplet.draining() {
        return Some(Leftover::Departure(Departure { id, name, tag: operation.draining(), since: operation.at }));
    }
    let operation = droplet.pending()?;
    Some(Leftover::Arrival(Arrival { id, name, tag: operation.pending(), since: operation.at }))
}

impl<C: Cloud> Run<C> {
    /// Finishes or undoes everything that was left.
    pub async fn recover(&mut self) -> Result<String, Stop> {
        let spec = Arc::clone(&self.spec);
        let (seen, left) = self
            .claim(|seen, terms| match leftovers(seen, &spec, terms) {
                left if left.is_empty() => Err(Refusal::NothingLeft),
                left => Ok(left),
            })
            .await?;
        let mut done = Vec::new();
        for leftover in left {
            done.push(match leftover {
                Leftover::Arrival(arrival) => self.recover_arrival(&seen, &arrival).await?,
                Leftover::Departure(departure) => self.recover_departure(&departure).await?,
                Leftover::Straggler(droplet) => self.recover_straggler(&droplet).await?,
                Leftover::Leaver(droplet) => self.recover_leaver(&droplet).await?,
            });
        }
        Ok(done.join("; "))
    }

    async fn recover_arrival(&mut self, seen: &Observation, arrival: &Arrival) -> Result<String, Stop> {
        self.works_on(arrival.id, &arrival.name);
        let age = elapsed(arrival.since, seen.at);
        let twin =
            |other: &&Droplet| other.id < arrival.id && other.pending().is_some_and(|tag| tag.pending() == arrival.tag);
        // One request that had its effect twice, or one that nobody could bring in: not worth another try.
        if seen.members.iter().map(|m| &m.droplet).any(|d| twin(&d)) {
            return self.discard(arrival, "it was made twice").await;
        }
        // Whoever looked after it before has had time for a whole operation, and whoever does so now has as much.
        if age > self.spec.timing.longest_operation() * 2 {
            return self.discard(arrival, "it could not be brought in").await;
        }
        self.bring_in(arrival).await
    }

    /// Takes a clone back as the operation's purpose, not as its failure.
    async fn discard(&mut self, arrival: &Arrival, why: &str) -> Result<String, Stop> {
        let stop = Stop::failed(FailureClass::Boot, why);
        match self.take_back(arrival, stop).await {
            Err(Stop::Failed { text, .. }) if !self.leaves_traces => Ok(format!("{}: {text}", arrival.name)),
            other => other,
        }
    }

    /// Brings it in as if it had just been made, with its trace first. Lists are late, so it is asked for itself.
    async fn recover_straggler(&mut self, droplet: &Droplet) -> Result<String, Stop> {
        self.works_on(droplet.id, &droplet.name);
        let seen = self.look().await?;
        let droplet = self.cloud.droplet(droplet.id).await?;
        let attached = seen.load_balancer.as_ref().is_some_and(|balancer| balancer.sends_to(&droplet));
        let role = droplet.role(&self.spec, seen.base);
        if !is_straggler(&Member::bare(droplet.clone(), role, attached), &seen, &self.spec) {
            return Ok(format!("{} needs nothing", droplet.name));
        }
        let tag = self.operation_tag().pending();
        self.tag(&tag, droplet.id).await?;
        self.bring_in(&Arrival { id: droplet.id, name: droplet.name, tag, since: droplet.created_at }).await
    }

    /// Removes it as if that had just begun, with its trace first.
    async fn recover_leaver(&mut self, droplet: &Droplet) -> Result<String, Stop> {
        let id = droplet.id;
        let Some(droplet) = self.read(|cloud| async move { cloud.droplet(id).await }).await? else {
            return Ok(format!("{} is gone", droplet.name));
        };
        // What came before it may have taken long, and people may have given it back to the cluster.
        let leaves = droplet.has_tag(&leaving_tag(&self.spec.tag)) && !droplet.has_tag(&self.spec.tag);
        if !leaves || droplet.is_protected(&self.spec) {
            return Ok(format!("{} needs nothing", droplet.name));
        }
        let tag = self.operation_tag().draining();
        self.tag(&tag, droplet.id).await?;
        self.recover_departure(&Departure { id, name: droplet.name, tag, since: self.began_at }).await
    }

    async fn recover_departure(&mut self, departure: &Departure) -> Result<String, Stop> {
        self.works_on(departure.id, &departure.name);
        match self.take_out(departure).await {
            Err(Stop::Refused(Refusal::AtMinimum { .. })) => {
                Ok(format!("{} goes on serving: the minimum needs it", departure.name))
            }
            other => other,
        }
    }
}
