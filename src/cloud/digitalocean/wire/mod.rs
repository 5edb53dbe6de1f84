//! The bodies of the API. Reading is tolerant where nothing depends on it (nulls, missing fields, numbers as
//! strings) and strict where something does: a wrong type there is an error, never a zero.

mod create;
mod droplet;
mod load_balancer;
mod misc;
mod series;
mod tolerant;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use create::body as create_body;
pub use droplet::{Droplet, Size};
pub use load_balancer::LoadBalancer;
pub use misc::{Account, AccountAction, Action, Image, Tag};
pub use series::read as series;

/// Takes the thing under `key` out of an answer.
pub fn thing(answer: &mut Value, key: &str) -> Result<Value, String> {
    match answer.get_mut(key) {
        Some(thing @ Value::Object(_)) => Ok(thing.take()),
        _ => Err(format!("the answer has no {key}")),
    }
}

/// Reads a thing of the API and turns it into ours.
pub fn read<W, T>(thing: Value, what: &str) -> Result<T, String>
where
    W: DeserializeOwned,
    T: TryFrom<W, Error = String>,
{
    let name = thing.get("id").or_else(|| thing.get("name")).or_else(|| thing.get("slug"));
    let name = name.filter(|name| !name.is_object() && !name.is_array()).map_or_else(String::new, Value::to_string);
    serde_json::from_value::<W>(thing)
        .map_err(|e| e.to_string())
        .and_then(T::try_from)
        .map_err(|e| format!("the answer's {what} {name} makes no sense: {e}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{cloud, cluster};

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[a-z]{1,4}", inner, 0..4).prop_map(|m| m.into_iter().collect()),
            ]
        })
    }

    /// A droplet document; also good as an image, a size, an action, a tag or a balancer.
    fn document() -> Value {
        json!({
            "id": 1, "name": "web", "status": "active", "type": "create", "locked": false, "slug": "s",
            "created_at": "2026-11-23T22:00:00Z", "started_at": "2026-11-23T22:00:00Z", "completed_at": null,
            "vcpus": 1, "memory": 1024, "disk": 25, "size_slug": "s", "size": {"slug": "s", "price_hourly": 1},
            "region": {"slug": "nyc3"}, "tags": [], "networks": {"v4": []}, "droplet_ids": [1],
            "resources": {"droplets": {"count": 1}},
        })
    }

    proptest! {
        /// Whatever stands in a field: no panic, and of what is read nothing is a zero that was not sent.
        #[test]
        fn any_value_in_any_field_is_read_or_refused(field in 0_usize..22, value in any_json()) {
            let mut document = document();
            let key = document.as_object().and_then(|o| o.keys().nth(field).cloned()).unwrap_or_default();
            document[&key] = value.clone();
            if let Ok(droplet) = read::<Droplet, cluster::Droplet>(document.clone(), "droplet") {
                prop_assert!(droplet.size.vcpus > 0 && droplet.size.memory_mib > 0 && droplet.size.disk_gib > 0);
            }
            let _ = read::<Image, cluster::Image>(document.clone(), "image");
            let _ = read::<Size, cluster::Size>(document.clone(), "size");
            let _ = read::<Action, cloud::Action>(document.clone(), "action");
            let _ = read::<Tag, cloud::TagSummary>(document.clone(), "tag");
            let _ = read::<Account, cloud::Account>(document.clone(), "account");
            let _ = read::<LoadBalancer, cluster::LoadBalancer>(document, "load balancer");
            let all = super::series(&json!({"status": "success", "data": {"result": [{"values": [[1, value]]}]}}));
            prop_assert!(all.is_err() || all.iter().flatten().flat_map(|s| &s.samples).all(|s| s.value.is_finite()));
        }
    }
}
