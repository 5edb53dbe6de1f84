//! What a failed exchange means: from status, body and transport errors to a [`CloudError`] with its remedy,
//! and whether the request may have been carried out. Statuses are not enough: a busy load balancer answers
//! 403, a full account 422, and the bodies are not always the documented ones.

use std::borrow::Cow;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use super::request::Request;
use crate::cloud::{CloudError, Remedy};

/// The longest message that is passed on, in characters.
const MESSAGE: usize = 300;

/// What stands for a page that is made for a browser.
const PAGE: &str = "an HTML page, not the API's answer";

/// What became of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It certainly was not carried out: it never left, or a rate limit turned it away.
    NotCarriedOut,
    /// It was refused, or it may have been carried out.
    Unknown,
}

/// A failed exchange.
#[derive(Debug, Clone)]
pub struct Failure {
    pub error: CloudError,
    pub outcome: Outcome,
    /// How long the server told us to wait.
    pub retry_after: Option<Duration>,
}

/// An answer that is not a success.
pub struct Refusal<'a> {
    pub status: u16,
    pub body: &'a [u8],
    pub retry_after: Option<Duration>,
    /// From the header; a body may have its own.
    pub request_id: Option<String>,
}

/// An error without an answer, or with one that makes no sense.
pub fn plain(request: &Request, remedy: Remedy, status: Option<u16>, message: &str) -> CloudError {
    CloudError { remedy, request: request.name(), status, message: clean(message), request_id: None }
}

/// The failure that an answer other than a success stands for.
pub fn of_answer(request: &Request, refusal: Refusal<'_>) -> Failure {
    let body = Body::read(refusal.body, refusal.status);
    let remedy = remedy(request, &refusal, &body);
    let outcome = match refusal.status {
        429 => Outcome::NotCarriedOut,
        _ => Outcome::Unknown,
    };
    let error = CloudError {
        remedy,
        request: request.name(),
        status: Some(refusal.status),
        message: clean(&shown(&body.message, refusal.status)),
        request_id: body.request_id.or(refusal.request_id).map(|id| clean(&id)),
    };
    Failure { error, outcome, retry_after: refusal.retry_after }
}

/// The status decides, except where the same status means several things; then the words of the message do.
fn remedy(request: &Request, refusal: &Refusal<'_>, body: &Body) -> Remedy {
    let text = body.message.to_lowercase();
    let says = |words: &str| text.contains(words);
    match refusal.status {
        401 if body.is_page => Remedy::Login,
        401 => Remedy::Token,
        403 if says("previous actions") || says("can't be updated while") => Remedy::Retry,
        // A page of HTML comes from something that is not the API: nothing is known of the token or the thing itself.
        403 if body.is_page => Remedy::Nonsense,
        403 => Remedy::Scope { scope: request.scope },
        404 | 410 if body.is_foreign => Remedy::Nonsense,
        404 | 410 => Remedy::Gone,
        429 => Remedy::RateLimited { retry_after: refusal.retry_after },
        402 => Remedy::Limit,
        409 | 422 if says("pending event") || says("please try again") => Remedy::Retry,
        403..=499 if says("droplet limit") || says("will exceed your") => Remedy::Limit,
        408 | 425 | 500..=599 => Remedy::Retry,
        400..=499 => Remedy::Refused,
        _ => Remedy::Nonsense,
    }
}

/// What can be read from the body of an error.
struct Body {
    message: String,
    request_id: Option<String>,
    /// Neither empty nor JSON.
    is_foreign: bool,
    /// A page that is made for a browser.
    is_page: bool,
}

impl Body {
    fn read(bytes: &[u8], status: u16) -> Self {
        let told = |message| Self { message, request_id: None, is_foreign: false, is_page: false };
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim();
        if text.is_empty() {
            return told("no explanation".to_owned());
        }
        if is_page(text) {
            return Self { is_foreign: true, is_page: true, ..told(page(status)) };
        }
        let Ok(json) = serde_json::from_str::<Value>(text) else {
            return Self { is_foreign: true, ..told(format!("not JSON: {}", excerpt(text))) };
        };
        let field = |name: &str| json.get(name).and_then(Value::as_str).filter(|s| !s.is_empty()).map(str::to_owned);
        let message = field("message").or_else(|| field("error")).or_else(|| field("id"));
        let request_id = field("request_id");
        let message = message.unwrap_or_else(|| excerpt(text));
        Self { request_id, is_foreign: !json.is_object(), ..told(message) }
    }
}

