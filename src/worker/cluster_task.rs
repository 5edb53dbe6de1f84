//! The task of one cluster: looks at it again and again, carries out one operation at a time beside that, and
//! publishes what is new. Looks, operations and details run as jobs of their own, so that a command is obeyed
//! at once whatever the cloud does.

use std::convert::Infallible;
use std::mem;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use futures::future::OptionFuture;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::board::Board;
use super::changes::Told;
use super::connection::Failures;
use super::events::{AUTO_OFF, AUTO_ON};
use super::inspection::Inspection;
use super::operation::{self, Work};
use super::{ClusterState, Command, Connection, Controller, DropletDetail, History, Look, detail, events};
use crate::cloud::{Cloud, CloudError};
use crate::cluster::{DropletId, Metric, elapsed, span};
use crate::journal::{Journal, Keeper};
use crate::observe::Observer;
use crate::scaling::{
    Kind, Level, Nonces, OperationState, Refusal, Reporter, Scaler, Terms, has_leftovers, plan_down, plan_up,
};

/// A cluster that nobody looks at and that is not scaled by itself is polled this many times more rarely.
const UNFOCUSED: u32 = 5;

/// While an operation runs, looks are not closer together than this.
const CLOSEST_LOOKS: Duration = Duration::from_secs(1);

/// What all tasks share.
pub(super) struct Wiring<C> {
    pub cloud: Arc<C>,
    pub board: Arc<Board>,
    pub nonces: Nonces,
    /// Keeps the journal, where there is one.
    pub keeper: Option<Arc<dyn Keeper>>,
    /// Why nothing may be changed, if so.
    pub forbids: Option<Refusal>,
    /// True when the worker ends.
    pub stopped: watch::Receiver<bool>,
    /// Held by whoever the end of the program waits for.
    pub guard: mpsc::Sender<Infallible>,
}

impl<C> Clone for Wiring<C> {
    fn clone(&self) -> Self {
        Self {
            cloud: Arc::clone(&self.cloud),
            board: Arc::clone(&self.board),
            nonces: Arc::clone(&self.nonces),
            keeper: self.keeper.clone(),
            forbids: self.forbids.clone(),
            stopped: self.stopped.clone(),
            guard: self.guard.clone(),
        }
    }
}

/// What the hub tells a task.
#[derive(Debug)]
pub(super) enum Wish {
    /// A command of the user.
    Command(Command),
    /// Whether this is the cluster that is looked at.
    Focused(bool),
}

/// What somebody looks at, of a cluster.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attention {
    /// Whether it is the one that is looked at.
    pub focused: bool,
    /// The droplet whose page is open.
    pub inspected: Option<DropletId>,
}

/// How much the next look is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    /// When its time has come.
    Routine,
    /// At once.
    AtOnce,
    /// At once, and with the names looked up anew.
    WithNames,
}

/// What a job brought.
enum Done<C> {
    Looked(Box<Controller<C>>, Result<Look, CloudError>),
    Inspected(DropletDetail),
}

/// The task.
pub(super) struct ClusterTask<C> {
    wiring: Wiring<C>,
    index: usize,
    state: ClusterState,
    /// Whether something visible has changed since the last publication.
    changed: bool,
    wishes: mpsc::Receiver<Wish>,
    focused: bool,
    /// At home between looks, away during one.
    controller: Option<Box<Controller<C>>>,
    scaler: Arc<Scaler<C>>,
    /// Knows what the last look knew: operations start from its forks, also during a look.
    observer: Observer<C>,
    jobs: JoinSet<Done<C>>,
    looked_at: Instant,
    next_look: Instant,
    /// Until when looks that failed make wait.
    held: Option<Instant>,
    urgency: Urgency,
    failures: Failures,
    told: Told,
    /// The samples that the published history is made of.
    revision: Option<u64>,
    /// How far back it is to go: from the next look on.
    range: Duration,
    /// The operation that runs, and what is to be done after it.
    operation: Option<JoinHandle<OperationState>>,
    then: Option<Work>,
    progress: mpsc::UnboundedReceiver<OperationState>,
    report: Reporter,
    journal: Journal,
    inspection: Inspection,
}

