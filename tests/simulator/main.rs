//! The simulated cloud over its protocol, on loopback: what a client sees of it, what it refuses, how it fails,
//! and that it is the same world as without HTTP.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests and their helpers")]

mod faults;
mod gate;
mod past;
mod resources;
mod same_world;
mod server;
