//! Looks at a cluster: which requests bring an [`Observation`] up to date at the least cost. Droplets and load
//! balancer are asked for at each look, metrics only when the API can have a new sample, names only now and
//! then; what is independent is asked side by side.
//!
//! `convert` turns the API's series into metrics, `resolve` names into ids, `plan` decides what is due, `looking`
//! what can be spared beside that, `samples` keeps the past.

mod convert;
pub(crate) mod health;
mod looking;
mod plan;
mod resolve;
mod samples;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{self, OptionFuture};
use futures::stream::{self, StreamExt};
use jiff::Timestamp;

use crate::cloud::{Cloud, CloudError};
use crate::cluster::{
    Backoff, Claim, ClusterSpec, Droplet, DropletId, Health, Marker, Member, Metric, Observation, Role, UNREAD,
    elapsed, leaving_tag,
};

pub use looking::looking_pace;
pub use plan::Pace;
use plan::{Job, MetricsPlan};
use resolve::Names;
pub use resolve::Resolved;
pub use samples::Samples;

/// Of so many metrics that could not be read the names are told.
const NAMED: usize = 3;

/// Requests of one look that are under way at once.
const SIDE_BY_SIDE: usize = 16;

/// What a look includes.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Metrics without which nothing can be decided.
    pub essential: Vec<Metric>,
    /// Metrics that are only shown: asked for as far as the budget allows.
    pub shown: Vec<Metric>,
    /// How much of the past is kept, and fetched for a droplet when it is first seen.
    pub range: Duration,
}

/// Looks at one cluster, again and again.
pub struct Observer<C> {
    cloud: Arc<C>,
    spec: Arc<ClusterSpec>,
    wanted: Wanted,
    names: Names,
    plan: MetricsPlan,
    samples: Samples,
    health: BTreeMap<DropletId, Health>,
}

impl<C: Cloud> Observer<C> {
    /// An observer of this cluster that knows nothing yet.
    #[must_use]
    pub fn new(cloud: Arc<C>, spec: Arc<ClusterSpec>, wanted: Wanted) -> Self {
        Self {
            cloud,
            spec,
            plan: MetricsPlan::default(),
            samples: Samples::default(),
            names: Names::default(),
            health: BTreeMap::new(),
            wanted,
        }
    }

