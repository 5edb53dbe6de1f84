//! The phases of an operation, and how far one has come.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::cluster::{DropletId, Nonce, Timing};

/// What an operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Add a clone.
    Up,
    /// Remove a clone.
    Down,
    /// Finish or undo what somebody left.
    Recover,
}

/// A phase of an operation, in the order in which they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Writing the claim and the marker, and reading back that nobody else has one.
    Claim,
    /// Up: asking for the droplet.
    Create,
    /// Up: waiting for it to be active.
    Boot,
    /// Up: into the load balancer.
    Attach,
    /// Up: waiting for the load balancer to find it healthy.
    Health,
    /// Down: tagging it as draining.
    Mark,
    /// Down: out of the load balancer.
    Detach,
    /// Down: waiting for its connections to end.
    Drain,
    /// Down: a graceful shutdown.
    Shutdown,
    /// Down: deleting it, until it is gone.
    Delete,
    /// Taking back claim and tags.
    Settle,
}

impl Phase {
    /// What it does, for people: `booting`.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Claim => "claiming the cluster",
            Self::Create => "creating",
            Self::Boot => "booting",
            Self::Attach => "joining the load balancer",
            Self::Health => "waiting for the health check",
            Self::Mark => "marking as draining",
            Self::Detach => "leaving the load balancer",
            Self::Drain => "draining connections",
            Self::Shutdown => "shutting down",
            Self::Delete => "deleting",
            Self::Settle => "settling",
        }
    }

    /// The phases of an operation, in order.
    #[must_use]
    pub fn of(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Up => &[Self::Claim, Self::Create, Self::Boot, Self::Attach, Self::Health, Self::Settle],
            Kind::Down => {
                &[Self::Claim, Self::Mark, Self::Detach, Self::Drain, Self::Shutdown, Self::Delete, Self::Settle]
            }
            Kind::Recover => &[],
        }
    }

    /// How long it may take.
    #[must_use]
    pub fn deadline(self, timing: &Timing) -> Duration {
        match self {
            Self::Claim => timing.claim_settle * 10,
            Self::Create => timing.create,
            Self::Boot => timing.boot,
            Self::Attach | Self::Detach | Self::Mark | Self::Settle => timing.attach,
            Self::Health => timing.health,
            Self::Drain => timing.drain,
            Self::Shutdown => timing.shutdown,
            Self::Delete => timing.delete,
        }
    }

    /// How long it usually takes: a fraction of its deadline, for a progress display.
    #[must_use]
    pub fn expected(self, timing: &Timing) -> Duration {
        match self {
            Self::Claim => timing.claim_settle * 2,
            Self::Create => timing.step_poll,
            Self::Boot => timing.boot / 6,
            Self::Attach | Self::Detach => timing.attach / 20,
            Self::Health => timing.health / 4,
            Self::Mark | Self::Settle => timing.claim_settle,
            Self::Drain => timing.drain,
            Self::Shutdown => timing.shutdown / 4,
            Self::Delete => timing.delete / 12,
        }
    }
}

/// How far one phase has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhaseState {
    /// The phase.
    pub phase: Phase,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; missing while it runs.
    pub ended_at: Option<Timestamp>,
    /// What the operator may want to know, such as the last error of something that is tried again.
    pub note: Option<String>,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "outcome", content = "text")]
pub enum Outcome {
    /// As it should.
    Done(String),
    /// Not begun, on purpose; nothing was changed.
    Refused(String),
    /// Failed; the text says what was undone and what is left.
    Failed(String),
}

impl Outcome {
    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Done(text) | Self::Refused(text) | Self::Failed(text) => text,
        }
    }

    /// Whether it ended as it should.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// How far an operation has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OperationState {
    /// Its nonce.
    pub nonce: Nonce,
    /// What it is for.
    pub kind: Kind,
    /// Why it was begun, for people.
    pub reason: String,
    /// The droplet it works on, once there is one.
    pub droplet: Option<DropletId>,
    /// The droplet's name, once it is known.
    pub droplet_name: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// The phases that have begun, in order; the last one runs unless it has an end.
    pub phases: Vec<PhaseState>,
    /// How it ended; missing while it runs.
    pub outcome: Option<Outcome>,
    /// When it ended; missing while it runs.
    pub ended_at: Option<Timestamp>,
}

impl OperationState {
    /// The phase that runs now.
    #[must_use]
    pub fn current(&self) -> Option<&PhaseState> {
        self.phases.last().filter(|p| p.ended_at.is_none())
    }
}
