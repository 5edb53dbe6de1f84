//! The real API over HTTP: [`Client`] implements [`Cloud`](super::Cloud) for the configured address and no other.
//!
//! `api_url` says which addresses may be spoken to, `client` has the calls, `request` describes one of them,
//! `http` carries out one exchange, `connection` admits, repeats and logs it, `retry` says what is repeated and
//! when, `budget` keeps the rate limits, `pages` follows pages, `error` sorts what can go wrong, `metrics` names
//! the series, and `wire` holds the types of the bodies.

mod api_url;
mod budget;
mod client;
mod connection;
mod error;
mod http;
mod metrics;
mod options;
mod pages;
mod request;
mod retry;
mod wire;

pub use api_url::{ApiUrl, ApiUrlError};
pub use client::Client;
pub use options::ClientOptions;
pub use retry::RetryPolicy;
