//! What is not as it should be in a cluster: found by looking, and told to people with what to do about it
//! and what it costs. What can be repaired safely is repaired elsewhere; nothing here changes anything.

use std::collections::BTreeMap;

use crate::cluster::{ClusterSpec, Droplet, DropletId, DropletStatus, Health, Member, Observation, Role, elapsed};
use crate::policy::Policy;

/// How much something matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Info,
    /// Something was done as it should be.
    Done,
    /// Somebody should look at it.
    Warning,
    /// Something failed.
    Error,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// What, and what to do, in one line.
    pub text: String,
    /// The droplet it is about.
    pub droplet: Option<DropletId>,
    /// What it costs a month, if it costs something.
    pub monthly: Option<f64>,
}

impl Finding {
    fn new(level: Level, text: String) -> Self {
        Self { level, text, droplet: None, monthly: None }
    }

    fn about(self, droplet: &Droplet) -> Self {
        Self { droplet: Some(droplet.id), ..self }
    }

    /// For a droplet that is paid for and does nothing.
    fn wasted(self, droplet: &Droplet) -> Self {
        Self { monthly: droplet.size.price.map(|p| p.monthly), ..self.about(droplet) }
    }
}

/// Everything that is not as it should be, the weightiest first.
#[must_use]
pub fn findings(seen: &Observation, spec: &ClusterSpec, policy: &Policy) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        seen.problems.iter().map(|problem| Finding::new(Level::Warning, problem.clone())).collect();
    findings.extend(of_the_cluster(seen, policy));
    findings.extend(seen.members.iter().flat_map(|member| of_a_member(member, seen, spec)));
    let in_flight = seen.live_claim(spec.timing.lease()).is_some();
    if !in_flight {
        findings.extend(seen.leaving.iter().map(left_unfinished));
    }
    findings.sort_by_key(|f| std::cmp::Reverse(f.level));
    findings
}

fn of_the_cluster(seen: &Observation, policy: &Policy) -> Vec<Finding> {
    let mut findings = Vec::new();
    if seen.count() > policy.max {
        let text =
            format!("{} droplets carry the cluster's tag, more than the maximum of {}", seen.count(), policy.max);
        findings.push(Finding::new(Level::Warning, text));
    }
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for member in &seen.members {
        *names.entry(&member.droplet.name).or_default() += 1;
    }
    for (name, count) in names.into_iter().filter(|(_, count)| *count > 1) {
        findings.push(Finding::new(Level::Warning, format!("{count} droplets are named {name}: rename all but one")));
    }
    if let Some(marker) = seen.markers.iter().find(|m| m.is_in_future(seen.at)) {
        let text = format!("the marker of {} lies in the future and is not obeyed", marker.at);
        findings.push(Finding::new(Level::Warning, text));
    }
    let strangers = strangers(seen);
    if !strangers.is_empty() {
        let ids: Vec<String> = strangers.iter().map(ToString::to_string).collect();
        let text = format!("the load balancer has members outside the cluster: {}; tag or detach them", ids.join(", "));
        findings.push(Finding::new(Level::Warning, text));
    }
    findings
}

/// Members of the load balancer that do not carry the cluster's tag.
fn strangers(seen: &Observation) -> Vec<DropletId> {
    let Some(balancer) = &seen.load_balancer else { return Vec::new() };
    balancer.members.iter().filter(|id| seen.droplet(**id).is_none()).copied().collect()
}

