//! The JSON documents of the API, as far as its description promises their fields.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::simulator::world::{Action, DISTRIBUTION, Image};
use crate::simulator::{Balancer, Droplet, SIZES, Size, World};

/// A time as the API writes it: whole seconds.
pub fn time(ms: i64) -> String {
    Timestamp::from_second(ms.div_euclid(1000)).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

pub fn region(slug: &str) -> Value {
    let sizes: Vec<&str> = SIZES.iter().map(|size| size.slug).collect();
    json!({
        "name": "New York 3", "slug": slug, "available": true, "sizes": sizes,
        "features": ["backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"],
    })
}

pub fn size(size: Size, region: &str) -> Value {
    json!({
        "slug": size.slug, "memory": size.memory_mib, "vcpus": size.vcpus, "disk": size.disk_gib,
        "transfer": size.transfer_tib, "price_monthly": size.price_monthly, "price_hourly": size.price_hourly,
        "regions": [region], "available": true, "description": "Basic", "disk_info": disk(size),
    })
}

fn disk(size: Size) -> Value {
    json!([{ "type": "local", "size": { "amount": size.disk_gib, "unit": "gib" } }])
}

pub fn image(image: &Image, region: &str) -> Value {
    json!({
        "id": image.id, "name": image.name, "distribution": DISTRIBUTION, "slug": null, "public": false,
        "regions": [region], "created_at": time(image.created_at_ms), "min_disk_size": image.min_disk_gib,
        "type": "snapshot", "size_gigabytes": 2.36, "description": "", "tags": [], "status": "available",
        "error_message": "",
    })
}

pub fn snapshot(image: &Image, region: &str) -> Value {
    json!({
        "id": image.id.to_string(), "name": image.name, "created_at": time(image.created_at_ms),
        "regions": [region], "resource_id": image.droplet.to_string(), "resource_type": "droplet",
        "min_disk_size": image.min_disk_gib, "size_gigabytes": 2.36, "tags": [],
    })
}

pub fn droplet(droplet: &Droplet, world: &World) -> Value {
    let mut made_from = image(&world.image_of(droplet), &droplet.region);
    if !world.images().iter().any(|image| image.id == droplet.image) {
        made_from["public"] = json!(true);
        made_from["slug"] = json!("ubuntu-24-04-x64");
        made_from["type"] = json!("base");
    }
    let networks = droplet.addresses().map_or_else(Vec::new, |(private, public)| {
        let address = |ip: &str, kind: &str| {
            let gateway = ip.rsplit_once('.').map_or_else(String::new, |(net, _)| format!("{net}.1"));
            json!({ "ip_address": ip, "netmask": "255.255.240.0", "gateway": gateway, "type": kind })
        };
        vec![address(&private, "private"), address(&public, "public")]
    });
    json!({
        "id": droplet.id, "name": droplet.name, "memory": droplet.size.memory_mib, "vcpus": droplet.size.vcpus,
        "disk": droplet.size.disk_gib, "disk_info": disk(droplet.size), "locked": droplet.is_locked(),
        "status": droplet.status(), "kernel": null, "created_at": time(droplet.created_at_ms),
        "features": droplet.features(), "backup_ids": [], "next_backup_window": null, "snapshot_ids": [],
        "image": made_from, "volume_ids": [],
        "size": size(droplet.size, &droplet.region), "size_slug": droplet.size.slug,
        "networks": { "v4": networks, "v6": [] }, "region": region(&droplet.region), "tags": droplet.tags,
        "vpc_uuid": droplet.vpc,
    })
}

pub fn action(action: &Action, world: &World) -> Value {
    let now = world.now_ms();
    let ended = action.completed_at_ms.filter(|at| *at <= now).map(time);
    let slug = &world.scenario().region;
    json!({
        "id": action.id, "status": action.status(now), "type": action.kind,
        "started_at": time(action.started_at_ms), "completed_at": ended, "resource_id": action.droplet,
        "resource_type": "droplet", "region": region(slug), "region_slug": slug,
    })
}

pub fn balancer(balancer: &Balancer) -> Value {
    let members: Vec<u64> = balancer.members.keys().copied().collect();
    json!({
        "id": balancer.id, "name": balancer.name, "ip": "192.0.2.80", "size": "lb-small", "size_unit": 1,
        "algorithm": "round_robin", "status": "active", "created_at": time(balancer.created_at_ms),
        "forwarding_rules": [{
            "entry_protocol": "http", "entry_port": 80, "target_protocol": "http", "target_port": 80,
            "certificate_id": "", "tls_passthrough": false,
        }],
        "health_check": {
            "protocol": "http", "port": 80, "path": "/", "check_interval_seconds": 10,
            "response_timeout_seconds": 5, "healthy_threshold": 5, "unhealthy_threshold": 3,
        },
        "sticky_sessions": { "type": "none" }, "region": region(&balancer.region),
        "tag": balancer.tag.as_deref().unwrap_or_default(), "droplet_ids": members,
        "redirect_http_to_https": false, "enable_proxy_protocol": false, "enable_backend_keepalive": false,
        "vpc_uuid": balancer.vpc, "disable_lets_encrypt_dns_records": false,
        "project_id": "9cc10173-e9ea-4176-9dbc-a4cee4c4ff30", "http_idle_timeout_seconds": 60,
        "network": "EXTERNAL", "network_stack": "IPV4", "type": "REGIONAL",
    })
}

pub fn tag(name: &str, droplets: usize) -> Value {
    json!({
        "name": name,
        "resources": {
            "count": droplets, "droplets": { "count": droplets }, "images": { "count": 0 },
            "volumes": { "count": 0 }, "volume_snapshots": { "count": 0 }, "databases": { "count": 0 },
        },
    })
}
