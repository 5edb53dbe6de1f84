//! What the program is told to do, in which cluster, and which cluster should come of it. The bounds are as
//! narrow as the story allows: one droplet too many or too few is beyond them.

use std::path::Path;

use dropscale::cluster::{Nonce, OperationTag};
use dropscale::simulator::{NewDroplet, Scenario, World};
use jiff::Timestamp;

/// A command on a cluster.
pub struct Story {
    pub name: &'static str,
    pub command: &'static [&'static str],
    /// How many clones there are at the beginning.
    clones: u32,
    /// Whether the load balancer takes its members by the cluster's own tag.
    by_tag: bool,
    pub min: usize,
    pub max: usize,
    /// From which load per vCPU on a clone is added, and below which one is removed.
    load: (&'static str, &'static str),
    /// What somebody left who died long ago.
    prepare: fn(&mut World),
    /// The droplets of the cluster when all is done: one of these lists.
    ends_with: &'static [&'static [&'static str]],
}

/// Nothing is to be done by itself.
const CALM: (&str, &str) = ("scale_up = { load = 90.0 }", "");
const BUSY: (&str, &str) = ("scale_up = { load = 0.01 }", "");
const IDLE: (&str, &str) = ("scale_up = { load = 90.0 }", "scale_down = { load = 40.0 }");

fn nothing(_: &mut World) {}

pub const UP: Story = Story {
    name: "up",
    command: &["up", "--yes"],
    clones: 1,
    by_tag: false,
    min: 2,
    max: 3,
    load: CALM,
    prepare: nothing,
    ends_with: &[&["web-base", "web001", "web002"]],
};

pub const DOWN: Story =
    Story { name: "down", command: &["down", "--yes"], clones: 2, ends_with: &[&["web-base", "web001"]], ..UP };

pub const AUTO_UP: Story = Story { name: "auto under load", command: &["auto"], load: BUSY, ..UP };

pub const AUTO_DOWN: Story = Story { name: "auto without load", command: &["auto"], load: IDLE, ..DOWN };

/// One clone was being made and one was being removed. The former is brought in, or removed when that takes too
/// long.
pub const AUTO_RECOVERS: Story = Story {
    name: "auto with leftovers",
    command: &["auto"],
    clones: 2,
    max: 4,
    prepare: leave_unfinished,
    ends_with: &[&["web-base", "web001", "web003"], &["web-base", "web001"]],
    ..UP
};

pub const UP_BY_TAG: Story = Story { name: "up by tag", by_tag: true, ..UP };
pub const DOWN_BY_TAG: Story = Story { name: "down by tag", by_tag: true, ..DOWN };

/// Those with a load balancer that names its members.
pub const BY_ID: [Story; 5] = [UP, DOWN, AUTO_UP, AUTO_DOWN, AUTO_RECOVERS];
pub const ALL: [Story; 7] = [UP, DOWN, AUTO_UP, AUTO_DOWN, AUTO_RECOVERS, UP_BY_TAG, DOWN_BY_TAG];

fn leave_unfinished(world: &mut World) {
    let now = Timestamp::from_millisecond(world.now_ms()).unwrap();
    let left = |number| OperationTag { at: now, nonce: Nonce::new(number) };
    let removed = world.droplets().find(|droplet| droplet.name == "web002").unwrap().id;
    let draining = left(1).draining();
    world.create_tag(&draining).unwrap();
    world.tag_droplet(&draining, removed).unwrap();
    world.detach_by_hand(removed);
    let new = NewDroplet {
        name: "web003".to_owned(),
        region: "nyc3".to_owned(),
        size: "s-1vcpu-1gb".to_owned(),
        image: world.images().last().unwrap().id,
        tags: vec!["web".to_owned(), left(2).pending()],
        monitoring: true,
        ..NewDroplet::default()
    };
    world.create_droplet(&new).unwrap();
}

impl Story {
    /// A cluster that does at once what it is told, beside droplets that are nobody's business.
    pub fn scenario(&self) -> Scenario {
        let tag = if self.by_tag { "tag = \"web\"," } else { "" };
        let text = format!(
            "description = \"{}\"\nhistory = \"60s\"\nlimits = {{ hour = 0, minute = 0 }}\n\
             cluster = {{ clones = {} }}\nload_balancer = {{ {tag} healthy_after = \"0s\" }}\n\
             boot = {{ time = \"2s\", jitter = 0.0, ready_after = \"0s\", shutdown = \"1s\" }}\n\
             metrics = {{ step = \"1s\", lag = \"0s\", load_smoothing = \"2s\" }}\nothers = {{ droplets = 3 }}\n\
             [workload]\nbase = 40.0\n",
            self.name, self.clones
        );
        Scenario::parse(&text, self.name).unwrap()
    }

    /// Does what the story says has happened before.
    pub fn prepare(&self, world: &mut World) {
        (self.prepare)(world);
    }

    /// Whether the cluster is what was wanted.
    pub fn is_told(&self, names: &[String]) -> bool {
        self.ends_with.iter().any(|end| *end == names)
    }

    /// Whether somebody has left something, so that nothing can be done before his claim would have ended.
    pub fn begins_late(&self) -> bool {
        self.name == AUTO_RECOVERS.name
    }

    /// Writes the configuration, with waits as short as they may be.
    pub fn write_config(&self, path: &Path) {
        let text = format!(
            "[clusters.web]\ntag = \"web\"\nbase_droplet = \"web-base\"\nsnapshot = \"web-snapshot\"\n\
             clone_prefix = \"web\"\nload_balancer = \"web-lb\"\nmin = {}\nmax = {}\nscaling_interval = \"10s\"\n\
             {}\n{}\n[clusters.web.timing]\nclaim_settle = \"10ms\"\nstep_poll = \"10ms\"\nmetrics_step = \"1s\"\n\
             metrics_window = \"4s\"\ncreate = \"1s\"\nattach = \"90s\"\ndrain = 0\nshutdown = \"5s\"\ndelete = \"20s\"\n\
             backoff = \"1s\"\nbackoff_max = \"1s\"\n",
            self.min, self.max, self.load.0, self.load.1
        );
        std::fs::write(path, text).unwrap();
    }
}
