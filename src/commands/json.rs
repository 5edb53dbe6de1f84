//! The documents of the function that this program replaces, key for key and in its order, with ours after
//! them. Its numbers are plain numbers: where one is not known it is 0, `valid` is false, and `unknown` names
//! it, so that nobody needs to take that 0 for a measurement.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value, json};

use super::reach::Reach;
use crate::cloud::Usage;
use crate::cluster::{Metric, Observation, Reading, seconds_left};
use crate::config::Config;
use crate::policy::{Action, Decision, Policy, Thresholds};
use crate::scaling::{Finding, OperationState, Outcome};

/// The seed's metrics, with its names for them.
pub const SEED_METRICS: [(Metric, &str); 3] =
    [(Metric::Load, "load"), (Metric::FreeMemory, "freeMemory"), (Metric::OutboundBandwidth, "outboundBandwidth")];

/// What stands for a threshold that is off: the seed's own word for it.
const OFF: f64 = -1.0;

/// A number as JSON writes it shortest: `800`, not `800.0`.
#[expect(clippy::cast_possible_truncation, reason = "whole and small, as checked")]
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// The seed's `M`. `valid` is what holds beside that every number is known.
fn metrics(id: &str, valid: bool, value: impl Fn(Metric) -> Option<f64>) -> Map<String, Value> {
    let known = SEED_METRICS.map(|(metric, name)| (name, value(metric)));
    let unknown: Vec<&str> = known.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
    let mut map = Map::new();
    map.insert("ID".to_owned(), id.into());
    map.insert("valid".to_owned(), (valid && unknown.is_empty()).into());
    for (name, value) in known {
        map.insert(name.to_owned(), number(value.unwrap_or(0.0)));
    }
    if !unknown.is_empty() {
        map.insert("unknown".to_owned(), unknown.into());
    }
    map
}

fn thresholds(thresholds: &Thresholds) -> Map<String, Value> {
    let mut map = metrics("", true, |metric| Some(thresholds.get(&metric).copied().unwrap_or(OFF)));
    map.insert("thresholds".to_owned(), named(thresholds.iter().map(|(metric, value)| (*metric, number(*value)))));
    map
}

fn named(values: impl Iterator<Item = (Metric, Value)>) -> Value {
    Value::Object(values.map(|(metric, value)| (metric.key().to_owned(), value)).collect())
}

fn readings<'a>(readings: impl Iterator<Item = (Metric, &'a Reading)>) -> Value {
    named(readings.map(|(metric, reading)| (metric, json!({ "value": number(reading.value), "at": reading.at }))))
}

/// What `status` knows.
#[derive(Debug, Clone, Copy)]
pub struct Status<'a> {
    /// What was seen.
    pub observation: &'a Observation,
    /// What is recommended.
    pub decision: &'a Decision,
    /// By which policy.
    pub policy: &'a Policy,
    /// What is not as it should be.
    pub findings: &'a [Finding],
    /// How much of the request budget is used.
    pub usage: Usage,
    /// How another command reaches the same cluster.
    pub reach: &'a Reach,
}

/// The document of `status`.
#[must_use]
pub fn status(status: Status<'_>) -> Value {
    let Status { observation: seen, decision, policy, findings, usage, .. } = status;
    let of_droplets: Vec<Value> = seen
        .members
        .iter()
        .map(|member| {
            let mut map = metrics(&member.droplet.name, true, |metric| member.readings.get(&metric).map(|r| r.value));
            map.insert("dropletID".to_owned(), member.droplet.id.0.into());
            map.insert("role".to_owned(), json!(member.role));
            map.insert("serves".to_owned(), member.serves().into());
            map.insert("health".to_owned(), json!(member.health));
            map.insert("metrics".to_owned(), readings(member.readings.iter().map(|(metric, r)| (*metric, r))));
            map.into()
        })
        .collect();
    let of_cluster: BTreeMap<Metric, (Reading, usize)> =
        Metric::ALL.into_iter().filter_map(|metric| Some((metric, seen.cluster_reading(metric)?))).collect();
    // As in the seed: valid when all droplets are, and the cluster does not cool down.
    let serving = seen.serving().count();
    let is_complete = of_cluster.iter().filter(|(m, _)| is_seeds(**m)).all(|(_, (_, known))| *known == serving);
    let cooldown = seen.cooldown(policy.scaling_interval);
    let valid = is_complete && serving > 0 && cooldown.is_none();
    let mut cluster = metrics("", valid, |metric| of_cluster.get(&metric).map(|(reading, _)| reading.value));
    cluster.insert("metrics".to_owned(), readings(of_cluster.iter().map(|(metric, (r, _))| (*metric, r))));
    json!({
        "dropletMetrics": of_droplets,
        "clusterMetrics": cluster,
        "scaleUp": decision.action == Action::Up,
        "scaleDown": decision.action == Action::Down,
        "recommendation": decision.to_string(),
        "dropletCount": seen.count(),
        "cooldownRemaining": cooldown.map_or(0, seconds_left),
        "decision": decision,
        "findings": findings,
        "usage": usage,
        "at": seen.at,
    })
}

