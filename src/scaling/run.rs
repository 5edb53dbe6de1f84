//! One operation while it runs: its claim, its progress, and the patience with which it waits. The steps
//! themselves are in `claim`, `up`, `down` and `recover`.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout};

use crate::cloud::{Cloud, CloudError};
use crate::cluster::{
    Claim, ClusterSpec, Droplet, DropletId, FailureClass, LoadBalancer, Marker, Observation, OperationTag, Role,
    leaving_tag,
};
use crate::observe::Observer;
use crate::policy::Policy;

use super::{OperationState, Order, Phase, PhaseState, Refusal, Terms};

/// Why an operation ended before its end.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop {
    /// Not done, on purpose; nothing of it is left.
    Refused(Refusal),
    /// Something failed.
    Failed {
        /// The kind, for the backoff.
        class: FailureClass,
        /// What, and what is left.
        text: String,
    },
}

impl Stop {
    pub fn failed(class: FailureClass, text: impl Into<String>) -> Self {
        Self::Failed { class, text: text.into() }
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<CloudError> for Stop {
    fn from(error: CloudError) -> Self {
        Self::Failed { class: error.failure_class(), text: error.explain() }
    }
}

/// A droplet that an operation has asked for and that others may not see yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskedFor {
    /// There is none, or it can be seen.
    Nothing,
    /// Nobody knows whether there is one.
    Unanswered,
    /// It was made a moment ago: lists are late.
    Made(DropletId),
}

/// Where progress is reported to.
pub type Reporter = Arc<dyn Fn(&OperationState) + Send + Sync>;

/// An operation that runs.
pub(super) struct Run<C> {
    pub cloud: Arc<C>,
    pub spec: Arc<ClusterSpec>,
    pub policy: Arc<Policy>,
    pub observer: Observer<C>,
    pub order: Order,
    /// Its claim; written on the base droplet only while `base` is known.
    pub claim: Claim,
    /// When the operation began, as its tags tell it.
    pub began_at: Timestamp,
    /// When the claim was written, by the clock of this machine that is never set; missing until it is the only one.
    pub claimed: Option<Instant>,
    /// Its claims that may be on the base droplet: this one, and those that it renews.
    pub written: Vec<Claim>,
    /// When a renewal may be tried next.
    pub next_renewal: Option<Instant>,
    /// The base droplet, once something was written on it.
    pub base: Option<DropletId>,
    /// How the cluster was when it began.
    pub seen: Option<Observation>,
    /// The marker that it has written.
    pub marker: Option<Marker>,
    /// Whether something is left that the marker should go on telling others about.
    pub leaves_traces: bool,
    /// What others may not see yet of the droplet that it has asked for.
    pub asked_for: AskedFor,
    /// Whether it has begun to take a clone out of the load balancer.
    pub has_detached: bool,
    /// Whether a clone was made to give up the cluster's tag, and carries the leaving tag instead.
    pub has_given_up_cluster_tag: bool,
    pub state: OperationState,
    pub report: Reporter,
}

impl<C: Cloud> Run<C> {
    /// The tag that this operation puts on the droplet it works on.
    pub fn operation_tag(&self) -> OperationTag {
        OperationTag { at: self.began_at, nonce: self.claim.nonce.clone() }
    }

    /// Whose claim is ours, and whether the cooldown holds.
    pub fn terms(&self) -> Terms<'_> {
        Terms { own: Some(&self.claim.nonce), insist: self.order.insist }
    }

    /// Begins a phase; the one before ends.
    pub fn enter(&mut self, phase: Phase) {
        self.end_phase();
        let now = self.cloud.clock().now();
        self.state.phases.push(PhaseState { phase, started_at: now, ended_at: None, note: None });
        tracing::info!(nonce = %self.claim.nonce, ?phase, droplet = ?self.state.droplet, "phase begins");
        (self.report)(&self.state);
    }

    pub fn end_phase(&mut self) {
        let now = self.cloud.clock().now();
        if let Some(last) = self.state.phases.last_mut().filter(|p| p.ended_at.is_none()) {
            last.ended_at = Some(now);
        }
    }

