//! The cluster as it was seen at one moment: all that a decision or an operation starts from.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{
    Backoff, Circumstances, Claim, ClusterSpec, Cost, Droplet, DropletId, DropletStatus, Health, Image, LoadBalancer,
    Marker, Metric, Reading, Role, Timing,
};

/// A droplet of the cluster with what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The droplet.
    pub droplet: Droplet,
    /// Its role.
    pub role: Role,
    /// Whether the load balancer lists it.
    pub attached: bool,
    /// What the load balancer's health check says.
    pub health: Health,
    /// The mean of each metric over the averaging window; a metric without a sample in it is missing.
    pub readings: BTreeMap<Metric, Reading>,
    /// When it was last heard of: the time of the newest sample of any series of its agent.
    pub last_sample: Option<Timestamp>,
    /// When its agent's series were last asked for and answered; missing when they were not asked for yet.
    pub asked_at: Option<Timestamp>,
}

impl Member {
    /// A member of which nothing is known yet but what its droplet tells.
    #[must_use]
    pub fn bare(droplet: Droplet, role: Role, attached: bool) -> Self {
        let (health, readings) = (Health::Unknown, BTreeMap::new());
        Self { droplet, role, attached, health, readings, last_sample: None, asked_at: None }
    }

    /// Whether an operation brings it in. The tags of an operation mean something on a clone only: nobody goes on with
    /// one that somebody has given another name.
    #[must_use]
    pub fn is_arriving(&self) -> bool {
        self.role == Role::Clone && self.droplet.pending().is_some()
    }

    /// Whether an operation removes it.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.role == Role::Clone && self.droplet.draining().is_some()
    }

    /// Whether it does its share of the work: active, attached, and neither arriving nor leaving.
    #[must_use]
    pub fn serves(&self) -> bool {
        let is_settled = !self.is_arriving() && !self.is_leaving();
        self.droplet.status == DropletStatus::Active && self.attached && is_settled
    }

    /// Whether it is switched off.
    #[must_use]
    pub fn is_off(&self) -> bool {
        matches!(self.droplet.status, DropletStatus::Off | DropletStatus::Archive)
    }

    /// What the health check says, as far as it can be of now: the last word on one that is off was on what it was.
    #[must_use]
    pub fn health_now(&self) -> Health {
        if self.is_off() && self.health == Health::Healthy { Health::Unknown } else { self.health }
    }
}

/// What a problem says of figures that were asked for in vain. Which they are differs from look to look, and so does
/// the request that failed first: by these words they are known as the same problem.
pub const UNREAD: &str = "could not be read";

/// The cluster at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// When, by the server's clock.
    pub at: Timestamp,
    /// All droplets with the cluster's tag: the base first, then by time of creation.
    pub members: Vec<Member>,
    /// Clones on their way out that have already given up the cluster tag.
    pub leaving: Vec<Droplet>,
    /// The base droplet, if it was found with the cluster's tag.
    pub base: Option<DropletId>,
    /// The load balancer, if it was found.
    pub load_balancer: Option<LoadBalancer>,
    /// The snapshot that clones are made from, if it was found.
    pub snapshot: Option<Image>,
    /// The seed's markers on the base droplet, oldest first.
    pub markers: Vec<Marker>,
    /// Claims on the base droplet, oldest first, expired ones included.
    pub claims: Vec<Claim>,
    /// The backoffs on the base droplet; the last one counts.
    pub backoffs: Vec<Backoff>,
    /// Metrics of the load balancer.
    pub cluster_readings: BTreeMap<Metric, Reading>,
    /// How many droplets the account may have, where the token may ask.
    pub droplet_limit: Option<u64>,
    /// What could not be read, for people; an empty list means that all of this is fresh.
    pub problems: Vec<String>,
}

impl Observation {
    /// An observation of nothing, at this time.
    #[must_use]
    pub fn empty(at: Timestamp) -> Self {
        Self {
            at,
            members: Vec::new(),
            leaving: Vec::new(),
            base: None,
            load_balancer: None,
            snapshot: None,
            markers: Vec::new(),
            claims: Vec::new(),
            backoffs: Vec::new(),
            cluster_readings: BTreeMap::new(),
            droplet_limit: None,
            problems: Vec::new(),
        }
    }