impl<C: Cloud> ClusterTask<C> {
    pub fn new(
        wiring: Wiring<C>,
        index: usize,
        mut state: ClusterState,
        attention: Attention,
        delay: Duration,
        wishes: mpsc::Receiver<Wish>,
    ) -> Self {
        let (spec, policy) = (Arc::clone(&state.spec), Arc::clone(&state.policy));
        let nonces = Arc::clone(&wiring.nonces);
        let range = state.history.range;
        let controller =
            Controller::new(Arc::clone(&wiring.cloud), spec, policy, &[], range, nonces).kept_by(wiring.keeper.clone());
        let (sender, progress) = mpsc::unbounded_channel();
        let now = wiring.cloud.clock().now();
        operation::lost(&mut state.operation, now);
        Self {
            index,
            changed: true,
            wishes,
            focused: attention.focused,
            scaler: controller.scaler(),
            observer: controller.fork(),
            journal: controller.journal().clone(),
            controller: Some(Box::new(controller)),
            jobs: JoinSet::new(),
            looked_at: Instant::now(),
            next_look: Instant::now() + delay,
            held: None,
            urgency: Urgency::Routine,
            failures: Failures::default(),
            told: Told::default(),
            revision: None,
            range,
            operation: None,
            then: None,
            progress,
            report: Arc::new(move |state: &OperationState| {
                // Nobody listens any more only when this task has ended.
                let _ = sender.send(state.clone());
            }),
            inspection: Inspection::new(attention.inspected, range, Instant::now() + delay),
            state,
            wiring,
        }
    }

    /// Runs until nobody can send wishes any more.
    pub async fn run(mut self) {
        loop {
            if mem::take(&mut self.changed) {
                self.wiring.board.publish(&*self.wiring.cloud, self.index, &self.state);
            }
            tokio::select! {
                // Progress comes before the end of what it is the progress of.
                biased;
                wish = self.wishes.recv() => match wish {
                    Some(Wish::Command(command)) => self.obey(&command),
                    Some(Wish::Focused(focused)) => self.focus(focused),
                    None => return,
                },
                Some(progress) = self.progress.recv() => self.progressed(progress),
                Some(end) = OptionFuture::from(self.operation.as_mut()) => self.ended(end),
                Some(done) = self.jobs.join_next() => self.done(done),
                () = sleep_until(self.next_look), if self.controller.is_some() => self.look(),
                Some(()) = OptionFuture::from(self.inspection.due().map(sleep_until)) => self.inspect(),
            }
        }
    }

    fn obey(&mut self, command: &Command) {
        match command {
            Command::Refresh { .. } => {
                self.urgency = Urgency::WithNames;
                self.schedule();
            }
            Command::Auto { on, .. } => self.set_auto(*on),
            Command::Up { .. } => self.by_hand(Work::Up(operation::by_hand())),
            Command::Down { droplet, .. } => self.by_hand(Work::Down(Some(*droplet), operation::by_hand())),
            Command::Range { range, .. } => {
                if *range != self.range {
                    self.range = *range;
                    self.inspection.reach_back(*range);
                    self.look_again();
                }
            }
            Command::Inspect { droplet, .. } => {
                let known = self.inspection.watch(*droplet);
                self.show(known);
            }
            // These are the hub's.
            Command::Focus { .. } | Command::Demo(_) => {}
        }
    }

    fn focus(&mut self, focused: bool) {
        if self.focused != focused {
            self.focused = focused;
            self.schedule();
        }
    }

    fn set_auto(&mut self, on: bool) {
        let forbids = self.wiring.forbids.clone().filter(|_| on);
        if let Some(refusal) = forbids {
            self.say(Level::Warning, &format!("auto stays off: {refusal}"));
        } else if on != self.state.auto {
            self.state.auto = on;
            self.say(Level::Info, if on { AUTO_ON } else { AUTO_OFF });
            self.look_again();
        }
    }

    /// Begins what somebody asked for; what was left by somebody else is finished first.
    fn by_hand(&mut self, work: Work) {
        let in_flight = || Refusal::InFlight { who: operation::who(self.state.operation.as_deref()) };
        let refusal = self.wiring.forbids.clone().or_else(|| self.operation.is_some().then(in_flight));
        if let Some(refusal) = refusal {
            return self.say(Level::Warning, &format!("{} refused: {refusal}", work.verb()));
        }
        let left = self.state.observation.as_ref().is_some_and(|seen| has_leftovers(seen, &self.state.spec));
        if left {
            self.then = Some(work);
            self.begin(Work::Recover);
        } else {
            self.begin(work);
        }
    }

