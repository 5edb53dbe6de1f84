//! The rule itself. Up when any metric is busier than its threshold, down when all are calmer than theirs;
//! what is unknown blocks scaling down and never causes scaling up; and nothing is removed whose absence
//! would make the rest too busy again.

use std::time::Duration;

use super::{Action, Decision, Missing, Policy, Projected, Reason, Rule, Vote};
use crate::cluster::{
    Backoff, Busy, ClusterSpec, DropletStatus, Member, Metric, Observation, Projection, Reading, Role, Scope, elapsed,
};

/// A droplet with nothing to do has about this much of its memory available: a threshold of free memory
/// above it would ask for more droplets for ever.
const MEMORY_FREE_AT_REST: f64 = 0.7;

/// The projection after a removal must stay this far on the calm side of the scale-up threshold.
const PROJECTION_MARGIN: f64 = 0.1;

/// Decides what to do about a cluster, and says why.
#[must_use]
pub fn decide(observation: &Observation, spec: &ClusterSpec, policy: &Policy) -> Decision {
    let rules: Vec<Rule> = policy.metrics().map(|metric| judge(metric, observation, policy)).collect();
    let (wanted, because) = wish(&rules, observation, spec, policy);
    let stopped_by = match wanted {
        Action::Up => obstacles_up(observation, spec, policy),
        Action::Down => obstacles_down(&rules, &because, observation, spec, policy),
        Action::Hold => Vec::new(),
    };
    let action = if stopped_by.is_empty() { wanted } else { Action::Hold };
    Decision {
        at: observation.at,
        wanted,
        action,
        because,
        stopped_by,
        rules,
        count: observation.count(),
        serving: observation.serving().count(),
    }
}