    /// How many droplets carry the cluster's tag, in whatever state: what the maximum limits.
    #[must_use]
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// The base droplet.
    #[must_use]
    pub fn base_member(&self) -> Option<&Member> {
        self.base.and_then(|id| self.member(id))
    }

    /// The member with this id.
    #[must_use]
    pub fn member(&self, id: DropletId) -> Option<&Member> {
        self.members.iter().find(|m| m.droplet.id == id)
    }

    /// The droplet with this id, also when it has given up the cluster's tag to leave.
    #[must_use]
    pub fn droplet(&self, id: DropletId) -> Option<&Droplet> {
        self.member(id).map(|m| &m.droplet).or_else(|| self.leaving.iter().find(|d| d.id == id))
    }

    /// The members that do the work.
    pub fn serving(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|m| m.serves())
    }

    /// The clone to remove next: the one made last, unless it is protected or already leaving.
    #[must_use]
    pub fn newest_clone(&self, spec: &ClusterSpec) -> Option<&Member> {
        self.members
            .iter()
            .filter(|m| m.role == Role::Clone && !m.droplet.is_protected(spec) && m.droplet.draining().is_none())
            .max_by_key(|m| (m.droplet.created_at, m.droplet.id))
    }

    /// The claims that have not expired, the oldest first.
    pub fn live_claims(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(move |claim| !claim.is_expired(self.at))
    }

    /// The claim that holds now, if any: the newest that has not expired, since one that is being renewed is there twice.
    #[must_use]
    pub fn live_claim(&self) -> Option<&Claim> {
        self.live_claims().last()
    }

    /// What is left of the cooldown.
    #[must_use]
    pub fn cooldown(&self, interval: Duration) -> Option<Duration> {
        self.markers.iter().filter_map(|m| m.remaining(self.at, interval)).max()
    }

    /// The backoff that holds scaling up back now, with what is left of it. When that has changed on which a lasting
    /// failure depended, little is.
    #[must_use]
    pub fn backoff(&self, spec: &ClusterSpec) -> Option<(&Backoff, Duration)> {
        let backoff = self.last_backoff(&spec.timing)?;
        let now = Circumstances::of(backoff.class, self, spec);
        // What is not known may be as it was.
        let has_changed = backoff.circumstances.zip(now).is_some_and(|(then, now)| then != now);
        let left =
            if has_changed { backoff.remaining_otherwise(self.at, &spec.timing) } else { backoff.remaining(self.at) };
        Some((backoff, left?))
    }

    /// The backoff that holds back what makes no droplet, with what is left of it: that depends neither on the
    /// account's limit nor on an image.
    #[must_use]
    pub fn backoff_otherwise(&self, timing: &Timing) -> Option<(&Backoff, Duration)> {
        let backoff = self.last_backoff(timing)?;
        Some((backoff, backoff.remaining_otherwise(self.at, timing)?))
    }

    /// The backoff that counts. One that is further away than the longest that is ever written comes from a wrong
    /// clock.
    fn last_backoff(&self, timing: &Timing) -> Option<&Backoff> {
        self.backoffs.iter().rfind(|backoff| !backoff.is_absurd(self.at, timing.backoff_max))
    }

    /// The mean of a metric over the members that serve and have a value, with the age of the oldest of
    /// them, and over how many it is; for a metric of the load balancer, that. `None` when nobody has a value.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count of droplets")]
    pub fn cluster_reading(&self, metric: Metric) -> Option<(Reading, usize)> {
        if let Some(reading) = self.cluster_readings.get(&metric) {
            return Some((*reading, self.serving().count()));
        }
        let readings: Vec<Reading> = self.serving().filter_map(|m| m.readings.get(&metric).copied()).collect();
        let at = readings.iter().map(|r| r.at).min()?;
        let value = readings.iter().map(|r| r.value).sum::<f64>() / readings.len() as f64;
        Some((Reading { value, at }, readings.len()))
    }

    /// What the cluster costs, droplets on their way out included.
    #[must_use]
    pub fn cost(&self) -> Cost {
        Cost::of(self.members.iter().map(|m| &m.droplet).chain(&self.leaving).map(|d| d.size.price))
    }
}
