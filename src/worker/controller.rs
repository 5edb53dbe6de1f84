//! One cluster under control: look at it, decide, act. One-shot commands use it as it is; the worker's loop
//! runs it beside an operation, and begins operations itself.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::cloud::{Cloud, CloudError};
use crate::cluster::{ClusterSpec, DropletId, Metric, Observation};
use crate::journal::{Journal, Keeper};
use crate::observe::{Observer, Samples, Wanted};
use crate::policy::{Action, Decision, Policy, decide};
use crate::scaling::{
    DownPlan, Finding, Housekeeping, Kind, Nonces, OperationState, Order, Refusal, Reporter, Scaler, Terms, UpPlan,
    findings, has_leftovers, has_young_strays, is_leaving_tag_left, plan_down, plan_up, stray_tags, worn_out_tags,
};

/// How often the tags of the whole account are looked through for strays.
const SWEEP: Duration = Duration::from_secs(3600);

/// What a look at a cluster brought.
#[derive(Debug, Clone)]
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

impl Look {
    /// The operation that is to be carried out without anybody asking: what was left comes first. After a
    /// failure it waits as well, for as long as the backoff on the base droplet says.
    #[must_use]
    pub fn due(&self, spec: &ClusterSpec) -> Option<Kind> {
        let seen = &self.observation;
        if has_leftovers(seen, spec) {
            return seen.backoff_otherwise(&spec.timing).is_none().then_some(Kind::Recover);
        }
        match self.decision.action {
            Action::Up => Some(Kind::Up),
            Action::Down => Some(Kind::Down),
            Action::Hold => None,
        }
    }

    /// The order to do what was decided.
    #[must_use]
    pub fn order(&self) -> Order {
        Order { reason: self.decision.why(), insist: false }
    }
}

/// One cluster under control.
pub struct Controller<C> {
    spec: Arc<ClusterSpec>,
    policy: Arc<Policy>,
    cloud: Arc<C>,
    observer: Observer<C>,
    scaler: Arc<Scaler<C>>,
    journal: Journal,
    /// When the account is looked through for stray tags again.
    next_sweep: Option<Timestamp>,
}

impl<C: Cloud> Controller<C> {
    /// Control of this cluster. Its looks bring the metrics that decide and those of `shown`, and keep the
    /// past of `range`.
    pub fn new(
        cloud: Arc<C>,
        spec: Arc<ClusterSpec>,
        policy: Arc<Policy>,
        shown: &[Metric],
        range: Duration,
        nonces: Nonces,
    ) -> Self {
        let essential: Vec<Metric> = policy.metrics().collect();
        let shown = beside(&essential, shown);
        let observer = Observer::new(Arc::clone(&cloud), Arc::clone(&spec), Wanted { essential, shown, range });
        let scaler = Scaler::new(Arc::clone(&cloud), Arc::clone(&spec), Arc::clone(&policy), nonces);
        let journal = Journal::new(&spec.name, cloud.clock().clone(), None);
        Self { spec, policy, cloud, observer, scaler: Arc::new(scaler), journal, next_sweep: None }
    }

    /// With a journal that is kept there.
    #[must_use]
    pub fn kept_by(self, keeper: Option<Arc<dyn Keeper>>) -> Self {
        let journal = Journal::new(&self.spec.name, self.cloud.clock().clone(), keeper);
        Self { journal, ..self }
    }

    /// Where its operations are written down.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Changes what the next looks bring.
    pub fn want(&mut self, shown: &[Metric], range: Duration) {
        let essential: Vec<Metric> = self.policy.metrics().collect();
        self.observer.set_shown(beside(&essential, shown));
        self.observer.set_range(range);
    }

    /// How far back the past goes that the last look has brought.
    #[must_use]
    pub fn range(&self) -> Duration {
        self.observer.range()
    }

    /// Asks for the names of load balancer and snapshot anew at the next look.
    pub fn forget_names(&mut self) {
        self.observer.forget_names();
    }