/// The fresh readings of a metric over the droplets that serve.
fn fresh_readings(metric: Metric, observation: &Observation, policy: &Policy) -> Vec<Reading> {
    let is_fresh = |reading: &Reading| reading.age(observation.at) <= policy.stale_after;
    observation.serving().filter_map(|m| m.readings.get(&metric).copied()).filter(is_fresh).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a count of droplets")]
fn judge(metric: Metric, observation: &Observation, policy: &Policy) -> Rule {
    let serving = observation.serving().count();
    let up = policy.scale_up.get(&metric).copied();
    let down = policy.scale_down.get(&metric).copied();
    let (value, at, known) = match metric.scope() {
        Scope::Droplet => {
            let readings = fresh_readings(metric, observation, policy);
            let mean = readings.iter().map(|r| r.value).sum::<f64>() / readings.len() as f64;
            let value = (!readings.is_empty()).then_some(mean);
            (value, readings.iter().map(|r| r.at).min(), readings.len())
        }
        Scope::LoadBalancer => {
            let reading = observation.cluster_readings.get(&metric);
            let fresh = reading.filter(|r| elapsed(r.at, observation.at) <= policy.stale_after);
            (fresh.map(|r| r.value), fresh.map(|r| r.at), if fresh.is_some() { serving } else { 0 })
        }
    };
    let impossible = up.is_some_and(|up| is_impossible(metric, up, observation));
    let vote = if impossible { Vote::Impossible } else { vote(metric, value, (known, serving), up, down) };
    let projected = match (value, up) {
        (Some(value), Some(up)) if !impossible => project(metric, value, up, observation),
        _ => None,
    };
    Rule { metric, value, at, known, serving, up, down, vote, projected }
}

fn vote(
    metric: Metric,
    value: Option<f64>,
    (known, serving): (usize, usize),
    up: Option<f64>,
    down: Option<f64>,
) -> Vote {
    // A quorum of half the serving droplets must be heard before their mean may cause anything.
    let Some(value) = value.filter(|_| serving > 0 && known * 2 >= serving) else { return Vote::Unknown };
    if up.is_some_and(|up| metric.is_busier(value, up)) {
        Vote::Up
    } else if known < serving {
        Vote::Unknown
    } else if down.is_some_and(|down| metric.is_calmer(value, down)) {
        Vote::Down
    } else {
        Vote::Hold
    }
}

/// Whether even a droplet at rest would be beyond this scale-up threshold.
fn is_impossible(metric: Metric, up: f64, observation: &Observation) -> bool {
    metric == Metric::FreeMemory
        && observation.serving().any(|m| up >= m.droplet.size.memory_mb() * MEMORY_FREE_AT_REST)
}

#[expect(clippy::cast_precision_loss, reason = "a count of droplets")]
fn project(metric: Metric, value: f64, up: f64, observation: &Observation) -> Option<Projected> {
    let serving: Vec<&Member> = observation.serving().collect();
    if serving.len() < 2 {
        return None;
    }
    let count = serving.len() as f64;
    let growth = count / (count - 1.0);
    let value = match metric.projection() {
        Projection::Shared => value * growth,
        Projection::Remaining => {
            let total = serving.iter().map(|m| m.droplet.size.memory_mb()).sum::<f64>() / count;
            total - (total - value) * growth
        }
        Projection::None => return None,
    };
    let limit = match metric.busy() {
        Busy::High => up * (1.0 - PROJECTION_MARGIN),
        Busy::Low => up * (1.0 + PROJECTION_MARGIN),
    };
    Some(Projected { value, too_busy: !metric.is_calmer(value, limit) })
}

/// What bounds and metrics ask for, before anything that may stand in the way.
fn wish(rules: &[Rule], observation: &Observation, spec: &ClusterSpec, policy: &Policy) -> (Action, Reason) {
    if observation.count() > policy.max {
        return (Action::Down, Reason::AboveMaximum { max: policy.max });
    }
    if alive(observation, spec) < policy.min {
        return (Action::Up, Reason::BelowMinimum { min: policy.min });
    }
    if rules.is_empty() {
        return (Action::Hold, Reason::NoThresholds);
    }
    if observation.serving().next().is_none() {
        return (Action::Hold, Reason::NobodyServes);
    }
    let busy = metrics_that(rules, |rule| rule.vote == Vote::Up);
    if !busy.is_empty() {
        return (Action::Up, Reason::Busy { metrics: busy });
    }
    let unknown = metrics_that(rules, |rule| rule.vote == Vote::Unknown);
    if !unknown.is_empty() {
        let droplets = without_reading(&unknown, observation, policy);
        return (Action::Hold, Reason::Unknown { metrics: unknown, droplets });
    }
    let mut downs = rules.iter().filter(|rule| rule.down.is_some() && rule.vote != Vote::Impossible).peekable();
    if downs.peek().is_some() && downs.all(|rule| rule.vote == Vote::Down) {
        return (Action::Down, Reason::Calm);
    }
    let calm = metrics_that(rules, |rule| rule.vote == Vote::Down);
    if calm.is_empty() {
        return (Action::Hold, Reason::Between);
    }
    let others = metrics_that(rules, |rule| rule.down.is_some() && rule.vote == Vote::Hold);
    (Action::Hold, Reason::NotAllCalm { calm, others })
}

/// Droplets that serve, or will: neither off nor leaving, and attached unless scaling attaches them.
fn alive(observation: &Observation, spec: &ClusterSpec) -> usize {
    let is_brought_in = |m: &Member| match m.role {
        Role::Base => true,
        Role::Clone => !m.droplet.is_protected(spec),
        Role::Guest => false,
    };
    let is_alive = |m: &&Member| {
        // A status that is not known is no missing droplet, and neither is one whose load balancer is not known.
        !matches!(m.droplet.status, DropletStatus::Off | DropletStatus::Archive)
            && !m.is_leaving()
            && (m.serves() || observation.load_balancer.is_none() || is_brought_in(m))
    };
    observation.members.iter().filter(is_alive).count()
}

fn metrics_that(rules: &[Rule], condition: impl Fn(&Rule) -> bool) -> Vec<Metric> {
    rules.iter().filter(|rule| condition(rule)).map(|rule| rule.metric).collect()
}

fn without_reading(metrics: &[Metric], observation: &Observation, policy: &Policy) -> Vec<String> {
    let is_fresh = |m: &Member, metric| {
        m.readings.get(metric).is_some_and(|r: &Reading| r.age(observation.at) <= policy.stale_after)
    };
    let lacks = |m: &&Member| metrics.iter().any(|metric| metric.scope() == Scope::Droplet && !is_fresh(m, metric));
    observation.serving().filter(lacks).map(|m| m.droplet.name.clone()).collect()
}

/// What keeps any operation from being begun by itself.
fn obstacles(observation: &Observation, spec: &ClusterSpec, policy: &Policy) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if observation.base.is_none() {
        reasons.push(Reason::NoBase);
    }
    if observation.load_balancer.is_none() {
        reasons.push(Reason::Incomplete { missing: Missing::LoadBalancer });
    }
    if observation.live_claim().is_some() {
        reasons.push(Reason::InFlight);
    } else {
        let droplets = unsettled(observation, spec);
        if !droplets.is_empty() {
            reasons.push(Reason::Unsettled { droplets });
        }
    }
    if let Some(remaining) = observation.cooldown(policy.scaling_interval) {
        reasons.push(Reason::Cooldown { remaining });
    }
    reasons
}

