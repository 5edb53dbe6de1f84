//! An operation as a job beside the looks: what is to be done, how it is told, and that it ends with the
//! program.

use std::convert::Infallible;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use crate::cloud::Cloud;
use crate::cluster::DropletId;
use crate::journal::Journal;
use crate::observe::Observer;
use crate::scaling::{Kind, Level, OperationState, Order, Outcome, Reporter, Scaler};

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Work {
    /// Finish or undo what was left.
    Recover,
    /// Add a clone.
    Up(Order),
    /// Remove this clone, or the one made last.
    Down(Option<DropletId>, Order),
}

impl Work {
    /// What it does, as a verb.
    pub fn verb(&self) -> &'static str {
        verb(self.kind())
    }

    /// What it is for.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Recover => Kind::Recover,
            Self::Up(_) => Kind::Up,
            Self::Down(..) => Kind::Down,
        }
    }

    /// That it begins, and why.
    pub fn announcement(&self) -> String {
        match self {
            Self::Recover => format!("{} begins: an operation was left unfinished", self.verb()),
            Self::Up(order) | Self::Down(_, order) => format!("{} begins: {}", self.verb(), order.reason),
        }
    }
}

fn verb(kind: Kind) -> &'static str {
    match kind {
        Kind::Up => "scale up",
        Kind::Down => "scale down",
        Kind::Recover => "recover",
    }
}

/// The order of somebody who asked for it, and who knows of the cooldown because the plan says so.
pub(super) fn by_hand() -> Order {
    Order { reason: "by hand".to_owned(), insist: true }
}

/// Carries it out, and writes it down. When the worker ends, or its owner is gone, the operation is stopped, so
/// that it gives its claim back; `guard` is held until then.
pub(super) async fn carry_out<C: Cloud>(
    scaler: Arc<Scaler<C>>,
    observer: Observer<C>,
    work: Work,
    report: Reporter,
    journal: Journal,
    mut stopped: watch::Receiver<bool>,
    guard: mpsc::Sender<Infallible>,
) -> OperationState {
    let operator = Arc::clone(&scaler);
    let operation = journal.record(report, |report| async move {
        match work {
            Work::Recover => operator.recover(observer, report).await,
            Work::Up(order) => operator.up(observer, order, report).await,
            Work::Down(target, order) => operator.down(observer, target, order, report).await,
        }
    });
    let mut operation = Box::pin(operation);
    let stop = async {
        // What it returns holds a lock, which must not be kept.
        drop(stopped.wait_for(|stopped| *stopped).await);
    };
    let early = tokio::select! {
        biased;
        ended = &mut operation => Some(ended),
        () = stop => None,
    };
    let ended = if let Some(ended) = early {
        ended
    } else {
        scaler.stop();
        operation.await
    };
    drop(guard);
    ended
}

/// How an operation ended, for people.
pub(super) fn ending(operation: &OperationState) -> (Level, String) {
    let verb = verb(operation.kind);
    match &operation.outcome {
        Some(Outcome::Done(text)) => (Level::Done, format!("{verb} is done: {text}")),
        Some(Outcome::Refused(text)) => (Level::Warning, format!("{verb} refused: {text}")),
        Some(Outcome::Failed(text)) => (Level::Error, format!("{verb} failed: {text}")),
        None => (Level::Error, format!("{verb} did not end")),
    }
}

/// What an operation that runs is, for whoever has to wait for it.
pub(super) fn who(operation: Option<&OperationState>) -> String {
    let running = operation.filter(|operation| operation.outcome.is_none());
    match running.and_then(|operation| Some((operation, operation.current()?))) {
        None => "it has just begun".to_owned(),
        Some((operation, phase)) => {
            let name = operation.droplet_name.as_deref().unwrap_or("ours");
            format!("{name}: {}", phase.phase.describe())
        }
    }
}

/// Ends the record of an operation whose progress nobody hears of any more.
pub(super) fn lost(operation: &mut Option<Arc<OperationState>>, now: Timestamp) {
    if let Some(operation) = operation.as_mut().filter(|operation| operation.outcome.is_none()) {
        let operation = Arc::make_mut(operation);
        let text = "it was lost sight of by a fault of this program; the next looks show what comes of it";
        operation.outcome = Some(Outcome::Failed(text.to_owned()));
        operation.ended_at = Some(now);
        if let Some(phase) = operation.phases.last_mut().filter(|phase| phase.ended_at.is_none()) {
            phase.ended_at = Some(now);
        }
    }
}
