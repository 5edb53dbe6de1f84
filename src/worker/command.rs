//! What a user can ask of the worker. `cluster` is an index into [`AppState::clusters`](super::AppState).

use std::time::Duration;

use crate::cluster::DropletId;

/// A wish of the user.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Look at everything now.
    Refresh {
        /// Which cluster.
        cluster: usize,
    },
    /// Scale by itself, or not.
    Auto {
        /// Which cluster.
        cluster: usize,
        /// On or off.
        on: bool,
    },
    /// Add a clone; the user has confirmed.
    Up {
        /// Which cluster.
        cluster: usize,
    },
    /// Remove a clone; the user has confirmed.
    Down {
        /// Which cluster.
        cluster: usize,
        /// The droplet that was shown in the confirmation.
        droplet: DropletId,
    },
    /// This is the cluster that is looked at: poll it at the full rate.
    Focus {
        /// Which cluster.
        cluster: usize,
    },
    /// Have the history of this long.
    Range {
        /// Which cluster.
        cluster: usize,
        /// How far back.
        range: Duration,
    },
    /// From now on fetch what the detail view shows of a droplet, again and again.
    Inspect {
        /// Which cluster.
        cluster: usize,
        /// Which droplet; `None` when nobody looks at one any more.
        droplet: Option<DropletId>,
    },
    /// Something for the simulated cloud; only in the demo.
    Demo(DemoCommand),
}

/// What the demo's user can do to the simulated cloud.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DemoCommand {
    /// So many times the scenario's traffic, from now on.
    Load(f64),
    /// A droplet dies: it is powered off, as by a crash.
    KillDroplet(DropletId),
    /// Whether the API fails from now on.
    Outage(bool),
}