/// The names of clones that are arriving or leaving. What is no clone is nobody's to settle, and neither is what
/// must not be removed.
fn unsettled(observation: &Observation, spec: &ClusterSpec) -> Vec<String> {
    let unsettled = observation.members.iter().filter(|m| m.is_arriving() || m.is_leaving()).map(|m| &m.droplet);
    unsettled.chain(&observation.leaving).filter(|d| !d.is_protected(spec)).map(|d| d.name.clone()).collect()
}

fn backing_off((backoff, remaining): (&Backoff, Duration)) -> Reason {
    Reason::BackingOff { remaining, failures: backoff.failures, class: backoff.class }
}

fn obstacles_up(observation: &Observation, spec: &ClusterSpec, policy: &Policy) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if observation.count() + observation.leaving.len() >= policy.max {
        reasons.push(Reason::AtMaximum { max: policy.max });
    }
    if observation.snapshot.is_none() {
        reasons.push(Reason::Incomplete { missing: Missing::Snapshot });
    }
    reasons.extend(obstacles(observation, spec, policy));
    reasons.extend(observation.backoff(spec).map(backing_off));
    reasons
}

fn obstacles_down(
    rules: &[Rule],
    because: &Reason,
    observation: &Observation,
    spec: &ClusterSpec,
    policy: &Policy,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if observation.newest_clone(spec).is_none() {
        reasons.push(if alive(observation, spec) <= policy.min {
            Reason::AtMinimum { min: policy.min }
        } else {
            Reason::NoClone
        });
    } else if !may_spare_one(because, observation, spec, policy) {
        reasons.push(Reason::AtMinimum { min: policy.min });
    }
    if *because == Reason::Calm {
        let metrics = metrics_that(rules, |rule| rule.projected.is_some_and(|p| p.too_busy));
        if !metrics.is_empty() {
            reasons.push(Reason::WouldBounce { metrics });
        }
    }
    reasons.extend(obstacles(observation, spec, policy));
    reasons.extend(observation.backoff_otherwise(&spec.timing).map(backing_off));
    reasons
}

/// Whether enough droplets still serve when the newest clone is gone.
fn may_spare_one(because: &Reason, observation: &Observation, spec: &ClusterSpec, policy: &Policy) -> bool {
    let Some(victim) = observation.newest_clone(spec) else { return false };
    // Of too many, one that serves nobody is no loss, however few the others are.
    let is_surplus = matches!(because, Reason::AboveMaximum { .. }) && !victim.serves();
    is_surplus || observation.serving().filter(|m| m.droplet.id != victim.droplet.id).count() >= policy.min
}
