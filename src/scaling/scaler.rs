//! What carries operations out: from an order to its end, with the claim given back, the marker kept or taken
//! back, and the backoff written, whatever happens in between.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use crate::cloud::Cloud;
use crate::cluster::{Backoff, Circumstances, Claim, ClusterSpec, DropletId, FailureClass, Nonce};
use crate::observe::Observer;
use crate::policy::Policy;

use super::run::{AskedFor, Reporter, Run, Stop};
use super::{Kind, OperationState, Outcome};

/// Gives each operation its nonce.
pub type Nonces = Arc<dyn Fn() -> Nonce + Send + Sync>;

/// Who wants an operation, and how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Why, for people.
    pub reason: String,
    /// Whether it is done although the cluster cools down: somebody asked for it, knowing that.
    pub insist: bool,
}

/// Carries out operations on one cluster.
pub struct Scaler<C> {
    cloud: Arc<C>,
    spec: Arc<ClusterSpec>,
    policy: Arc<Policy>,
    nonces: Nonces,
    stop: watch::Sender<bool>,
}

impl<C> fmt::Debug for Scaler<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scaler").field("cluster", &self.spec.name).finish_non_exhaustive()
    }
}

impl<C: Cloud> Scaler<C> {
    /// A scaler of this cluster.
    #[must_use]
    pub fn new(cloud: Arc<C>, spec: Arc<ClusterSpec>, policy: Arc<Policy>, nonces: Nonces) -> Self {
        Self { cloud, spec, policy, nonces, stop: watch::Sender::new(false) }
    }

    /// Adds a clone. Ends when it serves, or when what was begun is undone, or cannot be.
    pub async fn up(&self, observer: Observer<C>, order: Order, report: Reporter) -> OperationState {
        let mut run = self.begin(Kind::Up, observer, order, report);
        let end = self.unless_stopped(Box::pin(run.up())).await;
        self.conclude(run, end).await
    }

    /// Removes the clone made last, or this one. Ends when it is gone.
    pub async fn down(
        &self,
        observer: Observer<C>,
        target: Option<DropletId>,
        order: Order,
        report: Reporter,
    ) -> OperationState {
        let mut run = self.begin(Kind::Down, observer, order, report);
        let end = self.unless_stopped(Box::pin(run.down(target))).await;
        self.conclude(run, end).await
    }

    /// Finishes or undoes what somebody left.
    pub async fn recover(&self, observer: Observer<C>, report: Reporter) -> OperationState {
        let order = Order { reason: "an operation was left unfinished".to_owned(), insist: true };
        let mut run = self.begin(Kind::Recover, observer, order, report);
        let end = self.unless_stopped(Box::pin(run.recover())).await;
        self.conclude(run, end).await
    }

    /// Deletes the tag of clones that leave, which somebody has left who died after the last of them was gone. As
    /// it may be the only trace of a clone, that takes a claim. What cannot be done is found again.
    pub async fn forget_leaving_tag(&self, observer: Observer<C>) {
        let order = Order { reason: "a tag was left".to_owned(), insist: true };
        let mut run = self.begin(Kind::Recover, observer, order, Arc::new(|_| {}));
        if let Err(stop) = self.unless_stopped(Box::pin(run.forget_leaving_tag())).await {
            tracing::info!(?stop, "the tag of clones that leave stays");
        }
        run.release().await;
    }