    /// The past that has been fetched so far.
    #[must_use]
    pub fn samples(&self) -> &Samples {
        self.observer.samples()
    }

    /// An observer for the looks of an operation.
    #[must_use]
    pub fn fork(&self) -> Observer<C> {
        self.observer.fork()
    }

    /// What carries operations out.
    #[must_use]
    pub fn scaler(&self) -> Arc<Scaler<C>> {
        Arc::clone(&self.scaler)
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

    /// Deletes the tags that are over: on the base droplet at each look, without asking for anything more, and
    /// in the whole account at the first look and then hourly, or sooner when something young was seen there. What
    /// cannot be deleted is found again.
    pub async fn tidy(&mut self, look: &Look) {
        let seen = &look.observation;
        let mut over = worn_out_tags(seen, &self.spec, &self.policy);
        if self.next_sweep.is_none_or(|next| seen.at >= next) {
            over.extend(self.sweep(seen.at).await);
        }
        match Housekeeping::delete(&*self.cloud, over).await {
            Ok(done) if done.deleted.is_empty() => {}
            Ok(done) => tracing::info!(deleted = ?done.deleted, "tags that are over"),
            Err(error) => tracing::warn!(%error, "tags that are over could not be deleted"),
        }
    }

    /// The stray tags of the whole account.
    async fn sweep(&mut self, now: Timestamp) -> Vec<String> {
        let (spec, policy) = (&self.spec, &self.policy);
        let mut next = SWEEP;
        let mut over = Vec::new();
        match self.cloud.tags().await {
            Ok(all) => {
                over = stray_tags(&all, spec, policy, now);
                if has_young_strays(&all, spec) {
                    next = spec.timing.longest_operation().max(policy.scaling_interval).min(SWEEP);
                }
                if is_leaving_tag_left(&all, spec) {
                    Box::pin(self.scaler.forget_leaving_tag(self.fork())).await;
                }
            }
            // Stray tags harm nobody: that the token may not list them is no reason to ask at each look.
            Err(error) => tracing::warn!(%error, "the tags of the account could not be listed"),
        }
        self.next_sweep = now.checked_add(next).ok();
        over
    }

    /// What makes the operation that runs end at once, and give its claim back.
    pub fn stopper(&self) -> impl Fn() + use<C> {
        let scaler = self.scaler();
        move || scaler.stop()
    }

    /// Adds a clone.
    pub async fn up(&self, order: Order, report: Reporter) -> OperationState {
        Box::pin(self.journal.record(report, |report| self.scaler.up(self.fork(), order, report))).await
    }

    /// Removes a clone.
    pub async fn down(&self, target: Option<DropletId>, order: Order, report: Reporter) -> OperationState {
        Box::pin(self.journal.record(report, |report| self.scaler.down(self.fork(), target, order, report))).await
    }

    /// Finishes or undoes what was left.
    pub async fn recover(&self, report: Reporter) -> OperationState {
        Box::pin(self.journal.record(report, |report| self.scaler.recover(self.fork(), report))).await
    }

    /// Does what is to be done: tidies up, finishes what was left, or else does what the decision says.
    pub async fn auto(&mut self, report: Reporter) -> Result<(Look, Option<OperationState>), CloudError> {
        let look = self.look().await?;
        self.tidy(&look).await;
        let due = look.due(&self.spec);
        if let Some(kind) = due {
            self.journal.evaluated(&look.decision, kind);
        }
        let operation = match due {
            Some(Kind::Recover) => Some(self.recover(report).await),
            Some(Kind::Up) => Some(self.up(look.order(), report).await),
            Some(Kind::Down) => Some(self.down(None, look.order(), report).await),
            None => None,
        };
        Ok((look, operation))
    }
}

/// Those that are not essential anyway.
fn beside(essential: &[Metric], shown: &[Metric]) -> Vec<Metric> {
    shown.iter().filter(|metric| !essential.contains(metric)).copied().collect()
}
