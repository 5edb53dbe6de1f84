//! The tags in which unfinished work is written before it is begun, so that after a crash anyone, on any
//! machine, can tell what was meant. Tags may hold letters, digits, `_`, `-` and `:`, at most 255 characters.
//!
//! | tag | on | means |
//! |---|---|---|
//! | `scaling-<prefix>-<unix>` | base | the seed's marker: the cluster was scaled at that second |
//! | `dropscale:claim:<prefix>:<unix>:<nonce>` | base | a controller operates on the cluster |
//! | `dropscale:backoff:<prefix>:<until>:<failures>:<class>` | base | operations failed; automatic ones wait |
//! | `dropscale:pending:<unix>:<nonce>` | clone | being made, not settled yet |
//! | `dropscale:draining:<unix>:<nonce>` | clone | being removed |
//! | `dropscale:leaving:<cluster tag>` | clone | being removed, and has already lost the cluster tag |
//! | `dropscale:protect` | any | never to be removed |
//!
//! A backoff may end with `:` and the print of what the failure depended on, see [`super::Circumstances`].

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::elapsed;

/// A droplet with this tag is never removed.
pub const PROTECT_TAG: &str = "dropscale:protect";

/// The tag under which a clone can be found that has given up the cluster tag to leave the load balancer.
#[must_use]
pub fn leaving_tag(cluster_tag: &str) -> String {
    format!("dropscale:leaving:{cluster_tag}")
}

/// The time of a whole number of seconds.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Timestamp::from_second(text.parse().ok()?).ok()
}

/// The random name of one operation: 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Nonce(String);

impl Nonce {
    /// The nonce of this number.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(format!("{number:016x}"))
    }

    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The seed's marker, `scaling-<prefix>-<unix seconds>`: the cooldown runs from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Marker {
    /// When the cluster was scaled.
    pub at: Timestamp,
}

impl Marker {
    /// The marker of a tag, if it is one of this prefix.
    #[must_use]
    pub fn parse(prefix: &str, tag: &str) -> Option<Self> {
        let at = timestamp(tag.strip_prefix("scaling-")?.strip_prefix(prefix)?.strip_prefix('-')?)?;
        Some(Self { at })
    }

    /// The tag of this marker.
    #[must_use]
    pub fn tag(self, prefix: &str) -> String {
        format!("scaling-{prefix}-{}", self.at.as_second())
    }

    /// Whether it lies further in the future than clocks may differ: such a marker holds nothing back.
    #[must_use]
    pub fn is_in_future(self, now: Timestamp) -> bool {
        elapsed(now, self.at) > Duration::from_secs(60)
    }

    /// What is left of the cooldown; `None` when it is over, or when the marker is in the future.
    #[must_use]
    pub fn remaining(self, now: Timestamp, interval: Duration) -> Option<Duration> {
        if self.is_in_future(now) {
            return None;
        }
        interval.checked_sub(elapsed(self.at, now)).filter(|left| !left.is_zero())
    }
}

/// A controller's claim to be the only one that operates on the cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Claim {
    /// When it was made, by the server's clock.
    pub at: Timestamp,
    /// Whose it is.
    pub nonce: Nonce,
}

impl Claim {
    /// How long a claim holds unless it is renewed. The same for all, since others have to know how long one's claim
    /// holds; several times as long as the longest request, with all its repetitions, takes.
    pub const LEASE: Duration = Duration::from_secs(300);

    /// The claim of a tag, if it is one of this prefix.
    #[must_use]
    pub fn parse(prefix: &str, tag: &str) -> Option<Self> {
        let rest = tag.strip_prefix("dropscale:claim:")?.strip_prefix(prefix)?.strip_prefix(':')?;
        let (at, nonce) = rest.split_once(':')?;
        Some(Self { at: timestamp(at)?, nonce: Nonce::parse(nonce)? })
    }

    /// The tag of this claim.
    #[must_use]
    pub fn tag(&self, prefix: &str) -> String {
        format!("dropscale:claim:{prefix}:{}:{}", self.at.as_second(), self.nonce)
    }

    /// Whether it is over: older than the lease, or further in the future than clocks may differ.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        elapsed(self.at, now) > Self::LEASE || elapsed(now, self.at) > Duration::from_secs(60)
    }
}

/// The operation that a pending or draining clone belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperationTag {
    /// When the operation began, by the server's clock.
    pub at: Timestamp,
    /// The operation's nonce, the same as in its claim.
    pub nonce: Nonce,
}

impl OperationTag {
    /// The operation that is making the droplet which carries this tag.
    #[must_use]
    pub fn parse_pending(tag: &str) -> Option<Self> {
        Self::parse("dropscale:pending:", tag)
    }

    /// The operation that is removing the droplet which carries this tag.
    #[must_use]
    pub fn parse_draining(tag: &str) -> Option<Self> {
        Self::parse("dropscale:draining:", tag)
    }

    fn parse(kind: &str, tag: &str) -> Option<Self> {
        let (at, nonce) = tag.strip_prefix(kind)?.split_once(':')?;
        Some(Self { at: timestamp(at)?, nonce: Nonce::parse(nonce)? })
    }

    /// The tag of a clone that is being made.
    #[must_use]
    pub fn pending(&self) -> String {
        format!("dropscale:pending:{}:{}", self.at.as_second(), self.nonce)
    }

    /// The tag of a clone that is being removed.
    #[must_use]
    pub fn draining(&self) -> String {
        format!("dropscale:draining:{}:{}", self.at.as_second(), self.nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn every_tag_reads_back_and_is_legal() {
        let nonce = Nonce::new(0xdead_beef);
        let claim = Claim { at: at(1_763_935_200), nonce: nonce.clone() };
        let operation = OperationTag { at: at(1_763_935_200), nonce };
        let marker = Marker { at: at(1_763_935_200) };
        assert_eq!(Marker::parse("web", &marker.tag("web")), Some(marker));
        assert_eq!(Claim::parse("web", &claim.tag("web")), Some(claim.clone()));
        assert_eq!(OperationTag::parse_pending(&operation.pending()), Some(operation.clone()));
        assert_eq!(OperationTag::parse_draining(&operation.draining()), Some(operation.clone()));
        for tag in [marker.tag("web"), claim.tag("web"), operation.pending(), operation.draining(), leaving_tag("web")]
        {
            assert!(tag.len() <= 255);
            assert!(tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-:".contains(&b)), "{tag}");
        }
    }

    #[test]
    fn the_marker_of_another_prefix_is_not_ours() {
        assert_eq!(Marker::parse("web", "scaling-web2-1763935200"), None);
        assert_eq!(Marker::parse("web", "scaling-web-"), None);
        assert_eq!(Marker::parse("web", "scaling-web-soon"), None);
        assert_eq!(Marker::parse("web", "scaling-web--5"), None);
        assert_eq!(Claim::parse("web", "dropscale:claim:web2:1763935200:00"), None);
    }

    #[test]
    fn a_marker_in_the_future_holds_nothing_back() {
        let interval = Duration::from_secs(120);
        let now = at(1_000_000);
        assert_eq!(Marker { at: at(1_000_000 - 20) }.remaining(now, interval), Some(Duration::from_secs(100)));
        assert_eq!(Marker { at: at(1_000_000 - 120) }.remaining(now, interval), None);
        assert_eq!(Marker { at: at(1_000_000 + 3600) }.remaining(now, interval), None);
        assert_eq!(Marker { at: at(1_000_000 + 5) }.remaining(now, interval), Some(interval));
    }
}
