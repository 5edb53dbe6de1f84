//! Plans an operation on an observation: what it would do, or why it is refused. Pure; asked before the user
//! is asked, and again after the claim is won, on fresh data.

use crate::cloud::{NewDroplet, PlannedRequest};
use crate::cluster::{
    ClusterSpec, Droplet, DropletId, LoadBalancer, MAX_MEMBERS_BY_ID, Member, Membership, Nonce, Observation,
    OperationTag, Role, leaving_tag, next_clone_name, seconds_left,
};
use crate::policy::Policy;

use super::{DownPlan, Refusal, UpPlan};

/// What is the same for both directions: whose claim does not count, and whether the cooldown holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms<'a> {
    /// The claim of the operation that asks.
    pub own: Option<&'a Nonce>,
    /// Whether a running cooldown is only a warning: somebody asked for the operation, knowing it.
    pub insist: bool,
}

/// What scaling up would do now.
pub fn plan_up(seen: &Observation, spec: &ClusterSpec, policy: &Policy, terms: Terms<'_>) -> Result<UpPlan, Refusal> {
    let base = base(seen, spec)?;
    let balancer = balancer(seen, spec)?;
    let count = seen.count() + seen.leaving.len();
    if count >= policy.max {
        return Err(Refusal::AtMaximum { count, max: policy.max });
    }
    if let Some(limit) = seen.droplet_limit.filter(|limit| *limit <= u64::try_from(count).unwrap_or(u64::MAX)) {
        return Err(Refusal::DropletLimit { limit });
    }
    let mut warnings = common(seen, spec, policy, terms)?;
    let new = new_droplet(seen, spec, &base.droplet, &OperationTag { at: seen.at, nonce: Nonce::new(0) })?;
    if balancer.membership == Membership::ById && balancer.members.len() >= MAX_MEMBERS_BY_ID {
        return Err(Refusal::LoadBalancerFull { load_balancer: balancer.name.clone(), count: balancer.members.len() });
    }
    if balancer.vpc.is_some() && new.vpc.is_some() && balancer.vpc != new.vpc {
        warnings.push("the clone and the load balancer are in different VPCs: it may not be reached".to_owned());
    }
    if !new.monitoring {
        warnings.push("the clone gets no metrics agent: its load and memory will not be known".to_owned());
    }
    let same_size = new.size == base.droplet.size.slug;
    Ok(UpPlan {
        name: new.name.clone(),
        size: new.size.clone(),
        region: new.region.clone(),
        image: seen.snapshot.as_ref().map(|s| s.name.clone()).unwrap_or_default(),
        price: base.droplet.size.price.filter(|_| same_size),
        count_after: seen.count() + 1,
        warnings,
        requests: requests_up(&new, balancer),
    })
}

/// What scaling down would do now: to this droplet, or to the clone made last.
pub fn plan_down(
    seen: &Observation,
    spec: &ClusterSpec,
    policy: &Policy,
    target: Option<DropletId>,
    terms: Terms<'_>,
) -> Result<DownPlan, Refusal> {
    base(seen, spec)?;
    let balancer = balancer(seen, spec)?;
    let victim = match target {
        Some(id) => removable(seen, spec, id)?,
        None => seen.newest_clone(spec).ok_or(Refusal::NoClone)?,
    };
    let stays = seen.serving().filter(|m| m.droplet.id != victim.droplet.id).count();
    // One that serves nobody is no loss, however few the others are.
    if victim.serves() && stays < policy.min {
        return Err(Refusal::AtMinimum { serving: seen.serving().count(), min: policy.min });
    }
    let warnings = common(seen, spec, policy, terms)?;
    Ok(DownPlan {
        droplet: victim.droplet.id,
        name: victim.droplet.name.clone(),
        price: victim.droplet.size.price,
        count_after: seen.count() - 1,
        warnings,
        requests: requests_down(&victim.droplet, spec, balancer),
    })
}