    /// Whether something is done without anybody asking.
    fn acts(&self) -> bool {
        self.state.auto && self.wiring.forbids.is_none()
    }

    /// Does what a look says is to be done.
    fn act(&mut self, look: &Look) {
        if !self.acts() || self.operation.is_some() {
            return;
        }
        let (work, refusal) = match look.due(&self.state.spec) {
            Some(Kind::Recover) => (Work::Recover, None),
            Some(Kind::Up) => (Work::Up(look.order()), look.up.as_ref().err()),
            Some(Kind::Down) => (Work::Down(None, look.order()), look.down.as_ref().err()),
            None => return,
        };
        match refusal {
            None => {
                self.journal.evaluated(&look.decision, work.kind());
                self.begin(work);
            }
            Some(refusal) => self.say(Level::Warning, &format!("auto would {}, but {refusal}", work.verb())),
        }
    }

    fn begin(&mut self, work: Work) {
        self.say(Level::Info, &work.announcement());
        let job = operation::carry_out(
            Arc::clone(&self.scaler),
            self.observer.fork(),
            work,
            Arc::clone(&self.report),
            self.journal.clone(),
            self.wiring.stopped.clone(),
            self.wiring.guard.clone(),
        );
        // On its own, and not of the jobs: it goes on to its end should this task fail.
        self.operation = Some(tokio::spawn(job));
        self.schedule();
    }

    fn progressed(&mut self, progress: OperationState) {
        self.told.own(&progress);
        self.state.operation = Some(Arc::new(progress));
        self.changed = true;
    }

    fn ended(&mut self, end: Result<OperationState, JoinError>) {
        self.operation = None;
        let then = self.then.take();
        match end {
            Ok(ended) => {
                let (level, text) = operation::ending(&ended);
                let went_well = ended.outcome.as_ref().is_some_and(crate::scaling::Outcome::is_done);
                self.progressed(ended);
                self.plan_without_own_claim();
                self.say(level, &text);
                match then {
                    Some(work) if went_well => return self.begin(work),
                    Some(work) => self.say(Level::Warning, &format!("{} was not begun because of that", work.verb())),
                    None => {}
                }
            }
            Err(error) => {
                operation::lost(&mut self.state.operation, self.wiring.cloud.clock().now());
                let text =
                    format!("the operation failed by a fault of this program, a later look goes on with it: {error}");
                self.say(Level::Error, &text);
            }
        }
        self.look_again();
    }

    /// What could be done next, as if the claim of our last operation, which a look may have seen, were given back.
    fn plan_without_own_claim(&mut self) {
        let (Some(seen), Some(operation)) = (&self.state.observation, &self.state.operation) else { return };
        if seen.claims.iter().all(|claim| claim.nonce != operation.nonce) {
            return;
        }
        let terms = Terms { own: Some(&operation.nonce), insist: true };
        let (spec, policy) = (&self.state.spec, &self.state.policy);
        self.state.up = Some(plan_up(seen, spec, policy, terms).map(Arc::new));
        self.state.down = Some(plan_down(seen, spec, policy, None, terms).map(Arc::new));
    }

    fn look(&mut self) {
        let Some(mut controller) = self.controller.take() else { return };
        let urgency = mem::replace(&mut self.urgency, Urgency::Routine);
        let shown: &[Metric] = if self.focused { &Metric::ALL } else { &[] };
        controller.want(shown, self.range);
        if urgency == Urgency::WithNames {
            controller.forget_names();
        }
        let tidies = self.acts() && self.operation.is_none();
        self.jobs.spawn(async move {
            let look = controller.look().await;
            if tidies && let Ok(look) = &look {
                controller.tidy(look).await;
            }
            Done::Looked(controller, look)
        });
    }

