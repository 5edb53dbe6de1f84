//! A world that several can use at once: the demo's server and its keys, or several controllers in a test.
//! Each use lets the world catch up with the clock first.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Scenario, ScenarioError, World};
use crate::cloud::Clock;

/// A shared world and the clock that it goes by.
#[derive(Clone)]
pub struct SharedWorld {
    world: Arc<Mutex<World>>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for SharedWorld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedWorld").finish_non_exhaustive()
    }
}

impl SharedWorld {
    /// The world of this scenario, beginning now. The same seed gives the same world.
    pub fn new(scenario: &Scenario, seed: u64, clock: Arc<dyn Clock>) -> Result<Self, ScenarioError> {
        let world = World::new(scenario, seed, clock.now().as_millisecond())?;
        Ok(Self { world: Arc::new(Mutex::new(world)), clock })
    }

    /// Uses the world as it is now.
    pub fn with<T>(&self, what: impl FnOnce(&mut World) -> T) -> T {
        let now_ms = self.clock.now().as_millisecond();
        // A panic elsewhere leaves the world as it was between two steps.
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.advance(now_ms);
        what(&mut world)
    }

    /// The clock that it goes by.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }
}
