//! Sends requests: each waits for its turn in the budget, is logged, corrects budget and clock by its answer,
//! and is repeated where that is allowed. All clones of a client share one connection.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::Instant;

use super::ApiUrl;
use super::budget::{Budget, Turn, Use};
use super::error::{self, Failure, Outcome};
use super::http::{Answer, Head, Http};
use super::options::ClientOptions;
use super::request::{Repeat, Request};
use crate::cloud::trail::{self, Sent};
use crate::cloud::{CloudError, Remedy, Result, ServerClock, Usage};

/// The longest wait for a turn in the minute: a whole minute and its margin.
const PACE: Duration = Duration::from_secs(70);
/// So many characters of a token at the end of a text are taken for the beginning of one.
const CUT_TOKEN: usize = 6;

/// Connections, budget, clock and token.
pub struct Connection {
    http: Http,
    options: ClientOptions,
    clock: ServerClock,
    start: Instant,
    budget: Mutex<Budget>,
    random: Mutex<fastrand::Rng>,
}

/// A request that the budget has admitted; over when dropped, also when its future is.
struct Admitted<'a>(&'a Connection);

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        self.0.budget().settle();
    }
}

impl Connection {
    pub fn new(options: ClientOptions) -> Result<Self> {
        Ok(Self {
            http: Http::new(&options)?,
            clock: ServerClock::new(options.clock.clone()),
            start: Instant::now(),
            budget: Mutex::new(Budget::new(Usage::default().hour_limit, options.minute_limit)),
            random: Mutex::new(fastrand::Rng::with_seed(options.seed)),
            options,
        })
    }

    pub fn api_url(&self) -> &ApiUrl {
        &self.options.api_url
    }

    pub fn clock(&self) -> &ServerClock {
        &self.clock
    }

    pub fn usage(&self) -> Usage {
        let now = self.now();
        let server = self.clock.now();
        let budget = self.budget();
        Usage {
            hour_limit: budget.hour_limit(),
            hour_left: budget.hour_left(now),
            minute_limit: budget.minute_limit(),
            minute_left: budget.minute_left(now),
            sent: budget.total(),
            held_until: budget.held(now).and_then(|held| server.checked_add(held).ok()),
        }
    }

    /// The answer as JSON, with its status.
    pub async fn json(&self, request: &Request) -> Result<(u16, Value)> {
        let answer = self.send(request).await?;
        match serde_json::from_slice(&answer.body) {
            Ok(value) => Ok((answer.status, value)),
            Err(e) => Err(self.scrubbed(not_json(request, &answer, &e))),
        }
    }

    /// An answer of which only the success is of interest. A page of HTML is none: it comes from something
    /// that is not the API.
    pub async fn done(&self, request: &Request) -> Result<()> {
        let answer = self.send(request).await?;
        if answer.body.trim_ascii().is_empty() {
            return Ok(());
        }
        match serde_json::from_slice::<Value>(&answer.body) {
            Ok(_) => Ok(()),
            Err(e) => Err(self.scrubbed(not_json(request, &answer, &e))),
        }
    }

