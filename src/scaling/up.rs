//! Adding a clone: create, boot, attach, healthy, settled. The clone carries its pending tag from the request
//! that makes it until it is settled; whatever goes wrong in between takes it out again and deletes it.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::timeout;

use crate::cloud::{Cloud, NewDroplet, Window};
use crate::cluster::{
    Droplet, DropletId, DropletStatus, FailureClass, Health, LoadBalancer, LoadBalancerSeries, Membership, Observation,
    elapsed,
};
use crate::observe::health;

use super::run::{AskedFor, Run, Stop};
use super::{Phase, Refusal, Terms, new_droplet, plan_up};

/// So many empty answers of the health check of anybody mean that it will not say anything.
const SILENT_CHECKS: u32 = 3;

/// A clone that is being made.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    pub id: DropletId,
    pub name: String,
    /// Its pending tag, which need not be this operation's.
    pub tag: String,
    /// When its making began.
    pub since: Timestamp,
}

impl<C: Cloud> Run<C> {
    /// Adds a clone.
    pub async fn up(&mut self) -> Result<String, Stop> {
        let (spec, policy) = (Arc::clone(&self.spec), Arc::clone(&self.policy));
        let (mut seen, _) = self.claim(|seen, terms| plan_up(seen, &spec, &policy, terms)).await?;
        self.mark().await?;
        if elapsed(seen.at, self.cloud.clock().now()) > spec.timing.step_poll {
            // The API was slow: somebody may have filled the room meanwhile. The cooldown is our own now.
            seen = self.look().await?;
            plan_up(&seen, &spec, &policy, Terms { insist: true, ..self.terms() })?;
        }
        let missing = || Refusal::NoBase { base: spec.base_droplet.clone(), tag: spec.tag.clone() };
        let base = seen.base_member().ok_or_else(missing)?;
        let operation = self.operation_tag();
        let new = new_droplet(&seen, &spec, &base.droplet, &operation)?;
        self.enter(Phase::Create);
        let id = self.create(&new, &operation.pending()).await?;
        self.works_on(id, &new.name);
        self.bring_in(&Arrival { id, name: new.name, tag: operation.pending(), since: operation.at }).await
    }

    /// Makes the droplet.
    async fn create(&mut self, new: &NewDroplet, pending: &str) -> Result<DropletId, Stop> {
        self.hold_anew().await?;
        // Should it be stopped from here on, whoever comes next may not see the droplet yet.
        (self.asked_for, self.leaves_traces) = (AskedFor::Unanswered, true);
        self.ask_for(new, pending).await
    }

    /// Asks for it once. When the answer is lost it is looked for by its pending tag, never asked for again.
    async fn ask_for(&mut self, new: &NewDroplet, pending: &str) -> Result<DropletId, Stop> {
        let error = match self.cloud.create_droplet(new).await {
            Ok(droplet) => {
                self.asked_for = AskedFor::Made(droplet.id);
                return Ok(droplet.id);
            }
            Err(error) if error.may_have_happened() => error,
            Err(error) => {
                (self.asked_for, self.leaves_traces) = (AskedFor::Nothing, false);
                return Err(error.into());
            }
        };
        self.note(format!("{error}; looking whether the droplet was made"));
        let every = self.spec.timing.step_poll;
        let found = self
            .poll(
                self.spec.timing.create,
                every,
                |cloud| {
                    let pending = pending.to_owned();
                    async move { cloud.droplets(&pending).await }
                },
                // Whatever the search meets, it goes on: the droplet may be there and cost money.
                |answer| match answer {
                    Err(error) if error.is_unauthorized() => Err(error),
                    answer => Ok(answer.ok().filter(|droplets| !droplets.is_empty())),
                },
            )
            .await?;
        self.asked_for = AskedFor::Nothing;
        match found {
            Some(mut droplets) => {
                droplets.sort_by_key(|d| (d.created_at, d.id));
                // One request can have had its effect twice; the next look finds the second by its tag.
                Ok(droplets[0].id)
            }
            None => Err(Stop::failed(
                FailureClass::Api,
                format!("{error}. No droplet was seen; if one appears late, the next look finds it by its tag"),
            )),
        }
    }

    /// Whether others can see what it has asked for: else somebody who claims the cluster now might fill the same room
    /// once more.
    pub async fn can_be_seen(&self) -> bool {
        let made = match self.asked_for {
            AskedFor::Nothing => return true,
            AskedFor::Unanswered => return false,
            AskedFor::Made(made) => made,
        };
        let listed = timeout(self.spec.timing.attach, self.cloud.droplets(&self.spec.tag)).await;
        listed.is_ok_and(|answer| answer.is_ok_and(|droplets| droplets.iter().any(|droplet| droplet.id == made)))
    }

