//! Which scopes a token needs for a request, by DigitalOcean's own description.

/// The scopes of a request.
#[must_use]
pub fn needed(method: &str, path: &[String]) -> &'static [&'static str] {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (method, path.as_slice()) {
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
        (_, ["sizes"]) => &["sizes:read"],
        (_, ["regions"]) => &["regions:read"],
        (_, ["monitoring", ..]) => &["monitoring:read"],
        _ => &[],
    }
}