fn of_a_member(member: &Member, seen: &Observation, spec: &ClusterSpec) -> Vec<Finding> {
    let droplet = &member.droplet;
    let name = &droplet.name;
    let mut findings = Vec::new();
    if droplet.pending().is_some() || droplet.draining().is_some() {
        if seen.live_claim(spec.timing.lease()).is_none() {
            findings.push(left_unfinished(droplet));
        }
        return findings;
    }
    match droplet.status {
        DropletStatus::Off | DropletStatus::Archive => {
            let text = format!("{name} is powered off and still billed: power it on or delete it");
            findings.push(Finding::new(Level::Warning, text).wasted(droplet));
        }
        DropletStatus::Active if !member.attached && seen.load_balancer.is_some() => {
            let what = if member.role == Role::Clone && !droplet.is_protected(spec) {
                "auto brings it in, or removes it; the tag dropscale:protect keeps it as it is"
            } else {
                "attach it or delete it"
            };
            let text = format!("{name} is in the cluster but not behind the load balancer: {what}");
            findings.push(Finding::new(Level::Warning, text).wasted(droplet));
        }
        // What was measured before it joined says nothing.
        DropletStatus::Active
            if member.health == Health::Unhealthy
                && elapsed(droplet.created_at, seen.at) > spec.timing.boot + spec.timing.health =>
        {
            let text = format!("{name} fails the load balancer's health check");
            findings.push(Finding::new(Level::Warning, text).about(droplet));
        }
        _ => {}
    }
    findings.extend(silent(member, seen, spec));
    if member.role == Role::Guest {
        let text = format!("{name} carries the cluster's tag but is neither base nor clone: counted, never touched");
        findings.push(Finding::new(Level::Info, text).about(droplet));
    }
    findings
}

/// A droplet whose agent has not been heard for long. Only known while metrics are asked for.
fn silent(member: &Member, seen: &Observation, spec: &ClusterSpec) -> Option<Finding> {
    let droplet = &member.droplet;
    let limit = spec.timing.metrics_silent;
    let since = member.last_sample.unwrap_or(droplet.created_at);
    if droplet.status != DropletStatus::Active
        || elapsed(since, seen.at) <= limit
        || elapsed(droplet.created_at, seen.at) <= limit
    {
        return None;
    }
    let text = match member.last_sample {
        Some(at) => {
            let minutes = elapsed(at, seen.at).as_secs() / 60;
            format!("{} has sent no metrics for {minutes} min: look whether its agent runs", droplet.name)
        }
        None => format!("{} sends no metrics: install the metrics agent (monitoring) on it", droplet.name),
    };
    Some(Finding::new(Level::Warning, text).about(droplet))
}

fn left_unfinished(droplet: &Droplet) -> Finding {
    let name = &droplet.name;
    let what = if droplet.draining().is_some() {
        "was being removed"
    } else if droplet.pending().is_some() {
        "was being added"
    } else {
        let text = format!("{name} has lost the cluster's tag, and no tag tells why: delete it, or give the tag back");
        return Finding::new(Level::Warning, text).wasted(droplet);
    };
    let text = format!("{name} {what} by somebody who is gone; the next operation or auto goes on with it");
    Finding::new(Level::Warning, text).wasted(droplet)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::cluster::{Nonce, OperationTag, Price, Size};
    use crate::scaling::tests::{policy, spec};

    fn droplet(tags: &[String]) -> Droplet {
        Droplet {
            id: DropletId(7),
            name: "web007".to_owned(),
            status: DropletStatus::Active,
            locked: false,
            created_at: Timestamp::UNIX_EPOCH,
            size: Size {
                slug: "s-1vcpu-2gb".to_owned(),
                vcpus: 1,
                memory_mib: 2048,
                disk_gib: 50,
                price: Some(Price { hourly: 0.017_86, monthly: 12.0 }),
            },
            region: "nyc3".to_owned(),
            image: None,
            vpc: None,
            tags: tags.to_vec(),
            addresses: Vec::new(),
            features: Vec::new(),
        }
    }

    #[test]
    fn only_what_a_tag_explains_is_said_to_be_gone_on_with() {
        let now = Timestamp::from_second(1_763_985_600).unwrap();
        let draining = OperationTag { at: now, nonce: Nonce::new(1) }.draining();
        for (tags, says) in [(vec![draining], "goes on with it"), (Vec::new(), "delete it, or give the tag back")] {
            let mut seen = Observation::empty(now);
            seen.leaving = vec![droplet(&tags)];
            let found = findings(&seen, &spec(), &policy());
            assert_eq!((found.len(), found[0].monthly), (1, Some(12.0)));
            assert!(found[0].text.contains(says), "{found:?}");
        }
    }
}
