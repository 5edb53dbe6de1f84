//! Droplets as the API offers them: list, read, make, delete, shut down.

use std::collections::BTreeSet;

use super::begin::ms;
use super::{Action, Image, World};
use crate::simulator::droplet::{Blueprint, Droplet, State};
use crate::simulator::machine::{Machine, Pace};
use crate::simulator::{ApiError, size};

/// A request for a droplet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewDroplet {
    /// Its name.
    pub name: String,
    /// The region's slug.
    pub region: String,
    /// The size's slug.
    pub size: String,
    /// The image's number.
    pub image: u64,
    /// Its VPC; the default one, if missing.
    pub vpc: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether it gets the metrics agent.
    pub monitoring: bool,
}

impl World {
    /// The droplets with this tag, in the order of their numbers, as late as lists are.
    #[must_use]
    pub fn droplets_tagged(&self, tag: &str) -> Vec<&Droplet> {
        let seen_at = self.listed_ms();
        let departed = self.departed.iter().filter(|(gone_at, _)| *gone_at > seen_at).map(|(_, droplet)| droplet);
        let mut found: Vec<&Droplet> =
            self.droplets.values().chain(departed).filter(|droplet| droplet.was_tagged(tag, seen_at)).collect();
        found.sort_by_key(|droplet| droplet.id);
        found
    }

    /// The time that lists show the truth of, in milliseconds since 1970.
    #[must_use]
    pub fn listed_ms(&self) -> i64 {
        self.now_ms - ms(self.scenario.consistency.list_lag)
    }

    /// All droplets, as they are.
    pub fn droplets(&self) -> impl Iterator<Item = &Droplet> {
        self.droplets.values()
    }

    /// One droplet.
    pub fn droplet(&self, id: u64) -> Result<&Droplet, ApiError> {
        self.droplets.get(&id).ok_or_else(ApiError::not_found)
    }