    /// Another observer of the same cluster that knows the names already, for the looks of an operation.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            cloud: Arc::clone(&self.cloud),
            spec: Arc::clone(&self.spec),
            plan: MetricsPlan::default(),
            samples: Samples::default(),
            names: self.names.clone(),
            health: self.health.clone(),
            wanted: Wanted { essential: Vec::new(), shown: Vec::new(), range: Duration::ZERO },
        }
    }

    /// The past that has been fetched so far.
    #[must_use]
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// How often metrics are asked for, as the request budget allows.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.plan.pace()
    }

    /// Keeps, and at the next look fetches, the past of this long.
    pub fn set_range(&mut self, range: Duration) {
        if range > self.wanted.range {
            self.plan.widen(self.wanted.range, &self.spec.timing);
        }
        self.wanted.range = range;
    }

    /// How much of the past is kept.
    #[must_use]
    pub fn range(&self) -> Duration {
        self.wanted.range
    }

    /// Asks from the next look on for these metrics beside the essential ones.
    pub fn set_shown(&mut self, shown: Vec<Metric>) {
        self.wanted.shown = shown;
    }

    /// Asks for everything anew at the next look, names included.
    pub fn forget(&mut self) {
        self.plan.forget();
        self.names.forget();
    }

    /// Asks for the names of load balancer and snapshot anew at the next look: one of them was refused.
    pub fn forget_names(&mut self) {
        self.names.forget();
    }

    /// Looks at droplets, tags and load balancer, without metrics: what an operation starts from.
    pub async fn look(&mut self) -> Result<Observation, CloudError> {
        let cloud = Arc::clone(&self.cloud);
        let leaving = leaving_tag(&self.spec.tag);
        let by_tag = self.names.is_by_cluster_tag(&self.spec);
        let (droplets, leavers, resolved) = future::join3(
            cloud.droplets(&self.spec.tag),
            // Only a balancer that goes by the cluster's own tag makes clones give that tag up before they go.
            OptionFuture::from(by_tag.then(|| cloud.droplets(&leaving))),
            self.names.resolve(&*cloud, &self.spec),
        )
        .await;
        let (droplets, resolved) = (droplets?, resolved?);
        let leavers = match leavers {
            Some(leavers) => leavers?,
            None if self.names.is_by_cluster_tag(&self.spec) && !by_tag => cloud.droplets(&leaving).await?,
            None => Vec::new(),
        };
        Ok(assemble(&self.spec, cloud.clock().now(), droplets, leavers, resolved, &self.health))
    }

    /// Looks at everything, metrics included as far as they can be new.
    pub async fn observe(&mut self) -> Result<Observation, CloudError> {
        let mut observation = self.look().await?;
        let jobs = self.plan.due(&observation, &self.wanted, &self.spec.timing, self.cloud.usage());
        let now = observation.at;
        let cloud = &*self.cloud;
        let mut answers: Vec<_> = stream::iter(jobs.into_iter().enumerate())
            .map(|(turn, job)| async move { (turn, plan::fetch(cloud, &job).await, job) })
            .buffer_unordered(SIDE_BY_SIDE)
            .collect()
            .await;
        // What is told of those that failed does not depend on which was answered first.
        answers.sort_by_key(|(turn, ..)| *turn);
        let mut failures = Vec::new();
        for (_, answer, job) in answers {
            match answer {
                Ok(series) => self.note(&job, &series, &observation, now),
                Err(error) => failures.push((job, error)),
            }
        }
        if let Some((_, error)) = failures.iter().find(|(_, error)| error.is_unauthorized()) {
            return Err(error.clone());
        }
        observation.problems.extend(unread(&failures, &observation));
        let kept = self.wanted.range.max(self.spec.timing.metrics_window * 2);
        self.samples.forget_before(now.checked_sub(kept).unwrap_or(now));
        self.fill_in(&mut observation);
        Ok(observation)
    }

    /// Takes note of the series that a job brought.
    fn note(&mut self, job: &Job, series: &plan::Fetched, observation: &Observation, now: Timestamp) {
        self.plan.done(job, now);
        match job {
            Job::Droplet { id, metrics, .. } => {
                let Some(member) = observation.member(*id) else { return };
                for metric in metrics {
                    let samples = convert::droplet(*metric, series, &member.droplet.size);
                    self.samples.note_droplet(*id, *metric, samples, now);
                }
            }
            Job::LoadBalancer { metric, .. } => {
                self.samples.note_balancer(*metric, convert::load_balancer(*metric, series));
            }
            Job::Health { .. } => {
                let droplets: Vec<&Droplet> = observation.members.iter().map(|m| &m.droplet).collect();
                self.health = health::read(series, &droplets, now, self.spec.timing.metrics_step * 3);
            }
        }
    }

    /// Writes what is known of metrics and health into an observation. A clone that is joining has no health yet.
    /// Samples from before the cluster was last scaled say nothing about it as it is now, so they don't count.
    fn fill_in(&mut self, observation: &mut Observation) {
        let now = observation.at;
        let since_scaled =
            observation.markers.iter().filter(|m| !m.is_in_future(now)).map(|m| elapsed(m.at, now)).min();
        let window = since_scaled.map_or(self.spec.timing.metrics_window, |d| d.min(self.spec.timing.metrics_window));
        for member in &mut observation.members {
            let id = member.droplet.id;
            let health = self.health.get(&id).copied().filter(|_| !member.is_arriving());
            member.health = health.unwrap_or(Health::Unknown);
            member.readings = self.samples.droplet_means(id, now, window);
            member.last_sample = self.samples.last_agent_sample(id);
            member.asked_at = self.samples.asked_at(id);
        }
        let serving = observation.serving().count();
        self.samples.note_serving(now, serving);
        observation.cluster_readings = self.samples.cluster_means(now, window, serving);
    }
}

/// What could not be read, and why: the first by name, and how many more.
fn unread(failures: &[(Job, CloudError)], observation: &Observation) -> Option<String> {
    let (_, error) = failures.first()?;
    let names = failures.iter().take(NAMED).map(|(job, _)| job.describe(observation)).collect::<Vec<_>>().join(", ");
    let more = failures.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("{names}{more} {UNREAD}: {error}"))
}

