//! The real API over HTTP.
