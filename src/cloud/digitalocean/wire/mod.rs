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
pub use misc::{Account, Action, Image, Tag};
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