fn is_seeds(metric: Metric) -> bool {
    SEED_METRICS.iter().any(|(known, _)| *known == metric)
}

/// The document of `info`. `droplets` are the API's own objects.
#[must_use]
pub fn info(config: &Config, token_origin: &str, seen: &Observation, droplets: &[Value]) -> Value {
    let cluster = config.cluster();
    let (spec, policy) = (&cluster.spec, &cluster.policy);
    let base = seen.base_member().map(|member| &member.droplet);
    let is_base = |droplet: &&Value| base.is_some_and(|base| droplet["id"].as_u64() == Some(base.id.0));
    json!({
        "config": {
            "tag": spec.tag,
            "baseDropletName": spec.base_droplet,
            "snapshotName": spec.snapshot,
            "cloneNamePrefix": spec.clone_prefix,
            "LoadBalancerName": spec.load_balancer,
            "maxDropletsInCluster": policy.max,
            "scalingInterval": policy.scaling_interval.as_secs(),
            "scaleUpWhen": thresholds(&policy.scale_up),
            "scaleDownWhen": thresholds(&policy.scale_down),
            "minDropletsInCluster": policy.min,
        },
        "info": {
            "dropletCount": seen.count(),
            "droplets": droplets,
            "baseDroplet": droplets.iter().find(is_base),
            "region": base.map_or("", |base| base.region.as_str()),
            "dropletSize": base.map_or("", |base| base.size.slug.as_str()),
            "snapshotImageID": seen.snapshot.as_ref().map_or(json!(-1), |snapshot| snapshot.id.into()),
            "loadBalancerID": seen.load_balancer.as_ref().map_or("", |balancer| balancer.id.0.as_str()),
            "cost": seen.cost(),
            "dropletLimit": seen.droplet_limit,
            "problems": seen.problems,
        },
        "cluster": spec.name,
        "clusters": config.clusters.iter().map(|cluster| &cluster.spec.name).collect::<Vec<_>>(),
        "configFile": config.file,
        "token": token_origin,
        "settings": config.settings.iter().chain(&cluster.settings).collect::<Vec<_>>(),
        "warnings": config.warnings,
    })
}

/// The document of an operation that ended.
#[must_use]
pub fn scaled(operation: &OperationState) -> Value {
    let outcome = operation.outcome.as_ref();
    json!({
        "success": outcome.is_some_and(Outcome::is_done),
        "msg": outcome.map_or("not ended", Outcome::text),
        "operation": operation,
    })
}

/// The document of an operation that would be.
#[must_use]
pub fn planned(plan: &impl serde::Serialize) -> Value {
    json!({ "success": false, "msg": "dry run: nothing was changed", "dryRun": true, "plan": plan })
}

/// What stands for an operation that was not begun.
#[must_use]
pub fn not_scaled(why: &str) -> Value {
    json!({ "success": false, "msg": why })
}

/// The document of `auto`.
#[must_use]
pub fn auto(status: Value, action: Action, operation: Value) -> Value {
    let (up, down) = match action {
        Action::Up => (operation, not_scaled("")),
        Action::Down => (not_scaled(""), operation),
        Action::Hold => (not_scaled(""), not_scaled("")),
    };
    let parts = [("status", status), ("scaleUp", up), ("scaleDown", down)];
    Value::Object(parts.into_iter().map(|(name, part)| (name.to_owned(), part)).collect())
}
