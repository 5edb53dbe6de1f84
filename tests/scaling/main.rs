//! Operations against the simulated cloud in virtual time: what they do when all goes well, when any single
//! request fails in any way, when they die at any request, and when several work on one cluster.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod bench;
mod called_off;
mod controllers;
mod fault_deletes;
mod fault_locking;
mod faults;
mod found;
mod lease;
mod operations;
mod seed;
#[path = "../web/mod.rs"]
mod web;
