//! Every call of the cloud by name, and the API's own example answers.

use dropscale::cloud::digitalocean::Client;
use dropscale::cloud::{ActionId, Cloud, NewDroplet, Result, Window};
use dropscale::cluster::{DropletId, DropletSeries, LoadBalancerId, LoadBalancerSeries};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Calls whose answer is read.
pub const READS: [&str; 16] = [
    "droplets",
    "droplet_documents",
    "droplet",
    "create_droplet",
    "shut_down",
    "action",
    "actions",
    "snapshots",
    "private_images",
    "load_balancers",
    "load_balancer",
    "tags",
    "account",
    "sizes",
    "droplet_series",
    "load_balancer_series",
];

/// Calls of which only the success counts.
pub const DOES: [&str; 7] =
    ["delete_droplet", "attach", "detach", "create_tag", "delete_tag", "tag_droplet", "untag_droplet"];

pub fn new_droplet() -> NewDroplet {
    NewDroplet {
        name: "web002".into(),
        region: "nyc3".into(),
        size: "s-1vcpu-1gb".into(),
        image: 133_741_337,
        vpc: Some("760e09ef-dc84-11e8-981e-3cfdfeaae000".into()),
        ssh_keys: vec!["289794".into()],
        user_data: Some("#cloud-config\npassword: hunter2\n".into()),
        monitoring: true,
        tags: vec!["web".into(), "dropscale:pending:1763935200:00000000deadbeef".into()],
    }
}

pub fn window() -> Window {
    Window {
        start: Timestamp::from_second(1_763_934_960).unwrap(),
        end: Timestamp::from_second(1_763_935_200).unwrap(),
    }
}

/// Makes a call; what came of it as text.
pub async fn call(client: &Client, name: &str) -> Result<String> {
    let id = DropletId(3_164_444);
    let balancer = LoadBalancerId("4de7ac8b-495b-4884-9a69-1050c6793cd6".into());
    let shown = |value: &dyn std::fmt::Debug| format!("{value:?}");
    Ok(match name {
        "droplets" => shown(&client.droplets("web").await?),
        "droplet_documents" => shown(&client.droplet_documents("web").await?),
        "droplet" => shown(&client.droplet(id).await?),
        "create_droplet" => shown(&client.create_droplet(&new_droplet()).await?),
        "shut_down" => shown(&client.shut_down(id).await?),
        "action" => shown(&client.action(id, ActionId(36_804_636)).await?),
        "actions" => shown(&client.actions(id).await?),
        "snapshots" => shown(&client.snapshots().await?),
        "private_images" => shown(&client.private_images().await?),
        "load_balancers" => shown(&client.load_balancers().await?),
        "load_balancer" => shown(&client.load_balancer(&balancer).await?),
        "tags" => shown(&client.tags().await?),
        "account" => shown(&client.account().await?),
        "sizes" => shown(&client.sizes().await?),
        "droplet_series" => shown(&client.droplet_series(id, DropletSeries::PublicOutbound, window()).await?),
        "load_balancer_series" => {
            let series = LoadBalancerSeries::DropletsHealthChecks;
            shown(&client.load_balancer_series(&balancer, series, window()).await?)
        }
        "delete_droplet" => shown(&client.delete_droplet(id).await?),
        "attach" => shown(&client.attach(&balancer, &[id]).await?),
        "detach" => shown(&client.detach(&balancer, &[id]).await?),
        "create_tag" => shown(&client.create_tag("scaling-web-1763935200").await?),
        "delete_tag" => shown(&client.delete_tag("scaling-web-1763935200").await?),
        "tag_droplet" => shown(&client.tag_droplet("web", id).await?),
        "untag_droplet" => shown(&client.untag_droplet("web", id).await?),
        other => panic!("no such call: {other}"),
    })
}

pub fn droplet(id: u64) -> Value {
    json!({
        "id": id, "name": "web001", "memory": 1024, "vcpus": 1, "disk": 25, "locked": false, "status": "active",
        "kernel": null, "created_at": "2026-11-23T22:00:00Z", "features": ["monitoring"], "backup_ids": [],
        "next_backup_window": null, "snapshot_ids": [], "volume_ids": [],
        "image": {"id": 133_741_337, "name": "web-base", "slug": null, "public": false, "regions": ["nyc3"],
            "created_at": "2026-11-01T10:00:00Z", "min_disk_size": 25, "type": "snapshot"},
        "size": {"slug": "s-1vcpu-1gb", "memory": 1024, "vcpus": 1, "disk": 25, "transfer": 1.0,
            "price_monthly": 6.0, "price_hourly": 0.00893, "regions": ["nyc3"], "available": true},
        "size_slug": "s-1vcpu-1gb",
        "networks": {"v4": [
            {"ip_address": "10.108.0.3", "netmask": "255.255.240.0", "gateway": "nil", "type": "private"},
            {"ip_address": "192.0.2.14", "netmask": "255.255.240.0", "gateway": "192.0.2.1", "type": "public"}
        ], "v6": []},
        "region": {"name": "New York 3", "slug": "nyc3", "features": [], "available": true, "sizes": []},
        "tags": ["web"], "vpc_uuid": "760e09ef-dc84-11e8-981e-3cfdfeaae000"
    })
}

pub fn balancer(tag: &Value, ids: &Value) -> Value {
    json!({
        "id": "4de7ac8b-495b-4884-9a69-1050c6793cd6", "name": "web-lb", "ip": "192.0.2.80", "status": "active",
        "region": {"slug": "nyc3"}, "tag": tag, "droplet_ids": ids, "vpc_uuid": null
    })
}
