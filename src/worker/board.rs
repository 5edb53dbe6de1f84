//! Where the tasks publish: each its own cluster, all in one [`AppState`], of which only the latest counts.

use std::sync::Arc;

use tokio::sync::watch;

use super::{AppState, ClusterState};
use crate::cloud::Cloud;

/// The published state.
pub(super) struct Board {
    state: watch::Sender<Arc<AppState>>,
}

impl Board {
    pub fn new(state: AppState) -> Self {
        Self { state: watch::Sender::new(Arc::new(state)) }
    }

    pub fn subscribe(&self) -> watch::Receiver<Arc<AppState>> {
        self.state.subscribe()
    }

    /// What was last published of a cluster.
    pub fn cluster(&self, index: usize) -> Option<ClusterState> {
        self.state.borrow().clusters.get(index).cloned()
    }

    /// Publishes a cluster, with the request budget and the clock as they are now.
    pub fn publish(&self, cloud: &impl Cloud, index: usize, cluster: &ClusterState) {
        let (usage, clock_offset) = (cloud.usage(), cloud.clock().offset());
        self.state.send_modify(|state| {
            let state = Arc::make_mut(state);
            if let Some(known) = state.clusters.get_mut(index) {
                known.clone_from(cluster);
            }
            state.usage = usage;
            state.clock_offset = clock_offset;
            state.generation += 1;
        });
    }
}