    /// Says something about the phase that runs.
    pub fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if let Some(last) = self.state.phases.last_mut()
            && last.note.as_deref() != Some(text.as_str())
        {
            last.note = Some(text);
            (self.report)(&self.state);
        }
    }

    /// Names the droplet that the operation works on.
    pub fn works_on(&mut self, id: DropletId, name: &str) {
        self.state.droplet = Some(id);
        self.state.droplet_name = Some(name.to_owned());
        (self.report)(&self.state);
    }

    /// Asks again and again, until `judge` finds the answer good or `patience` is over (`None`). Errors that
    /// may pass are waited out, and end it only when the last answer was one; others end it at once. The claim is
    /// held meanwhile; it fails when that cannot be.
    pub async fn poll<T, R, F, A>(
        &mut self,
        patience: Duration,
        every: Duration,
        mut ask: F,
        mut judge: impl FnMut(Result<T, CloudError>) -> Result<Option<R>, CloudError>,
    ) -> Result<Option<R>, Stop>
    where
        F: FnMut(Arc<C>) -> A,
        A: Future<Output = Result<T, CloudError>>,
    {
        let deadline = Instant::now() + patience;
        loop {
            self.hold().await?;
            let unheard = match judge(ask(Arc::clone(&self.cloud)).await) {
                Ok(Some(answer)) => return Ok(Some(answer)),
                Ok(None) => None,
                Err(error) if error.is_transient() => {
                    self.note(error.to_string());
                    Some(error)
                }
                Err(error) => return Err(error.into()),
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return unheard.map_or(Ok(None), |error| Err(error.into()));
            }
            sleep(left.min(every)).await;
        }
    }

    /// Asks for one thing until it is heard; `None` when it is gone.
    pub async fn read<T, F, A>(&mut self, ask: F) -> Result<Option<T>, Stop>
    where
        F: FnMut(Arc<C>) -> A,
        A: Future<Output = Result<T, CloudError>>,
    {
        let (patience, every) = (self.spec.timing.attach, self.spec.timing.step_poll);
        let heard = |answer| match answer {
            Ok(thing) => Ok(Some(Some(thing))),
            Err(error) if CloudError::is_gone(&error) => Ok(Some(None)),
            Err(error) => Err(error),
        };
        Ok(self.poll(patience, every, ask, heard).await?.flatten())
    }

    /// Does something that may be repeated, until it is done or `patience` is over.
    pub async fn insist<F, A>(&mut self, patience: Duration, what: F) -> Result<(), Stop>
    where
        F: FnMut(Arc<C>) -> A,
        A: Future<Output = Result<(), CloudError>>,
    {
        let every = self.spec.timing.step_poll;
        // `poll` ends with an answer, or with the error that was the last.
        self.poll(patience, every, what, |answer| answer.map(Some)).await.map(|_| ())
    }

    /// Tries something whose failure the next look repairs, and does not wait long for it.
    pub async fn attempt(&self, what: impl Future<Output = Result<(), CloudError>>) -> bool {
        match timeout(self.spec.timing.attach, what).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(nonce = %self.claim.nonce, %error, "left to the next look");
                false
            }
            Err(_) => false,
        }
    }

    /// Puts a tag on a droplet, making the tag first where it does not exist.
    pub async fn tag(&mut self, tag: &str, id: DropletId) -> Result<(), Stop> {
        self.insist(self.spec.timing.attach, |cloud| {
            let tag = tag.to_owned();
            async move {
                cloud.create_tag(&tag).await?;
                cloud.tag_droplet(&tag, id).await
            }
        })
        .await
    }

    /// Reads a droplet that is about to be removed, and refuses unless it still is what this program may
    /// remove: a clone by its name, with the tag of the operation, and not protected. `None` when it is gone.
    pub async fn check_ours(&mut self, id: DropletId, operation_tag: &str) -> Result<Option<Droplet>, Stop> {
        let droplet = self.read(|cloud| async move { cloud.droplet(id).await }).await?;
        let Some(droplet) = droplet else { return Ok(None) };
        let refuse = |why: &str| {
            let why = why.to_owned();
            Err(Stop::Refused(Refusal::NotRemovable { name: droplet.name.clone(), why }))
        };
        if droplet.role(&self.spec, self.base) != Role::Clone {
            return refuse("its name is not that of a clone any more");
        }
        if droplet.is_protected(&self.spec) {
            return refuse("it is protected");
        }
        if !droplet.has_tag(&self.spec.tag) && !droplet.has_tag(&leaving_tag(&self.spec.tag)) {
            return refuse("somebody took it out of the cluster");
        }
        if !droplet.has_tag(operation_tag) {
            return refuse("somebody took the tag of the operation off it");
        }
        Ok(Some(droplet))
    }

    /// The same before what is done once: the claim is fresh, and nothing comes between the reading and the deed.
    pub async fn check_ours_anew(&mut self, id: DropletId, operation_tag: &str) -> Result<Option<Droplet>, Stop> {
        loop {
            self.hold_anew().await?;
            let droplet = self.check_ours(id, operation_tag).await?;
            // Reading may have waited for the API for so long that the claim is not fresh any more.
            if droplet.is_none() || self.is_fresh() {
                return Ok(droplet);
            }
        }
    }

    /// Deletes a droplet that has left this load balancer, if [`Self::check_ours`] agrees to it, and waits until it is
    /// gone. Since anything takes its time, both are asked right before each try, and the claim, which holds since
    /// that was asked, is not renewed in between.
    pub async fn delete(
        &mut self,
        id: DropletId,
        operation_tag: &str,
        left: Option<&LoadBalancer>,
    ) -> Result<(), Stop> {
        self.enter(Phase::Delete);
        let patience = self.spec.timing.delete;
        let every = self.spec.timing.step_poll;
        let deadline = Instant::now() + patience;
        loop {
            if let Some(balancer) = self.put_back(left, id, operation_tag).await? {
                self.leave_balancer(&balancer, id).await?;
            }
            if self.check_ours(id, operation_tag).await?.is_none() {
                break;
            }
            self.still_holds()?;
            match self.cloud.delete_droplet(id).await {
                Ok(()) => break,
                Err(error) if error.is_transient() && Instant::now() < deadline => self.note(error.to_string()),
                Err(error) => return Err(error.into()),
            }
            sleep(every).await;
        }
        let gone = self
            .poll(
                patience,
                every,
                |cloud| async move { cloud.droplet(id).await },
                |answer| match answer {
                    Ok(_) => Ok(None),
                    Err(error) if error.is_gone() => Ok(Some(())),
                    Err(error) => Err(error),
                },
            )
            .await?;
        if gone.is_none() {
            let text = format!("droplet {id} is still there {} s after its deletion was accepted", patience.as_secs());
            return Err(Stop::failed(FailureClass::Api, text));
        }
        Ok(())
    }
}
