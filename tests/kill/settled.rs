//! What must hold when everything has been settled.

use std::collections::BTreeSet;

use dropscale::simulator::World;

use crate::always::{BASE, TAG, is_attached, is_other};

/// What is not settled yet; the cluster itself, whoever is in it, is another matter.
pub fn unsettled(world: &World) -> Vec<String> {
    let mut left = Vec::new();
    for droplet in world.droplets().filter(|droplet| !is_other(droplet) && droplet.name != BASE) {
        let is_settled =
            is_attached(world, droplet.id) && droplet.status() == "active" && droplet.tags.iter().eq([TAG]);
        if !is_settled {
            let attached = is_attached(world, droplet.id);
            left.push(format!("{} is {}, attached: {attached}, {:?}", droplet.name, droplet.status(), droplet.tags));
        }
    }
    let tags = world.tags();
    let stray = tags.iter().map(|(tag, _)| *tag).filter(|tag| tag.starts_with("dropscale:"));
    left.extend(stray.filter(|tag| !tag.starts_with("dropscale:backoff:")).map(|tag| format!("the tag {tag} is left")));
    let members: BTreeSet<u64> = world.balancers().last().unwrap().members.keys().copied().collect();
    let cluster: BTreeSet<u64> = world.droplets().filter(|d| d.tags.contains(TAG)).map(|d| d.id).collect();
    if members != cluster {
        left.push(format!("the load balancer has {members:?}, the cluster {cluster:?}"));
    }
    left
}

/// The names of the droplets that are not somebody else's, in order.
pub fn names(world: &World) -> Vec<String> {
    let mut names: Vec<String> = world.droplets().filter(|d| !is_other(d)).map(|d| d.name.clone()).collect();
    names.sort();
    names
}
