//! What must hold at every request, whoever was killed before and whatever was answered. It is looked at when
//! the request arrives, before it is carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use dropscale::simulator::{Call, Droplet, World};

use crate::story::Story;

/// What did not hold, each once.
pub type Broken = Arc<Mutex<BTreeSet<String>>>;

pub const BASE: &str = "web-base";
pub const TAG: &str = "web";
const LEAVING: &str = "dropscale:leaving:web";

/// Looks at the world at each call from now on.
pub fn watch(world: &mut World, story: &Story) -> Broken {
    watch_with(world, (story.min, story.max), |_, _, _| {})
}

/// The same with these bounds, and with `more`, which adds what it finds.
pub fn watch_with(
    world: &mut World,
    bounds: (usize, usize),
    mut more: impl FnMut(&World, &Call, &mut Vec<String>) + Send + 'static,
) -> Broken {
    let broken = Broken::default();
    let told = Arc::clone(&broken);
    let mut eye = Eye::new(world, bounds);
    world.show_before(move |call, world| {
        let mut found = Vec::new();
        eye.look(world, &mut found);
        more(world, call, &mut found);
        let place = |what: String| format!("at {} {} {}: {what}", call.number, call.method, call.path);
        told.lock().unwrap().extend(found.into_iter().map(place));
    });
    broken
}

/// Whether a droplet belongs to the cluster, or to nobody that this program knows.
pub fn is_other(droplet: &Droplet) -> bool {
    droplet.name.starts_with("other-")
}

/// What is told of a droplet outside the cluster, and must not change.
pub fn portrait(droplet: &Droplet) -> String {
    format!("{} {} {} {:?}", droplet.id, droplet.name, droplet.status(), droplet.tags)
}

/// Those outside the cluster.
pub fn others(world: &World) -> Vec<String> {
    world.droplets().filter(|droplet| is_other(droplet)).map(portrait).collect()
}

/// Whether the load balancer of the cluster sends a droplet requests.
pub fn is_attached(world: &World, id: u64) -> bool {
    world.balancers().last().unwrap().members.contains_key(&id)
}

fn carries(droplet: &Droplet, start: &str) -> bool {
    droplet.tags.iter().any(|tag| tag.starts_with(start))
}

struct Eye {
    min: usize,
    max: usize,
    others: Vec<String>,
    /// The cluster at the call before, and who was attached.
    before: BTreeMap<u64, (String, bool)>,
}

impl Eye {
    fn new(world: &World, (min, max): (usize, usize)) -> Self {
        Self { min, max, others: others(world), before: BTreeMap::new() }
    }

    fn look(&mut self, world: &World, found: &mut Vec<String>) {
        let cluster: Vec<&Droplet> = world.droplets().filter(|droplet| !is_other(droplet)).collect();
        if cluster.len() > self.max {
            found.push(format!("{} droplets are more than the maximum", cluster.len()));
        }
        let serving = cluster.iter().filter(|d| is_attached(world, d.id) && d.is_ready(world.now_ms())).count();
        if serving < self.min {
            found.push(format!("{serving} serving droplets are fewer than the minimum"));
        }
        if !cluster.iter().any(|d| d.name == BASE && d.is_on() && d.tags.contains(TAG)) {
            found.push("the base droplet is not what it was".to_owned());
        }
        if others(world) != self.others {
            found.push(format!("{:?} are not {:?}", others(world), self.others));
        }
        found.extend(cluster.iter().filter_map(|droplet| unaccounted(world, droplet)));
        let pending: BTreeSet<&String> =
            cluster.iter().flat_map(|d| &d.tags).filter(|tag| tag.starts_with("dropscale:pending:")).collect();
        if pending.len() > 1 {
            found.push(format!("two operations make droplets: {pending:?}"));
        }
        let now: BTreeMap<u64, (String, bool)> =
            cluster.iter().map(|d| (d.id, (d.name.clone(), is_attached(world, d.id)))).collect();
        let gone = self.before.iter().filter(|(id, _)| !now.contains_key(id));
        found.extend(
            gone.filter(|(_, (_, attached))| *attached).map(|(_, (name, _))| format!("{name} went while it served")),
        );
        self.before = now;
    }
}

/// Of a droplet that nobody could find again, or whose state nobody could explain by its tags.
fn unaccounted(world: &World, droplet: &Droplet) -> Option<String> {
    let is_listed = droplet.tags.contains(TAG) || droplet.tags.contains(LEAVING);
    let is_explained = is_attached(world, droplet.id)
        || carries(droplet, "dropscale:pending:")
        || carries(droplet, "dropscale:draining:");
    (!is_listed || !is_explained).then(|| format!("nothing accounts for {} with {:?}", droplet.name, droplet.tags))
}

/// A request, as it is told.
pub fn name(call: &Call) -> String {
    format!("{} {}", call.method, call.path)
}
