//! Errors of the cloud, by what can be done about them. Their text names the request, says what went wrong
//! and what to do next; it never contains the token.

use std::fmt;
use std::time::Duration;

use crate::cluster::{FailureClass, seconds_left};

/// What can be done about an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Wait and try again: overloaded, busy, or a fault of the server that retries did not outlast.
    Retry,
    /// Wait this long: a rate limit is reached.
    RateLimited {
        /// How long the server told us to wait, if it did.
        retry_after: Option<Duration>,
    },
    /// The token is wrong, expired or revoked.
    Token,
    /// Something that is not the API, such as a proxy, asks who one is: the token may be right.
    Login,
    /// The token lacks a scope.
    Scope {
        /// The scope that the request needs, such as `droplet:create`.
        scope: &'static str,
    },
    /// The thing does not exist, or not yet.
    Gone,
    /// A limit of the account is reached; only people can raise it.
    Limit,
    /// The request itself is refused; the same one will be refused again.
    Refused,
    /// Nobody answers: no connection, no name, no certificate, or no answer in time.
    Unreachable,
    /// The answer makes no sense.
    Nonsense,
}

/// An error of the cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudError {
    /// What can be done about it.
    pub remedy: Remedy,
    /// The request, such as `POST /v2/droplets`.
    pub request: String,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// What the server said, or what went wrong, without control characters, at most 300 characters.
    pub message: String,
    /// The server's name for the request, for its support.
    pub request_id: Option<String>,
}

impl CloudError {
    /// Whether the request may have been carried out although it failed. True when the request may have been
    /// sent and no answer told that it was refused.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        match self.remedy {
            Remedy::Unreachable | Remedy::Nonsense => true,
            Remedy::Retry => self.status.is_none_or(|status| status >= 500),
            _ => false,
        }
    }

    /// Whether trying the same again later may help without anybody changing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.remedy, Remedy::Retry | Remedy::RateLimited { .. } | Remedy::Unreachable | Remedy::Nonsense)
    }

    /// Whether the thing is not there.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.remedy == Remedy::Gone
    }

    /// Whether one was refused for who one is: trying again does not help.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        matches!(self.remedy, Remedy::Token | Remedy::Login | Remedy::Scope { .. })
    }

    /// Its class for the backoff of operations.
    #[must_use]
    pub fn failure_class(&self) -> FailureClass {
        match self.remedy {
            Remedy::Limit => FailureClass::Limit,
            Remedy::Refused | Remedy::Token | Remedy::Login | Remedy::Scope { .. } => FailureClass::Refused,
            _ => FailureClass::Api,
        }
    }

    /// What went wrong and what to do next, as sentences.
    #[must_use]
    pub fn explain(&self) -> String {
        format!("{}. {}", self.to_string().trim_end_matches('.'), self.advice())
    }

    /// What to do next, as a sentence.
    #[must_use]
    pub fn advice(&self) -> String {
        match &self.remedy {
            Remedy::Retry => "DigitalOcean is busy or has a fault, which usually passes within minutes.".to_owned(),
            Remedy::RateLimited { retry_after: Some(wait) } => {
                format!("The request limit is used up: try again in {} s.", seconds_left(*wait))
            }
            Remedy::RateLimited { retry_after: None } => {
                "The hourly request limit is used up: wait some minutes, or poll less often.".to_owned()
            }
            Remedy::Token => "The token is wrong, expired or revoked: make a new one in the control panel under \
                              API, and give it by --token-file or DIGITALOCEAN_ACCESS_TOKEN."
                .to_owned(),
            Remedy::Login => {
                "Something other than the API asks who you are: check the API address, and any proxy before \
                              it; only then the token."
                    .to_owned()
            }
            Remedy::Scope { scope } => {
                format!(
                    "The token lacks the scope {scope}: make one that has it (README.md lists all that are needed)."
                )
            }
            Remedy::Gone => "It does not exist, or no longer: check the name in the configuration.".to_owned(),
            Remedy::Limit => {
                "A limit of the account is reached: ask DigitalOcean to raise it, or delete something.".to_owned()
            }
            Remedy::Refused => "DigitalOcean refuses the request as it is: correct the configuration.".to_owned(),
            Remedy::Unreachable => "Check the network and the API address (`dropscale info` shows it).".to_owned(),
            Remedy::Nonsense => {
                "The answer is not what the API sends: check the API address, and any proxy before it.".to_owned()
            }
        }
    }
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.request)?;
        if let Some(status) = self.status {
            write!(f, "{status} ")?;
        }
        write!(f, "{}", self.message)?;
        if let Some(id) = &self.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for CloudError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_of_less_than_a_second_is_no_wait_of_none() {
        let remedy = Remedy::RateLimited { retry_after: Some(Duration::from_millis(300)) };
        let (request, message) = ("GET /v2/droplets".to_owned(), "slowly".to_owned());
        let error = CloudError { remedy, request, status: Some(429), message, request_id: None };
        assert!(error.advice().ends_with("try again in 1 s."), "{}", error.advice());
    }

    #[test]
    fn an_explanation_is_made_of_whole_sentences() {
        let error = CloudError {
            remedy: Remedy::Retry,
            request: "GET /v2/droplets".to_owned(),
            status: Some(503),
            message: "Service Unavailable.".to_owned(),
            request_id: None,
        };
        assert!(error.explain().starts_with("GET /v2/droplets: 503 Service Unavailable. DigitalOcean is busy"));
        assert!(!error.advice().contains("try again"), "auto does that by itself: {}", error.advice());
    }
}
