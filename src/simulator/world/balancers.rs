//! Load balancers as the API offers them. One names its members by id, ten at most, or by a tag; one that goes
//! by a tag refuses ids.

use super::World;
use super::begin::ms;
use crate::simulator::ApiError;
use crate::simulator::balancer::Balancer;

const MOST_BY_ID: usize = 10;

impl World {
    /// All of them.
    #[must_use]
    pub fn balancers(&self) -> &[Balancer] {
        &self.balancers
    }

    /// One of them.
    pub fn balancer(&self, id: &str) -> Result<&Balancer, ApiError> {
        self.balancers.iter().find(|balancer| balancer.id == id).ok_or_else(ApiError::not_found)
    }

    /// Adds members by id.
    pub fn add_members(&mut self, id: &str, droplets: &[u64]) -> Result<(), ApiError> {
        if let Some(unknown) = droplets.iter().find(|id| !self.droplets.contains_key(id)) {
            return Err(ApiError::unprocessable(format!("Droplet {unknown} does not exist")));
        }
        self.change(id, |balancer| {
            let mut members: Vec<u64> = balancer.members.keys().copied().collect();
            members.extend(droplets.iter().filter(|id| !balancer.members.contains_key(id)));
            if members.len() > MOST_BY_ID {
                return Err(ApiError::unprocessable(format!(
                    "a load balancer can have at most {MOST_BY_ID} droplets by id; use a tag for more"
                )));
            }
            balancer.set_members(members);
            Ok(())
        })
    }

    /// Removes members by id.
    pub fn remove_members(&mut self, id: &str, droplets: &[u64]) -> Result<(), ApiError> {
        self.change(id, |balancer| {
            balancer.members.retain(|id, _| !droplets.contains(id));
            Ok(())
        })
    }

    fn change(&mut self, id: &str, what: impl FnOnce(&mut Balancer) -> Result<(), ApiError>) -> Result<(), ApiError> {
        let (now, busy) = (self.now_ms, ms(self.scenario.load_balancer.busy));
        let balancer = self.balancers.iter_mut().find(|balancer| balancer.id == id).ok_or_else(ApiError::not_found)?;
        if balancer.tag.is_some() {
            return Err(ApiError::unprocessable(
                "this load balancer takes its droplets by a tag: droplets cannot be added or removed by id",
            ));
        }
        if balancer.busy_until_ms > now {
            return Err(ApiError::balancer_busy());
        }
        what(balancer)?;
        balancer.busy_until_ms = now + busy;
        self.refresh_members();
        Ok(())
    }
}
