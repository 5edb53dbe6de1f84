//! One call of the API before it is sent: method, path, query and body, the scope it needs, and whether it may
//! be repeated.

use std::fmt;

use reqwest::Method;
use serde_json::Value;

/// Whether a request may be sent again when it is not known what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Carried out twice, it does what it does once.
    Safe,
    /// Only when it certainly was not carried out: it would act twice.
    OnlyIfNotDone,
}

/// One call of the API.
#[derive(Clone)]
pub struct Request {
    pub method: Method,
    pub segments: Vec<String>,
    pub query: Vec<(&'static str, String)>,
    pub body: Option<Value>,
    pub scope: &'static str,
    pub repeat: Repeat,
}

impl Request {
    pub fn get(segments: &[&str], scope: &'static str) -> Self {
        Self::new(Method::GET, segments, scope)
    }

    pub fn post(segments: &[&str], scope: &'static str, body: Value) -> Self {
        Self::new(Method::POST, segments, scope).with_body(body)
    }

    pub fn delete(segments: &[&str], scope: &'static str) -> Self {
        Self::new(Method::DELETE, segments, scope)
    }

    fn new(method: Method, segments: &[&str], scope: &'static str) -> Self {
        Self {
            method,
            segments: segments.iter().map(|&s| s.to_owned()).collect(),
            query: Vec::new(),
            body: None,
            scope,
            repeat: Repeat::Safe,
        }
    }

    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.query.push((key, format!("{value}")));
        self
    }

    pub fn with_body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    pub fn once(self) -> Self {
        Self { repeat: Repeat::OnlyIfNotDone, ..self }
    }

    pub fn is_metric(&self) -> bool {
        self.segments.first().is_some_and(|first| first == "monitoring")
    }

    pub fn path(&self) -> String {
        format!("/v2/{}", self.segments.join("/"))
    }

    /// How errors and the log name it; without the query and without the body.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path())
    }
}
