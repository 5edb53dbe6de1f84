//! Records with named values, as CSV (RFC 4180) and as JSON. What is not known is an empty cell or null, never zero.

use serde_json::{Map, Value, json};

use crate::cluster::{Metric, Unit};
use crate::tui::text::clean;

/// Rows of values under the same names.
#[derive(Debug, Default)]
pub struct Records {
    heads: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Records {
    /// Of these names and rows, each with a value for each name.
    pub fn new(heads: Vec<String>, rows: Vec<Vec<Value>>) -> Self {
        Self { heads, rows }
    }

    /// Of objects that all have the names of the first.
    pub fn of(objects: impl IntoIterator<Item = Map<String, Value>>) -> Self {
        let mut objects = objects.into_iter().peekable();
        let heads: Vec<String> = objects.peek().into_iter().flat_map(|object| object.keys().cloned()).collect();
        let row = |mut object: Map<String, Value>| {
            heads.iter().map(|head| object.remove(head).unwrap_or_default()).collect::<Vec<_>>()
        };
        let rows = objects.map(row).collect();
        Self { heads, rows }
    }

    /// A line of names, and one for each row.
    pub fn csv(&self) -> String {
        let heads = self.heads.iter().map(|head| quoted(head));
        let lines = self.rows.iter().map(|row| line(row.iter().map(cell)));
        std::iter::once(line(heads)).chain(lines).collect()
    }

    /// An object for each row.
    pub fn json(&self) -> Value {
        let object = |row: &Vec<Value>| self.heads.iter().cloned().zip(row.iter().cloned()).collect::<Map<_, _>>();
        self.rows.iter().map(object).collect()
    }
}

/// A text that somebody else may have written.
pub fn text(text: &str) -> Value {
    json!(clean(text))
}

/// The unit of a metric's values, as a part of names.
pub fn unit(metric: Metric) -> &'static str {
    match metric.unit() {
        Unit::Plain => "",
        Unit::Percent => "percent",
        Unit::Megabytes => "mb",
        Unit::Gigabytes => "gb",
        Unit::MegabitsPerSecond => "mbps",
        Unit::PerSecond => "per_second",
        Unit::Milliseconds => "ms",
    }
}

/// A name with the unit of the values under it.
pub fn with_unit(name: &str, metric: Metric) -> String {
    match unit(metric) {
        "" => name.to_owned(),
        unit => format!("{name}_{unit}"),
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("{}\r\n", cells.collect::<Vec<_>>().join(","))
}

/// A value in a cell; the parts of a list stand apart by spaces.
fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Bool(is) => is.to_string(),
        Value::Number(number) => shortest(number),
        Value::Array(parts) => {
            let parts = parts.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), ToOwned::to_owned));
            quoted(&parts.collect::<Vec<_>>().join(" "))
        }
        Value::Null | Value::Object(_) => String::new(),
    }
}

/// `6`, not `6.0`; and never `1e21`, which some programs take for a text.
fn shortest(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() => value.to_string(),
        _ => number.to_string(),
    }
}

/// A text in a cell. One that a spreadsheet would take for a formula gets an apostrophe.
fn quoted(text: &str) -> String {
    let formula = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if formula.is_empty() && !text.contains([',', '"', '\r', '\n']) {
        return text.to_owned();
    }
    format!("\"{formula}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_csv_would_take_for_something_else_is_quoted() {
        let values = vec![
            json!("plain"),
            json!("a, \"b\""),
            json!("two\nlines"),
            json!("=1+1"),
            json!("-"),
            json!(["x", "y,z"]),
            json!(true),
            json!(6.0),
            json!(1e21),
            json!(u64::MAX),
            Value::Null,
        ];
        let heads: Vec<String> = (0..values.len()).map(|i| format!("h{i}")).collect();
        let csv = Records::new(heads, vec![values]).csv();
        let row = csv.split_once("\r\n").unwrap().1;
        let expected = "plain,\"a, \"\"b\"\"\",\"two\nlines\",\"'=1+1\",\"'-\",\"x y,z\",true,6,1000000000000000000000,\
                        18446744073709551615,\r\n";
        assert_eq!(row, expected);
    }

    #[test]
    fn a_name_tells_the_unit() {
        let names: Vec<String> = Metric::ALL.iter().map(|metric| with_unit(metric.key(), *metric)).collect();
        let expected = [
            "load",
            "cpu_percent",
            "free_memory_mb",
            "memory_percent",
            "outbound_bandwidth_mbps",
            "requests_per_second",
            "response_time_ms",
        ];
        assert_eq!(names, expected);
    }
}
