//! What the operator says a cluster is: which droplets, which base, which image, which load balancer, what
//! a clone looks like, and how long each step may take. Built by `config`, read by everything else.

use std::time::Duration;

use super::Droplet;

/// A cluster, as configured.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterSpec {
    /// Its name in the configuration.
    pub name: String,
    /// The tag that makes a droplet a member.
    pub tag: String,
    /// The base droplet's name or id.
    pub base_droplet: String,
    /// The snapshot's name or id.
    pub snapshot: String,
    /// What clone names begin with; checked by [`super::check_prefix`].
    pub clone_prefix: String,
    /// The load balancer's name or id.
    pub load_balancer: String,
    /// What a clone looks like where it differs from the base.
    pub clone: CloneSpec,
    /// Names or ids of droplets that are never removed.
    pub protect: Vec<String>,
    /// Deadlines and intervals.
    pub timing: Timing,
}

impl ClusterSpec {
    /// Whether this droplet is the configured base, by name or by id.
    #[must_use]
    pub fn is_base(&self, droplet: &Droplet) -> bool {
        droplet.name == self.base_droplet || droplet.id.to_string() == self.base_droplet
    }
}

/// What a clone looks like; `None` and empty mean: as the base droplet.
#[derive(Debug, Clone, PartialEq)]
pub struct CloneSpec {
    /// The size's slug.
    pub size: Option<String>,
    /// The region's slug.
    pub region: Option<String>,
    /// The VPC's UUID.
    pub vpc: Option<String>,
    /// Ids or fingerprints of SSH keys to install. The API does not tell which the base has.
    pub ssh_keys: Vec<String>,
    /// The text given to cloud-init, already read from its file.
    pub user_data: Option<String>,
    /// Whether the metrics agent is installed.
    pub monitoring: bool,
    /// Tags beside the cluster tag.
    pub extra_tags: Vec<String>,
}

impl Default for CloneSpec {
    fn default() -> Self {
        Self {
            size: None,
            region: None,
            vpc: None,
            ssh_keys: Vec::new(),
            user_data: None,
            monitoring: true,
            extra_tags: Vec::new(),
        }
    }
}

/// How often is looked and how long is waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// Between two looks at droplets and load balancer.
    pub poll: Duration,
    /// The API's step between two samples: metrics are not asked for more often.
    pub metrics_step: Duration,
    /// The samples of this last while are averaged; at least two steps.
    pub metrics_window: Duration,
    /// A droplet with no sample for this long is reported as silent.
    pub metrics_silent: Duration,
    /// From writing a claim to reading it back.
    pub claim_settle: Duration,
    /// Between two looks while waiting in an operation.
    pub step_poll: Duration,
    /// How long a create whose answer was lost is looked for.
    pub create: Duration,
    /// From created to active.
    pub boot: Duration,
    /// For the load balancer to accept a change of its members.
    pub attach: Duration,
    /// From attached to healthy.
    pub health: Duration,
    /// From leaving the load balancer to the shutdown, for connections to end.
    pub drain: Duration,
    /// For a graceful shutdown.
    pub shutdown: Duration,
    /// From the deletion to the droplet being gone.
    pub delete: Duration,
    /// The first wait after a failed operation; doubled with each failure.
    pub backoff: Duration,
    /// The longest such wait.
    pub backoff_max: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            poll: seconds(30),
            metrics_step: seconds(120),
            metrics_window: seconds(240),
            metrics_silent: seconds(600),
            claim_settle: seconds(2),
            step_poll: seconds(4),
            create: seconds(90),
            boot: seconds(300),
            attach: seconds(120),
            health: seconds(180),
            drain: seconds(30),
            shutdown: seconds(60),
            delete: seconds(120),
            backoff: seconds(60),
            backoff_max: seconds(3600),
        }
    }
}

impl Timing {
    /// The longest that an operation on one clone, its undo included, usually takes while the API answers.
    #[must_use]
    pub fn longest_operation(&self) -> Duration {
        let up = self.claim_settle * 10 + self.create + self.boot + self.attach + self.health;
        let down = self.attach + self.drain + self.shutdown + self.delete;
        (up + down) + self.step_poll * 10
    }
}
