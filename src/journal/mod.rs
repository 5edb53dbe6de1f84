//! What was done to a cluster, for people: one line of JSON for each step of an operation and for each
//! evaluation that led to one, in a file that only its owner can read. Nothing is ever decided by it, and a
//! journal that cannot be written stops nothing.
//!
//! [`Journal`] is what operations are written to and hooks in once, where they are begun; `follow` finds what
//! is new in an operation, [`Record`] is a line, [`FileKeeper`] writes lines from a thread of its own, `file`
//! is the file with its predecessors, and [`read`] reads all of it back.

mod author;
mod file;
mod follow;
mod keeper;
mod reading;
mod record;

use std::sync::{Arc, Mutex, PoisonError};

use crate::cloud::{ServerClock, trail};
use crate::policy::Decision;
use crate::scaling::{Kind, OperationState, Reporter};

pub use author::Author;
use follow::Follower;
pub use keeper::FileKeeper;
pub use reading::{Past, read};
pub use record::{Event, Record};

/// Keeps records. It must not make anybody wait.
pub trait Keeper: Send + Sync {
    /// Keeps this record, as well as it can.
    fn keep(&self, record: Record);

    /// Why records are lost, for people: told once.
    fn trouble(&self) -> Option<String>;
}

/// The journal of one cluster.
#[derive(Clone)]
pub struct Journal {
    cluster: String,
    clock: ServerClock,
    keeper: Option<Arc<dyn Keeper>>,
}

impl Journal {
    /// The journal of this cluster; without a keeper nothing is written.
    #[must_use]
    pub fn new(cluster: &str, clock: ServerClock, keeper: Option<Arc<dyn Keeper>>) -> Self {
        Self { cluster: cluster.to_owned(), clock, keeper }
    }

    /// Writes down why an operation is about to begin that nobody asked for.
    pub fn evaluated(&self, decision: &Decision, kind: Kind) {
        if let Some(keeper) = &self.keeper {
            keeper.keep(Record::of_decision(&self.cluster, decision, kind));
        }
    }

    /// Carries out an operation and writes down each of its steps; `report` hears of them as well.
    pub async fn record<W: Future>(&self, report: Reporter, work: impl FnOnce(Reporter) -> W) -> W::Output {
        let Some(keeper) = self.keeper.clone() else { return work(report).await };
        let (cluster, clock) = (self.cluster.clone(), self.clock.clone());
        let follower = Mutex::new(Follower::default());
        let both: Reporter = Arc::new(move |state: &OperationState| {
            let mut follower = follower.lock().unwrap_or_else(PoisonError::into_inner);
            for record in follower.news(&cluster, state, clock.now()) {
                keeper.keep(record);
            }
            report(state);
        });
        trail::trailed(work(both)).await
    }

    /// Why records are lost, for people: told once.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.keeper.as_ref()?.trouble()
    }
}
