//! What people do by hand, in the control panel or in the demo, without asking anybody.

use std::sync::Arc;

use super::World;
use crate::simulator::droplet::State;

impl World {
    /// Multiplies the load, from now on.
    pub fn scale_load(&mut self, factor: f64) {
        self.set_load_factor(self.load_factor * factor);
    }

    /// So many times the load that the scenario has, from now on.
    pub fn set_load_factor(&mut self, factor: f64) {
        self.load_factor = factor.clamp(0.05, 20.0);
    }

    /// By how much the load is multiplied now.
    #[must_use]
    pub fn load_factor(&self) -> f64 {
        self.load_factor
    }

    /// Makes the API fail, or work again.
    pub fn set_outage(&mut self, outage: bool) {
        self.outage = outage;
    }

    /// Whether the API fails.
    #[must_use]
    pub fn has_outage(&self) -> bool {
        self.outage
    }

    /// A droplet goes off, as by a crash. Tells whether it was on.
    pub fn power_off(&mut self, id: u64) -> bool {
        let Some(droplet) = self.droplets.get_mut(&id).filter(|droplet| droplet.is_on()) else { return false };
        droplet.state = State::Off;
        droplet.ready_at_ms = None;
        droplet.machine.reboot();
        self.refresh_members();
        true
    }

    /// Deletes a droplet, whatever runs on it.
    pub fn delete_by_hand(&mut self, id: u64) {
        self.remove(id);
    }

    /// Gives a droplet another name.
    pub fn rename(&mut self, id: u64, name: &str) {
        if let Some(droplet) = self.droplets.get_mut(&id) {
            name.clone_into(&mut droplet.name);
        }
    }

    /// Makes a droplet's agent report, or fall silent.
    pub fn set_agent(&mut self, id: u64, reports: bool) {
        if let Some(droplet) = self.droplets.get_mut(&id) {
            droplet.agent_reports = reports;
        }
    }

    /// From now on droplets boot as they should, and their agents report: what goes wrong by chance is over.
    pub fn calm_down(&mut self) {
        let scenario = Arc::make_mut(&mut self.scenario);
        (scenario.boot.stuck, scenario.boot.vanish, scenario.boot.sick) = (0.0, 0.0, 0.0);
        scenario.metrics.silent = 0.0;
        scenario.faults.clear();
    }

    /// Takes a member out of the load balancer, whatever it is busy with.
    pub fn detach_by_hand(&mut self, id: u64) {
        for balancer in self.balancers.iter_mut().filter(|balancer| balancer.tag.is_none()) {
            balancer.members.remove(&id);
        }
    }
}
