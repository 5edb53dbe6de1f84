//! The terminal interface in a real pseudo-terminal. `pty` drives a program as a person would; `actor` is the
//! program: this test binary again, with a made-up worker behind `tui::run`; `demo` drives the real one.
#![cfg(unix)]

mod actor;
mod demo;
mod pty;
mod session;
