//! The record of a decision: what each rule saw and voted, what was decided, and what stopped the rest.
//! Terminal, `status`, `auto` and the journal all print this same record.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::cluster::{Busy, FailureClass, Metric, plural, seconds_left};

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Add a clone.
    Up,
    /// Remove the clone made last.
    Down,
    /// Nothing.
    Hold,
}

/// What one rule wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Vote {
    /// Busier than the scale-up threshold.
    Up,
    /// Calmer than the scale-down threshold.
    Down,
    /// Between the two.
    Hold,
    /// Not enough is known; forbids scaling down.
    Unknown,
    /// The scale-up threshold can never be met on droplets of this size; the rule is left out.
    Impossible,
}

/// One metric against its thresholds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// The metric.
    pub metric: Metric,
    /// Its mean over the serving droplets, if known.
    pub value: Option<f64>,
    /// When the oldest reading in it was measured.
    pub at: Option<Timestamp>,
    /// How many serving droplets have a fresh reading.
    pub known: usize,
    /// How many droplets serve.
    pub serving: usize,
    /// The scale-up threshold, if it has one.
    pub up: Option<f64>,
    /// The scale-down threshold, if it has one.
    pub down: Option<f64>,
    /// What it votes.
    pub vote: Vote,
    /// What the mean would be with one droplet less, where that can be said.
    pub projected: Option<Projected>,
}

impl Rule {
    /// How far it is beyond its scale-up threshold, with numbers written so: `CPU 78 % is above 70 %`.
    #[must_use]
    pub fn beyond(&self, number: impl Fn(Metric, f64) -> String) -> String {
        let title = self.metric.title();
        let Some((value, up)) = self.against(self.up, number) else {
            return format!("{title} beyond the scale-up threshold");
        };
        let side = if self.metric.busy() == Busy::High { "above" } else { "below" };
        // Rounded they may be the same.
        let just = if value == up { "just " } else { "" };
        format!("{title} {value} is {just}{side} {up}")
    }

    /// That it is not calm enough for scaling down, with numbers written so: `CPU 43 % is not below 40 %`.
    #[must_use]
    pub fn not_calm(&self, number: impl Fn(Metric, f64) -> String) -> String {
        let title = self.metric.title();
        let Some((value, down)) = self.against(self.down, number) else {
            return format!("{title} is not beyond the scale-down threshold");
        };
        let side = if self.metric.busy() == Busy::High { "below" } else { "above" };
        format!("{title} {value} is not {side} {down}")
    }

    /// The value and a threshold, written so; `None` when one of them is missing.
    fn against(&self, threshold: Option<f64>, number: impl Fn(Metric, f64) -> String) -> Option<(String, String)> {
        Some((number(self.metric, self.value?), number(self.metric, threshold?)))
    }
}

/// What the mean would be with one droplet less.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Projected {
    /// The projected mean.
    pub value: f64,
    /// Whether it would be at or beyond the scale-up threshold, or within a tenth of it: scaling down would
    /// be undone at once.
    pub too_busy: bool,
}

/// Why an action is what it is, or what stopped one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// These metrics are busier than their scale-up thresholds.
    Busy {
        /// Which.
        metrics: Vec<Metric>,
    },
    /// All metrics are calmer than their scale-down thresholds.
    Calm,
    /// Between the thresholds.
    Between,
    /// Some metrics are calmer than their scale-down thresholds, but scaling down needs all.
    NotAllCalm {
        /// Those that are calm.
        calm: Vec<Metric>,
        /// Those that are not.
        others: Vec<Metric>,
    },
    /// Fewer serving droplets than the minimum.
    BelowMinimum {
        /// The minimum.
        min: usize,
    },
    /// More droplets than the maximum.
    AboveMaximum {
        /// The maximum.
        max: usize,
    },
    /// The maximum is reached.
    AtMaximum {
        /// The maximum.
        max: usize,
    },
    /// The minimum is reached.
    AtMinimum {
        /// The minimum.
        min: usize,
    },
    /// Within the scaling interval.
    Cooldown {
        /// What is left of it, in seconds.
        #[serde(rename = "remaining_s", serialize_with = "in_seconds")]
        remaining: Duration,
    },
    /// An operation is under way, here or elsewhere.
    InFlight,
    /// Clones are arriving or leaving that no live operation owns; they are settled first.
    Unsettled {
        /// Their names.
        droplets: Vec<String>,
    },
    /// Operations failed lately.
    BackingOff {
        /// What is left of the wait, in seconds.
        #[serde(rename = "remaining_s", serialize_with = "in_seconds")]
        remaining: Duration,
        /// How many failed in a row.
        failures: u32,
        /// What the last one failed of.
        class: FailureClass,
    },
    /// Too few droplets have readings of these metrics.
    Unknown {
        /// Which.
        metrics: Vec<Metric>,
        /// The droplets without.
        droplets: Vec<String>,
    },
    /// With one droplet less these would be too busy again.
    WouldBounce {
        /// Which.
        metrics: Vec<Metric>,
    },
    /// There is no clone that may be removed.
    NoClone,
    /// No threshold is set.
    NoThresholds,
    /// The base droplet is not in the cluster: there is nothing to copy, and nowhere to write the marker.
    NoBase,
    /// No droplet serves, or the load balancer was not found: nothing can be judged.
    NobodyServes,
    /// Something without which nothing may be changed is not known.
    Incomplete {
        /// What.
        missing: Missing,
    },
}

