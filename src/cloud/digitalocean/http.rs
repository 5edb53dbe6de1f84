//! One exchange: a request with its headers and deadline, and its answer with a bound on the body. Redirects
//! are not followed, and on this machine no proxy is used: the token goes to the configured address only.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};

use super::budget::Limits;
use super::error::{self, Failure, Outcome, Refusal};
use super::options::ClientOptions;
use super::request::Request;
use crate::cloud::{CloudError, Remedy};

/// The longest body that is read. The longest honest one, 200 droplets, is about 1 MB.
const BODY: usize = 8 << 20;
/// Of the body of an error only the beginning is of use.
const ERROR_BODY: usize = 64 << 10;
/// Shorter than servers keep idle connections, so that a request is not written to one that is being closed.
const IDLE: Duration = Duration::from_secs(20);

/// The connections and the token.
pub struct Http {
    client: reqwest::Client,
    authorization: HeaderValue,
}

/// A success.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// What an answer's headers tell, whether it is a success or not.
#[derive(Debug, Default)]
pub struct Head {
    pub status: Option<u16>,
    pub date: Option<Timestamp>,
    pub limit: Option<u32>,
    pub remaining: Option<u32>,
    pub reset: Option<Timestamp>,
    pub retry_after: Option<Duration>,
    pub request_id: Option<String>,
}

impl Head {
    fn read(response: &Response, now: Timestamp) -> Self {
        let headers = response.headers();
        let date = text(headers, "date").and_then(|t| httpdate::parse_http_date(t).ok());
        let date = date.and_then(|t| Timestamp::try_from(t).ok());
        Self {
            status: Some(response.status().as_u16()),
            date,
            limit: number(headers, "ratelimit-limit"),
            remaining: number(headers, "ratelimit-remaining"),
            reset: number(headers, "ratelimit-reset").and_then(|s| Timestamp::from_second(s).ok()),
            retry_after: text(headers, "retry-after").and_then(|t| retry_after(t, date.unwrap_or(now))),
            request_id: text(headers, "x-request-id").map(str::to_owned),
        }
    }

    /// The limits, as seen at this time of the server's clock.
    pub fn limits(&self, now: Timestamp) -> Limits {
        let reset = self.reset.and_then(|at| Duration::try_from(at.duration_since(now)).ok());
        Limits { limit: self.limit, remaining: self.remaining, reset }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn number<T: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    text(headers, name)?.parse().ok()
}

/// Seconds, or a date.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()?;
    Some(at.duration_since(now).try_into().unwrap_or_default())
}

impl Http {
    pub fn new(options: &ClientOptions) -> Result<Self, CloudError> {
        let refuse = |remedy, message: &str| CloudError {
            remedy,
            request: "client".to_owned(),
            status: None,
            message: error::clean(message),
            request_id: None,
        };
        let authorization = authorization(&options.token)
            .ok_or_else(|| refuse(Remedy::Token, "the token is empty, or has characters that no token has"))?;
        // Whoever embeds this library may have chosen a provider already; then that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("dropscale/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(options.connect_deadline)
            .pool_idle_timeout(IDLE);
        if options.api_url.is_loopback() {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|e| refuse(Remedy::Unreachable, &causes(&e)))?;
        Ok(Self { client, authorization })
    }

    /// Sends the request once. `head` is filled in as soon as there is an answer, whatever comes of it.
    pub async fn exchange(
        &self,
        request: &Request,
        url: Url,
        deadline: Duration,
        now: Timestamp,
        head: &mut Head,
    ) -> Result<Answer, Failure> {
        let mut builder = self
            .client
            .request(request.method.clone(), url)
            .header(AUTHORIZATION, self.authorization.clone())
            .header("accept", "application/json")
            .timeout(deadline);
        if !request.query.is_empty() {
            builder = builder.query(&request.query);
        }
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        let mut response = builder.send().await.map_err(|e| unanswered(request, &e, deadline))?;
        *head = Head::read(&response, now);
        let status = response.status();
        if status.is_success() {
            let status = status.as_u16();
            return match read(request, &mut response).await {
                Ok(body) => Ok(Answer { status, body }),
                Err((remedy, message)) => {
                    let error = error::plain(request, remedy, Some(status), &message);
                    Err(Failure { error, outcome: Outcome::Unknown, retry_after: None })
                }
            };
        }
        let body = read_beginning(&mut response).await;
        let refusal = Refusal {
            status: status.as_u16(),
            body: &body,
            retry_after: head.retry_after,
            request_id: head.request_id.clone(),
        };
        Err(error::of_answer(request, refusal))
    }
}

fn authorization(token: &SecretString) -> Option<HeaderValue> {
    let token = token.expose_secret().trim();
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The whole body, as far as it is not absurdly long.
async fn read(request: &Request, response: &mut Response) -> Result<Vec<u8>, (Remedy, String)> {
    let too_long = || (Remedy::Nonsense, format!("the answer is longer than {} MiB", BODY >> 20));
    if response.content_length().is_some_and(|length| length > BODY as u64) {
        return Err(too_long());
    }
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > BODY => return Err(too_long()),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(e) if e.is_timeout() => {
                return Err((Remedy::Unreachable, "the answer began, but did not end in time".to_owned()));
            }
            Err(e) => {
                tracing::debug!(request = request.name(), error = causes(&e), "answer broke off");
                return Err((Remedy::Unreachable, "the connection broke in the middle of the answer".to_owned()));
            }
        }
    }
}

async fn read_beginning(response: &mut Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < ERROR_BODY {
        let Ok(Some(chunk)) = response.chunk().await else { break };
        body.extend_from_slice(&chunk[..chunk.len().min(ERROR_BODY - body.len())]);
    }
    body
}

fn unanswered(request: &Request, e: &reqwest::Error, deadline: Duration) -> Failure {
    let (message, outcome) = if e.is_connect() {
        (format!("no connection: {}", causes(e)), Outcome::NotCarriedOut)
    } else if e.is_builder() {
        (format!("the request could not be made: {}", causes(e)), Outcome::NotCarriedOut)
    } else if e.is_timeout() {
        (format!("no answer within {} s", deadline.as_secs_f64()), Outcome::Unknown)
    } else {
        (format!("no answer: {}", causes(e)), Outcome::Unknown)
    };
    Failure { error: error::plain(request, Remedy::Unreachable, None, &message), outcome, retry_after: None }
}

/// The innermost causes, which tell more than the outermost; without the address, which may be long.
fn causes(e: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut source = std::error::Error::source(e);
    while let Some(cause) = source {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    if text.is_empty() { "the request failed".to_owned() } else { text }
}
