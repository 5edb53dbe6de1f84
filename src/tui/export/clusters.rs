//! All clusters with how each of them is, and all that is known of one.

use serde_json::{Map, Value, json};

use super::records::{Records, text};
use crate::cluster::{Member, Observation};
use crate::tui::Theme;
use crate::tui::view::{under_way, verdict};
use crate::worker::{AppState, ClusterState, Connection};

/// A row for each cluster, with the words that are shown.
pub fn overview(state: &AppState) -> Records {
    Records::of(state.clusters.iter().map(row))
}

fn row(cluster: &ClusterState) -> Map<String, Value> {
    let seen = cluster.observation.as_deref();
    let decision = cluster.decision.as_deref();
    // The words are the same in every theme.
    let theme = Theme::monochrome();
    // With a price unknown the sum is no sum.
    let cost = seen.map(Observation::cost).filter(|cost| cost.unknown == 0);
    let (connection, error) = match &cluster.connection {
        Connection::Starting => ("starting", None),
        Connection::Live => ("live", None),
        Connection::Failing { error, .. } => ("failing", Some(text(error))),
    };
    let fields = [
        ("cluster", text(&cluster.spec.name)),
        ("state", text(&verdict(&theme, cluster).text)),
        ("operation", json!(under_way(&theme, cluster).map(|running| running.text))),
        ("connection", json!(connection)),
        ("error", json!(error)),
        ("seen_at", json!(seen.map(|seen| seen.at))),
        ("droplets", json!(seen.map(Observation::count))),
        ("serving", json!(seen.map(|seen| seen.serving().count()))),
        ("min", json!(cluster.policy.min)),
        ("max", json!(cluster.policy.max)),
        ("auto", json!(cluster.auto)),
        ("dollars_a_month", json!(cost.map(|cost| cost.monthly))),
        ("action", json!(decision.map(|decision| decision.action))),
        ("decision", json!(decision.map(|decision| text(&decision.to_string())))),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// All that is known of a cluster.
pub fn everything(cluster: &ClusterState) -> Value {
    let seen = cluster.observation.as_deref();
    json!({
        "cluster": cluster.spec.name,
        "auto": cluster.auto,
        "at": seen.map(|seen| seen.at),
        "load_balancer": seen.and_then(|seen| seen.load_balancer.as_ref()).map(|balancer| &balancer.name),
        "cost": seen.map(Observation::cost),
        "droplets": seen.map(|seen| seen.members.iter().map(member).collect::<Vec<_>>()),
        "leaving": seen.map(|seen| &seen.leaving),
        "problems": seen.map(|seen| &seen.problems),
        "decision": cluster.decision.as_deref(),
        "operation": cluster.operation.as_deref(),
        "findings": *cluster.findings,
        "events": *cluster.events,
    })
}

fn member(member: &Member) -> Value {
    let readings = member
        .readings
        .iter()
        .map(|(metric, reading)| (metric.key().to_owned(), json!({ "value": reading.value, "at": reading.at })));
    json!({
        "droplet": member.droplet,
        "role": member.role,
        "attached": member.attached,
        "health": member.health,
        "serves": member.serves(),
        "metrics": readings.collect::<Map<_, _>>(),
        "last_sample": member.last_sample,
    })
}
