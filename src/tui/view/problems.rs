//! What is not as it should be, the worst first: a connection that fails, findings, what could not be read. What is
//! found of many droplets alike takes one line.

use ratatui::text::Line;

use super::decision::{level, paragraph};
use super::{Scene, words};
use crate::cluster::{DropletId, Observation};
use crate::scaling::{Alike, alike};
use crate::worker::{ClusterState, Connection};

/// The lines, broken to `columns`.
pub fn lines(scene: &Scene, cluster: &ClusterState, columns: u16) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let mut lines = Vec::new();
    if let Connection::Failing { error, since, .. } = &cluster.connection {
        let text = format!("failing since {}: {error}", words::clock(*since, scene.zone));
        paragraph(&mut lines, "✗", &text, theme.bad, columns);
    }
    let seen = cluster.observation.as_deref();
    let mut findings: Vec<_> = cluster.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    for alike in alike(findings) {
        let (symbol, style) = level(theme, alike.level());
        paragraph(&mut lines, symbol, &in_words(&alike, seen), style, columns);
    }
    for problem in unread(cluster) {
        paragraph(&mut lines, "!", problem, theme.attention, columns);
    }
    lines
}

/// What could not be read and is not among the findings already.
pub fn unread(cluster: &ClusterState) -> impl Iterator<Item = &String> {
    let problems = cluster.observation.iter().flat_map(|seen| &seen.problems);
    problems.filter(|problem| cluster.findings.iter().all(|finding| finding.text != **problem))
}

/// In words, with what it costs.
fn in_words(alike: &Alike, seen: Option<&Observation>) -> String {
    let name =
        |id: DropletId| seen.and_then(|seen| seen.droplet(id)).map_or_else(|| id.to_string(), |d| d.name.clone());
    let text = alike.text(name);
    let Some((monthly, is_lower_bound)) = alike.monthly() else { return text };
    let at_least = if is_lower_bound { "≥" } else { "" };
    format!("{text} ({at_least}{}/month)", words::dollars(monthly))
}
