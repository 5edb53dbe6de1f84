//! The body of the request that makes a droplet.

use serde_json::{Map, Value, json};

use crate::cloud::NewDroplet;

/// What is not set is left out: an empty VPC or key list is not the same as none. A key's id goes as a number,
/// its fingerprint as text.
pub fn body(new: &NewDroplet) -> Value {
    let mut body = Map::new();
    let mut put = |key: &str, value: Value| body.insert(key.to_owned(), value);
    put("name", json!(new.name));
    put("region", json!(new.region));
    put("size", json!(new.size));
    put("image", json!(new.image));
    if let Some(vpc) = new.vpc.as_deref().filter(|vpc| !vpc.is_empty()) {
        put("vpc_uuid", json!(vpc));
    }
    if !new.ssh_keys.is_empty() {
        let key = |key: &String| key.parse::<u64>().map_or_else(|_| json!(key), |id| json!(id));
        put("ssh_keys", new.ssh_keys.iter().map(key).collect());
    }
    if let Some(text) = new.user_data.as_deref().filter(|text| !text.is_empty()) {
        put("user_data", json!(text));
    }
    put("monitoring", json!(new.monitoring));
    put("tags", json!(new.tags));
    Value::Object(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_is_left_out() {
        let mut new = NewDroplet {
            name: "web002".into(),
            region: "nyc3".into(),
            size: "s-1vcpu-1gb".into(),
            image: 133_741_337,
            vpc: None,
            ssh_keys: vec![],
            user_data: Some(String::new()),
            monitoring: true,
            tags: vec!["web".into()],
        };
        let expected = json!({
            "name": "web002", "region": "nyc3", "size": "s-1vcpu-1gb", "image": 133_741_337,
            "monitoring": true, "tags": ["web"],
        });
        assert_eq!(body(&new), expected);
        new.vpc = Some("760e09ef-dc84-11e8-981e-3cfdfeaae000".into());
        new.ssh_keys = vec!["289794".into(), "3b:16:bf:e4".into()];
        new.user_data = Some("#cloud-config\n".into());
        let full = body(&new);
        assert_eq!(full["ssh_keys"], json!([289_794, "3b:16:bf:e4"]));
        assert_eq!(full["user_data"], "#cloud-config\n");
        assert_eq!(full["vpc_uuid"], "760e09ef-dc84-11e8-981e-3cfdfeaae000");
    }
}