    async fn send(&self, request: &Request) -> Result<Answer> {
        let segments: Vec<&str> = std::iter::once("v2").chain(request.segments.iter().map(String::as_str)).collect();
        let url = self.options.api_url.join(&segments).ok_or_else(|| {
            error::plain(request, Remedy::Refused, None, "this name or id cannot be part of an address")
        })?;
        let began = Instant::now();
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(request, &url, attempt).await? {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let random = self.random.lock().unwrap_or_else(PoisonError::into_inner).f64();
            match self.options.retry.pause(attempt, began.elapsed(), request.repeat, &failure, random) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(self.scrubbed(failure.error)),
            }
            attempt += 1;
        }
    }

    /// Sends it once, when it is its turn. The outer error is the budget's: nothing was sent.
    async fn attempt(
        &self,
        request: &Request,
        url: &Url,
        attempt: u32,
    ) -> Result<std::result::Result<Answer, Failure>> {
        let admitted = self.admit(request).await?;
        let deadline = match request.repeat {
            Repeat::Safe => self.options.deadline,
            Repeat::OnlyIfNotDone => self.options.create_deadline,
        };
        let began = Instant::now();
        let mut head = Head::default();
        let answer = self.http.exchange(request, url.clone(), deadline, self.clock.now(), &mut head).await;
        self.take_note(&head, answer.as_ref().err());
        drop(admitted);
        let request_id = head.request_id.as_deref().map(|id| scrub(&error::clean(id), &self.options.token));
        if request.method != reqwest::Method::GET || answer.is_err() {
            trail::note(Sent { request: request.name(), status: head.status, id: request_id.clone() });
        }
        tracing::debug!(
            method = %request.method,
            path = request.path(),
            attempt,
            status = head.status,
            ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            request_id,
            error = answer.as_ref().err().map(|f| tracing::field::display(self.scrubbed(f.error.clone()))),
            "request"
        );
        Ok(answer)
    }

    async fn admit(&self, request: &Request) -> Result<Admitted<'_>> {
        let what = if request.is_metric() { Use::Metrics } else { Use::Rest };
        let (mut paced, mut held) = (Duration::ZERO, Duration::ZERO);
        loop {
            let turn = self.budget().admit(self.now(), what);
            let (wait, waited, patience) = match turn {
                Turn::Go => return Ok(Admitted(self)),
                Turn::Pace(wait) => (wait, &mut paced, PACE),
                Turn::Held(wait) => (wait, &mut held, self.options.retry.patience),
            };
            if *waited + wait > patience {
                let remedy = Remedy::RateLimited { retry_after: Some(wait) };
                return Err(error::plain(request, remedy, None, "not sent: the request limit is used up"));
            }
            *waited += wait;
            tokio::time::sleep(wait).await;
        }
    }

    /// Corrects clock and budget by what an answer tells.
    fn take_note(&self, head: &Head, failure: Option<&Failure>) {
        if let Some(date) = head.date {
            self.clock.heard(date);
        }
        let (now, limits) = (self.now(), head.limits(self.clock.now()));
        let mut budget = self.budget();
        match failure {
            // Its headers read 0 although the hour's limit may not be used up.
            Some(Failure { outcome: Outcome::NotCarriedOut, error, retry_after }) if error.status == Some(429) => {
                budget.refused(now, *retry_after, limits.reset);
            }
            _ => budget.heard(now, limits),
        }
    }

    /// A server may repeat what it was sent: the token is taken out of everything that it said.
    fn scrubbed(&self, mut error: CloudError) -> CloudError {
        error.message = scrub(&error.message, &self.options.token);
        error.request_id = error.request_id.map(|id| scrub(&id, &self.options.token));
        error
    }

    /// An error about what an answer says.
    pub fn nonsense(&self, request: &Request, status: u16, message: &str) -> CloudError {
        self.scrubbed(error::plain(request, Remedy::Nonsense, Some(status), message))
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        // A budget is whole between any two statements: a panic elsewhere does not spoil it.
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_json(request: &Request, answer: &Answer, e: &serde_json::Error) -> CloudError {
    let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(200)]);
    let message = match text.trim() {
        "" => "the answer is empty".to_owned(),
        text if error::is_page(text) => error::page(answer.status),
        text if e.is_eof() => format!("the answer is cut off: {text}"),
        text => format!("the answer is not JSON: {text}"),
    };
    error::plain(request, Remedy::Nonsense, Some(answer.status), &message)
}

/// Takes the token out, also one that was cut off where the text ends.
fn scrub(text: &str, token: &SecretString) -> String {
    let token = token.expose_secret().trim();
    if token.is_empty() {
        return text.to_owned();
    }
    let text = text.replace(token, "[token]");
    let end = text.trim_end_matches('…');
    let cut = (CUT_TOKEN..token.len()).rev().find_map(|n| end.strip_suffix(token.get(..n)?));
    cut.map_or_else(|| text.clone(), |start| format!("{start}[token]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        let url = "http://127.0.0.1:1".parse().unwrap();
        Connection::new(ClientOptions::new(url, "dop_v1_secret".into())).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_paced_to_the_minute_and_not_refused() {
        let (connection, request) = (connection(), Request::get(&["account"], "account:read"));
        let began = Instant::now();
        for _ in 0..250 {
            connection.admit(&request).await.unwrap();
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        connection.admit(&request).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 62);
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_hold_is_waited_for_and_a_long_one_is_told() {
        let (connection, request) = (connection(), Request::get(&["account"], "account:read"));
        let began = Instant::now();
        connection.budget().refused(connection.now(), Some(Duration::from_secs(20)), None);
        connection.admit(&request).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 20);
        connection.budget().refused(connection.now(), Some(Duration::from_secs(31)), None);
        let error = connection.admit(&request).await.err().unwrap();
        assert_eq!(error.remedy, Remedy::RateLimited { retry_after: Some(Duration::from_secs(31)) });
        assert_eq!(began.elapsed().as_secs(), 20, "nobody waits for what is too long");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_given_up_is_no_longer_under_way() {
        let (connection, request) = (connection(), Request::get(&["account"], "account:read"));
        drop(connection.admit(&request).await.unwrap());
        let kept = connection.admit(&request).await.unwrap();
        let told = super::super::budget::Limits { remaining: Some(4998), ..Default::default() };
        connection.budget().heard(connection.now(), told);
        drop(kept);
        assert_eq!(connection.usage().hour_left, 4998, "both were ours");
    }

    #[test]
    fn a_token_is_taken_out_whole_or_cut() {
        let token = SecretString::from("dop_v1_secret");
        assert_eq!(scrub("no dop_v1_secret, dop_v1_secret", &token), "no [token], [token]");
        assert_eq!(scrub("no dop_v1_sec…", &token), "no [token]");
        assert_eq!(scrub("no dop", &token), "no dop");
    }
}
