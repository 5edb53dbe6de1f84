//! What is not as it should be in a cluster, as it is told to people: with what to do about it and what it costs.

use crate::cluster::{Droplet, DropletId, UNREAD};

/// How much something matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Info,
    /// Something was done as it should be.
    Done,
    /// Somebody should look at it.
    Warning,
    /// Something failed.
    Error,
}

/// What is not as it should be, without its figures and what to do: from look to look it stays the same finding as long
/// as kind and droplet do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// Something could not be read, whatever of it.
    Unread,
    /// The look itself has a problem; in its words, without why and what to do.
    Problem(String),
    /// There are more droplets than may be.
    TooMany,
    /// Several droplets have this name.
    NamedAlike(String),
    /// The load balancer has members that are not the cluster's.
    Strangers,
    /// A marker is not obeyed.
    Marker,
    /// A backoff is not obeyed.
    Backoff,
    /// It was scaled more than once within its interval.
    ScaledOften,
    /// Several claim it.
    Claimed,
    /// An operation was left in the middle.
    Unfinished,
    /// It has lost the cluster's tag.
    Lost,
    /// It carries an operation's tag and is no clone.
    NoClone,
    /// It is off.
    Off,
    /// It has never become active.
    NeverActive,
    /// It is not behind the load balancer.
    Apart,
    /// It fails the health check.
    Unhealthy,
    /// It sends no metrics.
    Silent,
    /// It is neither base nor clone.
    Guest,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// What it is; people have the text for that.
    #[serde(skip)]
    pub kind: FindingKind,
    /// What, and after a colon or a semicolon why or what to do, in one line.
    pub text: String,
    /// The droplet it is about.
    pub droplet: Option<DropletId>,
    /// Whether it is paid for and serves nobody.
    pub is_wasted: bool,
    /// What that costs a month, if the price is known.
    pub monthly: Option<f64>,
    /// Whether it says that the droplet can be removed by this program. How depends on where one reads that.
    #[serde(skip)]
    pub offers_removal: bool,
    /// How it is told when the same is found of several droplets.
    #[serde(skip)]
    pub several: Option<Several>,
}

/// What is found of several droplets: `12 droplets`, then `what`, which droplets, and `advice`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Several {
    /// What, from the verb on.
    pub what: &'static str,
    /// What to do; may be empty.
    pub advice: &'static str,
}

impl Finding {
    pub(super) fn new(level: Level, kind: FindingKind, text: String) -> Self {
        let (droplet, is_wasted, monthly, offers_removal, several) = (None, false, None, false, None);
        Self { level, kind, text, droplet, is_wasted, monthly, offers_removal, several }
    }

    /// A problem that a look had.
    pub(super) fn of_the_look(problem: &str) -> Self {
        let mut finding = Self::new(Level::Warning, FindingKind::Unread, problem.to_owned());
        if !problem.contains(UNREAD) {
            finding.kind = FindingKind::Problem(finding.what().to_owned());
        }
        finding
    }

    /// The text without why or what to do.
    #[must_use]
    pub fn what(&self) -> &str {
        let what = self.text.split_once(": ").map_or(self.text.as_str(), |(what, _)| what);
        what.split_once("; ").map_or(what, |(what, _)| what)
    }

    pub(super) fn about(self, droplet: &Droplet) -> Self {
        Self { droplet: Some(droplet.id), ..self }
    }

    pub(super) fn several(self, what: &'static str, advice: &'static str) -> Self {
        Self { several: Some(Several { what, advice }), ..self }
    }

    /// For a droplet that is paid for and does nothing.
    pub(super) fn wasted(self, droplet: &Droplet) -> Self {
        Self { is_wasted: true, monthly: droplet.size.price.map(|p| p.monthly), ..self.about(droplet) }
    }
}
