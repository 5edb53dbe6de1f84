//! A load balancer of the simulated cloud: its members and their health.

use std::collections::BTreeMap;

use super::machine::Response;

/// A load balancer.
#[derive(Debug, Clone)]
pub struct Balancer {
    /// Its UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Its VPC.
    pub vpc: String,
    /// When it was made, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// The tag it takes its members by.
    pub tag: Option<String>,
    /// Members, each with the time since when it is one.
    pub members: BTreeMap<u64, Member>,
    /// Until when it refuses changes.
    pub busy_until_ms: i64,
    /// What it has done in the last moment.
    pub traffic: Traffic,
}

/// A member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Member {
    /// Since when it answers the health check without a break, in milliseconds since 1970.
    pub answering_since_ms: Option<i64>,
    /// Whether the check calls it healthy.
    pub healthy: bool,
}

/// What a load balancer has done in the last moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Traffic {
    /// Requests a second that arrived.
    pub requests_per_second: f64,
    /// Requests a second that were not answered as they should.
    pub failed_per_second: f64,
    /// Response times in seconds: mean, and what 50, 95 and 99 % stay under.
    pub avg_s: f64,
    /// See above.
    pub p50_s: f64,
    /// See above.
    pub p95_s: f64,
    /// See above.
    pub p99_s: f64,
    /// Requests that wait.
    pub queue: f64,
}

impl Traffic {
    /// The traffic of requests that arrive at this rate and are answered so by the members.
    #[must_use]
    pub fn over(requests_per_second: f64, responses: impl IntoIterator<Item = Response>) -> Self {
        let mut traffic = Self { requests_per_second, ..Self::default() };
        let mut served = 0.0;
        for response in responses {
            served += response.served_rps;
            traffic.avg_s += response.avg_s * response.served_rps;
            traffic.p50_s = traffic.p50_s.max(response.p50_s);
            traffic.p95_s = traffic.p95_s.max(response.p95_s);
            traffic.p99_s = traffic.p99_s.max(response.p99_s);
            traffic.queue += response.queue;
        }
        traffic.failed_per_second = (requests_per_second - served).max(0.0);
        traffic.avg_s = if served > 0.0 { traffic.avg_s / served } else { 0.0 };
        traffic
    }
}

impl Balancer {
    /// Sets who the members are; who stays keeps its health.
    pub fn set_members(&mut self, ids: impl IntoIterator<Item = u64>) {
        let old = std::mem::take(&mut self.members);
        self.members = ids.into_iter().map(|id| (id, old.get(&id).copied().unwrap_or_default())).collect();
    }

    /// Checks each member's health.
    pub fn check_health(&mut self, now_ms: i64, healthy_after_ms: i64, is_ready: impl Fn(u64) -> bool) {
        for (id, member) in &mut self.members {
            if is_ready(*id) {
                let since = *member.answering_since_ms.get_or_insert(now_ms);
                member.healthy |= now_ms - since >= healthy_after_ms;
            } else {
                *member = Member::default();
            }
        }
    }
}
