//! The terminal interface in a real pseudo-terminal. `pty` drives a program as a person would; `actor` is the
//! program: this test binary again, with a made-up worker behind `tui::run`. `session` is about taking the terminal
//! over and giving it back, `frames` about what is written meanwhile; `demo` and `cloud` drive the real program.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod actor;
mod cloud;
mod demo;
mod frames;
mod mouse;
mod pty;
mod session;