/// What removing a clone comes to, for people. One that is off has no connections, and nothing to shut down.
#[must_use]
pub fn removal(clone: &Member) -> &'static str {
    match (clone.is_off(), clone.attached) {
        (false, true) => {
            "It leaves the load balancer, its connections end, it is shut down and then deleted with its disk."
        }
        (false, false) => "It is not in the load balancer: it is shut down and then deleted with its disk.",
        (true, true) => "It is off and serves nobody: it leaves the load balancer and is deleted with its disk.",
        (true, false) => "It is off and serves nobody: it is deleted with its disk.",
    }
}

/// The droplet that scaling up makes: as the base, but for what is configured.
pub fn new_droplet(
    seen: &Observation,
    spec: &ClusterSpec,
    base: &Droplet,
    operation: &OperationTag,
) -> Result<NewDroplet, Refusal> {
    let snapshot = seen.snapshot.as_ref().ok_or_else(|| Refusal::NoSnapshot { snapshot: spec.snapshot.clone() })?;
    let region = spec.clone.region.clone().unwrap_or_else(|| base.region.clone());
    if !snapshot.regions.is_empty() && !snapshot.regions.contains(&region) {
        return Err(Refusal::SnapshotElsewhere { snapshot: snapshot.name.clone(), region });
    }
    let taken = seen.members.iter().map(|m| &m.droplet).chain(&seen.leaving).map(|d| d.name.as_str());
    let taken = taken.chain([spec.base_droplet.as_str()]);
    let mut tags = vec![spec.tag.clone(), operation.pending()];
    tags.extend(spec.clone.extra_tags.iter().filter(|t| **t != spec.tag).cloned());
    Ok(NewDroplet {
        name: next_clone_name(&spec.clone_prefix, taken),
        size: spec.clone.size.clone().unwrap_or_else(|| base.size.slug.clone()),
        image: snapshot.id,
        vpc: spec.clone.vpc.clone().or_else(|| base.vpc.clone().filter(|_| region == base.region)),
        region,
        ssh_keys: spec.clone.ssh_keys.clone(),
        user_data: spec.clone.user_data.clone(),
        monitoring: spec.clone.monitoring,
        tags,
    })
}

fn base<'a>(seen: &'a Observation, spec: &ClusterSpec) -> Result<&'a Member, Refusal> {
    seen.base_member().ok_or_else(|| Refusal::NoBase { base: spec.base_droplet.clone(), tag: spec.tag.clone() })
}

fn balancer<'a>(seen: &'a Observation, spec: &ClusterSpec) -> Result<&'a LoadBalancer, Refusal> {
    let missing = || Refusal::NoLoadBalancer { load_balancer: spec.load_balancer.clone() };
    seen.load_balancer.as_ref().ok_or_else(missing)
}

/// Refuses while somebody else's claim holds.
pub(super) fn nobody_operates(seen: &Observation, terms: Terms<'_>) -> Result<(), Refusal> {
    let foreign = seen.live_claims().filter(|claim| Some(&claim.nonce) != terms.own).last();
    foreign.map_or(Ok(()), |claim| Err(Refusal::in_flight(claim, seen.at)))
}

/// What forbids either direction; else what speaks against it.
fn common(seen: &Observation, spec: &ClusterSpec, policy: &Policy, terms: Terms<'_>) -> Result<Vec<String>, Refusal> {
    nobody_operates(seen, terms)?;
    let mut warnings = Vec::new();
    if let Some(left) = seen.cooldown(policy.scaling_interval) {
        let ago = policy.scaling_interval.saturating_sub(left);
        if !terms.insist {
            return Err(Refusal::Cooldown { ago_s: ago.as_secs(), left_s: seconds_left(left) });
        }
        warnings.push(format!(
            "the cluster was scaled {} s ago: the cooldown of {} s is not over",
            ago.as_secs(),
            policy.scaling_interval.as_secs()
        ));
    }
    if let Some((backoff, _)) = seen.backoff(spec) {
        let which = match backoff.failures {
            1 => "operation".to_owned(),
            several => format!("{several} operations"),
        };
        warnings.push(format!("the last {which} failed: {}", backoff.class.describe()));
    }
    Ok(warnings)
}

