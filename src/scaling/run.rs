//! One operation while it runs: its claim, its progress, and the patience with which it waits. The steps
//! themselves are in `claim`, `up`, `down` and `settle`.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::cloud::{Cloud, CloudError};
use crate::cluster::{Claim, ClusterSpec, DropletId, FailureClass, OperationTag, elapsed};
use crate::policy::Policy;

use super::{OperationState, Outcome, Phase, PhaseState, Refusal};

/// Why an operation ended before its end.
#[derive(Debug, Clone, PartialEq)]
pub enum Stop {
    /// Nothing was changed, on purpose.
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
        Self::Failed { class: error.failure_class(), text: format!("{error}. {}", error.advice()) }
    }
}

/// Where progress is reported to.
pub type Reporter = Arc<dyn Fn(&OperationState) + Send + Sync>;

/// An operation that has its claim.
pub struct Run<C> {
    pub cloud: Arc<C>,
    pub spec: Arc<ClusterSpec>,
    pub policy: Arc<Policy>,
    pub claim: Claim,
    pub base: DropletId,
    pub state: OperationState,
    pub report: Reporter,
}

impl<C: Cloud> Run<C> {
    /// The tag that this operation puts on the droplet it works on.
    pub fn operation_tag(&self) -> OperationTag {
        OperationTag { at: self.claim.at, nonce: self.claim.nonce.clone() }
    }

    /// Begins a phase; the one before ends.
    pub fn enter(&mut self, phase: Phase) {
        let now = self.cloud.clock().now();
        self.end_phase();
        self.state.phases.push(PhaseState { phase, started_at: now, ended_at: None, note: None });
        tracing::info!(nonce = %self.claim.nonce, ?phase, droplet = ?self.state.droplet, "phase begins");
        (self.report)(&self.state);
    }

    fn end_phase(&mut self) {
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

    /// Ends the operation.
    pub fn finish(mut self, outcome: Outcome) -> OperationState {
        self.end_phase();
        self.state.ended_at = Some(self.cloud.clock().now());
        tracing::info!(nonce = %self.claim.nonce, ?outcome, "operation ends");
        self.state.outcome = Some(outcome);
        (self.report)(&self.state);
        self.state
    }

    /// Fails when the claim has run out: whoever came next may be at work already, and finds our tags.
    pub fn check_lease(&self) -> Result<(), Stop> {
        let age = elapsed(self.claim.at, self.cloud.clock().now());
        if age < self.spec.timing.lease() {
            return Ok(());
        }
        Err(Stop::failed(
            FailureClass::Api,
            "the claim ran out before the operation ended; the next look goes on with it",
        ))
    }

    /// Asks again and again, until there is an answer or `patience` is over. Errors that may pass are waited
    /// out, others end it.
    pub async fn wait_for<T, F, A>(&mut self, patience: Duration, mut ask: F) -> Result<Option<T>, Stop>
    where
        F: FnMut(Arc<C>) -> A,
        A: Future<Output = Result<Option<T>, CloudError>>,
    {
        let deadline = Instant::now() + patience;
        loop {
            // An answer that hangs must not outlast the deadline by more than a request's own.
            match ask(Arc::clone(&self.cloud)).await {
                Ok(Some(answer)) => return Ok(Some(answer)),
                Ok(None) => {}
                Err(error) if error.is_transient() => self.note(error.to_string()),
                Err(error) => return Err(error.into()),
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            sleep(left.min(self.spec.timing.step_poll)).await;
        }
    }

    /// Does something that may be repeated, until it is done or `patience` is over.
    pub async fn insist<F, A>(&mut self, patience: Duration, mut what: F) -> Result<(), Stop>
    where
        F: FnMut(Arc<C>) -> A,
        A: Future<Output = Result<(), CloudError>>,
    {
        let deadline = Instant::now() + patience;
        loop {
            match what(Arc::clone(&self.cloud)).await {
                Ok(()) => return Ok(()),
                Err(error) if error.is_transient() && Instant::now() < deadline => {
                    self.note(error.to_string());
                    sleep(self.spec.timing.step_poll).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
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
}
