//! Pages of lists, with the links to the others.

use serde_json::{Map, Value, json};

use super::request::{Reply, Request};
use crate::simulator::ApiError;

const USUAL: usize = 20;
const MOST: usize = 200;

/// The page of a list that a request asks for, under the list's name.
pub fn of<T>(request: &Request, name: &str, all: &[T], document: impl FnMut(&T) -> Value) -> Result<Reply, ApiError> {
    let page = parameter(request, "page", 1)?;
    let size = parameter(request, "per_page", USUAL)?.min(MOST);
    let last = all.len().div_ceil(size).max(1);
    let shown: Vec<Value> = all.iter().skip((page - 1).saturating_mul(size)).take(size).map(document).collect();
    let mut links = Map::new();
    if last > 1 {
        let mut pages = Map::new();
        let mut link = |name: &str, page: usize| pages.insert(name.to_owned(), json!(address(request, page)));
        if page > 1 {
            link("first", 1);
            link("prev", (page - 1).min(last));
        }
        if page < last {
            link("next", page + 1);
            link("last", last);
        }
        links.insert("pages".to_owned(), Value::Object(pages));
    }
    Ok(Reply::ok(json!({ name: shown, "links": links, "meta": { "total": all.len() } })))
}

fn parameter(request: &Request, name: &str, usual: usize) -> Result<usize, ApiError> {
    let Some(text) = request.parameter(name) else { return Ok(usual) };
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(ApiError::new(400, format!("{name} must be a number from 1"))),
    }
}

fn address(request: &Request, page: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in request.query.iter().filter(|(name, _)| *name != "page") {
        query.append_pair(name, value);
    }
    let query = query.append_pair("page", &page.to_string()).finish();
    format!("{}/v2/{}?{query}", request.origin, request.path.join("/"))
}
