//! Reads lists to their last page. Of a `next` link only the page's number is taken: the address is always the
//! configured one. A list that never ends is an error.

use reqwest::Url;
use serde_json::Value;

use super::connection::Connection;
use super::request::Request;
use crate::cloud::Result;

/// More pages than any account has; at 200 things a page, 100,000 things.
const PAGES: u32 = 500;

/// All things of a list, which stand under `key`, asked for `per_page` at a time.
pub async fn all(connection: &Connection, request: &Request, key: &str, per_page: u32) -> Result<Vec<Value>> {
    let mut things = Vec::new();
    let mut page = 1;
    for _ in 0..PAGES {
        let request = request.clone().with("page", page).with("per_page", per_page);
        let (status, answer) = connection.json(&request).await?;
        let next = next_page(&answer, page, things.len(), key);
        let Value::Object(mut answer) = answer else {
            return Err(connection.nonsense(&request, status, "the answer is no JSON object"));
        };
        let Some(Value::Array(these)) = answer.remove(key) else {
            return Err(connection.nonsense(&request, status, &format!("the answer has no list {key}")));
        };
        let is_empty = these.is_empty();
        things.extend(these);
        page = match next {
            Next::End => return Ok(things),
            Next::Page(_) if is_empty => {
                return Err(connection.nonsense(&request, status, "an empty page says that more follow"));
            }
            Next::Page(next) if next > page => next,
            Next::Page(_) => return Err(connection.nonsense(&request, status, "the pages go round in a circle")),
            Next::Unreadable => {
                return Err(connection.nonsense(&request, status, "the link to the next page is unreadable"));
            }
        };
    }
    Err(connection.nonsense(request, 200, &format!("the list has more than {PAGES} pages")))
}

#[derive(Debug, PartialEq, Eq)]
enum Next {
    End,
    Page(u32),
    Unreadable,
}

/// What follows this page. `links` may be missing, null or empty on the last page; then `meta.total` decides,
/// if it is there.
fn next_page(answer: &Value, page: u32, before: usize, key: &str) -> Next {
    match answer.pointer("/links/pages/next") {
        Some(Value::String(link)) if !link.is_empty() => match page_number(link) {
            Some(number) => Next::Page(number),
            None => Next::Unreadable,
        },
        None | Some(Value::Null | Value::String(_)) => {
            let total = answer.pointer("/meta/total").and_then(Value::as_u64);
            let here = answer.get(key).and_then(Value::as_array).map_or(0, Vec::len);
            let so_far = (before + here) as u64;
            let has_links = answer.pointer("/links/pages").is_some_and(Value::is_object);
            if !has_links && here > 0 && total.is_some_and(|total| total > so_far) {
                Next::Page(page + 1)
            } else {
                Next::End
            }
        }
        Some(_) => Next::Unreadable,
    }
}

/// The `page` of a link, which may be absolute, relative, or on a host that is none of ours.
fn page_number(link: &str) -> Option<u32> {
    let base = Url::parse("http://localhost/").ok()?;
    let url = base.join(link).ok()?;
    url.query_pairs().find(|(key, _)| key == "page").and_then(|(_, value)| value.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_next_page_is_found_in_every_form_the_api_has() {
        let list = json!([1, 2]);
        for (answer, next) in [
            (json!({"l": list, "links": {"pages": {"next": "https://evil.example/v2/l?page=2"}}}), Next::Page(2)),
            (json!({"l": list, "links": {"pages": {"next": "/v2/l?per_page=2&page=7"}}}), Next::Page(7)),
            (json!({"l": list, "links": {"pages": {"next": "?page=-1"}}}), Next::Unreadable),
            (json!({"l": list, "links": {"pages": {"next": 2}}}), Next::Unreadable),
            (json!({"l": list, "links": {"pages": {"next": null}}}), Next::End),
            (json!({"l": list, "links": {"pages": {"prev": "x"}}, "meta": {"total": 9}}), Next::End),
            (json!({"l": list, "links": {"pages": null}, "meta": {"total": 2}}), Next::End),
            (json!({"l": list, "links": null}), Next::End),
            (json!({"l": list}), Next::End),
            (json!({"l": list, "links": {}, "meta": {"total": 3}}), Next::Page(2)),
            (json!({"l": [], "meta": {"total": 3}}), Next::End),
        ] {
            assert_eq!(next_page(&answer, 1, 0, "l"), next, "{answer}");
        }
    }
}