    /// Makes the operation that runs end at once, with its claim given back and its tags left, so that
    /// whoever looks next goes on with it. For the end of the program.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    async fn unless_stopped<T>(&self, work: impl Future<Output = Result<T, Stop>>) -> Result<T, Stop> {
        let mut stop = self.stop.subscribe();
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => {
                Err(Stop::failed(FailureClass::Api, "stopped before its end. The next look goes on with it."))
            }
            end = work => end,
        }
    }

    fn begin(&self, kind: Kind, observer: Observer<C>, order: Order, report: Reporter) -> Run<C> {
        let now = self.cloud.clock().now();
        let nonce = (self.nonces)();
        let state = OperationState {
            nonce: nonce.clone(),
            kind,
            reason: order.reason.clone(),
            droplet: None,
            droplet_name: None,
            started_at: now,
            phases: Vec::new(),
            outcome: None,
            ended_at: None,
        };
        Run {
            cloud: Arc::clone(&self.cloud),
            spec: Arc::clone(&self.spec),
            policy: Arc::clone(&self.policy),
            observer,
            order,
            claim: Claim { at: now, nonce },
            began_at: now,
            claimed: None,
            written: Vec::new(),
            next_renewal: None,
            base: None,
            seen: None,
            marker: None,
            leaves_traces: false,
            asked_for: AskedFor::Nothing,
            has_detached: false,
            has_given_up_cluster_tag: false,
            state,
            report,
        }
    }

    /// Ends an operation: backoff, marker and claim first, then the outcome is told.
    async fn conclude(&self, mut run: Run<C>, end: Result<String, Stop>) -> OperationState {
        let stopped = *self.stop.borrow();
        let outcome = match end {
            Ok(text) => {
                clear_backoffs(&run).await;
                Outcome::Done(text)
            }
            Err(Stop::Refused(refusal)) => Outcome::Refused(refusal.to_string()),
            Err(Stop::Failed { class, text }) => {
                // An operation that was stopped did not fail, and one without a claim has changed nothing.
                if !stopped && run.base.is_some() {
                    back_off(&run, class).await;
                }
                Outcome::Failed(text)
            }
        };
        let is_done = outcome.is_done();
        if !is_done && !run.leaves_traces {
            run.unmark().await;
        }
        // What nobody can see yet would be made once more: then the claim is left to run out.
        if run.can_be_seen().await {
            run.release().await;
        }
        run.end_phase();
        run.state.ended_at = Some(self.cloud.clock().now());
        tracing::info!(nonce = %run.claim.nonce, ?outcome, "operation ends");
        run.state.outcome = Some(outcome);
        (run.report)(&run.state);
        run.state
    }
}

async fn known_backoffs<C: Cloud>(run: &Run<C>) -> Vec<Backoff> {
    let Some(base) = run.base else { return Vec::new() };
    let tags = run.cloud.droplet(base).await.map(|d| d.tags).unwrap_or_default();
    let mut known: Vec<Backoff> = tags.iter().filter_map(|t| Backoff::parse(&run.spec.clone_prefix, t)).collect();
    known.sort();
    known
}

async fn clear_backoffs<C: Cloud>(run: &Run<C>) {
    for backoff in known_backoffs(run).await {
        run.attempt(run.cloud.delete_tag(&backoff.tag(&run.spec.clone_prefix))).await;
    }
}

/// Writes how long automatic operations wait now, in place of what was written before.
async fn back_off<C: Cloud>(run: &Run<C>, class: FailureClass) {
    let Some(base) = run.base else { return };
    let known = known_backoffs(run).await;
    let failures = known.last().map_or(0, |b| b.failures).saturating_add(1);
    let now = run.cloud.clock().now();
    let circumstances = run.seen.as_ref().and_then(|seen| Circumstances::of(class, seen, &run.spec));
    let backoff = Backoff::after(class, failures, now, &run.spec.timing, circumstances);
    let tag = backoff.tag(&run.spec.clone_prefix);
    let write = async {
        run.cloud.create_tag(&tag).await?;
        run.cloud.tag_droplet(&tag, base).await
    };
    if !run.attempt(write).await {
        return;
    }
    // Tags hold whole seconds: two backoffs are the same when their tags are.
    for old in known.iter().map(|old| old.tag(&run.spec.clone_prefix)).filter(|old| *old != tag) {
        run.attempt(run.cloud.delete_tag(&old)).await;
    }
}
