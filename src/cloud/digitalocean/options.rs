//! What a client is made with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::{ApiUrl, RetryPolicy};
use crate::cloud::{Clock, SystemClock, Usage};

/// What a client is made with.
#[derive(Clone)]
pub struct ClientOptions {
    /// Where the API is.
    pub api_url: ApiUrl,
    /// The token; sent to that address only.
    pub token: SecretString,
    /// The local time, from which the server's is reckoned.
    pub clock: Arc<dyn Clock>,
    /// How long one request may take, from its first byte to the last of its answer.
    pub deadline: Duration,
    /// The same for a request that must not be sent twice: to make a droplet, to shut one down.
    pub create_deadline: Duration,
    /// How long it may take to connect.
    pub connect_deadline: Duration,
    /// What is repeated, and when.
    pub retry: RetryPolicy,
    /// How many requests are allowed in a minute. The answers don't tell.
    pub minute_limit: u32,
    /// Where the jitter of the retries begins.
    pub seed: u64,
}

impl ClientOptions {
    /// The usual deadlines and retries, by the clock of the operating system.
    #[must_use]
    pub fn new(api_url: ApiUrl, token: SecretString) -> Self {
        Self {
            api_url,
            token,
            clock: Arc::new(SystemClock),
            deadline: Duration::from_secs(30),
            create_deadline: Duration::from_secs(60),
            connect_deadline: Duration::from_secs(10),
            retry: RetryPolicy::default(),
            minute_limit: Usage::default().minute_limit,
            seed: fastrand::u64(..),
        }
    }
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientOptions")
            .field("api_url", &self.api_url)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
