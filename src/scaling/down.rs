//! Removing a clone: draining, out of the load balancer, drained, shut down, deleted, gone. Until it has left
//! the load balancer all of it can be undone; from there the way is forward, and the draining tag tells whoever
//! comes next to finish it. Only one that somebody has put back, and that the minimum needs by now, serves on.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::cloud::Cloud;
use crate::cluster::{
    DropletId, DropletStatus, FailureClass, LoadBalancer, Member, Membership, Observation, elapsed, leaving_tag,
};

use super::planning::nobody_operates;
use super::run::{Run, Stop};
use super::{Phase, Refusal, plan_down};

/// A clone that is being removed.
#[derive(Debug, Clone)]
pub(super) struct Departure {
    pub id: DropletId,
    pub name: String,
    /// Its draining tag, which need not be this operation's.
    pub tag: String,
    /// When it was marked.
    pub since: Timestamp,
}

/// So often a clone is taken out again that somebody puts back.
const PUT_BACK: u32 = 3;

impl<C: Cloud> Run<C> {
    /// Removes the clone made last, or this one.
    pub async fn down(&mut self, target: Option<DropletId>) -> Result<String, Stop> {
        let (spec, policy) = (Arc::clone(&self.spec), Arc::clone(&self.policy));
        let (_, plan) = self.claim(|seen, terms| plan_down(seen, &spec, &policy, target, terms)).await?;
        self.works_on(plan.droplet, &plan.name);
        self.mark().await?;
        self.enter(Phase::Mark);
        let departure =
            Departure { id: plan.droplet, name: plan.name, tag: self.operation_tag().draining(), since: self.began_at };
        self.leaves_traces = true;
        if let Err(stop) = self.tag(&departure.tag, departure.id).await {
            return self.stay(&departure, stop).await;
        }
        self.take_out(&departure).await
    }

    /// From a clone that is marked to one that is gone. One that can't leave the load balancer stays.
    pub async fn take_out(&mut self, departure: &Departure) -> Result<String, Stop> {
        self.leaves_traces = true;
        match self.check_ours(departure.id, &departure.tag).await {
            Ok(Some(_)) => {}
            Ok(None) => {
                self.forget_departed(departure).await;
                return Ok(format!("{} was gone already", departure.name));
            }
            Err(stop) => return self.stay(departure, stop).await,
        }
        self.enter(Phase::Detach);
        let (left, had_left) = match self.give_up_place(departure.id).await {
            Ok(left) => left,
            Err(stop @ Stop::Refused(Refusal::AtMinimum { .. })) => return self.keep(departure, stop).await,
            Err(stop) => return self.stay(departure, stop).await,
        };
        let drain = self.left_to_drain(departure, had_left);
        match self.remove(departure, left.as_ref(), drain).await {
            Ok(()) => {}
            Err(stop @ Stop::Refused(Refusal::AtMinimum { .. })) => return self.keep(departure, stop).await,
            Err(stop) => return Err(Self::left_over(departure, stop)),
        }
        self.forget_departed(departure).await;
        Ok(format!("{} is gone", departure.name))
    }

    /// What is left of the time to drain. Whoever began it may have died after the clone had left the load balancer.
    fn left_to_drain(&self, departure: &Departure, had_left: bool) -> Duration {
        let (timing, now) = (&self.spec.timing, self.cloud.clock().now());
        // It was marked before it left, by no more than that may take.
        let drained = elapsed(departure.since, now).saturating_sub(timing.attach);
        timing.drain.saturating_sub(if had_left { drained } else { Duration::ZERO })
    }

    /// From a clone that has left the load balancer to one that is gone. Refuses when somebody has put it back before
    /// it was shut down, and the minimum needs it by now.
    async fn remove(
        &mut self,
        departure: &Departure,
        left: Option<&LoadBalancer>,
        drain: Duration,
    ) -> Result<(), Stop> {
        self.enter(Phase::Drain);
        self.rest(drain).await?;
        let mut times = 0;
        while let Some(balancer) = self.put_back(left, departure.id, &departure.tag).await? {
            let seen = self.look().await?;
            self.check_minimum(&seen, departure.id)?;
            self.leave_balancer(&balancer, departure.id).await?;
            times += 1;
            if times == PUT_BACK {
                let text = format!("somebody attaches {} again and again: protect it, or end that", departure.name);
                return Err(Stop::failed(FailureClass::Attach, text));
            }
            self.rest(self.spec.timing.drain).await?;
        }
        // Somebody may have changed their mind while it drained.
        if self.check_ours_anew(departure.id, &departure.tag).await?.is_none() {
            return Ok(());
        }
        self.enter(Phase::Shutdown);
        self.shut_down(departure.id).await?;
        self.delete(departure.id, &departure.tag, left).await
    }

