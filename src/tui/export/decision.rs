//! The decision with what it rests on, and all that is wrong: the page that says why. As a table each part is a row,
//! and a column says what it is.

use serde_json::{Map, Value, json};

use super::records::{Records, text, unit};
use crate::cluster::DropletId;
use crate::policy::{Decision, Rule};
use crate::scaling::Finding;
use crate::worker::{ClusterState, Connection};

/// The columns that a part may have beside `part`.
const HEADS: [&str; 15] = [
    "at",
    "level",
    "text",
    "metric",
    "unit",
    "value",
    "scale_up",
    "scale_down",
    "vote",
    "known",
    "serving",
    "with_one_less",
    "droplet_id",
    "droplet",
    "dollars_a_month",
];

/// As a table: the decision, what stops it, its rules, what is wrong.
pub fn table(cluster: &ClusterState, decision: &Decision) -> Records {
    let stopped_by = decision.stopped_by.iter().map(|reason| part("stopped_by", [("text", text(&reason.to_string()))]));
    let mut rows = vec![part("decision", [("at", json!(decision.at)), ("text", text(&decision.to_string()))])];
    rows.extend(stopped_by);
    rows.extend(decision.rules.iter().map(|rule| part("rule", self::rule(rule))));
    rows.extend(failure(cluster));
    rows.extend(cluster.findings.iter().map(|found| part("finding", finding(cluster, found))));
    rows.extend(problems(cluster).into_iter().map(|problem| part("problem", [("text", problem)])));
    Records::of(rows)
}

/// As a document.
pub fn document(cluster: &ClusterState, decision: &Decision) -> Value {
    let object = |fields: Vec<(&str, Value)>| -> Map<String, Value> {
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    };
    let rules: Vec<_> = decision.rules.iter().map(|rule| object(self::rule(rule).into())).collect();
    let findings: Vec<_> = cluster.findings.iter().map(|found| object(finding(cluster, found).into())).collect();
    json!({
        "cluster": cluster.spec.name,
        "auto": cluster.auto,
        "at": decision.at,
        "next_look": cluster.next_look,
        "wanted": decision.wanted,
        "action": decision.action,
        "text": decision.to_string(),
        "because": decision.because,
        "stopped_by": decision.stopped_by,
        "droplets": decision.count,
        "serving": decision.serving,
        "rules": rules,
        "failing": match &cluster.connection {
            Connection::Failing { since, error, retry_at, .. } => {
                json!({ "since": since, "error": text(error), "retry_at": retry_at })
            }
            Connection::Starting | Connection::Live => Value::Null,
        },
        "findings": findings,
        "problems": problems(cluster),
        "operation": cluster.operation.as_deref(),
    })
}

fn part(what: &str, fields: impl IntoIterator<Item = (&'static str, Value)>) -> Map<String, Value> {
    let empty = HEADS.iter().map(|head| ((*head).to_owned(), Value::Null));
    let mut row: Map<_, _> = std::iter::once(("part".to_owned(), json!(what))).chain(empty).collect();
    row.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
    row
}

fn rule(rule: &Rule) -> [(&'static str, Value); 10] {
    [
        ("at", json!(rule.at)),
        ("metric", json!(rule.metric)),
        ("unit", json!(unit(rule.metric))),
        ("value", json!(rule.value)),
        ("scale_up", json!(rule.up)),
        ("scale_down", json!(rule.down)),
        ("vote", json!(rule.vote)),
        ("known", json!(rule.known)),
        ("serving", json!(rule.serving)),
        ("with_one_less", json!(rule.projected.map(|projected| projected.value))),
    ]
}

fn finding(cluster: &ClusterState, finding: &Finding) -> [(&'static str, Value); 5] {
    [
        ("level", json!(finding.level)),
        ("text", text(&finding.text)),
        ("droplet_id", json!(finding.droplet)),
        ("droplet", json!(finding.droplet.and_then(|id| name(cluster, id)))),
        ("dollars_a_month", json!(finding.monthly)),
    ]
}

fn name(cluster: &ClusterState, id: DropletId) -> Option<Value> {
    Some(text(&cluster.observation.as_deref()?.droplet(id)?.name))
}

/// That looks fail: what was decided is as old as the last one.
fn failure(cluster: &ClusterState) -> Option<Map<String, Value>> {
    let Connection::Failing { since, error, .. } = &cluster.connection else { return None };
    Some(part("failing", [("at", json!(since)), ("level", json!("error")), ("text", text(error))]))
}

/// What could not be read, unless a finding tells it already.
fn problems(cluster: &ClusterState) -> Vec<Value> {
    let is_told = |problem: &&String| cluster.findings.iter().any(|finding| finding.text == **problem);
    let problems = cluster.observation.iter().flat_map(|seen| &seen.problems);
    problems.filter(|problem| !is_told(problem)).map(|problem| text(problem)).collect()
}
