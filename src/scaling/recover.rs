//! Finishing or undoing what somebody left who died, or whom the API failed: the tags on the clones tell what
//! was meant. A clone that was being made is brought in while there is time and room, else taken out; one
//! that was being removed is removed.

use std::sync::Arc;

use crate::cloud::Cloud;
use crate::cluster::{ClusterSpec, Droplet, FailureClass, Observation, Role, elapsed};

use super::down::Departure;
use super::run::{Run, Stop};
use super::up::Arrival;
use super::{Refusal, Terms};

/// What was left, as the tags tell it.
#[derive(Debug, Clone)]
pub(super) enum Leftover {
    Arrival(Arrival),
    Departure(Departure),
}

/// The leftovers of a cluster that no live claim owns.
pub(super) fn leftovers(seen: &Observation, spec: &ClusterSpec, terms: Terms<'_>) -> Vec<Leftover> {
    let lease = spec.timing.lease();
    if seen.claims.iter().any(|c| !c.is_expired(seen.at, lease) && Some(&c.nonce) != terms.own) {
        return Vec::new();
    }
    let clones = seen.members.iter().filter(|m| m.role == Role::Clone).map(|m| &m.droplet);
    clones.chain(&seen.leaving).filter_map(leftover).collect()
}

/// Whether there is something to finish or undo that nobody is at work on.
#[must_use]
pub fn has_leftovers(seen: &Observation, spec: &ClusterSpec) -> bool {
    !leftovers(seen, spec, Terms::default()).is_empty()
}

/// Draining outweighs pending: a clone that was being taken back carries both.
fn leftover(droplet: &Droplet) -> Option<Leftover> {
    let (id, name) = (droplet.id, droplet.name.clone());
    if let Some(operation) = droplet.draining() {
        return Some(Leftover::Departure(Departure { id, name, tag: operation.draining() }));
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
                Leftover::Departure(departure) => self.recover_departure(&seen, &departure).await?,
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
        // Its maker's claim had to end before anybody could look after it, so there is time for as long again.
        if age > self.spec.timing.lease() * 2 {
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

    async fn recover_departure(&mut self, seen: &Observation, departure: &Departure) -> Result<String, Stop> {
        self.works_on(departure.id, &departure.name);
        let attached = seen.member(departure.id).is_some_and(|m| m.attached);
        if attached && seen.serving().count() < self.policy.min {
            let refusal = Refusal::AtMinimum { serving: seen.serving().count(), min: self.policy.min };
            return match self.stay(departure, refusal.into()).await {
                Err(Stop::Refused(_)) => Ok(format!("{} goes on serving: the minimum needs it", departure.name)),
                other => other,
            };
        }
        self.take_out(departure).await
    }
}
