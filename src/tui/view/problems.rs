//! What is not as it should be, the worst first: a connection that fails, findings, what could not be read. What is
//! found of many droplets alike takes one line.

use std::fmt::Write as _;

use ratatui::text::Line;

use super::decision::{level, paragraph};
use super::{Scene, words};
use crate::cluster::Observation;
use crate::scaling::{Finding, Level, Several};
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
    for (of, text) in folded(&findings, seen) {
        let (symbol, style) = level(theme, of);
        paragraph(&mut lines, symbol, &text, style, columns);
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

/// The findings in words, those that differ only by the droplet as one, where the first of them stands.
fn folded(findings: &[&Finding], seen: Option<&Observation>) -> Vec<(Level, String)> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let is_like = |group: &&mut Vec<&Finding>| {
            finding.several.is_some() && group[0].several == finding.several && group[0].level == finding.level
        };
        match groups.iter_mut().find(is_like) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups.into_iter().map(|group| (group[0].level, in_words(&group, seen))).collect()
}

/// `12 droplets send no metrics: web146, web147 … web299; install the metrics agent (monitoring) on them`.
fn in_words(group: &[&Finding], seen: Option<&Observation>) -> String {
    let mut text = match (group, group[0].several) {
        ([_, _, ..], Some(Several { what, advice })) => {
            let separator = if advice.is_empty() { "" } else { "; " };
            format!("{} droplets {what}: {}{separator}{advice}", group.len(), names(group, seen))
        }
        _ => group[0].text.clone(),
    };
    let costs: Vec<f64> = group.iter().filter_map(|finding| finding.monthly).collect();
    if !costs.is_empty() {
        let at_least = if costs.len() < group.len() { "≥" } else { "" };
        let _ = write!(text, " ({at_least}{}/month)", words::dollars(costs.iter().sum()));
    }
    text
}

/// The names; of many, the first and the last.
fn names(group: &[&Finding], seen: Option<&Observation>) -> String {
    let name = |finding: &Finding| {
        let id = finding.droplet?;
        Some(seen.and_then(|seen| seen.droplet(id)).map_or_else(|| id.to_string(), |droplet| droplet.name.clone()))
    };
    let names = |some: &[&Finding]| some.iter().copied().filter_map(name).collect::<Vec<_>>().join(", ");
    match group {
        [first, second, _, .., last] => format!("{} … {}", names(&[first, second]), names(&[last])),
        few => names(few),
    }
}
