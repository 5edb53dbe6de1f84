//! Tags and what carries them.

use serde_json::{Value, json};

use super::request::{Reply, Request, number};
use super::{document, page};
use crate::simulator::{ApiError, World};

pub fn list(world: &World, request: &Request) -> Result<Reply, ApiError> {
    page::of(request, "tags", &world.tags(), |(name, droplets)| document::tag(name, *droplets))
}

pub fn read(world: &World, tag: &str) -> Result<Reply, ApiError> {
    Ok(Reply::ok(json!({ "tag": document::tag(tag, world.tag(tag)?) })))
}

pub fn create(world: &mut World, request: &Request) -> Result<Reply, ApiError> {
    let name = request.text("name")?.to_owned();
    world.create_tag(&name)?;
    let tag = document::tag(&name, world.tag(&name)?);
    Ok(Reply { status: 201, body: Some(json!({ "tag": tag })) })
}

pub fn delete(world: &mut World, tag: &str) -> Result<Reply, ApiError> {
    world.delete_tag(tag)?;
    Ok(Reply::nothing())
}

pub fn put_on(world: &mut World, request: &Request, tag: &str) -> Result<Reply, ApiError> {
    for id in droplets(request)? {
        world.tag_droplet(tag, id)?;
    }
    Ok(Reply::nothing())
}

pub fn take_off(world: &mut World, request: &Request, tag: &str) -> Result<Reply, ApiError> {
    for id in droplets(request)? {
        world.untag_droplet(tag, id)?;
    }
    Ok(Reply::nothing())
}

fn droplets(request: &Request) -> Result<Vec<u64>, ApiError> {
    let wrong = || ApiError::unprocessable("resources must be a list of droplets");
    let list = request.body.get("resources").and_then(Value::as_array).ok_or_else(wrong)?;
    let id = |resource: &Value| {
        let is_droplet = resource.get("resource_type").and_then(Value::as_str) == Some("droplet");
        let id = resource.get("resource_id").and_then(Value::as_str).filter(|_| is_droplet).ok_or_else(wrong)?;
        number(id)
    };
    list.iter().map(id).collect()
}
