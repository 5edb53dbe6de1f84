//! What humans do to the cluster by hand, without asking anybody.

use dropscale::cluster::PROTECT_TAG;
use dropscale::simulator::{NewDroplet, World};
use fastrand::Rng;
use tokio::time::sleep;

use super::{Trial, lock};

impl Trial {
    /// Does something by hand now and then, until the chaos is over.
    pub(super) async fn meddle(self) {
        let Some(every) = self.plan.people_every else { return };
        let mut rng = Rng::with_seed(self.plan.seed ^ 0xbeef);
        loop {
            sleep(every.mul_f64(0.2 + rng.f64() * 1.6)).await;
            if lock(&self.chaos).is_over() {
                return;
            }
            self.world.with(|world| {
                if let Some((what, droplet)) = self.do_something(&mut rng, world) {
                    lock(&self.judge).people(&what, droplet, world);
                }
            });
        }
    }

    /// Does something to a droplet that is not the base; tells what, and to which.
    fn do_something(&self, rng: &mut Rng, world: &mut World) -> Option<(String, u64)> {
        let spec = &self.plan.spec;
        if rng.u8(0..9) == 0 {
            world.scale_load(if rng.bool() { 2.5 } else { 0.4 });
            return None;
        }
        if rng.u8(0..9) == 0 {
            let name = if rng.bool() { format!("{}{:03}", spec.clone_prefix, rng.u8(1..9)) } else { "db-1".to_owned() };
            return Self::create(world, &name, &spec.tag);
        }
        let candidates: Vec<(u64, String)> = world
            .droplets()
            .filter(|d| d.name != spec.base_droplet && d.name.starts_with(&spec.clone_prefix))
            .map(|d| (d.id, d.name.clone()))
            .collect();
        let (id, name) = rng.choice(candidates)?;
        let what = match rng.u8(0..8) {
            0 | 1 => {
                world.delete_by_hand(id);
                "delete"
            }
            2 => {
                world.rename(id, if rng.bool() { "old-web" } else { "web007" });
                "rename"
            }
            3 => {
                world.untag_droplet(&spec.tag, id).ok()?;
                "untag"
            }
            4 => {
                world.detach_by_hand(id);
                "detach"
            }
            5 => {
                world.create_tag(PROTECT_TAG).ok()?;
                world.tag_droplet(PROTECT_TAG, id).ok()?;
                "protect"
            }
            6 => {
                world.power_off(id);
                "power off"
            }
            _ => {
                world.set_agent(id, false);
                "silence"
            }
        };
        Some((format!("{what} {id} ({name})"), id))
    }

    fn create(world: &mut World, name: &str, tag: &str) -> Option<(String, u64)> {
        let image = world.images().last()?.id;
        let new = NewDroplet {
            name: name.to_owned(),
            region: world.scenario().region.clone(),
            size: "s-1vcpu-1gb".to_owned(),
            image,
            vpc: None,
            tags: vec![tag.to_owned()],
            monitoring: true,
        };
        let (id, _) = world.create_droplet(&new).ok()?;
        Some((format!("create {id} ({name})"), id))
    }
}
