//! One cluster under control for one command: look at it, decide, act.

use std::sync::Arc;
use std::time::Duration;

use super::json::SEED_METRICS;
use super::session::random_nonces;
use crate::cloud::{Cloud, CloudError};
use crate::cluster::{ClusterSpec, DropletId, Metric, Observation};
use crate::observe::{Observer, Wanted};
use crate::policy::{Action, Decision, Policy, decide};
use crate::scaling::{
    DownPlan, Finding, Housekeeping, OperationState, Order, Refusal, Reporter, Scaler, Terms, UpPlan, findings,
    has_leftovers, plan_down, plan_up, worn_out_tags,
};

/// What a look at a cluster brought.
pub struct Look {
    /// What was seen.
    pub observation: Arc<Observation>,
    /// What is to be done.
    pub decision: Arc<Decision>,
    /// What `up` would do.
    pub up: Result<Arc<UpPlan>, Refusal>,
    /// What `down` would do.
    pub down: Result<Arc<DownPlan>, Refusal>,
    /// What is not as it should be.
    pub findings: Arc<Vec<Finding>>,
}

/// One cluster under control.
pub struct Control<C> {
    spec: Arc<ClusterSpec>,
    policy: Arc<Policy>,
    cloud: Arc<C>,
    observer: Observer<C>,
    scaler: Arc<Scaler<C>>,
}

impl<C: Cloud> Control<C> {
    /// Control of this cluster.
    pub fn new(cloud: Arc<C>, spec: Arc<ClusterSpec>, policy: Arc<Policy>) -> Self {
        let essential: Vec<Metric> = policy.metrics().collect();
        // The seed's documents have its three metrics, whether they decide or not.
        let shown = SEED_METRICS.map(|(metric, _)| metric).into_iter().filter(|m| !essential.contains(m)).collect();
        let wanted = Wanted { essential, shown, range: Duration::ZERO };
        let observer = Observer::new(Arc::clone(&cloud), Arc::clone(&spec), wanted);
        let scaler = Scaler::new(Arc::clone(&cloud), Arc::clone(&spec), Arc::clone(&policy), random_nonces());
        Self { cloud, spec, policy, observer, scaler: Arc::new(scaler) }
    }

    /// Looks at it. Changes nothing.
    pub async fn look(&mut self) -> Result<Look, CloudError> {
        let seen = Box::pin(self.observer.observe()).await?;
        let (spec, policy) = (&self.spec, &self.policy);
        let terms = Terms { own: None, insist: true };
        Ok(Look {
            decision: Arc::new(decide(&seen, spec, policy)),
            up: plan_up(&seen, spec, policy, terms).map(Arc::new),
            down: plan_down(&seen, spec, policy, None, terms).map(Arc::new),
            findings: Arc::new(findings(&seen, spec, policy)),
            observation: Arc::new(seen),
        })
    }

    /// What makes the operation that runs end at once, and give its claim back.
    pub fn stopper(&self) -> impl Fn() + use<C> {
        let scaler = Arc::clone(&self.scaler);
        move || scaler.stop()
    }

    /// Adds a clone.
    pub async fn up(&self, order: Order, report: Reporter) -> OperationState {
        Box::pin(self.scaler.up(self.observer.fork(), order, report)).await
    }

    /// Removes a clone.
    pub async fn down(&self, target: Option<DropletId>, order: Order, report: Reporter) -> OperationState {
        Box::pin(self.scaler.down(self.observer.fork(), target, order, report)).await
    }

    /// Does what is to be done: finishes what was left, or else what the decision says.
    pub async fn auto(&mut self, report: Reporter) -> Result<(Look, Option<OperationState>), CloudError> {
        let look = self.look().await?;
        // What is left is found again at the next look.
        let worn_out = worn_out_tags(&look.observation, &self.spec, &self.policy);
        if let Err(error) = Housekeeping::delete(&*self.cloud, worn_out).await {
            tracing::warn!(%error, "tags that are over could not be deleted");
        }
        let order = || Order { reason: look.decision.because.to_string(), insist: false };
        let fork = self.observer.fork();
        let operation = if has_leftovers(&look.observation, &self.spec) {
            Some(Box::pin(self.scaler.recover(fork, report)).await)
        } else {
            match look.decision.action {
                Action::Up => Some(Box::pin(self.scaler.up(fork, order(), report)).await),
                Action::Down => Some(Box::pin(self.scaler.down(fork, None, order(), report)).await),
                Action::Hold => None,
            }
        };
        Ok((look, operation))
    }
}