    /// Takes a clone that serves out of the load balancer, if it can still be spared. Returns what it has left, and
    /// whether it had done so before.
    async fn give_up_place(&mut self, id: DropletId) -> Result<(Option<LoadBalancer>, bool), Stop> {
        let seen = self.look().await?;
        self.check_minimum(&seen, id)?;
        // Without a load balancer there is nothing to leave.
        if let Some(balancer) = &seen.load_balancer {
            self.leave_balancer(balancer, id).await?;
        }
        let had_left = seen.load_balancer.as_ref().is_some_and(|balancer| !balancer.has(id));
        Ok((seen.load_balancer, had_left))
    }

    /// Refuses when the minimum needs the clone: others may have gone since this was planned.
    fn check_minimum(&self, seen: &Observation, id: DropletId) -> Result<(), Refusal> {
        let Some(member) = seen.member(id) else { return Ok(()) };
        let serving = seen.serving().filter(|m| m.droplet.id != id).count();
        if serving < self.policy.min && self.may_serve(seen, member) {
            return Err(Refusal::AtMinimum { serving: seen.serving().count(), min: self.policy.min });
        }
        Ok(())
    }

    /// Whether a droplet serves, or may do so any moment.
    fn may_serve(&self, seen: &Observation, member: &Member) -> bool {
        let (droplet, balancer) = (&member.droplet, seen.load_balancer.as_ref());
        // Lists are late: the load balancer's own list counts as well.
        let is_listed = balancer.is_some_and(|balancer| balancer.has(droplet.id));
        let is_young = elapsed(droplet.created_at, seen.at) <= self.spec.timing.boot;
        match (droplet.status, balancer.map(|balancer| &balancer.membership)) {
            (DropletStatus::Active, _) => member.attached || is_listed,
            (DropletStatus::New, Some(Membership::ByTag(tag))) => is_young && droplet.has_tag(tag),
            (DropletStatus::New, _) => is_young && is_listed,
            _ => false,
        }
    }

    /// Takes a droplet out of the load balancer, and waits until it is out.
    pub async fn leave_balancer(&mut self, balancer: &LoadBalancer, id: DropletId) -> Result<(), Stop> {
        let patience = self.spec.timing.attach;
        self.has_detached |= balancer.has(id);
        match &balancer.membership {
            Membership::ById if balancer.has(id) => {
                let lb = balancer.id.clone();
                self.insist(patience, |cloud| {
                    let lb = lb.clone();
                    async move { cloud.detach(&lb, &[id]).await }
                })
                .await?;
            }
            Membership::ById => return Ok(()),
            Membership::ByTag(tag) => {
                if *tag == self.spec.tag {
                    // It leaves the cluster with the tag, so it must be findable by another one first.
                    self.tag(&leaving_tag(&self.spec.tag), id).await?;
                    self.has_given_up_cluster_tag = true;
                }
                let tag = tag.clone();
                self.insist(patience, |cloud| {
                    let tag = tag.clone();
                    async move { cloud.untag_droplet(&tag, id).await }
                })
                .await?;
            }
        }
        self.wait_until_out(balancer, id).await
    }

    /// The load balancer that a clone is in again though it still is to go: an older controller attaches the clone that
    /// it has made, whatever has become of it meanwhile.
    pub async fn put_back(
        &mut self,
        left: Option<&LoadBalancer>,
        id: DropletId,
        operation_tag: &str,
    ) -> Result<Option<LoadBalancer>, Stop> {
        let Some(left) = left else { return Ok(None) };
        let now = self
            .read(|cloud| {
                let lb = left.id.clone();
                async move { cloud.load_balancer(&lb).await }
            })
            .await?;
        let Some(balancer) = now.filter(|balancer| balancer.has(id)) else { return Ok(None) };
        // A person who puts it back takes the tag off, or protects it.
        if self.check_ours(id, operation_tag).await?.is_none() {
            return Ok(None);
        }
        self.note("somebody has attached it again");
        Ok(Some(balancer))
    }

    async fn wait_until_out(&mut self, balancer: &LoadBalancer, id: DropletId) -> Result<(), Stop> {
        let patience = self.spec.timing.attach;
        let every = self.spec.timing.step_poll;
        let out = self
            .poll(
                patience,
                every,
                |cloud| {
                    let lb = balancer.id.clone();
                    async move { cloud.load_balancer(&lb).await }
                },
                |answer| match answer {
                    Ok(lb) => Ok((!lb.has(id)).then_some(())),
                    Err(error) if error.is_gone() => Ok(Some(())),
                    Err(error) => Err(error),
                },
            )
            .await?;
        out.ok_or_else(|| {
            let text = format!("{} still lists it after {} s", balancer.name, patience.as_secs());
            Stop::failed(FailureClass::Attach, text)
        })
    }

    /// A graceful shutdown, as far as the droplet takes part: after the deadline it is deleted all the same.
    async fn shut_down(&mut self, id: DropletId) -> Result<(), Stop> {
        let asked = self.cloud.shut_down(id).await;
        match asked {
            Ok(_) => {}
            Err(error) if error.is_gone() => return Ok(()),
            Err(error) => {
                self.note(format!("no graceful shutdown: {error}"));
                return Ok(());
            }
        }
        let every = self.spec.timing.step_poll;
        let off = self
            .poll(
                self.spec.timing.shutdown,
                every,
                |cloud| async move { cloud.droplet(id).await },
                |answer| match answer {
                    Ok(droplet) => Ok((droplet.status == DropletStatus::Off).then_some(())),
                    Err(error) if error.is_gone() => Ok(Some(())),
                    Err(error) => Err(error),
                },
            )
            .await;
        if !matches!(off, Ok(Some(()))) {
            self.note("it did not shut down in time");
        }
        Ok(())
    }