/// Puts together what was read.
fn assemble(
    spec: &ClusterSpec,
    at: Timestamp,
    mut droplets: Vec<Droplet>,
    leaving: Vec<Droplet>,
    resolved: Resolved,
    health: &BTreeMap<DropletId, Health>,
) -> Observation {
    let mut observation = Observation::empty(at);
    let base = droplets.iter().find(|d| d.id.to_string() == spec.base_droplet);
    let named: Vec<&Droplet> = droplets.iter().filter(|d| d.name == spec.base_droplet).collect();
    // Names are not unique: of several droplets with the base's name the oldest is the base, and none of
    // them is ever removed, because the role goes by the name too.
    let base = base.or_else(|| named.iter().min_by_key(|d| (d.created_at, d.id)).copied());
    observation.base = base.map(|d| d.id);
    if let Some(base) = base {
        read_base_tags(&mut observation, &base.tags, spec);
    } else {
        observation.problems.push(format!(
            "no droplet {:?} carries the tag {:?}: tag the base droplet, or correct base_droplet",
            spec.base_droplet, spec.tag
        ));
    }
    droplets.sort_by_key(|d| (observation.base != Some(d.id), d.created_at, d.id));
    observation.leaving = leaving
        .into_iter()
        .filter(|d| !d.has_tag(&spec.tag) && d.role(spec, observation.base) == Role::Clone)
        .collect();
    let attached = |droplet: &Droplet| resolved.load_balancer.as_ref().is_some_and(|lb| lb.sends_to(droplet));
    observation.members = droplets
        .into_iter()
        .map(|droplet| {
            let (role, attached) = (droplet.role(spec, observation.base), attached(&droplet));
            let health = health.get(&droplet.id).copied().unwrap_or(Health::Unknown);
            Member { health, ..Member::bare(droplet, role, attached) }
        })
        .collect();
    observation.load_balancer = resolved.load_balancer;
    observation.snapshot = resolved.snapshot;
    observation.droplet_limit = resolved.droplet_limit;
    observation.problems.extend(resolved.problems);
    observation
}

/// Reads markers, claims and backoffs from the tags of the base droplet.
pub(crate) fn read_base_tags(observation: &mut Observation, tags: &[String], spec: &ClusterSpec) {
    let prefix = &spec.clone_prefix;
    observation.markers = tags.iter().filter_map(|t| Marker::parse(prefix, t)).collect();
    observation.claims = tags.iter().filter_map(|t| Claim::parse(prefix, t)).collect();
    observation.backoffs = tags.iter().filter_map(|t| Backoff::parse(prefix, t)).collect();
    observation.markers.sort();
    observation.claims.sort();
    observation.backoffs.sort();
}

#[cfg(test)]
mod tests {
    use super::plan::Span;
    use super::*;
    use crate::cloud::{Remedy, Window};
    use crate::cluster::LoadBalancerId;

    #[test]
    fn of_many_that_could_not_be_read_the_first_are_named() {
        let now = Timestamp::UNIX_EPOCH;
        let window = Window { start: now, end: now };
        let job = |id| Job::Droplet {
            id: DropletId(id),
            metrics: vec![Metric::Load],
            series: &[],
            window,
            span: Span::Recent,
        };
        let error = CloudError {
            remedy: Remedy::Retry,
            request: "GET /v2/monitoring".to_owned(),
            status: Some(503),
            message: "busy".to_owned(),
            request_id: None,
        };
        let health = Job::Health { id: LoadBalancerId("lb".to_owned()), window, serving: Vec::new() };
        let jobs = [job(7), health, job(8), job(9), job(10)];
        let failures: Vec<_> = jobs.into_iter().map(|job| (job, error.clone())).collect();
        let told = |failures| unread(failures, &Observation::empty(now));
        assert_eq!(told(&[]), None);
        assert_eq!(
            told(&failures[..1]).as_deref(),
            Some("Load per vCPU of 7 could not be read: GET /v2/monitoring: 503 busy")
        );
        assert_eq!(
            told(&failures).as_deref(),
            Some(
                "Load per vCPU of 7, the load balancer's health checks, Load per vCPU of 8 and 2 more could not be \
                 read: GET /v2/monitoring: 503 busy"
            )
        );
    }
}
