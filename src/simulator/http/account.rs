//! The account, sizes and regions.

use serde_json::json;

use super::request::{Reply, Request};
use super::{document, page};
use crate::simulator::{ApiError, SIZES, World};

pub fn read(world: &World) -> Reply {
    Reply::ok(json!({ "account": {
        "droplet_limit": world.scenario().account.droplet_limit, "floating_ip_limit": 3,
        "email": "sammy@example.com", "name": "Sammy", "uuid": "b6fc48dbf6d9906cace5f3c78dc9851e757381ef",
        "email_verified": true, "status": "active", "status_message": "",
        "team": { "uuid": "5df3e3004a17e242b7c20ca6c9fc25b701a47ece", "name": "My Team" },
    }}))
}

pub fn sizes(world: &World, request: &Request) -> Result<Reply, ApiError> {
    page::of(request, "sizes", &SIZES, |size| document::size(*size, &world.scenario().region))
}

pub fn regions(world: &World, request: &Request) -> Result<Reply, ApiError> {
    page::of(request, "regions", &[&world.scenario().region], |slug| document::region(slug))
}