/// What is shown of a message: words, whatever the message has beside them.
fn shown(message: &str, status: u16) -> Cow<'_, str> {
    if has_one_of(message, &PARTS_OF_A_PAGE) {
        page(status).into()
    } else if has_tags(message) {
        without_tags(message).into()
    } else {
        message.into()
    }
}

/// A text without what stands in angle brackets; a sign by itself is no bracket.
fn without_tags(text: &str) -> String {
    let (mut words, mut rest) = (String::new(), text);
    while let Some((before, from)) = rest.split_once('<') {
        words.push_str(before);
        let is_tag = from.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        if let Some((_, after)) = from.split_once('>').filter(|_| is_tag) {
            words.push(' ');
            rest = after;
        } else {
            words.push('<');
            rest = from;
        }
    }
    words + rest
}

/// Whether a body is a page that is made for a browser: a proxy or a network in between has answered.
pub fn is_page(body: &str) -> bool {
    let body = body.trim_start_matches('\u{feff}').trim_start();
    body.starts_with('<') || (!body.starts_with(['{', '[', '"']) && has_tags(body))
}

/// What only a page has, and no message with a tag or two.
const PARTS_OF_A_PAGE: [&str; 4] = ["<!doctype", "<html", "<head", "<body"];

/// Whether a text is more than words: what is shown has no tags.
fn has_tags(text: &str) -> bool {
    has_one_of(text, &PARTS_OF_A_PAGE) || has_one_of(text, &["</", "<br"])
}

fn has_one_of(text: &str, tags: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    tags.iter().any(|tag| text.contains(tag))
}

/// What is said of such a page, with the words for its status where there are some.
pub fn page(status: u16) -> String {
    let words = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    words.map_or_else(|| PAGE.to_owned(), |words| format!("{words}: {PAGE}"))
}

fn excerpt(text: &str) -> String {
    text.chars().take(MESSAGE).collect()
}

