//! The real program against the simulated cloud over HTTP: killed at every single request, answered wrongly at
//! every request that changes something, and two of it on one cluster. Whatever happens, what comes next
//! settles everything, and at each request along the way all that must always hold does.
//!
//! `story` says what is being done and how it should end, `stage` is the cloud and the program on it, `always`
//! and `settled` are what is checked, `cases` runs many of them side by side.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod always;
mod answers;
mod cases;
mod deaths;
mod settled;
mod stage;
mod story;
mod watchers;
