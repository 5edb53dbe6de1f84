//! What is said to a cloud and heard from it beside droplets and load balancers.

use jiff::Timestamp;
use serde::Serialize;

use crate::cluster::DropletId;

/// A droplet to be made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewDroplet {
    /// Its name.
    pub name: String,
    /// The region's slug.
    pub region: String,
    /// The size's slug.
    pub size: String,
    /// The image's number.
    pub image: u64,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Ids or fingerprints of SSH keys.
    pub ssh_keys: Vec<String>,
    /// The text given to cloud-init.
    pub user_data: Option<String>,
    /// Whether the metrics agent is installed.
    pub monitoring: bool,
    /// Its tags; made by the same request where they do not exist yet.
    pub tags: Vec<String>,
}

/// The number by which the API knows an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ActionId(pub u64);

/// How an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionStatus {
    /// Running.
    InProgress,
    /// Done.
    Completed,
    /// Failed.
    Errored,
}

/// Something done to a droplet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Action {
    /// Its number.
    pub id: ActionId,
    /// The API's word for what is done, such as `create` or `shutdown`.
    pub kind: String,
    /// How it stands.
    pub status: ActionStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

/// An action with the droplet that it was done to, which there may be no more.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deed {
    /// The droplet.
    pub droplet: DropletId,
    /// What was done.
    pub action: Action,
}

/// What the API tells of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// How many droplets it may have; missing when the token may not ask.
    pub droplet_limit: Option<u64>,
}

/// A tag of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagSummary {
    /// The tag.
    pub name: String,
    /// How many droplets carry it.
    pub droplets: u64,
}

/// From when to when a metric is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The begin, included.
    pub start: Timestamp,
    /// The end, included.
    pub end: Timestamp,
}
