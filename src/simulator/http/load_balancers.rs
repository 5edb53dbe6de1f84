//! Load balancers and their members.

use serde_json::{Value, json};

use super::request::{Reply, Request};
use super::{document, page};
use crate::simulator::{ApiError, World};

pub fn list(world: &World, request: &Request) -> Result<Reply, ApiError> {
    page::of(request, "load_balancers", world.balancers(), document::balancer)
}

pub fn read(world: &World, id: &str) -> Result<Reply, ApiError> {
    Ok(Reply::ok(json!({ "load_balancer": document::balancer(world.balancer(id)?) })))
}

pub fn add(world: &mut World, request: &Request, id: &str) -> Result<Reply, ApiError> {
    world.add_members(id, &droplet_ids(request)?)?;
    Ok(Reply::nothing())
}

pub fn remove(world: &mut World, request: &Request, id: &str) -> Result<Reply, ApiError> {
    world.remove_members(id, &droplet_ids(request)?)?;
    Ok(Reply::nothing())
}

fn droplet_ids(request: &Request) -> Result<Vec<u64>, ApiError> {
    let list = request.body.get("droplet_ids").and_then(Value::as_array);
    let ids: Option<Vec<u64>> = list.and_then(|list| list.iter().map(Value::as_u64).collect());
    ids.filter(|ids| !ids.is_empty())
        .ok_or_else(|| ApiError::unprocessable("need to provide either a tag or a list of droplets"))
}
