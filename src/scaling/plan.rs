//! What an operation would do, before anybody agreed to it, and why it would be refused.

use jiff::Timestamp;
use serde::Serialize;

use crate::cloud::PlannedRequest;
use crate::cluster::{Claim, DropletId, Price, elapsed, seconds_left};

/// What scaling up would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UpPlan {
    /// The clone's name.
    pub name: String,
    /// Its size.
    pub size: String,
    /// Its region.
    pub region: String,
    /// The snapshot's name.
    pub image: String,
    /// What it will cost, if known.
    pub price: Option<Price>,
    /// How many droplets the cluster then has.
    pub count_after: usize,
    /// What speaks against it without forbidding it, such as a running cooldown.
    pub warnings: Vec<String>,
    /// The calls that would change the cloud, in order.
    pub requests: Vec<PlannedRequest>,
}

/// What scaling down would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DownPlan {
    /// The clone to remove.
    pub droplet: DropletId,
    /// Its name.
    pub name: String,
    /// What it costs now, if known.
    pub price: Option<Price>,
    /// How many droplets the cluster then has.
    pub count_after: usize,
    /// What speaks against it without forbidding it.
    pub warnings: Vec<String>,
    /// The calls that would change the cloud, in order.
    pub requests: Vec<PlannedRequest>,
}

/// Why an operation is not begun. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "refusal")]
pub enum Refusal {
    /// The maximum is reached.
    #[error(
        "the maximum of {max} is reached, with {count} in the cluster: raise `max` in the configuration to add more"
    )]
    AtMaximum {
        /// Droplets now.
        count: usize,
        /// The maximum.
        max: usize,
    },
    /// The minimum is reached.
    #[error("the minimum of {min} is reached, with {serving} serving: lower `min` in the configuration to remove more")]
    AtMinimum {
        /// Serving droplets now.
        serving: usize,
        /// The minimum.
        min: usize,
    },
    /// No clone may be removed.
    #[error("there is no clone that may be removed: the base droplet, guests and protected droplets stay")]
    NoClone,
    /// The named droplet may not be removed.
    #[error("{name} may not be removed: {why}")]
    NotRemovable {
        /// The droplet.
        name: String,
        /// Why.
        why: String,
    },
    /// The base droplet was not found.
    #[error("no droplet {base:?} carries the tag {tag:?}: tag the base droplet, or correct `base_droplet`")]
    NoBase {
        /// As configured.
        base: String,
        /// The cluster's tag.
        tag: String,
    },
    /// The snapshot was not found.
    #[error("there is no snapshot {snapshot:?}: make one of the base droplet, or correct `snapshot`")]
    NoSnapshot {
        /// As configured.
        snapshot: String,
    },
    /// The snapshot is not usable where the clone is to be.
    #[error("the snapshot {snapshot:?} is not in region {region}: transfer it there first")]
    SnapshotElsewhere {
        /// Its name.
        snapshot: String,
        /// The clone's region.
        region: String,
    },
    /// The load balancer was not found.
    #[error("there is no load balancer {load_balancer:?}: make one, or correct `load_balancer`")]
    NoLoadBalancer {
        /// As configured.
        load_balancer: String,
    },
    /// The load balancer names its members by id and has as many as it can.
    #[error(
        "the load balancer {load_balancer:?} names its members by id and has {count}, the most it can: give it a tag instead"
    )]
    LoadBalancerFull {
        /// Its name.
        load_balancer: String,
        /// Its members.
        count: usize,
    },
    /// The account's limit is reached.
    #[error("the account may have {limit} droplets and the limit is reached: ask DigitalOcean to raise it")]
    DropletLimit {
        /// The limit.
        limit: u64,
    },
    /// An operation is under way.
    #[error("an operation is under way on this cluster ({who}): wait for it to end")]
    InFlight {
        /// Whose.
        who: String,
    },
    /// The program may not change anything.
    #[error("started with --read-only: start without it to change anything")]
    ReadOnly,
    /// It is only shown what would be done.
    #[error("started with --dry-run: start without it to change anything")]
    DryRun,
    /// The scaling interval holds it back, and nobody insisted.
    #[error("the cluster was scaled {ago_s} s ago and cools down for {left_s} s more")]
    Cooldown {
        /// Since the last operation.
        ago_s: u64,
        /// What is left.
        left_s: u64,
    },
    /// There is nothing to finish or undo.
    #[error("nothing was left unfinished")]
    NothingLeft,
    /// The cluster could not be read completely, so that nothing may be changed.
    #[error("the cluster could not be read completely: {what}")]
    Incomplete {
        /// What is missing.
        what: String,
    },
}

impl Refusal {
    /// Because of how the program was started: nothing may be changed, or it is only shown what would be.
    #[must_use]
    pub fn of_start(read_only: bool, dry_run: bool) -> Option<Self> {
        if dry_run { Some(Self::DryRun) } else { read_only.then_some(Self::ReadOnly) }
    }

    /// Because somebody else has this claim.
    #[must_use]
    pub fn in_flight(claim: &Claim, now: Timestamp) -> Self {
        let since = elapsed(claim.at, now);
        let (ago, left) = (since.as_secs(), seconds_left(Claim::LEASE.saturating_sub(since)));
        let who = format!(
            "claimed {ago} s ago, or claimed anew; should whoever began it be dead, it is taken over in {left} s"
        );
        Self::InFlight { who }
    }
}
