//! The load balancer in front of a cluster, and how it names its members.

use std::fmt;

use serde::Serialize;

use super::{Droplet, DropletId, DropletStatus};

/// At most this many droplets can be named by id; more need a tag
/// (DigitalOcean's load balancer limits).
pub const MAX_MEMBERS_BY_ID: usize = 10;

/// The API's identifier of a load balancer, a UUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct LoadBalancerId(pub String);

impl fmt::Display for LoadBalancerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a load balancer names its members: never both ways at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// Each droplet is added and removed by its id.
    ById,
    /// Each droplet with this tag is a member; ids are refused with 422.
    ByTag(String),
}

/// What the load balancer's own health check says of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// The check succeeds: it is sent requests.
    Healthy,
    /// The check fails.
    Unhealthy,
    /// The API has not said, or not lately.
    Unknown,
}

/// A load balancer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoadBalancer {
    /// Its identifier.
    pub id: LoadBalancerId,
    /// Its name.
    pub name: String,
    /// The API's `status`: `new`, `active` or `errored`.
    pub status: String,
    /// Its public address, once it has one.
    pub ip: Option<String>,
    /// The slug of its region.
    pub region: String,
    /// The VPC it is in.
    pub vpc: Option<String>,
    /// How it names its members.
    pub membership: Membership,
    /// Its members now; also listed when they come from a tag.
    pub members: Vec<DropletId>,
}

impl LoadBalancer {
    /// Whether this droplet is a member.
    #[must_use]
    pub fn has(&self, id: DropletId) -> bool {
        self.members.contains(&id)
    }

    /// Whether it sends this droplet requests. With a tag the droplet's own tags are newer than the list of ids.
    #[must_use]
    pub fn sends_to(&self, droplet: &Droplet) -> bool {
        match &self.membership {
            Membership::ById => self.has(droplet.id),
            Membership::ByTag(tag) => droplet.has_tag(tag) && droplet.status == DropletStatus::Active,
        }
    }
}
