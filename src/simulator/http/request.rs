//! A request, taken apart.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::simulator::ApiError;

/// A request, taken apart.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The HTTP method.
    pub method: &'static str,
    /// The path without its `/v2/`, decoded, between its slashes.
    pub path: Vec<String>,
    /// The parameters.
    pub query: BTreeMap<String, String>,
    /// The body; null when there is none.
    pub body: Value,
    /// The address that it came to, for the links in its answer.
    pub origin: String,
}

impl Request {
    /// A path and query as they stand in the request line, with a body. An error is an answer.
    pub fn read(method: &str, path: &str, query: &str, body: &[u8], origin: &str) -> Result<Self, ApiError> {
        let method = match method {
            "GET" => "GET",
            "POST" => "POST",
            "DELETE" => "DELETE",
            "PUT" => "PUT",
            _ => return Err(ApiError::new(405, "Method not allowed")),
        };
        let decoded = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
        let rest = path.strip_prefix("/v2/").ok_or_else(ApiError::not_found)?;
        let body = match body {
            [] => Value::Null,
            body => serde_json::from_slice(body)
                .map_err(|error| ApiError::new(400, format!("the body is not valid JSON: {error}")))?,
        };
        Ok(Self {
            method,
            // The API takes a slash at the end as well.
            path: rest.split('/').filter(|part| !part.is_empty()).map(decoded).collect(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            body,
            origin: origin.to_owned(),
        })
    }

    /// A parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A parameter without which there is no answer.
    pub fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.parameter(name).ok_or_else(|| ApiError::new(400, format!("missing required parameter: {name}")))
    }

    /// Whether the body has this field, with something in it.
    #[must_use]
    pub fn sends(&self, name: &str) -> bool {
        match self.body.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::Array(list)) => !list.is_empty(),
            Some(_) => true,
        }
    }

    /// A text in the body.
    pub fn text(&self, name: &str) -> Result<&str, ApiError> {
        let wrong = || ApiError::unprocessable(format!("{name} is required and must be a string"));
        self.body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or_else(wrong)
    }
}

/// A number in a path.
pub fn number(part: &str) -> Result<u64, ApiError> {
    part.parse().map_err(|_| ApiError::not_found())
}

/// What is answered when all goes well: status and body.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body; none for 204.
    pub body: Option<Value>,
}

impl Reply {
    /// 200 with a body.
    #[must_use]
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body) }
    }

    /// 204.
    #[must_use]
    pub fn nothing() -> Self {
        Self { status: 204, body: None }
    }
}
