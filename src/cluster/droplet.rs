//! A droplet as the cluster sees it, and which role it plays there.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ClusterSpec, OperationTag, PROTECT_TAG, Price};

/// The number by which the API knows a droplet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DropletId(pub u64);

impl fmt::Display for DropletId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The API's `status` of a droplet. `Active` means powered on, not booted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DropletStatus {
    /// Being created.
    New,
    /// Powered on.
    Active,
    /// Powered off; still billed.
    Off,
    /// Archived.
    Archive,
    /// A status that this program does not know.
    Unknown,
}

impl fmt::Display for DropletStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::New => "new",
            Self::Active => "active",
            Self::Off => "off",
            Self::Archive => "archive",
            Self::Unknown => "unknown",
        })
    }
}

/// A droplet size: what it offers and what it costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Size {
    /// The API's name of the size, such as `s-1vcpu-1gb`.
    pub slug: String,
    /// Virtual processors; at least 1.
    pub vcpus: u32,
    /// Memory in MiB, as the API counts it.
    pub memory_mib: u64,
    /// Disk in GiB.
    pub disk_gib: u64,
    /// The price, where the API tells it.
    pub price: Option<Price>,
}

impl Size {
    /// The memory in MB of 10^6 bytes, the unit of the memory metrics and thresholds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "memory sizes are far below 2^52 MiB")]
    pub fn memory_mb(&self) -> f64 {
        self.memory_mib as f64 * 1.048_576
    }
}

/// An address of a droplet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Address {
    /// The IP address as the API writes it.
    pub ip: String,
    /// Whether it is reachable from the internet (else: inside the VPC).
    pub public: bool,
}

/// An image or snapshot from which droplets are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// The image's number; a snapshot's is the same number as its image.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The system on it, as `Ubuntu`, if the API says it: a public image's name has only the version.
    pub distribution: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// The regions where it can be used; empty when the API did not say.
    pub regions: Vec<String>,
    /// The smallest disk it fits on, in GiB; 0 when the API did not say.
    pub min_disk_gib: u64,
}

/// A droplet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Droplet {
    /// Its number.
    pub id: DropletId,
    /// Its name; not unique.
    pub name: String,
    /// Its state.
    pub status: DropletStatus,
    /// Whether an event is running that forbids others.
    pub locked: bool,
    /// When it was created, by the server's clock.
    pub created_at: Timestamp,
    /// Its size.
    pub size: Size,
    /// The slug of its region.
    pub region: String,
    /// The image it was made from, as far as the API tells.
    pub image: Option<Image>,
    /// The VPC it is in.
    pub vpc: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<Address>,
    /// The API's feature names, such as `monitoring`.
    pub features: Vec<String>,
}

/// What a droplet is in its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The droplet made by hand, of which the others are copies. Never deleted.
    Base,
    /// Made by scaling up: in the cluster and named from our prefix.
    Clone,
    /// In the cluster, but neither the base nor named from our prefix. Counted, never touched.
    Guest,
}

impl Role {
    /// Its word, for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Clone => "clone",
            Self::Guest => "guest",
        }
    }
}

#[cfg(test)]
impl Droplet {
    /// An active droplet of a cluster tagged `web`, for tests.
    #[must_use]
    pub fn example(id: u64, name: &str) -> Self {
        Self {
            id: DropletId(id),
            name: name.to_owned(),
            status: DropletStatus::Active,
            locked: false,
            created_at: Timestamp::UNIX_EPOCH,
            size: Size {
                slug: "s-1vcpu-2gb".to_owned(),
                vcpus: 1,
                memory_mib: 2048,
                disk_gib: 50,
                price: Some(Price { hourly: 0.017_86, monthly: 12.0 }),
            },
            region: "nyc3".to_owned(),
            image: None,
            vpc: None,
            tags: vec!["web".to_owned()],
            addresses: Vec::new(),
            features: Vec::new(),
        }
    }
}

impl Droplet {
    /// Whether the droplet carries this tag.
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|t| t == tag)
    }

    /// The nonce of the operation that is making this droplet, while it is not settled.
    #[must_use]
    pub fn pending(&self) -> Option<OperationTag> {
        self.tags.iter().find_map(|tag| OperationTag::parse_pending(tag))
    }

    /// The nonce of the operation that is removing this droplet.
    #[must_use]
    pub fn draining(&self) -> Option<OperationTag> {
        self.tags.iter().find_map(|tag| OperationTag::parse_draining(tag))
    }

    /// Whether it must never be removed: tagged `dropscale:protect`, or named in the configuration.
    #[must_use]
    pub fn is_protected(&self, spec: &ClusterSpec) -> bool {
        self.has_tag(PROTECT_TAG) || spec.protect.iter().any(|p| *p == self.name || *p == self.id.to_string())
    }

    /// Its role in the cluster, given which droplet is the base.
    #[must_use]
    pub fn role(&self, spec: &ClusterSpec, base: Option<DropletId>) -> Role {
        if base == Some(self.id) || spec.is_base(self) {
            Role::Base
        } else if super::clone_number(&spec.clone_prefix, &self.name).is_some() {
            Role::Clone
        } else {
            Role::Guest
        }
    }
}
