//! The terminal interface in a real pseudo-terminal. `pty` drives a program as a person would; `actor` is the
//! program: this test binary again, with a made-up worker behind `tui::run`; `demo` drives the real one.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod actor;
mod demo;
mod mouse;
mod pty;
mod session;
