//! From method and path to the resource that answers.

use super::request::{Reply, Request};
use super::{account, droplets, images, load_balancers, monitoring, tags};
use crate::simulator::{ApiError, World};

/// The answer to a request that has passed the gate.
pub fn answer(world: &mut World, request: &Request) -> Result<Reply, ApiError> {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    match (request.method, path.as_slice()) {
        ("GET", ["account"]) => Ok(account::read(world)),
        ("GET", ["sizes"]) => account::sizes(world, request),
        ("GET", ["regions"]) => account::regions(world, request),
        ("GET", ["droplets"]) => droplets::list(world, request),
        ("POST", ["droplets"]) => droplets::create(world, request),
        ("GET", ["droplets", id]) => droplets::read(world, id),
        ("DELETE", ["droplets", id]) => droplets::delete(world, id),
        ("GET", ["droplets", id, "actions"]) => droplets::actions(world, request, id),
        ("POST", ["droplets", id, "actions"]) => droplets::act(world, request, id),
        ("GET", ["droplets", id, "actions", action]) => droplets::action_of(world, id, action),
        ("GET", ["actions"]) => droplets::all_actions(world, request),
        ("GET", ["actions", action]) => droplets::action(world, action),
        ("GET", ["snapshots"]) => images::snapshots(world, request),
        ("GET", ["images"]) => images::list(world, request),
        ("GET", ["load_balancers"]) => load_balancers::list(world, request),
        ("GET", ["load_balancers", id]) => load_balancers::read(world, id),
        ("POST", ["load_balancers", id, "droplets"]) => load_balancers::add(world, request, id),
        ("DELETE", ["load_balancers", id, "droplets"]) => load_balancers::remove(world, request, id),
        ("GET", ["tags"]) => tags::list(world, request),
        ("POST", ["tags"]) => tags::create(world, request),
        ("GET", ["tags", tag]) => tags::read(world, tag),
        ("DELETE", ["tags", tag]) => tags::delete(world, tag),
        ("POST", ["tags", tag, "resources"]) => tags::put_on(world, request, tag),
        ("DELETE", ["tags", tag, "resources"]) => tags::take_off(world, request, tag),
        ("GET", ["monitoring", "metrics", "droplet", series]) => monitoring::droplet(world, request, series),
        ("GET", ["monitoring", "metrics", "load_balancer", series]) => {
            monitoring::load_balancer(world, request, series)
        }
        _ => Err(ApiError::not_found()),
    }
}