    fn done(&mut self, done: Result<Done<C>, JoinError>) {
        match done {
            Ok(Done::Looked(controller, look)) => {
                self.observer = controller.fork();
                self.looked_at = Instant::now();
                match look {
                    Ok(look) => self.saw(&look, &controller),
                    Err(error) => self.missed(&error),
                }
                self.controller = Some(controller);
                self.changed = true;
                self.schedule();
            }
            Ok(Done::Inspected(detail)) => {
                let usage = self.wiring.cloud.usage();
                let detail = self.inspection.done(detail, &self.state.spec.timing, usage);
                self.show(detail);
            }
            // One that was overtaken is given up. Of a fault the hub tells, and starts this task again.
            Err(error) => {
                if let Ok(panic) = error.try_into_panic() {
                    resume_unwind(panic)
                }
            }
        }
    }

    fn saw(&mut self, look: &Look, controller: &Controller<C>) {
        self.held = None;
        self.state.connection = Connection::Live;
        if let Some(down) = self.failures.end(look.observation.at) {
            self.say(Level::Done, &format!("the cluster can be seen again, after {}", span(down)));
        }
        let before = self.state.observation.replace(Arc::clone(&look.observation));
        let mut news = self.told.news(before.as_deref(), look, self.acts());
        news.extend(self.told.clock(self.wiring.cloud.clock().offset()));
        news.extend(self.told.budget(self.wiring.cloud.usage()));
        news.extend(self.journal.trouble().map(|text| (Level::Warning, text)));
        for (level, text) in news {
            self.say(level, &text);
        }
        self.state.decision = Some(Arc::clone(&look.decision));
        self.state.up = Some(look.up.clone());
        self.state.down = Some(look.down.clone());
        self.plan_without_own_claim();
        self.state.findings = Arc::clone(&look.findings);
        let samples = controller.samples();
        if self.revision != Some(samples.revision()) || self.state.history.range != controller.range() {
            self.revision = Some(samples.revision());
            self.state.history = Arc::new(History {
                cluster: samples.cluster(),
                droplets: samples.droplets().clone(),
                serving: samples.serving().clone(),
                range: controller.range(),
            });
        }
        self.act(look);
    }

    fn missed(&mut self, error: &CloudError) {
        let cloud = &self.wiring.cloud;
        let poll = self.state.spec.timing.poll;
        let missed = self.failures.note(error, cloud.clock().now(), cloud.usage(), poll);
        self.held = Some(Instant::now() + missed.wait);
        self.state.connection = missed.connection;
        if let Some(news) = missed.news {
            self.say(Level::Error, &news);
        }
    }

    fn look_again(&mut self) {
        self.urgency = self.urgency.max(Urgency::AtOnce);
        self.schedule();
    }

    /// When the next look is due: as fast as somebody cares, but patiently while looks fail.
    fn schedule(&mut self) {
        let now = Instant::now();
        let timing = &self.state.spec.timing;
        let pace = if self.operation.is_some() {
            timing.step_poll.min(timing.poll).max(CLOSEST_LOOKS)
        } else if self.focused || self.state.auto {
            timing.poll
        } else {
            timing.poll * UNFOCUSED
        };
        let due = if self.urgency > Urgency::Routine { now } else { self.held.unwrap_or(self.looked_at + pace) };
        self.next_look = due.max(now);
        let clock = self.wiring.cloud.clock().now();
        let next_look = clock.checked_add(self.next_look - now).ok();
        // The clock and the timer do not tick together; a difference of milliseconds is nothing to see.
        let is_same = matches!((next_look, self.state.next_look), (Some(new), Some(old))
            if elapsed(old, new).max(elapsed(new, old)) < Duration::from_millis(500));
        if !is_same {
            self.state.next_look = next_look;
            self.changed = true;
        }
    }

    /// Fetches the detail of the droplet that somebody looks at.
    fn inspect(&mut self) {
        let cloud = Arc::clone(&self.wiring.cloud);
        let refused = self.inspection.begin(cloud.usage(), |order| {
            self.jobs.spawn(async move {
                let before = order.before.as_deref();
                Done::Inspected(detail::fetch(&*cloud, order.droplet, order.range, before).await)
            })
        });
        self.show(refused);
    }

    /// Shows a detail, if there is one and it is another.
    fn show(&mut self, detail: Option<Arc<DropletDetail>>) {
        if detail.is_some() && detail != self.state.detail {
            self.state.detail = detail;
            self.changed = true;
        }
    }

    fn say(&mut self, level: Level, text: &str) {
        let now = self.wiring.cloud.clock().now();
        events::note(&mut self.state.events, now, level, text);
        self.changed = true;
    }
}