    async fn forget_departed(&mut self, departure: &Departure) {
        self.enter(Phase::Settle);
        self.attempt(self.cloud.delete_tag(&departure.tag)).await;
        // The leaving tag may be the only trace of a clone of whoever comes next.
        if self.has_given_up_cluster_tag && self.hold_anew().await.is_ok() {
            let leaving = leaving_tag(&self.spec.tag);
            let others = self.cloud.droplets(&leaving).await;
            let is_last = others.is_ok_and(|others| others.iter().all(|d| d.id == departure.id));
            if is_last && self.hold().await.is_ok() {
                self.attempt(self.cloud.delete_tag(&leaving)).await;
            }
        }
        self.leaves_traces = false;
    }

    /// Deletes the tag of clones that leave, if no droplet carries it.
    pub async fn forget_leaving_tag(&mut self) -> Result<(), Stop> {
        self.claim(nobody_operates).await?;
        let tag = leaving_tag(&self.spec.tag);
        if self.cloud.droplets(&tag).await?.is_empty() {
            self.hold().await?;
            self.cloud.delete_tag(&tag).await?;
        }
        Ok(())
    }

    fn left_over(departure: &Departure, stop: Stop) -> Stop {
        let rest = format!(
            "{} (droplet {}) has left the load balancer and is still billed; the next look deletes it",
            departure.name, departure.id
        );
        match stop {
            Stop::Failed { class, text } => Stop::failed(class, format!("{text}. {rest}.")),
            Stop::Refused(refusal) => Stop::failed(
                FailureClass::Changed,
                format!(
                    "{refusal}. {} (droplet {}) was leaving: delete it, or, if it is to serve, see that it is on and \
                     attached and that its tag {} is off",
                    departure.name, departure.id, departure.tag
                ),
            ),
        }
    }

    /// Undoes the beginning of a removal, so that the clone goes on serving.
    pub async fn stay(&mut self, departure: &Departure, stop: Stop) -> Result<String, Stop> {
        self.hold().await?;
        let Stop::Failed { class, text } = stop else {
            self.attempt(self.cloud.delete_tag(&departure.tag)).await;
            self.leaves_traces = false;
            return Err(stop);
        };
        let back = self.rejoin(departure.id).await;
        let rest = match back {
            Ok(()) => {
                self.attempt(self.cloud.delete_tag(&departure.tag)).await;
                self.leaves_traces = false;
                format!("{} goes on serving.", departure.name)
            }
            Err(_) => format!("{} is marked as draining; the next look goes on with it.", departure.name),
        };
        Err(Stop::failed(class, format!("{text}. {rest}")))
    }

    /// Lets a clone serve on that the minimum needs: what tells that it leaves comes off, the draining tag last. One
    /// that is not in the cluster goes on leaving, since nothing else tells of it.
    async fn keep(&mut self, departure: &Departure, stop: Stop) -> Result<String, Stop> {
        let (id, leaving) = (departure.id, leaving_tag(&self.spec.tag));
        let droplet = self.read(|cloud| async move { cloud.droplet(id).await }).await?;
        let Some(droplet) = droplet.filter(|droplet| droplet.has_tag(&self.spec.tag)) else {
            return Err(Self::left_over(departure, stop));
        };
        if droplet.has_tag(&leaving) {
            self.insist(self.spec.timing.attach, |cloud| {
                let leaving = leaving.clone();
                async move { cloud.untag_droplet(&leaving, id).await }
            })
            .await?;
        }
        self.stay(departure, stop).await
    }

    /// Puts a droplet back that this operation has begun to take out. One that had left before may have been shut down
    /// since by whoever began it, and then serves nobody.
    async fn rejoin(&mut self, id: DropletId) -> Result<(), Stop> {
        let seen = self.observer.look().await?;
        if seen.droplet(id).is_some_and(|droplet| droplet.status != DropletStatus::Active) {
            return Err(Stop::failed(FailureClass::Attach, "it is off"));
        }
        self.hold().await?;
        let Some(balancer) = seen.load_balancer else { return Ok(()) };
        match balancer.membership {
            Membership::ById if balancer.has(id) => Ok(()),
            _ if !balancer.has(id) && !self.has_detached => {
                Err(Stop::failed(FailureClass::Attach, "it had left before"))
            }
            Membership::ById => Ok(self.cloud.attach(&balancer.id, &[id]).await?),
            Membership::ByTag(tag) => {
                self.cloud.tag_droplet(&tag, id).await?;
                if tag == self.spec.tag {
                    self.cloud.untag_droplet(&leaving_tag(&tag), id).await?;
                }
                Ok(())
            }
        }
    }
}