    /// From a droplet that was asked for to one that serves. What cannot be brought in is taken out again.
    pub async fn bring_in(&mut self, arrival: &Arrival) -> Result<String, Stop> {
        self.leaves_traces = true;
        match self.boot_and_attach(arrival).await {
            Ok(remark) => {
                self.settle_in(arrival).await;
                Ok(format!("{} serves{remark}", arrival.name))
            }
            // Nobody can tell how the droplet is, and nobody would hear an undo.
            Err(Stop::Failed { class: FailureClass::Api, text }) => {
                Err(Stop::failed(FailureClass::Api, format!("{text} The next look goes on with it.")))
            }
            Err(stop) => self.take_back(arrival, stop).await,
        }
    }

    async fn boot_and_attach(&mut self, arrival: &Arrival) -> Result<String, Stop> {
        self.enter(Phase::Boot);
        let droplet = self.boot(arrival).await;
        // Whatever ends the wait but a failing API has seen the droplet, or knows that it is gone.
        if !matches!(droplet, Err(Stop::Failed { class: FailureClass::Api, .. })) {
            self.asked_for = AskedFor::Nothing;
        }
        let droplet = droplet?;
        let seen = self.look().await?;
        self.check_room(&seen, arrival)?;
        let balancer = seen.load_balancer.clone();
        let balancer =
            balancer.ok_or_else(|| Refusal::NoLoadBalancer { load_balancer: self.spec.load_balancer.clone() })?;
        self.enter(Phase::Attach);
        self.attach(&balancer, arrival.id).await?;
        self.enter(Phase::Health);
        self.wait_for_health(&balancer, &droplet, &seen).await
    }

    /// Waits until the droplet is active, unlocked and has an address.
    async fn boot(&mut self, arrival: &Arrival) -> Result<Droplet, Stop> {
        let id = arrival.id;
        let age = elapsed(arrival.since, self.cloud.clock().now());
        let patience = self.spec.timing.boot.saturating_sub(age);
        let unseen_for = self.spec.timing.create.saturating_sub(age);
        let begun = tokio::time::Instant::now();
        let every = self.spec.timing.step_poll;
        let mut was_seen = false;
        let booted = self
            .poll(
                patience,
                every,
                |cloud| async move { cloud.droplet(id).await },
                |answer| match answer {
                    Ok(d) if d.status == DropletStatus::Active && !d.locked && !d.addresses.is_empty() => {
                        Ok(Some(Some(d)))
                    }
                    Ok(_) => {
                        was_seen = true;
                        Ok(None)
                    }
                    // A droplet can be missing right after its creation; one that was seen has vanished.
                    Err(error) if error.is_gone() && (was_seen || begun.elapsed() >= unseen_for) => Ok(Some(None)),
                    Err(error) if error.is_gone() => Ok(None),
                    Err(error) => Err(error),
                },
            )
            .await?;
        match booted {
            Some(Some(droplet)) => Ok(droplet),
            Some(None) => {
                let text = format!("{} vanished: DigitalOcean gave up making it, or somebody deleted it", arrival.name);
                Err(Stop::failed(FailureClass::Boot, text))
            }
            None => {
                let text = format!("{} was not active within {} s", arrival.name, self.spec.timing.boot.as_secs());
                Err(Stop::failed(FailureClass::Boot, text))
            }
        }
    }

    /// Refuses when the cluster has grown beyond its maximum meanwhile: the latest clone is the surplus.
    fn check_room(&self, seen: &Observation, arrival: &Arrival) -> Result<(), Stop> {
        let unlisted = usize::from(seen.member(arrival.id).is_none());
        let count = seen.count() + unlisted + seen.leaving.len();
        if count > self.policy.max {
            return Err(Refusal::AtMaximum { count, max: self.policy.max }.into());
        }
        Ok(())
    }

    async fn attach(&mut self, balancer: &LoadBalancer, id: DropletId) -> Result<(), Stop> {
        let patience = self.spec.timing.attach;
        let lb = balancer.id.clone();
        let asked = match &balancer.membership {
            Membership::ById => {
                self.insist(patience, |cloud| {
                    let lb = lb.clone();
                    async move { cloud.attach(&lb, &[id]).await }
                })
                .await
            }
            // With the cluster's own tag it is a member since it was made.
            Membership::ByTag(tag) if *tag == self.spec.tag => Ok(()),
            Membership::ByTag(tag) => self.tag(&tag.clone(), id).await,
        };
        asked.map_err(Self::blame_attach)?;
        let every = self.spec.timing.step_poll;
        let listed = self
            .poll(
                patience,
                every,
                |cloud| {
                    let lb = lb.clone();
                    async move { cloud.load_balancer(&lb).await }
                },
                |answer| Ok(Some(answer?).filter(|lb| lb.has(id)).map(|_| ())),
            )
            .await?;
        listed.ok_or_else(|| {
            let text = format!("{} did not list it within {} s", balancer.name, patience.as_secs());
            Stop::failed(FailureClass::Attach, text)
        })
    }

    fn blame_attach(stop: Stop) -> Stop {
        match stop {
            Stop::Failed { class: FailureClass::Refused, text } => Stop::failed(FailureClass::Attach, text),
            other => other,
        }
    }

