//! How long automatic operations wait after one has failed, written as a tag on the base droplet so that every
//! controller waits. What trying again does not change (the account's limit, a request that is refused) is tried
//! again rarely, but soon once that has changed on which it depended: the tag carries a print of that.

use std::hash::Hasher;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::tag::timestamp;
use super::{ClusterSpec, Observation, Timing, elapsed, plural};

/// Why operations fail, as far as it decides when to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The clone did not become active in time, or vanished.
    Boot,
    /// The clone did not become healthy in time.
    Health,
    /// The load balancer did not take the clone, or did not let it go.
    Attach,
    /// The account's droplet limit is reached.
    Limit,
    /// The request itself is refused: the image, the region, the size. Trying again changes nothing.
    Refused,
    /// Somebody else changed the droplet meanwhile, so that it was left alone.
    Changed,
    /// The API is unreachable, overloaded or makes no sense.
    Api,
}

impl FailureClass {
    const ALL: [Self; 7] =
        [Self::Boot, Self::Health, Self::Attach, Self::Limit, Self::Refused, Self::Changed, Self::Api];

    /// Its word in the backoff tag.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::Health => "health",
            Self::Attach => "attach",
            Self::Limit => "limit",
            Self::Refused => "refused",
            Self::Changed => "changed",
            Self::Api => "api",
        }
    }

    /// What went wrong, for people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Boot => "the clone did not become active",
            Self::Health => "the clone did not become healthy",
            Self::Attach => "the load balancer did not accept the change",
            Self::Limit => "the account's droplet limit is reached",
            Self::Refused => "DigitalOcean refused the request",
            Self::Changed => "somebody changed the droplet meanwhile",
            Self::Api => "the API failed",
        }
    }

    /// What failed how often in a row, and when it is tried again: `in 40 s`.
    #[must_use]
    pub fn tried_again(self, failures: u32, when: &str) -> String {
        let sooner = self.remedy().map_or_else(String::new, |remedy| format!(", {remedy}"));
        format!("{}, {} in a row: next try {when}{sooner}", self.describe(), plural(failures as usize, "failure"))
    }

    /// What has to change so that trying again makes sense before the wait is over; `None` where only time helps.
    #[must_use]
    pub fn remedy(self) -> Option<&'static str> {
        match self {
            Self::Limit => Some("sooner when the limit or the count of droplets changes"),
            Self::Refused => Some("sooner when the snapshot or what a clone is to be changes"),
            _ => None,
        }
    }

    /// Whether it goes on until something is changed, however often it is tried.
    #[must_use]
    pub fn is_lasting(self) -> bool {
        matches!(self, Self::Limit | Self::Refused)
    }
}

/// A print of everything that a lasting failure depended on, as far as a cluster's observation and configuration
/// tell: it is another one when something of that has changed. The same on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Circumstances(u32);

impl Circumstances {
    /// The circumstances of a failure of this class; `None` for one that passes by itself, or when not all of them
    /// are known.
    #[must_use]
    pub fn of(class: FailureClass, seen: &Observation, spec: &ClusterSpec) -> Option<Self> {
        let text = match class {
            FailureClass::Limit => format!("{} {}", seen.droplet_limit?, seen.count() + seen.leaving.len()),
            FailureClass::Refused => {
                let (base, image) = (&seen.base_member()?.droplet, seen.snapshot.as_ref()?);
                let as_base = (&base.size.slug, &base.region, &base.vpc);
                let clone = &spec.clone;
                let as_asked = (&clone.size, &clone.region, &clone.vpc, &clone.ssh_keys, &clone.extra_tags);
                // Not the text itself: it may hold secrets.
                let user_data = clone.user_data.as_ref().map(String::len);
                format!("{} {as_base:?} {as_asked:?} {} {user_data:?}", image.id, clone.monitoring)
            }
            _ => return None,
        };
        let mut hasher = fnv::FnvHasher::default();
        hasher.write(text.as_bytes());
        let print = hasher.finish();
        // Both halves: the lower one alone mixes less.
        Some(Self(u32::try_from((print >> 32) ^ (print & 0xffff_ffff)).unwrap_or(u32::MAX)))
    }