/// Text from outside, fit for a terminal: without control and direction characters, white space collapsed,
/// cut to at most 300 characters.
pub fn clean(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_unfit(*c));
    let mut out = String::new();
    let mut count = 0;
    for c in visible {
        if c == ' ' && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        if count == MESSAGE - 1 {
            out.push('…');
            break;
        }
        out.push(c);
        count += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Controls, and characters that are not seen but change how the text around them is read.
fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sort(status: u16, body: &str, retry_after: Option<u64>) -> Failure {
        let request = Request::get(&["droplets"], "droplet:read");
        let retry_after = retry_after.map(Duration::from_secs);
        of_answer(&request, Refusal { status, body: body.as_bytes(), retry_after, request_id: Some("head".into()) })
    }

    #[test]
    fn every_known_error_has_its_remedy() {
        let scope = Remedy::Scope { scope: "droplet:read" };
        for (status, body, remedy) in [
            (401, r#"{"id":"unauthorized","message":"Unable to authenticate you."}"#, Remedy::Token),
            (403, r#"{"id":"Forbidden","message":"You are not authorized to perform this operation"}"#, scope.clone()),
            (403, r#"{"id":"forbidden","message":"you do not have access for the attempted action"}"#, scope.clone()),
            (403, "", scope),
            (
                403,
                r#"{"id":"forbidden","message":"Load Balancer can't be updated while it processes previous actions"}"#,
                Remedy::Retry,
            ),
            (404, r#"{"id":"not_found","message":"The resource you requested could not be found."}"#, Remedy::Gone),
            (404, "", Remedy::Gone),
            (401, "<html><h1>401 Authorization Required</h1></html>", Remedy::Login),
            (422, r#"{"message":"This will exceed your <a href='/limits'>droplet limit</a>."}"#, Remedy::Limit),
            (404, "<html><h1>404 Not Found</h1></html>", Remedy::Nonsense),
            (403, "<!DOCTYPE html><title>Attention Required! | Cloudflare</title>", Remedy::Nonsense),
            (
                400,
                r#"{"error":"Error validating resource tag: contains invalid characters","messages":null,"root_causes":["x"]}"#,
                Remedy::Refused,
            ),
            (400, r#"{"id":"bad_request","message":"the resource is not a snapshot"}"#, Remedy::Refused),
            (
                422,
                r#"{"id":"unprocessable_entity","message":"creating this/these droplet(s) will exceed your droplet limit"}"#,
                Remedy::Limit,
            ),
            (422, r#"{"id":"unprocessable_entity","message":"Droplet already has a pending event."}"#, Remedy::Retry),
            (422, r#"{"message":"You specified an invalid image for Droplet creation."}"#, Remedy::Refused),
            (422, r#"{"message":"Something went wrong. Please try again."}"#, Remedy::Retry),
            (422, "Please try again", Remedy::Retry),
            (422, r#"{"message":"need to provide either a tag or a list of droplets"}"#, Remedy::Refused),
            (500, r#"{"id":"server_error","message":"Unexpected server-side error"}"#, Remedy::Retry),
            (503, "<html>busy</html>", Remedy::Retry),
            (302, "", Remedy::Nonsense),
            (101, "", Remedy::Nonsense),
        ] {
            assert_eq!(sort(status, body, None).error.remedy, remedy, "{status} {body}");
        }
    }

    #[test]
    fn a_rate_limit_says_how_long_if_the_server_did() {
        let body = r#"{"id":"too_many_requests","message":"API Rate limit exceeded."}"#;
        let burst = sort(429, body, Some(12));
        assert_eq!(burst.error.remedy, Remedy::RateLimited { retry_after: Some(Duration::from_secs(12)) });
        assert_eq!(burst.outcome, Outcome::NotCarriedOut);
        assert_eq!(sort(429, "Too many requests", None).error.remedy, Remedy::RateLimited { retry_after: None });
    }

    #[test]
    fn the_message_is_found_wherever_it_is() {
        let tag = r#"{"error":"Error validating resource tag","messages":null}"#;
        assert_eq!(sort(400, tag, None).error.message, "Error validating resource tag");
        assert_eq!(sort(500, "", None).error.message, "no explanation");
        assert_eq!(sort(500, "[1]", None).error.message, "[1]");
        let own = sort(500, r#"{"message":"m","request_id":"body"}"#, None);
        assert_eq!(own.error.request_id.as_deref(), Some("body"));
        assert_eq!(sort(500, "null", None).error.request_id.as_deref(), Some("head"));
    }

    #[test]
    fn a_page_of_html_is_named_and_not_shown() {
        let page =
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center>nginx</center></body></html>";
        let inside = format!(r#"{{"id":"bad_gateway","message":{}}}"#, Value::from(page));
        let late = format!("\u{feff}\n<!-- a comment --> {page}");
        let after_text = format!("upstream error {page}");
        for body in [page, &inside, &late, &after_text] {
            let error = sort(502, body, None).error;
            assert_eq!(error.remedy, Remedy::Retry);
            assert_eq!(
                error.to_string(),
                "GET /v2/droplets: 502 Bad Gateway: an HTML page, not the API's answer (request head)"
            );
        }
        let unknown_status = sort(521, "<!DOCTYPE html><html></html>", None).error.message;
        assert_eq!(unknown_status, "an HTML page, not the API's answer");
        let words = sort(422, r#"{"message":"size must be < 5 and > 1"}"#, None).error.message;
        assert_eq!(words, "size must be < 5 and > 1", "a sign is no tag");
        let tagged = r#"{"message":"It is 3 < 5,<br>and the <b>limit</b> is reached"}"#;
        assert_eq!(sort(422, tagged, None).error.message, "It is 3 < 5, and the limit is reached");
        let login = sort(401, page, None).error;
        assert!(login.is_unauthorized() && !login.explain().contains("wrong"), "{}", login.explain());
    }

    #[test]
    fn text_from_outside_is_fit_for_a_terminal() {
        assert_eq!(clean("a\u{1b}[31m\u{202e}b\u{200f}\r\n\t c\u{7}\u{9b}"), "a[31mb c");
        let long = clean(&"é".repeat(10_000));
        assert_eq!((long.chars().count(), long.chars().last()), (300, Some('…')));
    }
}
