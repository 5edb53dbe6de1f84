//! Readers for fields that the API does not always send in the documented form.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// What is of no consequence: anything unreadable counts as missing.
pub fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// Null counts as empty; another type is an error.
pub fn null_is_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// A whole number of at least 0, which may stand in a string.
pub fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    to_whole(&value).ok_or_else(|| D::Error::custom(format!("{} is no whole number", short(&value))))
}

/// The same where it may be missing or null.
pub fn maybe_whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        value => match to_whole(&value) {
            Some(number) => Ok(Some(number)),
            None => Err(D::Error::custom(format!("{} is no whole number", short(&value)))),
        },
    }
}

/// A list of whole numbers; null counts as empty.
pub fn wholes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    let values = Option::<Vec<Value>>::deserialize(deserializer)?.unwrap_or_default();
    let one = |v: &Value| to_whole(v).ok_or_else(|| D::Error::custom(format!("{} is no whole number", short(v))));
    values.iter().map(one).collect()
}

/// A finite number of at least 0 where there is one; everything else counts as unknown.
pub fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(to_number(&value).filter(|amount| amount.is_finite() && *amount >= 0.0))
}

pub fn to_whole(value: &Value) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and in range")]
    match value {
        Value::Number(n) => n.as_u64().or_else(|| {
            let number = n.as_f64().filter(|f| f.fract() == 0.0 && (0.0..9e15).contains(f))?;
            Some(number as u64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

pub fn to_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(40).collect()
}