    /// Waits until the load balancer's own check finds the clone healthy. Where the check says nothing of
    /// anybody, there is nothing to wait for; the remark that is returned says so.
    async fn wait_for_health(
        &mut self,
        balancer: &LoadBalancer,
        droplet: &Droplet,
        seen: &Observation,
    ) -> Result<String, Stop> {
        let mut droplets: Vec<Droplet> = seen.serving().map(|m| m.droplet.clone()).collect();
        droplets.retain(|d| d.id != droplet.id);
        droplets.push(droplet.clone());
        let timing = self.spec.timing.clone();
        let clock = self.cloud.clock().clone();
        let fresh = timing.metrics_step * 3;
        let mut silent = 0_u32;
        let mut last = Health::Unknown;
        let every = timing.step_poll.max(timing.metrics_step / 8);
        let healthy = self
            .poll(
                timing.health,
                every,
                |cloud| {
                    let lb = balancer.id.clone();
                    let end = cloud.clock().now();
                    let window = Window { start: end.checked_sub(fresh).unwrap_or(end), end };
                    async move {
                        cloud.load_balancer_series(&lb, LoadBalancerSeries::DropletsHealthChecks, window).await
                    }
                },
                |answer| {
                    let borrowed: Vec<&Droplet> = droplets.iter().collect();
                    let known = health::of_series(&answer?, &borrowed, clock.now(), fresh);
                    silent = if known.is_empty() { silent + 1 } else { 0 };
                    last = known.get(&droplet.id).copied().unwrap_or(Health::Unknown);
                    Ok((last == Health::Healthy || silent >= SILENT_CHECKS).then_some(last))
                },
            )
            .await;
        match healthy {
            Ok(Some(Health::Healthy)) => Ok(String::new()),
            Ok(_) if last == Health::Unhealthy => {
                let wait = timing.health.as_secs();
                let text = format!("{} was not healthy within {wait} s of joining {}", droplet.name, balancer.name);
                Err(Stop::failed(FailureClass::Health, text))
            }
            Ok(_) => Ok("; the load balancer's health check says nothing of it yet".to_owned()),
            // Whoever may not read metrics cannot be told; the droplet is attached all the same.
            Err(Stop::Failed { class: FailureClass::Refused, .. }) => Ok("; its health could not be read".to_owned()),
            Err(stop) => Err(stop),
        }
    }

    /// Takes the pending tag off, once the clone is listed in the cluster, where the next look has to see it.
    async fn settle_in(&mut self, arrival: &Arrival) {
        self.enter(Phase::Settle);
        let (id, tag) = (arrival.id, self.spec.tag.clone());
        let patience = Phase::Claim.deadline(&self.spec.timing);
        let every = self.spec.timing.step_poll;
        let listed = self
            .poll(
                patience,
                every,
                |cloud| {
                    let tag = tag.clone();
                    async move { cloud.droplets(&tag).await }
                },
                |answer| Ok(answer?.iter().any(|d| d.id == id).then_some(())),
            )
            .await;
        if !matches!(listed, Ok(Some(()))) {
            self.note("it is not listed in the cluster yet");
        }
        if self.hold().await.is_err() {
            self.note("its pending tag is left to the next look");
            return;
        }
        self.attempt(self.cloud.delete_tag(&arrival.tag)).await;
    }

    /// Removes a clone that could not be brought in, and says what remains.
    pub async fn take_back(&mut self, arrival: &Arrival, stop: Stop) -> Result<String, Stop> {
        let removed = self.remove_arrival(arrival).await;
        let rest = match removed {
            Ok(()) => {
                self.leaves_traces = false;
                format!("{} was removed again.", arrival.name)
            }
            Err(Stop::Refused(refusal)) => format!("It stays: {refusal}."),
            Err(Stop::Failed { text, .. }) => {
                format!(
                    "{} (droplet {}) could not be removed: {text}. The next look does it.",
                    arrival.name, arrival.id
                )
            }
        };
        Err(match stop {
            Stop::Refused(refusal) if !self.leaves_traces => Stop::Refused(refusal),
            Stop::Refused(refusal) => Stop::failed(FailureClass::Api, format!("{refusal}. {rest}")),
            Stop::Failed { class, text } => Stop::failed(class, format!("{text}. {rest}")),
        })
    }

    async fn remove_arrival(&mut self, arrival: &Arrival) -> Result<(), Stop> {
        if self.check_ours(arrival.id, &arrival.tag).await?.is_some() {
            self.enter(Phase::Detach);
            let balancer = self.look().await?.load_balancer;
            if let Some(balancer) = &balancer {
                self.leave_balancer(balancer, arrival.id).await?;
            }
            self.delete(arrival.id, &arrival.tag, balancer.as_ref()).await?;
        }
        self.enter(Phase::Settle);
        self.attempt(self.cloud.delete_tag(&arrival.tag)).await;
        Ok(())
    }
}
