//! Whether a metric that is not known is only awaited: the cluster was just scaled, so that older samples don't count,
//! or a droplet is too new to have sent one. That is as it should be; an agent that is silent is not.

use crate::cluster::{Claim, Member, Metric, Observation, Scope, elapsed};
use crate::policy::Reason;
use crate::worker::ClusterState;

/// Why new samples are awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// An operation runs: what was measured before it began tells nothing of what comes of it.
    Scaling,
    /// The cluster was just scaled: what was measured before tells nothing of it.
    Scaled,
    /// A droplet has just been made, by somebody else.
    New,
}

impl Awaited {
    /// Why nothing is known yet of what the decision lacks; `None` when it lacks nothing, or an agent is silent.
    #[must_use]
    pub fn by_decision(cluster: &ClusterState) -> Option<Self> {
        match &cluster.decision.as_ref()?.because {
            Reason::Unknown { metrics, .. } => Self::of(metrics, cluster),
            _ => None,
        }
    }

    /// Why nothing is known yet of these metrics; `None` when an agent is silent.
    #[must_use]
    pub fn of(metrics: &[Metric], cluster: &ClusterState) -> Option<Self> {
        let seen = cluster.observation.as_deref()?;
        let timing = &cluster.spec.timing;
        let scaled = was_just_scaled(seen, cluster);
        let may_come = |member: &Member| {
            let is_new = elapsed(member.droplet.created_at, seen.at) <= timing.metrics_silent;
            is_new || (scaled && member.last_sample.is_some_and(|at| elapsed(at, seen.at) <= timing.metrics_silent))
        };
        let mut lacking = seen.serving().filter(|member| lacks(member, metrics, seen, cluster)).peekable();
        let is_told = lacking.peek().is_some();
        if !lacking.all(may_come) {
            return None;
        }
        // Where no droplet lacks anything it is the load balancer that has sent nothing.
        match scaled {
            true if is_being_scaled(seen, cluster) => Some(Self::Scaling),
            true => Some(Self::Scaled),
            false => is_told.then_some(Self::New),
        }
    }
}

fn lacks(member: &Member, metrics: &[Metric], seen: &Observation, cluster: &ClusterState) -> bool {
    let is_known = |metric| {
        let reading = member.readings.get(metric);
        reading.is_some_and(|reading| reading.age(seen.at) <= cluster.policy.stale_after)
    };
    metrics.iter().any(|metric| metric.scope() == Scope::Droplet && !is_known(metric))
}

/// Whether samples from before the cluster was last scaled are all that there can be.
fn was_just_scaled(seen: &Observation, cluster: &ClusterState) -> bool {
    let ago = seen.markers.iter().filter(|marker| !marker.is_in_future(seen.at)).map(|m| elapsed(m.at, seen.at)).min();
    ago.is_some_and(|ago| ago <= cluster.spec.timing.metrics_window)
}

/// Whether an operation runs, here or elsewhere: the marker is written when it begins. The claim of one of ours that
/// has ended may have been seen by the last look.
fn is_being_scaled(seen: &Observation, cluster: &ClusterState) -> bool {
    let is_ours = |claim: &Claim| cluster.operation.as_ref().is_some_and(|ours| ours.nonce == claim.nonce);
    cluster.operates() || seen.live_claims().any(|claim| !is_ours(claim))
}
