//! How a command ends: an exit code, and for a failure one message that says what and then what to do.

use std::io;
use std::process::ExitCode;

use crate::cloud::CloudError;
use crate::config::{ConfigErrors, TokenError};
use crate::scaling::{Outcome, Refusal};

/// The exit codes; documented in the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: failed.
    Failed,
    /// 2: wrong usage or configuration.
    Usage,
    /// 3: refused on purpose.
    Refused,
    /// 4: not authorised.
    Unauthorized,
    /// The terminal interface was ended by a signal, or its terminal is gone: 128 and the signal's number, as
    /// from a shell.
    Signal(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Refused => 3,
            Exit::Unauthorized => 4,
            Exit::Signal(code) => code,
        })
    }
}

impl From<&Outcome> for Exit {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Done(_) => Self::Done,
            Outcome::Refused(_) => Self::Refused,
            Outcome::Failed(_) => Self::Failed,
        }
    }
}

/// Why a command did not do what it was to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// For people; nothing when nobody reads it any more.
    pub message: Option<String>,
}

impl Failure {
    /// A failure with its message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: Some(message.into()) }
    }
}

impl From<CloudError> for Failure {
    fn from(error: CloudError) -> Self {
        let exit = if error.is_unauthorized() { Exit::Unauthorized } else { Exit::Failed };
        Self::new(exit, error.explain())
    }
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self::new(Exit::Usage, errors.to_string())
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        Self::new(Exit::Usage, error.to_string())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let exit = match refusal {
            Refusal::NoBase { .. }
            | Refusal::NoSnapshot { .. }
            | Refusal::SnapshotElsewhere { .. }
            | Refusal::NoLoadBalancer { .. } => Exit::Usage,
            Refusal::Incomplete { .. } => Exit::Failed,
            _ => Exit::Refused,
        };
        Self::new(exit, refusal.to_string())
    }
}

/// Output that cannot be written. A reader who has gone away, as `head` does, wants no complaint.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self { exit: Exit::Done, message: None };
        }
        Self::new(Exit::Failed, format!("the output cannot be written: {error}"))
    }
}
