//! What every request passes before it is answered: the token, its scopes, limits, faults and latency; and the
//! headers that every answer gets.

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue};
use hyper::{Request as HttpRequest, Response};
use serde_json::json;

use super::request::{Reply, Request};
use super::{route, scope};
use crate::simulator::{Admission, ApiError, Fate, SharedWorld};

/// How much a request may send: cloud-init takes 64 KiB.
const LONGEST_BODY: usize = 1 << 20;

/// How long a request that is never answered is kept.
const HANG: Duration = Duration::from_secs(600);

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed, as the scenario says")]
pub struct Closed;

/// The gate of one server.
#[derive(Debug, Clone)]
pub struct Gate {
    world: SharedWorld,
    origin: String,
}

type Answer = Response<BoxBody<Bytes, Infallible>>;

impl Gate {
    /// The gate to a world at this address.
    pub fn new(world: SharedWorld, origin: String) -> Self {
        Self { world, origin }
    }

    /// Answers a request, or has its connection closed.
    pub async fn pass(&self, request: HttpRequest<Incoming>) -> Result<Answer, Closed> {
        let (head, body) = request.into_parts();
        let body = match Limited::new(body, LONGEST_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => return Err(Closed),
        };
        // Behind a proxy, links lead to the proxy.
        let origin = head.headers.get("host").and_then(|host| host.to_str().ok());
        let origin = origin.map_or_else(|| self.origin.clone(), |host| format!("http://{host}"));
        let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
        let request = Request::read(head.method.as_str(), path, query, &body, &origin);
        let method = request.as_ref().map_or("GET", |request| request.method);
        let admission = self.world.with(|world| world.admit(0, method, path));
        let way = admission.latency / 2;
        travel(way).await;
        match &admission.fate {
            Fate::Refused(error) => return Ok(self.refuse(&admission, error)),
            Fate::Lost | Fate::Orphaned { done: false } => return Err(Closed),
            Fate::Hangs => {
                tokio::time::sleep(HANG).await;
                return Err(Closed);
            }
            _ => {}
        }
        let reply = request.and_then(|request| {
            self.authorize(&head.headers, &request)?;
            self.world.with(|world| {
                let mut answer = route::answer(world, &request);
                if admission.fate == Fate::Twice {
                    answer = route::answer(world, &request).or(answer);
                }
                world.carried_out(&admission.call);
                answer
            })
        });
        travel(way).await;
        match &admission.fate {
            Fate::RefusedAfter(error) => Ok(self.refuse(&admission, error)),
            Fate::AnswerLost | Fate::Orphaned { .. } => Err(Closed),
            Fate::Garbage => {
                let page = Bytes::from_static(b"<html><body><h1>It works!</h1></body></html>");
                Ok(self.answer(&admission, 200, "text/html", Some(page)))
            }
            _ => Ok(match reply {
                Ok(Reply { status, body }) => {
                    let body = body.and_then(|body| serde_json::to_vec(&body).ok()).map(Bytes::from);
                    self.answer(&admission, status, "application/json", body)
                }
                Err(error) => self.refuse(&admission, &error),
            }),
        }
    }

    fn authorize(&self, headers: &HeaderMap, request: &Request) -> Result<(), ApiError> {
        let token = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .filter(|token| !token.is_empty())
            .ok_or_else(ApiError::unauthorized)?;
        self.world.with(|world| {
            let account = &world.scenario().account;
            if account.token.as_ref().is_some_and(|wanted| wanted != token) {
                return Err(ApiError::unauthorized());
            }
            let needed = scope::needed(request);
            match &account.scopes {
                Some(scopes) if needed.iter().any(|scope| !scopes.iter().any(|s| s == scope)) => {
                    Err(ApiError::missing_scope())
                }
                _ => Ok(()),
            }
        })
    }

    fn refuse(&self, admission: &Admission, error: &ApiError) -> Answer {
        let number = admission.call.number;
        let body = match error.status {
            // The one refusal that has neither id nor message.
            400 if error.message.starts_with("Error validating resource tag") => {
                json!({"error": error.message, "messages": null, "root_causes": ["rpc error: code = InvalidArgument"]})
            }
            _ => json!({"id": error.id, "message": error.message, "request_id": request_id(number)}),
        };
        let body = Bytes::from(body.to_string());
        let mut answer = self.answer(admission, error.status, "application/json", Some(body));
        if let Some(wait) = error.retry_after_s {
            answer.headers_mut().insert("retry-after", HeaderValue::from(wait));
        }
        answer
    }

    fn answer(&self, admission: &Admission, status: u16, content: &'static str, body: Option<Bytes>) -> Answer {
        let has_body = body.is_some();
        let mut answer = Response::new(Full::new(body.unwrap_or_default()).boxed());
        *answer.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
        let headers = answer.headers_mut();
        if has_body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content));
        }
        let now = u64::try_from(self.world.clock().now().as_second()).unwrap_or(0);
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
        let mut texts =
            vec![("x-request-id", request_id(admission.call.number)), (DATE.as_str(), httpdate::fmt_http_date(now))];
        let limits = admission.headers;
        // A limit that is off is not told: a client would take its 0 for used up.
        if limits.limit > 0 {
            texts.push(("ratelimit-limit", limits.limit.to_string()));
            texts.push(("ratelimit-remaining", limits.remaining.to_string()));
            texts.push(("ratelimit-reset", limits.reset_s.to_string()));
        }
        for (name, text) in texts {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(name, value);
            }
        }
        answer
    }
}

/// How long a request or its answer is under way. Without latency a request that was admitted is carried out
/// at once, even when its client is gone by then.
async fn travel(way: Duration) {
    if !way.is_zero() {
        tokio::time::sleep(way).await;
    }
}

fn request_id(number: u64) -> String {
    format!("515850a0-a812-50bf-aa3c-{number:012x}")
}
