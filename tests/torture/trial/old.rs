//! The function that this program replaces, with its faults: it knows only the marker, checks and then acts,
//! names by the count, deletes without leaving the load balancer, and abandons what fails half-way.

use std::time::Duration;

use dropscale::cloud::{Cloud, NewDroplet, Result};
use dropscale::cluster::{Droplet, DropletId, DropletStatus, Marker};
use dropscale::simulator::SimulatedCloud;
use tokio::time::sleep;

use super::controllers::Living;

impl Living {
    pub(super) async fn old(&mut self) {
        let cloud = self.cloud();
        while !self.is_over() {
            let busy = self.rng.bool();
            drop(self.tick(&cloud, busy).await);
            sleep(self.actor.every).await;
        }
    }

    /// One call of it.
    async fn tick(&mut self, cloud: &SimulatedCloud, busy: bool) -> Result<()> {
        let plan = std::sync::Arc::clone(&self.trial.plan);
        let (tag, prefix) = (&plan.spec.tag, &plan.spec.clone_prefix);
        let droplets = cloud.droplets(tag).await?;
        let Some(base) = droplets.iter().find(|d| d.name == plan.spec.base_droplet) else { return Ok(()) };
        let now = self.trial.world.clock().now();
        if let Some(marker) = base.tags.iter().find_map(|tag| Marker::parse(prefix, tag)) {
            if marker.remaining(now, plan.policy.scaling_interval).is_some() || marker.is_in_future(now) {
                return Ok(());
            }
            cloud.delete_tag(&marker.tag(prefix)).await?;
        }
        let may_act = if busy { droplets.len() < plan.policy.max } else { droplets.len() > 1 };
        if !may_act {
            return Ok(());
        }
        let marker = Marker { at: now }.tag(prefix);
        cloud.create_tag(&marker).await?;
        cloud.tag_droplet(&marker, base.id).await?;
        if busy { self.grow(cloud, base, droplets.len()).await } else { self.shrink(cloud, &droplets).await }
    }

    async fn grow(&self, cloud: &SimulatedCloud, base: &Droplet, count: usize) -> Result<()> {
        let spec = &self.trial.plan.spec;
        let snapshots = cloud.snapshots().await?;
        let Some(snapshot) = snapshots.iter().find(|s| s.name == spec.snapshot) else { return Ok(()) };
        let new = NewDroplet {
            name: format!("{}{count:03}", spec.clone_prefix),
            region: base.region.clone(),
            size: base.size.slug.clone(),
            image: snapshot.id,
            vpc: None,
            ssh_keys: Vec::new(),
            user_data: None,
            monitoring: false,
            tags: vec![spec.tag.clone()],
        };
        let made = cloud.create_droplet(&new).await?.id;
        for _ in 0..30 {
            sleep(Duration::from_secs(5)).await;
            if cloud.droplet(made).await?.status == DropletStatus::Active {
                break;
            }
        }
        let balancers = cloud.load_balancers().await?;
        let Some(balancer) = balancers.iter().find(|b| b.name == spec.load_balancer) else { return Ok(()) };
        cloud.attach(&balancer.id, &[made]).await
    }

    async fn shrink(&self, cloud: &SimulatedCloud, droplets: &[Droplet]) -> Result<()> {
        let name = format!("{}{:03}", self.trial.plan.spec.clone_prefix, droplets.len() - 1);
        let victim: Option<DropletId> = droplets.iter().find(|d| d.name == name).map(|d| d.id);
        match victim {
            Some(id) => cloud.delete_droplet(id).await,
            None => Ok(()),
        }
    }
}
