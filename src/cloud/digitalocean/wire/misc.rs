//! Images and snapshots, actions, tags and the account.

use jiff::Timestamp;
use serde::Deserialize;

use super::tolerant::{lenient, maybe_whole, whole};
use crate::cloud::{self, ActionId, ActionStatus, TagSummary};
use crate::cluster;

/// An image; a snapshot has the same fields, its number in a string.
#[derive(Deserialize)]
pub struct Image {
    #[serde(deserialize_with = "whole")]
    id: u64,
    #[serde(default)]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    distribution: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    regions: Vec<String>,
    #[serde(default, deserialize_with = "maybe_whole")]
    min_disk_size: Option<u64>,
}

impl TryFrom<Image> for cluster::Image {
    type Error = String;

    fn try_from(wire: Image) -> Result<Self, String> {
        Ok(Self {
            id: wire.id,
            name: wire.name.unwrap_or_default(),
            distribution: wire.distribution,
            created_at: wire.created_at,
            regions: wire.regions,
            min_disk_gib: wire.min_disk_size.unwrap_or(0),
        })
    }
}

#[derive(Deserialize)]
pub struct Action {
    #[serde(deserialize_with = "whole")]
    id: u64,
    status: String,
    #[serde(rename = "type")]
    kind: String,
    started_at: Timestamp,
    #[serde(default, deserialize_with = "lenient")]
    completed_at: Option<Timestamp>,
}

impl TryFrom<Action> for cloud::Action {
    type Error = String;

    fn try_from(wire: Action) -> Result<Self, String> {
        let status = match wire.status.as_str() {
            "in-progress" => ActionStatus::InProgress,
            "completed" => ActionStatus::Completed,
            "errored" => ActionStatus::Errored,
            other => return Err(format!("status {other:?} is unknown")),
        };
        Ok(Self {
            id: ActionId(wire.id),
            kind: wire.kind,
            status,
            started_at: wire.started_at,
            completed_at: wire.completed_at,
        })
    }
}

/// An action as the account's list has it, with what it was done to.
#[derive(Deserialize)]
pub struct AccountAction {
    #[serde(flatten)]
    action: Action,
    #[serde(default, deserialize_with = "maybe_whole")]
    resource_id: Option<u64>,
}

impl TryFrom<AccountAction> for cloud::Deed {
    type Error = String;

    fn try_from(wire: AccountAction) -> Result<Self, String> {
        let id = wire.resource_id.ok_or("it does not say to what it was done")?;
        Ok(Self { droplet: cluster::DropletId(id), action: wire.action.try_into()? })
    }
}

#[derive(Deserialize)]
pub struct Tag {
    name: String,
    #[serde(default)]
    resources: Option<Resources>,
}

#[derive(Deserialize)]
struct Resources {
    #[serde(default)]
    droplets: Option<Count>,
}

#[derive(Deserialize)]
struct Count {
    #[serde(default, deserialize_with = "maybe_whole")]
    count: Option<u64>,
}

impl TryFrom<Tag> for TagSummary {
    type Error = String;

    fn try_from(wire: Tag) -> Result<Self, String> {
        let count = wire.resources.and_then(|r| r.droplets).and_then(|d| d.count);
        Ok(Self { name: wire.name, droplets: count.ok_or("it does not say how many droplets carry it")? })
    }
}

#[derive(Deserialize)]
pub struct Account {
    #[serde(default, deserialize_with = "maybe_whole")]
    droplet_limit: Option<u64>,
}

impl TryFrom<Account> for cloud::Account {
    type Error = String;

    fn try_from(wire: Account) -> Result<Self, String> {
        Ok(Self { droplet_limit: wire.droplet_limit })
    }
}
