//! The loop: observe, decide, act. Commands come in through a channel, the [`AppState`] goes out through
//! another, where the latest wins. Nothing here knows how anything is drawn.

mod command;
mod state;

pub use command::{Command, DemoCommand};
pub use state::{AppState, ClusterState, Connection, DropletDetail, Event, History};
