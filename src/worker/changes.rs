//! What is new between two looks, for people: droplets that came, went or changed by the hand of others,
//! findings, decisions, the clock, the request budget. Each is told once, not at each look.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::{self, Discriminant};
use std::time::Duration;

use jiff::SignedDuration;

use super::Look;
use crate::cloud::Usage;
use crate::cluster::{Droplet, DropletId, Nonce, Observation, Role};
use crate::policy::{Action, Decision, Reason};
use crate::scaling::{Finding, Level, OperationState};

/// A local clock that is wrong by more than this is told.
const CLOCK: Duration = Duration::from_secs(30);

/// Something to be told.
pub type News = (Level, String);

/// What was told already.
#[derive(Debug, Default)]
pub struct Told {
    findings: BTreeMap<FindingKey, String>,
    decision: Option<(Action, Action, Vec<Discriminant<Reason>>)>,
    clock: bool,
    budget: bool,
    /// Droplets that our own operations work or worked on.
    ours: BTreeSet<DropletId>,
    /// The nonce of our last operation.
    nonce: Option<Nonce>,
}

type FindingKey = (Option<DropletId>, String);

impl Told {
    /// Takes note of what an operation of ours works on: its changes are told as its phases.
    pub fn own(&mut self, operation: &OperationState) {
        self.ours.extend(operation.droplet);
        self.nonce = Some(operation.nonce.clone());
    }

    /// What a look brings that the one before did not. `acts` tells whether decisions are carried out, which
    /// is told by itself then.
    pub fn news(&mut self, before: Option<&Observation>, look: &Look, acts: bool) -> Vec<News> {
        let mut news = before.map(|before| self.droplets(before, &look.observation)).unwrap_or_default();
        news.extend(self.findings(&look.findings));
        news.extend(self.decision(&look.decision, acts));
        news
    }

    fn is_ours(&self, droplet: &Droplet) -> bool {
        let by_us = || droplet.pending().is_some_and(|tag| Some(&tag.nonce) == self.nonce.as_ref());
        self.ours.contains(&droplet.id) || by_us()
    }

    fn droplets(&mut self, before: &Observation, after: &Observation) -> Vec<News> {
        let (old, new) = (all(before), all(after));
        let mut news = Vec::new();
        for (id, (droplet, role)) in &new {
            if self.is_ours(droplet) {
                self.ours.insert(*id);
                continue;
            }
            let name = &droplet.name;
            match old.get(id) {
                None => news.push((Level::Info, format!("{name} ({id}) is in the cluster now, {role}"))),
                Some((known, _)) if known.status != droplet.status => {
                    let text = format!("{name} ({id}) was {} and is {} now", known.status, droplet.status);
                    news.push((Level::Warning, text));
                }
                Some(_) => {}
            }
        }
        for (id, (droplet, _)) in old.iter().filter(|(id, _)| !new.contains_key(*id)) {
            if !self.ours.contains(id) {
                news.push((Level::Warning, format!("{} ({id}) is no longer in the cluster", droplet.name)));
            }
        }
        self.ours.retain(|id| new.contains_key(id) || !old.contains_key(id));
        news
    }

    fn findings(&mut self, findings: &[Finding]) -> Vec<News> {
        let now: BTreeMap<FindingKey, &Finding> = findings.iter().map(|f| ((f.droplet, gist(&f.text)), f)).collect();
        let came = now.iter().filter(|(key, _)| !self.findings.contains_key(*key));
        let mut news: Vec<News> = came.map(|(_, finding)| (finding.level, finding.text.clone())).collect();
        let went = self.findings.iter().filter(|(key, _)| !now.contains_key(*key));
        news.extend(went.map(|(_, text)| (Level::Info, format!("no longer: {text}"))));
        self.findings = now.into_iter().map(|(key, finding)| (key, finding.text.clone())).collect();
        news
    }

    fn decision(&mut self, decision: &Decision, acts: bool) -> Option<News> {
        let stopped: Vec<Discriminant<Reason>> = decision.stopped_by.iter().map(mem::discriminant).collect();
        let (wanted, action) = (decision.wanted, decision.action);
        let known = self.decision.replace((wanted, action, stopped.clone()));
        // What waits for an operation that runs is told by its phases.
        if wanted == Action::Hold || decision.stopped_by.contains(&Reason::InFlight) {
            return None;
        }
        let same = known.filter(|(known_wanted, known_action, _)| *known_wanted == wanted && *known_action == action);
        let is_new = same.is_none_or(|(_, _, known)| stopped.iter().any(|reason| !known.contains(reason)));
        let is_told = action == wanted && acts;
        let told = || if acts { decision.to_string() } else { format!("auto is off; it would {decision}") };
        (is_new && !is_told).then(|| (Level::Info, told()))
    }

    /// A local clock that is wrong, once.
    pub fn clock(&mut self, offset: Option<SignedDuration>) -> Option<News> {
        let offset = offset.filter(|offset| offset.unsigned_abs() > CLOCK)?;
        let (seconds, way) =
            (offset.unsigned_abs().as_secs(), if offset.is_positive() { "behind" } else { "ahead of" });
        let text = format!("the local clock is {seconds} s {way} the server's: the server's is gone by");
        (!mem::replace(&mut self.clock, true)).then_some((Level::Warning, text))
    }

    /// A request budget that is nearly used up, once, until it has recovered.
    pub fn budget(&mut self, usage: Usage) -> Option<News> {
        let (left, limit) = (usage.hour_left, usage.hour_limit);
        if left > limit / 5 {
            self.budget = false;
        }
        if left > limit / 10 || mem::replace(&mut self.budget, true) {
            return None;
        }
        let text = format!("{left} of this hour's {limit} requests are left: metrics that are only shown wait");
        Some((Level::Warning, text))
    }
}

fn all(seen: &Observation) -> BTreeMap<DropletId, (&Droplet, &'static str)> {
    let role = |role| match role {
        Role::Base => "as its base",
        Role::Clone => "as a clone",
        Role::Guest => "as a guest",
    };
    let members = seen.members.iter().map(|m| (m.droplet.id, (&m.droplet, role(m.role))));
    members.chain(seen.leaving.iter().map(|d| (d.id, (d, "on its way out")))).collect()
}

/// What stays the same of a finding from look to look: counts, minutes and names of requests do not.
fn gist(text: &str) -> String {
    let text = text.split(" (request ").next().unwrap_or(text);
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}
