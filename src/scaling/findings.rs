//! Finds by looking what is not as it should be in a cluster. What can be repaired safely is repaired elsewhere; nothing
//! here changes anything.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::{ClusterSpec, Droplet, DropletId, DropletStatus, Health, Member, Observation, Role, elapsed};
use crate::policy::Policy;

use super::{Finding, FindingKind, Level};

/// Everything that is not as it should be, the weightiest first.
#[must_use]
pub fn findings(seen: &Observation, spec: &ClusterSpec, policy: &Policy) -> Vec<Finding> {
    let mut findings: Vec<Finding> = seen.problems.iter().map(|problem| Finding::of_the_look(problem)).collect();
    findings.extend(of_the_cluster(seen, policy));
    findings.extend(of_the_tags(seen, spec, policy));
    findings.extend(seen.members.iter().flat_map(|member| of_a_member(member, seen, spec)));
    let in_flight = seen.live_claim().is_some();
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
        findings.push(Finding::new(Level::Warning, FindingKind::TooMany, text));
    }
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for member in &seen.members {
        *names.entry(&member.droplet.name).or_default() += 1;
    }
    for (name, count) in names.into_iter().filter(|(_, count)| *count > 1) {
        let text = format!("{count} droplets are named {name}: rename all but one");
        findings.push(Finding::new(Level::Warning, FindingKind::NamedAlike(name.to_owned()), text));
    }
    let strangers = strangers(seen);
    if !strangers.is_empty() {
        let ids: Vec<String> = strangers.iter().map(ToString::to_string).collect();
        let text = format!("the load balancer has members outside the cluster: {}; tag or detach them", ids.join(", "));
        findings.push(Finding::new(Level::Warning, FindingKind::Strangers, text));
    }
    findings
}

