//! Load balancers.

use serde::Deserialize;
use serde_json::Value;

use super::tolerant::{lenient, wholes};
use crate::cluster::{self, DropletId, LoadBalancerId, Membership};

#[derive(Deserialize)]
pub struct LoadBalancer {
    id: String,
    name: String,
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    ip: Option<String>,
    // Missing for a global load balancer.
    #[serde(default, deserialize_with = "lenient")]
    region: Value,
    #[serde(default, deserialize_with = "lenient")]
    vpc_uuid: Option<String>,
    // A wrong type here would turn a balancer by tag into one by id.
    #[serde(default)]
    tag: Option<String>,
    // Missing for a balancer without members, and for a global one.
    #[serde(default, deserialize_with = "wholes")]
    droplet_ids: Vec<u64>,
}

impl TryFrom<LoadBalancer> for cluster::LoadBalancer {
    type Error = String;

    fn try_from(wire: LoadBalancer) -> Result<Self, String> {
        if wire.id.is_empty() {
            return Err("its id is empty".to_owned());
        }
        let region = wire.region.get("slug").and_then(Value::as_str).unwrap_or_default().to_owned();
        let membership = match wire.tag.filter(|tag| !tag.is_empty()) {
            Some(tag) => Membership::ByTag(tag),
            None => Membership::ById,
        };
        Ok(Self {
            id: LoadBalancerId(wire.id),
            name: wire.name,
            status: wire.status,
            ip: wire.ip.filter(|ip| !ip.is_empty()),
            region,
            vpc: wire.vpc_uuid.filter(|vpc| !vpc.is_empty()),
            membership,
            members: wire.droplet_ids.into_iter().map(DropletId).collect(),
        })
    }
}
