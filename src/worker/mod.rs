//! The loop: observe, decide, act. Commands come in through a channel, the [`AppState`] goes out through
//! another, where the latest wins. Nothing here knows how anything is drawn.
//!
//! [`start`] begins a hub, which hands commands to one task for each cluster and starts it again when it
//! fails; `cluster_task` is that task, `controller` looks and decides, `connection` is patience with a cloud
//! that fails, `operation` the job that scales, `changes` finds what is new between two looks, `events` keeps
//! what happened, `inspection` knows which droplet somebody looks at, `detail` fetches what is shown of it, and
//! `board` publishes.

mod board;
mod changes;
mod cluster_task;
mod command;
mod connection;
mod controller;
mod detail;
mod events;
mod hub;
mod inspection;
mod operation;
mod state;

pub use command::{Command, DemoCommand};
pub use controller::{Controller, Look};
pub use events::{AUTO_OFF, AUTO_ON};
pub use hub::{ClusterSetup, Handle, Setup, start};
pub use state::{AppState, ClusterState, Connection, DetailSeries, DropletDetail, Event, History};
