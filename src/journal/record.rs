//! One line of the journal. Its words are plain text, so that a journal can be read by another version of this
//! program than the one that wrote it: what is missing is not known, and what is new is passed over.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Author;
use crate::cloud::trail::Sent;
use crate::policy::Decision;
use crate::scaling::{Kind, OperationState, Outcome};

/// The version of the format; the first field of each line.
const VERSION: u32 = 1;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The metrics, or what was left by somebody, led to an operation.
    Evaluation,
    /// A phase of an operation began.
    PhaseBegun,
    /// A phase of an operation ended.
    PhaseEnded,
    /// Something happened within a phase, such as an error that is waited out.
    Note,
    /// An operation ended.
    Ended,
    /// Something that this version does not know.
    #[serde(other)]
    Unknown,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of the format.
    pub journal: u32,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// The cluster's name in the configuration.
    pub cluster: String,
    /// What happened.
    pub event: Event,
    /// Who wrote it.
    #[serde(default)]
    pub who: Author,
    /// The nonce of the operation, as in its tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// What the operation is for: `up`, `down` or `recover`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Why it was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The droplet it works on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub droplet: Option<u64>,
    /// The droplet's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub droplet_name: Option<String>,
    /// The phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// How long the phase or the operation took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// How the operation ended: `done`, `refused` or `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// What there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The decision with the value and the thresholds of each rule; what is not known is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Value>,
    /// The requests since the record before that changed something or failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Sent>,
}

impl Record {
    fn new(at: Timestamp, cluster: &str, event: Event) -> Self {
        Self {
            journal: VERSION,
            at,
            cluster: cluster.to_owned(),
            event,
            who: Author::default(),
            operation: None,
            kind: None,
            reason: None,
            droplet: None,
            droplet_name: None,
            phase: None,
            seconds: None,
            outcome: None,
            text: None,
            decision: None,
            requests: Vec::new(),
        }
    }

    /// A decision that leads to an operation of this kind.
    pub(super) fn of_decision(cluster: &str, decision: &Decision, kind: Kind) -> Self {
        Self {
            kind: word(&kind),
            reason: Some(decision.because.to_string()),
            text: Some(decision.to_string()),
            decision: serde_json::to_value(decision).ok(),
            ..Self::new(decision.at, cluster, Event::Evaluation)
        }
    }

    /// Something that happened in an operation.
    pub(super) fn of_operation(cluster: &str, state: &OperationState, at: Timestamp, event: Event) -> Self {
        Self {
            operation: Some(state.nonce.to_string()),
            kind: word(&state.kind),
            reason: Some(state.reason.clone()),
            droplet: state.droplet.map(|id| id.0),
            droplet_name: state.droplet_name.clone(),
            ..Self::new(at, cluster, event)
        }
    }

    /// With how the operation ended.
    pub(super) fn outcome(self, outcome: &Outcome) -> Self {
        let word = match outcome {
            Outcome::Done(_) => "done",
            Outcome::Refused(_) => "refused",
            Outcome::Failed(_) => "failed",
        };
        Self { outcome: Some(word.to_owned()), text: Some(outcome.text().to_owned()), ..self }
    }
}

/// The word by which something stands in JSON.
pub(super) fn word(thing: &impl Serialize) -> Option<String> {
    serde_json::to_value(thing).ok()?.as_str().map(str::to_owned)
}
