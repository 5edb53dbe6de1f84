//! Snapshots, and the same as images.

use super::request::{Reply, Request};
use super::{document, page};
use crate::simulator::{ApiError, World};

pub fn snapshots(world: &World, request: &Request) -> Result<Reply, ApiError> {
    page::of(request, "snapshots", world.images(), |image| document::snapshot(image, &world.scenario().region))
}

pub fn list(world: &World, request: &Request) -> Result<Reply, ApiError> {
    page::of(request, "images", world.images(), |image| document::image(image, &world.scenario().region))
}