    /// Makes a droplet.
    pub fn create_droplet(&mut self, new: &NewDroplet) -> Result<(u64, Action), ApiError> {
        let size = size::by_slug(&new.size)
            .ok_or_else(|| ApiError::unprocessable("You specified an invalid size for Droplet creation."))?;
        if new.region != self.scenario.region {
            return Err(ApiError::unprocessable("You specified an invalid region for Droplet creation."));
        }
        if !self.images.iter().any(|image| image.id == new.image) {
            return Err(ApiError::unprocessable("You specified an invalid image for Droplet creation."));
        }
        if new.name.is_empty() || !new.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-') {
            return Err(ApiError::unprocessable(
                "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)",
            ));
        }
        if let Some(tag) = new.tags.iter().find(|tag| !super::tags::is_legal(tag)) {
            return Err(ApiError::unprocessable(format!("Tag {tag} contains invalid characters")));
        }
        if self.droplets.len() >= self.scenario.account.droplet_limit {
            return Err(ApiError::unprocessable("creating this/these droplet(s) will exceed your droplet limit"));
        }
        self.tags.extend(new.tags.iter().cloned());
        let id = self.make(Blueprint {
            name: new.name.clone(),
            size,
            region: new.region.clone(),
            vpc: new.vpc.clone().unwrap_or_else(Self::default_vpc),
            image: new.image,
            tags: new.tags.iter().cloned().collect::<BTreeSet<_>>(),
            monitoring: new.monitoring,
        });
        let takes = self.settle_fate(id);
        Ok((id, self.remember(id, "create", takes)))
    }

    /// A droplet that is new, with what it is made from.
    pub(super) fn make(&mut self, blueprint: Blueprint) -> u64 {
        let id = self.take_id();
        self.tags.extend(blueprint.tags.iter().cloned());
        let pace = Pace { load_1_s: self.scenario.metrics.load_smoothing.as_secs_f64() };
        let size = blueprint.size;
        let machine = Machine::new(size.vcpus, size.memory_mib, size.disk_gib, self.rng.u64(..), pace);
        self.droplets.insert(id, Droplet::new(id, self.now_ms, blueprint, machine));
        id
    }

    /// Rolls the dice for a droplet that is being made; tells how long it takes, in milliseconds.
    fn settle_fate(&mut self, id: u64) -> Option<i64> {
        let boot = &self.scenario.boot;
        let vary = 1.0 + boot.jitter * (self.rng.f64() * 2.0 - 1.0);
        let takes = ms(boot.time.mul_f64(vary));
        // All are rolled each time, so that one setting does not shift the others.
        let mut hits = |probability: f64| self.rng.f64() < probability;
        let (stuck, vanishes, sick) = (hits(boot.stuck), hits(boot.vanish), hits(boot.sick));
        let silent = hits(self.scenario.metrics.silent);
        let takes = (!stuck).then_some(takes);
        let active_at_ms = takes.map(|takes| self.now_ms + takes);
        if let Some(droplet) = self.droplets.get_mut(&id) {
            droplet.state = State::New { active_at_ms };
            (droplet.vanishes, droplet.sick) = (vanishes, sick);
            droplet.agent_reports &= !silent;
        }
        takes
    }

    /// Deletes a droplet.
    pub fn delete_droplet(&mut self, id: u64) -> Result<(), ApiError> {
        self.droplet(id)?;
        if self.pending_event(id) {
            return Err(ApiError::unprocessable("Droplet already has a pending event."));
        }
        self.remove(id);
        Ok(())
    }

    /// Whether an event runs on it. A droplet that hangs in its creation can be deleted.
    fn pending_event(&self, id: u64) -> bool {
        let running = |action: &&Action| {
            action.droplet == id && action.completed_at_ms.is_some() && action.status(self.now_ms) == "in-progress"
        };
        self.actions.iter().rev().any(|action| running(&action))
    }

    /// Takes a droplet out of everything.
    pub(super) fn remove(&mut self, id: u64) {
        let Some(droplet) = self.droplets.remove(&id) else { return };
        for balancer in &mut self.balancers {
            balancer.members.remove(&id);
        }
        self.telemetry.forget(id);
        self.remember(id, "destroy", Some(0));
        self.departed.push((self.now_ms, droplet));
    }

    /// Asks a droplet's operating system to shut down.
    pub fn shut_down(&mut self, id: u64) -> Result<Action, ApiError> {
        if self.droplet(id)?.is_locked() || self.pending_event(id) {
            return Err(ApiError::unprocessable("Droplet already has a pending event."));
        }
        let takes = ms(self.scenario.boot.shutdown);
        let off_at_ms = self.now_ms + takes;
        let droplet = self.droplets.get_mut(&id).ok_or_else(ApiError::not_found)?;
        if droplet.state == State::Off {
            return Err(ApiError::unprocessable("Droplet is already powered off."));
        }
        droplet.state = State::ShuttingDown { off_at_ms };
        Ok(self.remember(id, "shutdown", Some(takes)))
    }

    /// One action.
    pub fn action(&self, id: u64) -> Result<&Action, ApiError> {
        self.actions.iter().find(|action| action.id == id).ok_or_else(ApiError::not_found)
    }

    /// What was done to all droplets, those included that are gone, newest first.
    pub fn all_actions(&self) -> impl Iterator<Item = &Action> {
        self.actions.iter().rev()
    }

    /// What was done to a droplet, newest first.
    pub fn actions(&self, droplet: u64) -> Result<Vec<&Action>, ApiError> {
        self.droplet(droplet)?;
        Ok(self.actions.iter().rev().filter(|action| action.droplet == droplet).collect())
    }

    /// What a droplet was made from. The base comes from a public image, which is not in the account's own.
    #[must_use]
    pub fn image_of(&self, droplet: &Droplet) -> Image {
        let own = self.images.iter().find(|image| image.id == droplet.image);
        own.cloned().unwrap_or_else(|| Image {
            id: droplet.image,
            name: "24.04 (LTS) x64".to_owned(),
            created_at_ms: 0,
            droplet: 0,
            min_disk_gib: 7,
        })
    }

    /// All snapshots, which are the private images as well.
    #[must_use]
    pub fn images(&self) -> &[Image] {
        &self.images
    }
}
