//! The answers of the monitoring endpoints: a matrix as Prometheus has it, values in strings.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::tolerant::{to_number, to_whole};
use crate::cluster::{LabelledSeries, Sample, Series};

/// The series of an answer, each in rising order of time. NaN and infinities are gaps; what is no number is an
/// error.
pub fn read(answer: &Value) -> Result<Vec<LabelledSeries>, String> {
    match answer.get("status").and_then(Value::as_str) {
        Some("success") => {}
        Some(other) => return Err(format!("the answer's status is {other:?}")),
        None => return Err("the answer has no status".to_owned()),
    }
    if answer.pointer("/data/resultType").is_some_and(|kind| kind != "matrix") {
        return Err("the answer is no matrix".to_owned());
    }
    match answer.pointer("/data/result") {
        Some(Value::Array(list)) => list.iter().map(one).collect(),
        // As Go writes an empty list that was never made.
        Some(Value::Null) => Ok(Vec::new()),
        _ => Err("the answer has no data.result".to_owned()),
    }
}

fn one(series: &Value) -> Result<LabelledSeries, String> {
    let labels = match series.get("metric") {
        Some(Value::Object(labels)) => labels.iter().map(|(key, value)| (key.clone(), label(value))).collect(),
        None | Some(Value::Null) => BTreeMap::new(),
        Some(_) => return Err("the labels of a series are no object".to_owned()),
    };
    let values = match series.get("values") {
        Some(Value::Array(values)) => values.as_slice(),
        None | Some(Value::Null) if series.is_object() => &[],
        _ => return Err("a series has no list of values".to_owned()),
    };
    let mut samples = Vec::with_capacity(values.len());
    for pair in values {
        samples.extend(sample(pair)?);
    }
    Ok(LabelledSeries { labels, samples: Series::new(samples).samples().to_vec() })
}

fn label(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn sample(pair: &Value) -> Result<Option<Sample>, String> {
    let shown = || pair.to_string().chars().take(60).collect::<String>();
    let Some([at, value]) = pair.as_array().map(Vec::as_slice) else {
        return Err(format!("{} is no time with a value", shown()));
    };
    let at = instant(at).ok_or_else(|| format!("{} has no time", shown()))?;
    if value.is_null() {
        return Ok(None);
    }
    let value = to_number(value).ok_or_else(|| format!("{} has no number", shown()))?;
    Ok(value.is_finite().then_some(Sample { at, value }))
}

/// Seconds since 1970, as an integer or with a fraction.
fn instant(value: &Value) -> Option<Timestamp> {
    if let Some(seconds) = to_whole(value) {
        return Timestamp::from_second(i64::try_from(seconds).ok()?).ok();
    }
    let seconds = to_number(value).filter(|seconds| (0.0..2.5e11).contains(seconds))?;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be in range")]
    Timestamp::from_millisecond((seconds * 1000.0) as i64).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matrix(values: &Value) -> Value {
        json!({"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {"mode": "idle"}, "values": values}]}})
    }

    fn values(values: &Value) -> Result<Vec<(i64, f64)>, String> {
        let series = read(&matrix(values))?;
        Ok(series[0].samples.iter().map(|s| (s.at.as_second(), s.value)).collect())
    }

    #[test]
    fn gaps_stay_gaps() {
        let odd = json!([[240, "2.5"], [120, "NaN"], [360, "+Inf"], [480, "-Inf"], [0, 1], [600, null], [720.5, "3"]]);
        assert_eq!(values(&odd), Ok(vec![(0, 1.0), (240, 2.5), (720, 3.0)]));
        assert_eq!(read(&json!({"status": "success", "data": {"result": []}})), Ok(Vec::new()));
        assert_eq!(read(&json!({"status": "success", "data": {"result": null}})), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_number_is_an_error_and_never_a_zero() {
        for odd in [
            json!([[120, "soon"]]),
            json!([[120, ""]]),
            json!([["x", "1"]]),
            json!([[120]]),
            json!([120]),
            json!([[120, {}]]),
            json!([[120, true]]),
            json!([[-5, "1"]]),
            json!([[1e30, "1"]]),
            json!({"120": "1"}),
            json!("none"),
        ] {
            assert!(values(&odd).is_err(), "{odd}");
        }
        for odd in [json!({}), json!([]), json!({"status": "error"}), json!({"status": "success"}), json!(null)] {
            assert!(read(&odd).is_err(), "{odd}");
        }
        let vector = json!({"status": "success", "data": {"resultType": "vector", "result": []}});
        assert!(read(&vector).is_err());
    }
}
