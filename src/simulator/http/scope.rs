//! Which scopes a token needs for a request, by DigitalOcean's own description.

use super::request::Request;

/// The scopes of a request: those of the operation, and those of what it asks for or sends.
#[must_use]
pub fn needed(request: &Request) -> Vec<&'static str> {
    let mut scopes = of_operation(request).to_vec();
    if request.path.iter().eq(["droplets"]) {
        if request.method == "GET" && request.parameter("tag_name").is_some() {
            scopes.push("tag:read");
        }
        if request.method == "POST" {
            let sent = [
                ("image", "image:read"),
                ("ssh_keys", "ssh_key:read"),
                ("tags", "tag:create"),
                ("vpc_uuid", "vpc:read"),
                ("volumes", "block_storage:read"),
            ];
            scopes.extend(sent.iter().filter(|(field, _)| request.sends(field)).map(|(_, scope)| *scope));
        }
    }
    scopes
}

fn of_operation(request: &Request) -> &'static [&'static str] {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    match (request.method, path.as_slice()) {
        ("POST", ["droplets"]) => &["droplet:create"],
        ("DELETE", ["droplets", _]) => &["droplet:delete"],
        ("POST", ["droplets", _, "actions"]) => &["droplet:update"],
        (_, ["droplets", ..]) => &["droplet:read"],
        (_, ["actions", ..]) => &["actions:read"],
        (_, ["snapshots", ..]) => &["snapshot:read"],
        (_, ["images", ..]) => &["image:read"],
        ("POST" | "DELETE", ["load_balancers", ..]) => &["load_balancer:update"],
        (_, ["load_balancers", ..]) => &["load_balancer:read"],
        ("POST", ["tags", _, "resources"]) => &["tag:create", "droplet:update"],
        ("DELETE", ["tags", _, "resources"]) => &["tag:delete", "droplet:update"],
        ("POST", ["tags"]) => &["tag:create"],
        ("DELETE", ["tags", _]) => &["tag:delete"],
        (_, ["tags", ..]) => &["tag:read"],
        (_, ["account"]) => &["account:read"],
        (_, ["sizes"]) => &["sizes:read", "regions:read"],
        (_, ["regions"]) => &["regions:read"],
        (_, ["monitoring", ..]) => &["monitoring:read"],
        _ => &[],
    }
}
