//! A droplet of the simulated cloud: what it is, how far it has come, and what lists show of it.

use std::collections::{BTreeSet, VecDeque};

use super::machine::Machine;
use super::size::Size;

/// How far a droplet has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being made; active at this time, or never.
    New {
        /// In milliseconds since 1970.
        active_at_ms: Option<i64>,
    },
    /// Powered on.
    Active,
    /// Shutting down; off at this time.
    ShuttingDown {
        /// In milliseconds since 1970.
        off_at_ms: i64,
    },
    /// Powered off.
    Off,
}

/// A droplet.
#[expect(clippy::struct_excessive_bools, reason = "each is a dice that was rolled for it")]
#[derive(Debug)]
pub struct Droplet {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its size.
    pub size: Size,
    /// Its region.
    pub region: String,
    /// Its VPC.
    pub vpc: String,
    /// The number of its image.
    pub image: u64,
    /// When it was made, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// Whether it was made with the metrics agent.
    pub monitoring: bool,
    /// Whether the agent reports.
    pub agent_reports: bool,
    /// How far it has come.
    pub state: State,
    /// Whether it vanishes in place of becoming active.
    pub vanishes: bool,
    /// Since when it answers requests; `None` while it does not.
    pub ready_at_ms: Option<i64>,
    /// Whether it never answers requests.
    pub sick: bool,
    /// What it does.
    pub machine: Machine,
    past: VecDeque<(i64, BTreeSet<String>)>,
}

/// What a droplet is made from.
#[derive(Debug, Clone)]
pub struct Blueprint {
    /// Its name.
    pub name: String,
    /// Its size.
    pub size: Size,
    /// Its region.
    pub region: String,
    /// Its VPC.
    pub vpc: String,
    /// The number of its image.
    pub image: u64,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// Whether it gets the metrics agent.
    pub monitoring: bool,
}

impl Droplet {
    /// A droplet that is being made from now on.
    #[must_use]
    pub fn new(id: u64, now_ms: i64, blueprint: Blueprint, machine: Machine) -> Self {
        let Blueprint { name, size, region, vpc, image, tags, monitoring } = blueprint;
        Self {
            id,
            name,
            size,
            region,
            vpc,
            image,
            created_at_ms: now_ms,
            past: VecDeque::from([(i64::MIN, BTreeSet::new()), (now_ms, tags.clone())]),
            tags,
            monitoring,
            agent_reports: monitoring,
            state: State::New { active_at_ms: None },
            vanishes: false,
            ready_at_ms: None,
            sick: false,
            machine,
        }
    }

    /// The API's `status`.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self.state {
            State::New { .. } => "new",
            State::Active | State::ShuttingDown { .. } => "active",
            State::Off => "off",
        }
    }

    /// Whether an event runs that forbids others.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self.state, State::New { .. })
    }

    /// The API's `features`.
    #[must_use]
    pub fn features(&self) -> &'static [&'static str] {
        if self.monitoring { &["monitoring", "private_networking"] } else { &[] }
    }

    /// Whether it is powered on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        matches!(self.state, State::Active | State::ShuttingDown { .. })
    }

    /// Whether it answers requests.
    #[must_use]
    pub fn is_ready(&self, now_ms: i64) -> bool {
        self.state == State::Active && !self.sick && self.ready_at_ms.is_some_and(|at| at <= now_ms)
    }

    /// Its address in the VPC and the public one, which it has once it was active.
    #[must_use]
    pub fn addresses(&self) -> Option<(String, String)> {
        if matches!(self.state, State::New { .. }) {
            return None;
        }
        let (high, low) = ((self.id / 250) % 250, self.id % 250 + 2);
        Some((format!("10.108.{high}.{low}"), format!("192.0.{high}.{low}")))
    }

    /// Changes its tags; lists see it later.
    pub fn retag(&mut self, now_ms: i64, change: impl FnOnce(&mut BTreeSet<String>)) {
        change(&mut self.tags);
        self.past.push_back((now_ms, self.tags.clone()));
    }

    /// Whether a list by this tag that shows the truth of `at_ms` contains it.
    #[must_use]
    pub fn was_tagged(&self, tag: &str, at_ms: i64) -> bool {
        self.tags_at(at_ms).is_some_and(|tags| tags.contains(tag))
    }

    /// Its tags at that time, as far as it is not forgotten.
    fn tags_at(&self, at_ms: i64) -> Option<&BTreeSet<String>> {
        self.past.iter().rev().find(|(since, _)| *since <= at_ms).map(|(_, tags)| tags)
    }

    /// Its tags as a list shows them that shows the truth of `at_ms`.
    #[must_use]
    pub fn listed_tags(&self, at_ms: i64) -> &BTreeSet<String> {
        self.tags_at(at_ms).unwrap_or(&self.tags)
    }

    /// Drops what no list can show any more.
    pub fn forget_past(&mut self, before_ms: i64) {
        while self.past.get(1).is_some_and(|(since, _)| *since <= before_ms) {
            self.past.pop_front();
        }
    }
}