/// The member with this id, if it may be removed.
fn removable<'a>(seen: &'a Observation, spec: &ClusterSpec, id: DropletId) -> Result<&'a Member, Refusal> {
    let refuse = |name: String, why: &str| Err(Refusal::NotRemovable { name, why: why.to_owned() });
    let Some(member) = seen.member(id) else {
        return refuse(format!("droplet {id}"), "it is not in the cluster");
    };
    let name = member.droplet.name.clone();
    match member.role {
        Role::Base => refuse(name, "it is the base droplet"),
        Role::Guest => refuse(name, "it is in the cluster but was not made by scaling up"),
        Role::Clone if member.droplet.is_protected(spec) => refuse(name, "it is protected"),
        Role::Clone if member.droplet.draining().is_some() => refuse(name, "it is being removed already"),
        Role::Clone => Ok(member),
    }
}

fn request(method: &'static str, path: String, body: Option<serde_json::Value>) -> PlannedRequest {
    PlannedRequest { method, path, body }
}

fn tag_requests(tag: &str, id: &str) -> [PlannedRequest; 2] {
    let resources = serde_json::json!({"resources": [{"resource_id": id, "resource_type": "droplet"}]});
    [
        request("POST", "/v2/tags".to_owned(), Some(serde_json::json!({ "name": tag }))),
        request("POST", format!("/v2/tags/{tag}/resources"), Some(resources)),
    ]
}

fn requests_up(new: &NewDroplet, balancer: &LoadBalancer) -> Vec<PlannedRequest> {
    let placeholder = |tag: &String| match OperationTag::parse_pending(tag) {
        Some(_) => "<pending>".to_owned(),
        None => tag.clone(),
    };
    let tags: Vec<String> = new.tags.iter().map(placeholder).collect();
    let body = serde_json::json!({
        "name": new.name, "region": new.region, "size": new.size, "image": new.image, "tags": tags,
        "ssh_keys": new.ssh_keys, "vpc_uuid": new.vpc, "monitoring": new.monitoring,
        "user_data": new.user_data.as_ref().map(|text| format!("<{} bytes>", text.len())),
    });
    let mut requests = Vec::from(tag_requests("<claim>", "<base>"));
    requests.extend(tag_requests("<marker>", "<base>"));
    requests.push(request("POST", "/v2/droplets".to_owned(), Some(body)));
    match &balancer.membership {
        Membership::ById => requests.push(request(
            "POST",
            format!("/v2/load_balancers/{}/droplets", balancer.id),
            Some(serde_json::json!({"droplet_ids": ["<clone>"]})),
        )),
        Membership::ByTag(tag) if !new.tags.contains(tag) => requests.extend(tag_requests(tag, "<clone>")),
        Membership::ByTag(_) => {}
    }
    requests.push(request("DELETE", "/v2/tags/<pending>".to_owned(), None));
    requests.push(request("DELETE", "/v2/tags/<claim>".to_owned(), None));
    requests
}

fn requests_down(victim: &Droplet, spec: &ClusterSpec, balancer: &LoadBalancer) -> Vec<PlannedRequest> {
    let id = victim.id.to_string();
    let mut requests = Vec::from(tag_requests("<claim>", "<base>"));
    requests.extend(tag_requests("<marker>", "<base>"));
    requests.extend(tag_requests("<draining>", &id));
    let resources = serde_json::json!({"resources": [{"resource_id": id, "resource_type": "droplet"}]});
    match &balancer.membership {
        Membership::ById => requests.push(request(
            "DELETE",
            format!("/v2/load_balancers/{}/droplets", balancer.id),
            Some(serde_json::json!({"droplet_ids": [victim.id]})),
        )),
        Membership::ByTag(tag) => {
            if *tag == spec.tag {
                requests.extend(tag_requests(&leaving_tag(&spec.tag), &id));
            }
            requests.push(request("DELETE", format!("/v2/tags/{tag}/resources"), Some(resources)));
        }
    }
    let shutdown = Some(serde_json::json!({"type": "shutdown"}));
    requests.push(request("POST", format!("/v2/droplets/{id}/actions"), shutdown));
    requests.push(request("DELETE", format!("/v2/droplets/{id}"), None));
    requests.push(request("DELETE", "/v2/tags/<draining>".to_owned(), None));
    requests.push(request("DELETE", "/v2/tags/<claim>".to_owned(), None));
    requests
}
