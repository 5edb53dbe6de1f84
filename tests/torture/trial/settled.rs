//! What must hold when nothing goes wrong any more: no orphan, no stray tag, the load balancer is the cluster,
//! and no droplet is paid for that serves nobody. What people did on purpose is left as they did it.

use dropscale::cluster::{PROTECT_TAG, leaving_tag};
use dropscale::simulator::World;

use super::judge::{Judge, Seen, is_operation_tag, look_at};

impl Judge {
    /// What is not as it should be, if anything.
    pub fn check_settled(&mut self, world: &World) -> Result<(), String> {
        self.droplets = look_at(world);
        for (id, seen) in &self.droplets {
            self.check_droplet(*id, seen).map_err(|why| format!("{} (droplet {id}) {why}: {seen:?}", seen.name))?;
        }
        self.check_count(world.droplets().count() >= world.scenario().account.droplet_limit)?;
        let carried = |tag: &str| self.droplets.values().any(|d| d.tags.contains(tag));
        let is_stray = |tag: &str| {
            let is_trace = is_operation_tag(tag) || *tag == leaving_tag(&self.spec.tag);
            tag.starts_with("dropscale:claim:") || (is_trace && !carried(tag))
        };
        match world.tags().into_iter().find(|(tag, _)| is_stray(tag)) {
            Some((tag, _)) => Err(format!("the tag {tag} is left")),
            None => Ok(()),
        }
    }

    fn check_droplet(&self, id: u64, seen: &Seen) -> Result<(), &'static str> {
        let is_of_cluster = seen.tags.contains(&self.spec.tag);
        let is_clone = seen.is_clone() && seen.name != self.spec.base_droplet;
        let by_people = self.touched.contains_key(&id);
        let has_traces = seen.tags.iter().any(|tag| is_operation_tag(tag));
        if !is_of_cluster {
            let is_trace = has_traces || seen.tags.contains(&leaving_tag(&self.spec.tag));
            return if (seen.attached || is_trace) && !by_people { Err("is not in the cluster") } else { Ok(()) };
        }
        // Only people make such droplets, and they are told.
        if by_people && (!is_clone || seen.status == "off" || seen.tags.contains(PROTECT_TAG)) {
            return Ok(());
        }
        if has_traces {
            return Err("is not settled");
        }
        if !seen.attached || seen.status != "active" {
            return Err("is paid for and serves nobody");
        }
        Ok(())
    }

    fn check_count(&self, account_is_full: bool) -> Result<(), String> {
        let members = || self.droplets.values().filter(|d| d.tags.contains(&self.spec.tag));
        let is_removable =
            |d: &&Seen| d.is_clone() && d.name != self.spec.base_droplet && !d.tags.contains(PROTECT_TAG);
        let serving = members().filter(|d| d.serves()).count();
        // What people have added serves nobody: without the last clone there would be fewer than the minimum.
        let may_go = |d: &Seen| serving > self.policy.min || !d.serves();
        if members().count() > self.policy.max && members().rfind(is_removable).is_some_and(may_go) {
            return Err(format!(
                "there are {} droplets, more than the maximum: {:?}",
                members().count(),
                self.droplets.values()
            ));
        }
        // Droplets of people that serve nobody take the room of clones, and so does a clone that they protected when it
        // had already begun to leave.
        let leaving = leaving_tag(&self.spec.tag);
        let is_kept_leaver = |d: &&Seen| d.tags.contains(&leaving) && d.tags.contains(PROTECT_TAG);
        let taken = members().count() + self.droplets.values().filter(is_kept_leaver).count();
        if serving < self.policy.min && !account_is_full && taken < self.policy.max {
            return Err(format!("{serving} droplets serve, fewer than the minimum: {:?}", self.droplets.values()));
        }
        Ok(())
    }
}
