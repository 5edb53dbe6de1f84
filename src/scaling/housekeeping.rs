//! Tags that have no meaning any more: markers and claims that are over, backoffs that were replaced, and
//! those that lie about in the account because somebody died between two requests. Deleting one twice, or
//! from two places, does no harm, so that it needs no claim.

use jiff::Timestamp;

use crate::cloud::{Cloud, CloudError, TagSummary};
use crate::cluster::{Backoff, Claim, ClusterSpec, Marker, Observation, OperationTag, elapsed, leaving_tag};
use crate::policy::Policy;

/// What was tidied up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Housekeeping {
    /// The tags that were deleted.
    pub deleted: Vec<String>,
}

impl Housekeeping {
    /// Deletes these tags. The first error ends it; what is left is found again at the next look.
    pub async fn delete(cloud: &impl Cloud, tags: Vec<String>) -> Result<Self, CloudError> {
        let mut deleted = Vec::new();
        for tag in tags {
            cloud.delete_tag(&tag).await?;
            deleted.push(tag);
        }
        Ok(Self { deleted })
    }
}

/// The tags on the base droplet that are over.
#[must_use]
pub fn worn_out_tags(seen: &Observation, spec: &ClusterSpec, policy: &Policy) -> Vec<String> {
    let prefix = &spec.clone_prefix;
    let markers = seen.markers.iter().filter(|m| is_over(**m, seen.at, spec, policy)).map(|m| m.tag(prefix));
    let claims = seen.claims.iter().filter(|c| c.is_expired(seen.at)).map(|c| c.tag(prefix));
    let longest = spec.timing.backoff_max;
    let is_last = |b: &Backoff| seen.backoffs.iter().rfind(|b| !b.is_absurd(seen.at, longest)) == Some(b);
    let is_forgotten = |b: &Backoff| elapsed(b.until, seen.at) > longest;
    let backoffs = seen.backoffs.iter().filter(|b| !is_last(b) || is_forgotten(b)).map(|b| b.tag(prefix));
    markers.chain(claims).chain(backoffs).collect()
}

/// A marker also tells from when on samples describe the cluster as it is, so it is kept for the averaging
/// window as well. One that lies in the future holds nothing back and would never end.
fn is_over(marker: Marker, now: Timestamp, spec: &ClusterSpec, policy: &Policy) -> bool {
    marker.is_in_future(now) || elapsed(marker.at, now) > policy.scaling_interval.max(spec.timing.metrics_window)
}

/// Whether the account has tags of this program that nothing carries and that may become stray soon.
#[must_use]
pub fn has_young_strays(all: &[TagSummary], spec: &ClusterSpec) -> bool {
    all.iter().any(|tag| tag.droplets == 0 && begun_at(&tag.name, &spec.clone_prefix).is_some())
}

/// Whether the account has the tag of clones that leave, and nothing carries it. Only under a claim can it be
/// deleted, see [`super::Scaler::forget_leaving_tag`].
#[must_use]
pub fn is_leaving_tag_left(all: &[TagSummary], spec: &ClusterSpec) -> bool {
    all.iter().any(|tag| tag.droplets == 0 && tag.name == leaving_tag(&spec.tag))
}

/// When that began of which a tag is the trace.
fn begun_at(tag: &str, prefix: &str) -> Option<Timestamp> {
    let operation = OperationTag::parse_pending(tag).or_else(|| OperationTag::parse_draining(tag));
    operation
        .map(|o| o.at)
        .or_else(|| Claim::parse(prefix, tag).map(|c| c.at))
        .or_else(|| Marker::parse(prefix, tag).map(|m| m.at))
}

/// The tags of this program in the account that nothing carries and nobody can still be about to use. The tag of
/// clones that leave is not among them: it does not tell its age, and one that is about to be used is the only
/// trace of a clone that has just given up the cluster's tag.
#[must_use]
pub fn stray_tags(all: &[TagSummary], spec: &ClusterSpec, policy: &Policy, now: Timestamp) -> Vec<String> {
    let prefix = &spec.clone_prefix;
    let longest = spec.timing.longest_operation();
    let is_old = |at: Timestamp| elapsed(at, now) > longest.max(policy.scaling_interval);
    let is_stray = |tag: &str| {
        let over = begun_at(tag, prefix).or_else(|| Backoff::parse(prefix, tag).map(|b| b.until));
        over.is_some_and(is_old) || Marker::parse(prefix, tag).is_some_and(|m| m.is_in_future(now))
    };
    all.iter().filter(|tag| tag.droplets == 0 && is_stray(&tag.name)).map(|tag| tag.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cluster::{Nonce, Timing};
    use crate::scaling::tests::{policy, spec};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    #[test]
    fn markers_go_when_they_are_over_and_claims_when_they_expired() {
        let mut seen = Observation::empty(at(0));
        seen.markers = vec![Marker { at: at(-1000) }, Marker { at: at(-60) }, Marker { at: at(5000) }];
        seen.claims =
            vec![Claim { at: at(-100_000), nonce: Nonce::new(1) }, Claim { at: at(-10), nonce: Nonce::new(2) }];
        let over = worn_out_tags(&seen, &spec(), &policy());
        assert_eq!(
            over,
            [
                "scaling-web-1699999000".to_owned(),
                "scaling-web-1700005000".to_owned(),
                "dropscale:claim:web:1699900000:0000000000000001".to_owned(),
            ]
        );
    }

    #[test]
    fn only_tags_that_nothing_carries_and_that_are_old_are_stray() {
        let longest = i64::try_from(Timing::default().longest_operation().as_secs()).unwrap();
        let nonce = Nonce::new(1);
        let old = OperationTag { at: at(-longest - 10), nonce: nonce.clone() }.pending();
        let young = OperationTag { at: at(-10), nonce }.pending();
        let tag = |name: &str, droplets| TagSummary { name: name.to_owned(), droplets };
        let all = [tag(&old, 0), tag(&old, 1), tag(&young, 0), tag("web", 0), tag("scaling-other-1", 0)];
        assert_eq!(stray_tags(&all, &spec(), &policy(), at(0)), [old]);
        assert!(policy().scaling_interval < Duration::from_secs(1000));
    }
}
