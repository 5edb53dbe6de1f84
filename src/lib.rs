//! `dropscale` watches and autoscales a cluster of DigitalOcean Droplets from the terminal.
//!
//! The library holds everything; `main.rs` only starts it. Imports point one way: `keymap`, `glossary`, `cluster`,
//! `column` and `policy` are at the bottom, then `cloud`, `observe`, `scaling`, `journal`, `worker`, and on top `tui`,
//! `commands`, `cli` and the binary.
//! `docs/architecture.md` says what goes where and why.

#[cfg(not(unix))]
compile_error!("dropscale runs on Linux and macOS: terminals, signals and sessions are handled as Unix has them");

pub mod cli;
pub mod cloud;
pub mod cluster;
mod column;
pub mod commands;
pub mod config;
pub mod glossary;
pub mod journal;
mod keymap;
pub mod observe;
pub mod policy;
pub mod scaling;
pub mod simulator;
mod suggest;
pub mod tui;
pub mod worker;
