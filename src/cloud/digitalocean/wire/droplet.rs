//! Droplets and sizes.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::misc::Image;
use super::tolerant::{amount, lenient, maybe_whole, null_is_empty, whole};
use crate::cluster::{self, Address, DropletId, DropletStatus, Price};

#[derive(Deserialize)]
pub struct Droplet {
    #[serde(deserialize_with = "whole")]
    id: u64,
    name: String,
    status: String,
    locked: bool,
    created_at: Timestamp,
    #[serde(default, deserialize_with = "lenient")]
    size: Value,
    #[serde(default, deserialize_with = "lenient")]
    size_slug: Option<String>,
    #[serde(default, deserialize_with = "maybe_whole")]
    vcpus: Option<u64>,
    #[serde(default, deserialize_with = "maybe_whole")]
    memory: Option<u64>,
    #[serde(default, deserialize_with = "maybe_whole")]
    disk: Option<u64>,
    region: Region,
    #[serde(default, deserialize_with = "lenient")]
    image: Value,
    #[serde(default, deserialize_with = "lenient")]
    vpc_uuid: Option<String>,
    // A token without tag:read gets droplets without tags: their marks must not be taken for absent.
    #[serde(deserialize_with = "null_is_empty")]
    tags: Vec<String>,
    #[serde(default, deserialize_with = "lenient")]
    networks: Networks,
    #[serde(default, deserialize_with = "lenient")]
    features: Vec<String>,
}

#[derive(Deserialize)]
struct Region {
    slug: String,
}

#[derive(Deserialize, Default)]
struct Networks {
    #[serde(default, deserialize_with = "lenient")]
    v4: Vec<Network>,
    #[serde(default, deserialize_with = "lenient")]
    v6: Vec<Network>,
}

#[derive(Deserialize)]
struct Network {
    ip_address: String,
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    kind: String,
}

impl TryFrom<Droplet> for cluster::Droplet {
    type Error = String;

    fn try_from(wire: Droplet) -> Result<Self, String> {
        let status = match wire.status.as_str() {
            "new" => DropletStatus::New,
            "active" => DropletStatus::Active,
            "off" => DropletStatus::Off,
            "archive" => DropletStatus::Archive,
            _ => DropletStatus::Unknown,
        };
        let size = size_of(&wire)?;
        let image = serde_json::from_value::<Image>(wire.image).ok().and_then(|image| image.try_into().ok());
        let networks = wire.networks.v4.into_iter().chain(wire.networks.v6);
        let address = |n: Network| Address { public: n.kind == "public", ip: n.ip_address };
        Ok(Self {
            id: DropletId(wire.id),
            name: wire.name,
            status,
            locked: wire.locked,
            created_at: wire.created_at,
            size,
            region: wire.region.slug,
            image,
            vpc: wire.vpc_uuid.filter(|vpc| !vpc.is_empty()),
            tags: wire.tags,
            addresses: networks.map(address).collect(),
            features: wire.features,
        })
    }
}

/// The droplet's own figures count: a droplet may keep those of an older edition of its size.
fn size_of(wire: &Droplet) -> Result<cluster::Size, String> {
    let listed = serde_json::from_value::<Size>(wire.size.clone()).ok();
    let slug = wire.size_slug.clone().or_else(|| listed.as_ref().map(|s| s.slug.clone()));
    let number = |own: Option<u64>, listed: Option<u64>, name: &str| {
        own.or(listed).filter(|n| *n > 0).ok_or_else(|| format!("{name} is missing or 0"))
    };
    let vcpus = number(wire.vcpus, listed.as_ref().map(|s| s.vcpus), "vcpus")?;
    Ok(cluster::Size {
        slug: slug.filter(|slug| !slug.is_empty()).ok_or("size_slug is missing")?,
        vcpus: u32::try_from(vcpus).map_err(|_| "vcpus is absurd")?,
        memory_mib: number(wire.memory, listed.as_ref().map(|s| s.memory), "memory")?,
        disk_gib: number(wire.disk, listed.as_ref().map(|s| s.disk), "disk")?,
        price: listed.as_ref().and_then(Size::price),
    })
}

#[derive(Deserialize)]
pub struct Size {
    slug: String,
    #[serde(deserialize_with = "whole")]
    vcpus: u64,
    #[serde(deserialize_with = "whole")]
    memory: u64,
    #[serde(deserialize_with = "whole")]
    disk: u64,
    #[serde(default, deserialize_with = "amount")]
    price_hourly: Option<f64>,
    #[serde(default, deserialize_with = "amount")]
    price_monthly: Option<f64>,
}

impl Size {
    fn price(&self) -> Option<Price> {
        Some(Price { hourly: self.price_hourly?, monthly: self.price_monthly? })
    }
}

impl TryFrom<Size> for cluster::Size {
    type Error = String;

    fn try_from(wire: Size) -> Result<Self, String> {
        Ok(Self {
            price: wire.price(),
            vcpus: u32::try_from(wire.vcpus).ok().filter(|n| *n > 0).ok_or("vcpus is absurd")?,
            slug: wire.slug,
            memory_mib: wire.memory,
            disk_gib: wire.disk,
        })
    }
}