/// What an operation cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The load balancer.
    LoadBalancer,
    /// The snapshot that clones are made from.
    Snapshot,
}

fn in_seconds<S: serde::Serializer>(remaining: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(seconds_left(*remaining))
}

fn titles(metrics: &[Metric]) -> String {
    metrics.iter().map(|m| m.title()).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { metrics } => write!(f, "{} beyond the scale-up threshold", titles(metrics)),
            Self::Calm => write!(f, "every metric is calmer than its scale-down threshold"),
            Self::Between => write!(f, "the metrics are between their thresholds"),
            Self::NotAllCalm { others, .. } => write!(f, "{} not calm enough to scale down", titles(others)),
            Self::BelowMinimum { min } => write!(f, "fewer serving droplets than the minimum of {min}"),
            Self::AboveMaximum { max } => write!(f, "more droplets than the maximum of {max}"),
            Self::AtMaximum { max } => write!(f, "the maximum of {} is reached", plural(*max, "droplet")),
            Self::AtMinimum { min } => write!(f, "the minimum of {} is reached", plural(*min, "droplet")),
            Self::Cooldown { remaining } => write!(f, "cooling down, {} s left", seconds_left(*remaining)),
            Self::InFlight => write!(f, "an operation is under way"),
            Self::Unsettled { droplets } => write!(f, "{} must be settled first", droplets.join(", ")),
            Self::BackingOff { remaining, failures, class } => {
                f.write_str(&class.tried_again(*failures, &format!("in {} s", seconds_left(*remaining))))
            }
            Self::Unknown { metrics, droplets } if droplets.is_empty() => {
                write!(f, "{} not known", titles(metrics))
            }
            Self::Unknown { metrics, droplets } => {
                write!(f, "{} not known of {}", titles(metrics), droplets.join(", "))
            }
            Self::WouldBounce { metrics } => {
                write!(f, "with one droplet less, {} would be too busy again", titles(metrics))
            }
            Self::NoClone => write!(f, "there is no clone that may be removed"),
            Self::NoThresholds => write!(f, "no threshold is set"),
            Self::NoBase => write!(f, "the base droplet is not in the cluster"),
            Self::NobodyServes => write!(f, "no droplet serves behind the load balancer"),
            Self::Incomplete { missing: Missing::LoadBalancer } => write!(f, "the load balancer is not known"),
            Self::Incomplete { missing: Missing::Snapshot } => write!(f, "the snapshot is not known"),
        }
    }
}

/// A decision, with every reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// When, by the server's clock.
    pub at: Timestamp,
    /// What the metrics alone ask for.
    pub wanted: Action,
    /// What is to be done.
    pub action: Action,
    /// Why `wanted` is what it is.
    pub because: Reason,
    /// What stopped it, if `action` is not what was wanted; all of them, the weightiest first.
    pub stopped_by: Vec<Reason>,
    /// Each metric with a threshold.
    pub rules: Vec<Rule>,
    /// Droplets with the cluster's tag.
    pub count: usize,
    /// Droplets that serve.
    pub serving: usize,
}

impl Decision {
    /// Why `wanted` is what it is, with the values that it rests on.
    #[must_use]
    pub fn why(&self) -> String {
        self.why_with(Metric::format)
    }

    /// The same with numbers written so.
    #[must_use]
    pub fn why_with(&self, number: impl Fn(Metric, f64) -> String) -> String {
        let told = |metrics: &[Metric], tell: &dyn Fn(&Rule) -> String| {
            let rules = self.rules.iter().filter(|rule| metrics.contains(&rule.metric));
            rules.map(tell).collect::<Vec<_>>().join(", ")
        };
        match &self.because {
            Reason::Busy { metrics } => told(metrics, &|rule| rule.beyond(&number)),
            Reason::NotAllCalm { others, .. } => {
                format!("not all metrics are calm: {}", told(others, &|rule| rule.not_calm(&number)))
            }
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = |action| match action {
            Action::Up => "scale up",
            Action::Down => "scale down",
            Action::Hold => "hold",
        };
        write!(f, "{}: ", verb(self.action))?;
        if self.action == self.wanted {
            write!(f, "{}", self.why())
        } else {
            // What stops it comes first: where there is little room, the end is cut off.
            let reasons: Vec<String> = self.stopped_by.iter().map(ToString::to_string).collect();
            write!(f, "{} (would {}: {})", reasons.join("; "), verb(self.wanted), self.why())
        }
    }
}
