//! Droplets and what is done to them.

use serde_json::{Value, json};

use super::request::{Reply, Request, number};
use super::{document, page};
use crate::simulator::{ApiError, Droplet, NewDroplet, World};

pub fn list(world: &World, request: &Request) -> Result<Reply, ApiError> {
    let Some(tag) = request.parameter("tag_name") else {
        let droplets: Vec<&Droplet> = world.droplets().collect();
        return page::of(request, "droplets", &droplets, |droplet| document::droplet(droplet, world));
    };
    page::of(request, "droplets", &world.droplets_tagged(tag), |droplet| {
        let mut document = document::droplet(droplet, world);
        document["tags"] = json!(droplet.listed_tags(world.listed_ms()));
        document
    })
}

pub fn read(world: &World, id: &str) -> Result<Reply, ApiError> {
    let droplet = world.droplet(number(id)?)?;
    Ok(Reply::ok(json!({ "droplet": document::droplet(droplet, world) })))
}

pub fn create(world: &mut World, request: &Request) -> Result<Reply, ApiError> {
    let strings = |name: &str| match request.body.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => Ok(list.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        Some(_) => Err(ApiError::unprocessable(format!("{name} must be a list"))),
    };
    let image = match request.body.get("image") {
        Some(Value::Number(id)) => id.as_u64().unwrap_or_default(),
        Some(Value::String(text)) => text.parse().unwrap_or_default(),
        _ => return Err(ApiError::unprocessable("You specified an invalid image for Droplet creation.")),
    };
    let new = NewDroplet {
        name: request.text("name")?.to_owned(),
        region: request.text("region")?.to_owned(),
        size: request.text("size")?.to_owned(),
        image,
        vpc: request.body.get("vpc_uuid").and_then(Value::as_str).map(str::to_owned),
        tags: strings("tags")?,
        monitoring: request.body.get("monitoring").and_then(Value::as_bool).unwrap_or(false),
    };
    let (id, action) = world.create_droplet(&new)?;
    let droplet = document::droplet(world.droplet(id)?, world);
    let href = format!("{}/v2/actions/{}", request.origin, action.id);
    let links = json!({ "actions": [{ "id": action.id, "rel": "create", "href": href }] });
    Ok(Reply { status: 202, body: Some(json!({ "droplet": droplet, "links": links })) })
}

pub fn delete(world: &mut World, id: &str) -> Result<Reply, ApiError> {
    world.delete_droplet(number(id)?)?;
    Ok(Reply::nothing())
}

pub fn actions(world: &World, request: &Request, id: &str) -> Result<Reply, ApiError> {
    let actions = world.actions(number(id)?)?;
    page::of(request, "actions", &actions, |action| document::action(action, world))
}

pub fn all_actions(world: &World, request: &Request) -> Result<Reply, ApiError> {
    let actions: Vec<_> = world.all_actions().collect();
    page::of(request, "actions", &actions, |action| document::action(action, world))
}

pub fn action_of(world: &World, droplet: &str, id: &str) -> Result<Reply, ApiError> {
    if world.action(number(id)?)?.droplet != number(droplet)? {
        return Err(ApiError::not_found());
    }
    action(world, id)
}

pub fn action(world: &World, id: &str) -> Result<Reply, ApiError> {
    let action = world.action(number(id)?)?;
    Ok(Reply::ok(json!({ "action": document::action(action, world) })))
}

pub fn act(world: &mut World, request: &Request, id: &str) -> Result<Reply, ApiError> {
    let action = match request.text("type")? {
        "shutdown" => world.shut_down(number(id)?)?,
        other => return Err(ApiError::unprocessable(format!("the simulated cloud knows no action {other:?}"))),
    };
    Ok(Reply { status: 201, body: Some(json!({ "action": document::action(&action, world) })) })
}