/// What the tags on the base droplet tell that should not be so.
fn of_the_tags(seen: &Observation, spec: &ClusterSpec, policy: &Policy) -> Vec<Finding> {
    let mut findings = Vec::new();
    for marker in seen.markers.iter().filter(|m| m.is_in_future(seen.at)) {
        let text = format!("the marker of {} lies in the future and is not obeyed", marker.at);
        findings.push(Finding::new(Level::Warning, FindingKind::Marker, text));
    }
    let cooling = seen.markers.iter().filter(|m| m.remaining(seen.at, policy.scaling_interval).is_some()).count();
    if cooling > 1 {
        let text = format!(
            "the cluster was scaled {cooling} times within its interval: by hand, or by more than one program; the \
             cooldown runs from the last one"
        );
        findings.push(Finding::new(Level::Info, FindingKind::ScaledOften, text));
    }
    // One that is being renewed is there twice.
    let claims = seen.live_claims().map(|claim| &claim.nonce).collect::<BTreeSet<_>>().len();
    if claims > 1 {
        let text = format!("{claims} claim the cluster at once: one goes on, the others withdraw by themselves");
        findings.push(Finding::new(Level::Info, FindingKind::Claimed, text));
    }
    for backoff in seen.backoffs.iter().filter(|backoff| backoff.is_absurd(seen.at, spec.timing.backoff_max)) {
        let text = format!("a backoff until {} is longer than any that is written, and is not obeyed", backoff.until);
        findings.push(Finding::new(Level::Warning, FindingKind::Backoff, text));
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
    let is_clones = member.is_arriving() || member.is_leaving();
    if seen.live_claim().is_none() {
        findings.extend(if is_clones { Some(left_unfinished(droplet)) } else { no_clone_any_more(member) });
    }
    if is_clones {
        return findings;
    }
    let is_autos = member.role == Role::Clone && !droplet.is_protected(spec);
    match droplet.status {
        DropletStatus::Off | DropletStatus::Archive => {
            findings.push(off(member, is_autos));
        }
        DropletStatus::New if elapsed(droplet.created_at, seen.at) > spec.timing.boot => {
            findings.push(never_active(member, is_autos));
        }
        DropletStatus::Active if !member.attached && seen.load_balancer.is_some() => {
            let (what, advice) = if is_autos {
                (
                    "auto brings it in, or removes it; the tag dropscale:protect keeps it as it is",
                    "auto brings them in, or removes them; the tag dropscale:protect keeps one as it is",
                )
            } else if member.role == Role::Clone {
                ("attach it or delete it", "attach them or delete them")
            } else {
                ("attach it, or take the cluster's tag off it", "attach them, or take the cluster's tag off them")
            };
            let text = format!("{name} is in the cluster but not behind the load balancer: {what}");
            let finding = Finding::new(Level::Warning, FindingKind::Apart, text).wasted(droplet);
            findings.push(finding.several("are in the cluster but not behind the load balancer", advice));
        }
        // What was measured before it joined says nothing.
        DropletStatus::Active
            if member.health == Health::Unhealthy
                && elapsed(droplet.created_at, seen.at) > spec.timing.boot + spec.timing.health =>
        {
            let text = format!("{name} fails the load balancer's health check");
            let finding = Finding::new(Level::Warning, FindingKind::Unhealthy, text).about(droplet);
            findings.push(finding.several("fail the load balancer's health check", ""));
        }
        _ => {}
    }
    findings.extend(silent(member, spec));
    if member.role == Role::Guest {
        let text = format!("{name} carries the cluster's tag but is neither base nor clone: counted, never touched");
        let finding = Finding::new(Level::Info, FindingKind::Guest, text).about(droplet);
        let several = "carry the cluster's tag but are neither base nor clone";
        findings.push(finding.several(several, "counted, never touched"));
    }
    findings
}

/// A droplet that was powered off. A clone that is not protected can be removed from here.
fn off(member: &Member, may_be_removed: bool) -> Finding {
    let panel = "in DigitalOcean's control panel";
    let (what, advice) = match member.role {
        Role::Base => (format!("power it on {panel}"), "power them on in DigitalOcean's control panel"),
        _ if may_be_removed => (
            format!("power it on {panel}, or remove it"),
            "power them on in DigitalOcean's control panel, or remove them",
        ),
        _ => (
            format!("power it on or delete it {panel}"),
            "power them on or delete them in DigitalOcean's control panel",
        ),
    };
    let text = format!("{} is off, serves nobody and is still billed: {what}", member.droplet.name);
    let finding = Finding { offers_removal: may_be_removed, ..Finding::new(Level::Warning, FindingKind::Off, text) };
    finding.wasted(&member.droplet).several("are off, serve nobody and are still billed", advice)
}

/// A droplet that should long be active.
fn never_active(member: &Member, is_autos: bool) -> Finding {
    let (what, advice) = match member.role {
        Role::Clone if is_autos => ("auto removes it", "auto removes them"),
        Role::Clone => (
            "delete it, or see in DigitalOcean's control panel what it waits for",
            "delete them, or see in DigitalOcean's control panel what they wait for",
        ),
        Role::Base | Role::Guest => (
            "see in DigitalOcean's control panel what it waits for",
            "see in DigitalOcean's control panel what they wait for",
        ),
    };
    let text = format!("{} is still not active: {what}", member.droplet.name);
    let finding = Finding::new(Level::Warning, FindingKind::NeverActive, text).several("are still not active", advice);
    if member.role == Role::Clone { finding.wasted(&member.droplet) } else { finding.about(&member.droplet) }
}

/// A droplet whose agent had not been heard for long when it was asked. Whom nobody has asked is not silent.
fn silent(member: &Member, spec: &ClusterSpec) -> Option<Finding> {
    let droplet = &member.droplet;
    let limit = spec.timing.metrics_silent;
    let asked_at = member.asked_at?;
    let since = member.last_sample.unwrap_or(droplet.created_at);
    if droplet.status != DropletStatus::Active
        || elapsed(since, asked_at) <= limit
        || elapsed(droplet.created_at, asked_at) <= limit
    {
        return None;
    }
    let finding = |text| Finding::new(Level::Warning, FindingKind::Silent, text).about(droplet);
    Some(match member.last_sample {
        Some(at) => {
            let minutes = elapsed(at, asked_at).as_secs() / 60;
            finding(format!("{} has sent no metrics for {minutes} min: look whether its agent runs", droplet.name))
                .several("have sent no metrics for long", "look whether their agents run")
        }
        None => finding(format!("{} sends no metrics: install the metrics agent (monitoring) on it", droplet.name))
            .several("send no metrics", "install the metrics agent (monitoring) on them"),
    })
}

/// A trace of an operation on what is no clone, or has been given another name: nobody goes on with it.
fn no_clone_any_more(member: &Member) -> Option<Finding> {
    let droplet = &member.droplet;
    let operation = droplet.draining().map(|o| o.draining()).or_else(|| droplet.pending().map(|o| o.pending()))?;
    let name = &droplet.name;
    let advice = match member.role {
        Role::Base => format!("take the tag {operation} off"),
        _ => format!("take the tag {operation} off, or delete it"),
    };
    let text =
        format!("{name} carries the tag of an operation, but is no clone, so that nobody goes on with it: {advice}");
    Some(Finding::new(Level::Warning, FindingKind::NoClone, text).about(droplet))
}

fn left_unfinished(droplet: &Droplet) -> Finding {
    let name = &droplet.name;
    let (what, several) = if droplet.draining().is_some() {
        ("was being removed", "were being removed by somebody who is gone")
    } else if droplet.pending().is_some() {
        ("was being added", "were being added by somebody who is gone")
    } else {
        let text = format!("{name} has lost the cluster's tag, and no tag tells why: delete it, or give the tag back");
        let finding = Finding::new(Level::Warning, FindingKind::Lost, text).wasted(droplet);
        let several = "have lost the cluster's tag, and no tag tells why";
        return finding.several(several, "delete them, or give the tag back");
    };
    let text = format!("{name} {what} by somebody who is gone; the next operation or auto goes on with it");
    let finding = Finding::new(Level::Warning, FindingKind::Unfinished, text).wasted(droplet);
    finding.several(several, "the next operation or auto goes on with them")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::cluster::{Backoff, Claim, FailureClass, Marker, Nonce, OperationTag, PROTECT_TAG, Timing};
    use crate::scaling::tests::{policy, spec};

    fn droplet(tags: &[String]) -> Droplet {
        Droplet { tags: tags.to_vec(), ..Droplet::example(7, "web007") }
    }

    const NOW: i64 = 1_763_985_600;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(NOW + second).unwrap()
    }

    fn texts(seen: &Observation) -> Vec<String> {
        findings(seen, &spec(), &policy()).into_iter().map(|finding| finding.text).collect()
    }

    #[test]
    fn each_tag_that_is_one_too_many_or_from_a_wrong_clock_is_told() {
        let nonce = Nonce::new;
        let mut seen = Observation::empty(at(0));
        seen.markers = vec![Marker { at: at(-5) }];
        seen.claims =
            vec![Claim { at: at(-5), nonce: nonce(1) }, Claim { at: at(0) - Claim::LEASE * 2, nonce: nonce(2) }];
        seen.backoffs = vec![Backoff::after(FailureClass::Boot, 1, at(0), &Timing::default(), None)];
        assert_eq!(texts(&seen), [""; 0], "one of each that holds, and an old one, are as they should be");
        seen.markers.extend([Marker { at: at(-1) }, Marker { at: at(9000) }]);
        seen.claims.push(Claim { at: at(-4), nonce: nonce(3) });
        seen.backoffs.push(Backoff { until: at(900_000), ..seen.backoffs[0] });
        let texts = texts(&seen);
        let expected = ["lies in the future", "longer than any", "scaled 2 times", "2 claim the cluster"];
        assert_eq!(texts.len(), expected.len(), "{texts:?}");
        assert!(texts.iter().zip(expected).all(|(text, part)| text.contains(part)), "{texts:?}");
    }

    #[test]
    fn a_clone_that_never_became_active_is_told_with_what_it_costs() {
        let new = Droplet { status: DropletStatus::New, created_at: at(-240), ..droplet(&["web".to_owned()]) };
        let mut seen = Observation::empty(at(0));
        seen.members = vec![Member::bare(new, Role::Clone, false)];
        assert_eq!(texts(&seen), [""; 0], "it may still boot");
        seen.members[0].droplet.created_at = at(-420);
        let found = findings(&seen, &spec(), &policy());
        assert_eq!(found[0].monthly, Some(12.0));
        assert_eq!(texts(&seen), ["web007 is still not active: auto removes it"]);
        seen.members[0].droplet.tags.push(PROTECT_TAG.to_owned());
        assert!(texts(&seen)[0].starts_with("web007 is still not active: delete it"), "{:?}", texts(&seen));
        seen.members[0].role = Role::Base;
        let found = findings(&seen, &spec(), &policy());
        assert!(!found[0].is_wasted && !found[0].text.contains("delete"), "{found:?}");
    }

    #[test]
    fn of_one_that_is_off_is_said_what_can_be_done_with_it() {
        let off = Droplet { status: DropletStatus::Off, ..droplet(&["web".to_owned()]) };
        let mut seen = Observation::empty(at(0));
        seen.members = vec![Member::bare(off, Role::Clone, true)];
        let advice = |seen: &Observation| {
            let found = findings(seen, &spec(), &policy()).remove(0);
            (found.text.split_once(": ").unwrap().1.to_owned(), found.offers_removal)
        };
        let removable = "power it on in DigitalOcean's control panel, or remove it";
        assert_eq!(advice(&seen), (removable.to_owned(), true));
        seen.members[0].droplet.tags.push(PROTECT_TAG.to_owned());
        let elsewhere = "power it on or delete it in DigitalOcean's control panel";
        assert_eq!(advice(&seen), (elsewhere.to_owned(), false), "not from here while it is protected");
        seen.members[0].role = Role::Base;
        assert_eq!(advice(&seen), ("power it on in DigitalOcean's control panel".to_owned(), false));
    }

    #[test]
    fn whom_nobody_has_asked_is_not_silent() {
        let old = Droplet { created_at: at(-90_000), ..droplet(&["web".to_owned()]) };
        let mut seen = Observation::empty(at(0));
        seen.members = vec![Member { last_sample: None, ..Member::bare(old, Role::Clone, true) }];
        assert_eq!(texts(&seen), [""; 0], "its turn has not come yet");
        seen.members[0].asked_at = Some(at(-5));
        assert!(texts(&seen)[0].contains("sends no metrics"), "{:?}", texts(&seen));
        seen.members[0].last_sample = Some(at(-3605));
        assert!(texts(&seen)[0].contains("has sent no metrics for 60 min"), "{:?}", texts(&seen));
        // What was heard when it was asked is no silence, however long ago that is.
        seen.members[0].asked_at = Some(at(-3600));
        assert_eq!(texts(&seen), [""; 0]);
    }

    #[test]
    fn a_clone_that_was_renamed_in_the_middle_of_an_operation_is_told() {
        let draining = OperationTag { at: at(-90), nonce: Nonce::new(1) }.draining();
        let renamed = Droplet { name: "old-web".to_owned(), ..droplet(&["web".to_owned(), draining.clone()]) };
        let mut seen = Observation::empty(at(0));
        seen.members = vec![Member::bare(renamed, Role::Guest, true)];
        assert!(texts(&seen)[0].ends_with(&format!("take the tag {draining} off, or delete it")), "{:?}", texts(&seen));
        seen.members[0].role = Role::Base;
        assert!(texts(&seen)[0].ends_with(&format!("take the tag {draining} off")), "{:?}", texts(&seen));
        // Whoever operates goes on with it, whatever it is called by now.
        seen.claims = vec![Claim { at: at(-5), nonce: Nonce::new(1) }];
        assert_eq!(texts(&seen), [""; 0]);
    }

    #[test]
    fn only_what_a_tag_explains_is_said_to_be_gone_on_with() {
        let now = at(0);
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
