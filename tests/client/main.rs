//! The API client against a server that answers as told: well, oddly, late, half, or not at all.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests and their helpers")]

mod answers;
mod calls;
mod failures;
mod limits;
mod requests;
mod server;