    fn parse(text: &str) -> Option<Self> {
        let is_print = text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
        is_print.then(|| u32::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

/// Operations failed: automatic ones wait until this is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Backoff {
    /// When the next try is allowed, by the server's clock.
    pub until: Timestamp,
    /// How many operations failed in a row, at least 1.
    pub failures: u32,
    /// What the last one failed of.
    pub class: FailureClass,
    /// What that depended on, if it is lasting and known.
    pub circumstances: Option<Circumstances>,
}

impl Backoff {
    /// The backoff after so many failures in a row, the last of which was now: doubled with each, and the longest for
    /// what is lasting.
    #[must_use]
    pub fn after(
        class: FailureClass,
        failures: u32,
        now: Timestamp,
        timing: &Timing,
        circumstances: Option<Circumstances>,
    ) -> Self {
        let wait = if class.is_lasting() { timing.backoff_max } else { doubled(failures, timing) };
        Self { until: now.checked_add(wait).unwrap_or(now), failures, class, circumstances }
    }

    /// The backoff of a tag, if it is one of this prefix.
    #[must_use]
    pub fn parse(prefix: &str, tag: &str) -> Option<Self> {
        let rest = tag.strip_prefix("dropscale:backoff:")?.strip_prefix(prefix)?.strip_prefix(':')?;
        let mut parts = rest.splitn(4, ':');
        let until = timestamp(parts.next()?)?;
        let failures = parts.next()?.parse().ok()?;
        let word = parts.next()?;
        let class = FailureClass::ALL.into_iter().find(|class| class.word() == word)?;
        let circumstances = parts.next().map(|text| Circumstances::parse(text).ok_or(())).transpose().ok()?;
        Some(Self { until, failures, class, circumstances })
    }

    /// The tag of this backoff.
    #[must_use]
    pub fn tag(&self, prefix: &str) -> String {
        let circumstances = self.circumstances.map_or_else(String::new, |c| format!(":{:08x}", c.0));
        let (until, word) = (self.until.as_second(), self.class.word());
        format!("dropscale:backoff:{prefix}:{until}:{}:{word}{circumstances}", self.failures)
    }

    /// Whether it is further away than clocks may differ from the longest that is ever written.
    #[must_use]
    pub fn is_absurd(&self, now: Timestamp, longest: Duration) -> bool {
        elapsed(now, self.until) > longest + Duration::from_secs(60)
    }

    /// What is left of it.
    #[must_use]
    pub fn remaining(&self, now: Timestamp) -> Option<Duration> {
        Some(elapsed(now, self.until)).filter(|left| !left.is_zero())
    }

    /// What is left of it for what did not depend on what it failed of, or when that has changed: a lasting failure
    /// then counts like any other.
    #[must_use]
    pub fn remaining_otherwise(&self, now: Timestamp, timing: &Timing) -> Option<Duration> {
        let usual = doubled(self.failures, timing);
        let spared = if self.class.is_lasting() { timing.backoff_max.saturating_sub(usual) } else { Duration::ZERO };
        self.remaining(now)?.checked_sub(spared).filter(|left| !left.is_zero())
    }
}

/// The first wait, doubled with each further failure, up to the longest.
fn doubled(failures: u32, timing: &Timing) -> Duration {
    let factor = 2_u32.saturating_pow(failures.saturating_sub(1).min(16));
    timing.backoff.saturating_mul(factor).min(timing.backoff_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn wait(class: FailureClass, failures: u32) -> u64 {
        Backoff::after(class, failures, NOW, &Timing::default(), None).remaining(NOW).unwrap().as_secs()
    }

    #[test]
    fn the_wait_doubles_with_each_failure_up_to_its_longest() {
        let waits: Vec<u64> = (1..=8).map(|failures| wait(FailureClass::Boot, failures)).collect();
        assert_eq!(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(wait(FailureClass::Limit, 1), 3600);
        assert_eq!(wait(FailureClass::Api, u32::MAX), 3600);
    }

    #[test]
    fn when_something_has_changed_a_lasting_failure_waits_like_any_other() {
        let timing = Timing::default();
        for (failures, seconds) in [(1, 60), (3, 240), (9, 3600)] {
            for class in [FailureClass::Limit, FailureClass::Boot] {
                let left = Backoff::after(class, failures, NOW, &timing, None).remaining_otherwise(NOW, &timing);
                assert_eq!(left, Some(Duration::from_secs(seconds)), "{class:?}, {failures}");
            }
        }
        let refused = Backoff::after(FailureClass::Refused, 1, NOW, &timing, None);
        assert_eq!(refused.remaining_otherwise(NOW + Duration::from_secs(60), &timing), None);
    }

    #[test]
    fn every_tag_reads_back_and_nothing_else_does() {
        for circumstances in [None, Some(Circumstances(0xbeef))] {
            let backoff = Backoff::after(FailureClass::Limit, 3, NOW, &Timing::default(), circumstances);
            let tag = backoff.tag("web");
            assert!(tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-:".contains(&b)), "{tag}");
            assert_eq!(Backoff::parse("web", &tag), Some(backoff));
            assert_eq!(Backoff::parse("web2", &tag), None);
        }
        for tag in ["5:1:limit:", "5:1:limit:beef", "5:1:limit:0000beef:1", "5:1:odd", "5:-1:boot", ":1:boot"] {
            assert_eq!(Backoff::parse("web", &format!("dropscale:backoff:web:{tag}")), None, "{tag}");
        }
    }
}
