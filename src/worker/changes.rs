//! What is new between two looks, for people: droplets that came, went or changed by the hand of others,
//! findings, decisions, the clock, the request budget. Each is told once, not at each look, and what happened to many
//! droplets alike between two looks is one thing.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::{self, Discriminant};
use std::time::Duration;

use jiff::SignedDuration;

use super::Look;
use crate::cloud::Usage;
use crate::cluster::{Droplet, DropletId, DropletStatus, Member, Nonce, Observation, Role, first_and_last};
use crate::policy::{Action, Decision, Missing, Reason};
use crate::scaling::{Alike, Finding, FindingKind, Level, OperationState, alike};

/// A local clock that is wrong by more than this is told.
const CLOCK: Duration = Duration::from_secs(30);

/// Something to be told.
pub type News = (Level, String);

/// What was told already.
#[derive(Debug, Default)]
pub struct Told {
    findings: BTreeMap<FindingKey, Finding>,
    decision: Option<(Action, Action, Vec<Obstacle>)>,
    clock: bool,
    budget: bool,
    /// Droplets that our own operations work or worked on.
    ours: BTreeSet<DropletId>,
    /// The nonce of our last operation.
    nonce: Option<Nonce>,
}

type FindingKey = (Option<DropletId>, FindingKind);

/// What stops a decision, without its figures, which differ from look to look.
type Obstacle = (Discriminant<Reason>, Option<Missing>);

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
        news.extend(self.findings(&look.findings, &[Some(&look.observation), before]));
        news.extend(self.decision(&look.decision, acts));
        news
    }

    fn is_ours(&self, droplet: &Droplet) -> bool {
        let by_us = || droplet.pending().is_some_and(|tag| Some(&tag.nonce) == self.nonce.as_ref());
        self.ours.contains(&droplet.id) || by_us()
    }

    fn droplets(&mut self, before: &Observation, after: &Observation) -> Vec<News> {
        let (old, new) = (all(before), all(after));
        let mut changes: Vec<(Change, Vec<&Droplet>)> = Vec::new();
        let mut note = |change, droplet| match changes.iter_mut().find(|(other, _)| *other == change) {
            Some((_, droplets)) => droplets.push(droplet),
            None => changes.push((change, vec![droplet])),
        };
        for (id, (droplet, place)) in &new {
            if self.is_ours(droplet) {
                self.ours.insert(*id);
                continue;
            }
            match old.get(id) {
                None => note(Change::Came(*place), *droplet),
                Some((known, _)) if known.status != droplet.status => {
                    note(Change::Became(known.status, droplet.status), *droplet);
                }
                Some(_) => {}
            }
        }
        for (id, (droplet, _)) in old.iter().filter(|(id, _)| !new.contains_key(*id)) {
            if !self.ours.contains(id) {
                note(Change::Went, *droplet);
            }
        }
        self.ours.retain(|id| new.contains_key(id) || !old.contains_key(id));
        changes.into_iter().map(|(change, droplets)| change.told(&droplets)).collect()
    }

    /// What is found anew, and what no longer; the names are those of the first look that knows the droplet.
    fn findings(&mut self, findings: &[Finding], looks: &[Option<&Observation>]) -> Vec<News> {
        let name = |id: DropletId| {
            let droplet = looks.iter().flatten().find_map(|seen| seen.droplet(id));
            droplet.map_or_else(|| id.to_string(), |droplet| droplet.name.clone())
        };
        let seen = looks.first().copied().flatten();
        let key = |finding: &Finding| (finding.droplet, finding.kind.clone());
        let now: BTreeMap<FindingKey, Finding> = findings.iter().map(|found| (key(found), found.clone())).collect();
        let mut before: BTreeMap<Fate, Vec<Finding>> = BTreeMap::new();
        let known = mem::replace(&mut self.findings, now);
        let came = self.findings.iter().filter(|(key, _)| !known.contains_key(key)).map(|(_, finding)| finding);
        let mut news: Vec<News> = alike(came).iter().map(|alike| (alike.level(), alike.text(name))).collect();
        for (key, finding) in known {
            before.entry(self.fate(&key, seen)).or_default().push(finding);
        }
        for (fate, findings) in &before {
            news.extend(alike(findings).iter().filter_map(|alike| over(alike, *fate, name)));
        }
        let waits = before.remove(&Fate::Waits).unwrap_or_default();
        self.findings.extend(waits.into_iter().map(|finding| (key(&finding), finding)));
        news
    }

    /// What has become of something that was found, now that `findings` are those of this look.
    fn fate(&self, key: &FindingKey, seen: Option<&Observation>) -> Fate {
        match (key.0, seen) {
            _ if self.findings.contains_key(key) => Fate::Stays,
            (Some(id), Some(seen)) if is_leaving(seen, id) => Fate::Waits,
            (Some(id), Some(seen)) if seen.droplet(id).is_none() => Fate::Gone,
            _ => Fate::Solved,
        }
    }

    fn decision(&mut self, decision: &Decision, acts: bool) -> Option<News> {
        let stopped: Vec<Obstacle> = decision.stopped_by.iter().map(obstacle).collect();
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

/// What others did to a droplet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Came(Place),
    Became(DropletStatus, DropletStatus),
    Went,
}

impl Change {
    /// In words, of one droplet or of several.
    fn told(self, droplets: &[&Droplet]) -> News {
        let names = || first_and_last(droplets, |droplet| &droplet.name);
        let (who, whose, is, was, as_what) = match droplets {
            [one] => (format!("{} ({})", one.name, one.id), String::new(), "is", "was", 0),
            several => (format!("{} droplets", several.len()), format!(": {}", names()), "are", "were", 1),
        };
        match self {
            Self::Came(place) => {
                (Level::Info, format!("{who} {is} in the cluster now, {}{whose}", place.words()[as_what]))
            }
            Self::Became(before, now) => (Level::Warning, format!("{who} {was} {before} and {is} {now} now{whose}")),
            Self::Went => (Level::Warning, format!("{who} {is} no longer in the cluster{whose}")),
        }
    }
}

/// What a droplet is in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Member(Role),
    Leaving,
}

impl Place {
    /// Of one droplet, and of several.
    fn words(self) -> [&'static str; 2] {
        match self {
            Self::Member(Role::Base) => ["as its base", "as its base"],
            Self::Member(Role::Clone) => ["as a clone", "as clones"],
            Self::Member(Role::Guest) => ["as a guest", "as guests"],
            Self::Leaving => ["on its way out", "on their way out"],
        }
    }
}

fn all(seen: &Observation) -> BTreeMap<DropletId, (&Droplet, Place)> {
    let members = seen.members.iter().map(|m| (m.droplet.id, (&m.droplet, Place::Member(m.role))));
    members.chain(seen.leaving.iter().map(|d| (d.id, (d, Place::Leaving)))).collect()
}

fn obstacle(reason: &Reason) -> Obstacle {
    let missing = if let Reason::Incomplete { missing } = reason { Some(*missing) } else { None };
    (mem::discriminant(reason), missing)
}

/// Whether a droplet is on its way out.
fn is_leaving(seen: &Observation, id: DropletId) -> bool {
    seen.member(id).is_some_and(Member::is_leaving) || seen.leaving.iter().any(|droplet| droplet.id == id)
}

/// What has become of something that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// It is still so.
    Stays,
    /// It is not found while its droplet is being removed: it is over when that is gone, and not before.
    Waits,
    /// It is no longer so.
    Solved,
    /// Its droplet is gone.
    Gone,
}

/// How it is told that something is over, which is good news unless it was no trouble.
fn over(alike: &Alike, fate: Fate, name: impl Fn(DropletId) -> String) -> Option<News> {
    let solved = match fate {
        Fate::Stays | Fate::Waits => return None,
        Fate::Solved => "solved",
        Fate::Gone if alike.is_of_one() => "solved, as it is gone",
        Fate::Gone => "solved, as they are gone",
    };
    Some(if *alike.kind() == FindingKind::Unread {
        (Level::Done, "all that could not be read can be read again".to_owned())
    } else if alike.level() >= Level::Warning {
        (Level::Done, format!("{solved}: {}", alike.what(name)))
    } else {
        (Level::Info, format!("no longer: {}", alike.what(name)))
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::cluster::{OperationTag, PROTECT_TAG};
    use crate::scaling::tests::{policy, spec};
    use crate::scaling::{Several, findings};

    fn droplet(number: u64, status: DropletStatus) -> Droplet {
        Droplet { status, ..Droplet::example(number, &format!("web{number:03}")) }
    }

    fn seen(numbers: std::ops::RangeInclusive<u64>, status: DropletStatus) -> Observation {
        let member = |number| Member::bare(droplet(number, status), Role::Clone, true);
        Observation { members: numbers.map(member).collect(), ..Observation::empty(Timestamp::UNIX_EPOCH) }
    }

    fn texts(news: Vec<News>) -> Vec<String> {
        news.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn what_many_droplets_do_between_two_looks_is_one_event() {
        let (few, many) = (seen(1..=1, DropletStatus::Active), seen(1..=155, DropletStatus::Active));
        let off = seen(1..=155, DropletStatus::Off);
        let told = |before, after| texts(Told::default().droplets(before, after));
        assert_eq!(told(&few, &many), ["154 droplets are in the cluster now, as clones: web002, web003 … web155"]);
        assert_eq!(told(&many, &off), ["155 droplets were active and are off now: web001, web002 … web155"]);
        assert_eq!(told(&many, &few), ["154 droplets are no longer in the cluster: web002, web003 … web155"]);
        assert_eq!(told(&few, &seen(1..=2, DropletStatus::Active)), ["web002 (2) is in the cluster now, as a clone"]);
    }

    #[test]
    fn what_cannot_be_read_is_one_event_whichever_figures_it_is_of() {
        let unread = |text: &str| Finding {
            level: Level::Warning,
            kind: FindingKind::Unread,
            text: text.to_owned(),
            droplet: None,
            is_wasted: false,
            monthly: None,
            offers_removal: false,
            several: None,
        };
        let mut told = Told::default();
        let mut news = |found: &[Finding]| texts(told.findings(found, &[]));
        let first = "CPU of web001 could not be read: GET /v2/monitoring/metrics/droplet/cpu: 503 busy";
        assert_eq!(news(&[unread(first)]), [first]);
        let other = "Load per vCPU of web002, CPU of web003, CPU of web004 and 7 more could not be read: GET \
                     /v2/monitoring/metrics/droplet/load_1: 429 slowly";
        assert_eq!(news(&[unread(other)]), [""; 0]);
        assert_eq!(news(&[]), ["all that could not be read can be read again"]);
    }

    #[test]
    fn a_load_balancer_that_goes_missing_after_the_snapshot_is_told() {
        let missing = |missing| Reason::Incomplete { missing };
        let decision = |stopped_by| Decision {
            at: Timestamp::UNIX_EPOCH,
            wanted: Action::Up,
            action: Action::Hold,
            because: Reason::BelowMinimum { min: 2 },
            stopped_by,
            rules: Vec::new(),
            count: 1,
            serving: 1,
        };
        let mut told = Told::default();
        let mut news = |stopped_by| told.decision(&decision(stopped_by), true).is_some();
        assert!(news(vec![missing(Missing::Snapshot)]));
        assert!(!news(vec![missing(Missing::Snapshot)]), "once");
        assert!(news(vec![missing(Missing::LoadBalancer), missing(Missing::Snapshot)]));
    }

    #[test]
    fn what_is_found_of_many_droplets_in_one_look_is_one_event() {
        let silent = |number: u64| Finding {
            level: Level::Warning,
            kind: FindingKind::Silent,
            text: format!("web{number:03} sends no metrics: install the agent on it"),
            droplet: Some(DropletId(number)),
            is_wasted: false,
            monthly: None,
            offers_removal: false,
            several: Some(Several { what: "send no metrics", advice: "install the agent on them" }),
        };
        let (mut told, all) = (Told::default(), seen(1..=154, DropletStatus::Active));
        let mut news = |numbers: std::ops::RangeInclusive<u64>| {
            texts(told.findings(&numbers.map(silent).collect::<Vec<_>>(), &[Some(&all), None]))
        };
        let many = "154 droplets send no metrics: web001, web002 … web154; install the agent on them";
        assert_eq!(news(1..=154), [many]);
        assert_eq!(news(1..=154), [""; 0], "once");
        assert_eq!(news(1..=153), ["solved: web154 sends no metrics"]);
        let gone = "solved: 152 droplets send no metrics: web001, web002 … web152";
        assert_eq!(news(153..=153), [gone]);
    }

    #[test]
    fn that_something_is_solved_is_good_news_when_it_is() {
        let off = |number: u64| Finding {
            level: Level::Warning,
            kind: FindingKind::Off,
            text: format!("web{number:03} is off: remove it"),
            droplet: Some(DropletId(number)),
            is_wasted: true,
            monthly: None,
            offers_removal: true,
            several: Some(Several { what: "are off", advice: "remove them" }),
        };
        let (kind, text) = (FindingKind::Claimed, "2 claim the cluster".to_owned());
        let note = Finding { level: Level::Info, kind, text, droplet: None, ..off(1) };
        let mut told = Told::default();
        let mut news = |found: &[Finding], seen: &Observation| told.findings(found, &[Some(seen), None]);
        let all = seen(1..=4, DropletStatus::Off);
        assert_eq!(news(&[off(1), off(2), off(3), off(4), note], &all).len(), 2);
        let solved = (Level::Done, "solved: web004 is off".to_owned());
        let noted = (Level::Info, "no longer: 2 claim the cluster".to_owned());
        assert_eq!(news(&[off(1), off(2), off(3)], &all), [noted, solved]);
        let mut leaving = seen(1..=3, DropletStatus::Off);
        let tag = OperationTag { at: Timestamp::UNIX_EPOCH, nonce: Nonce::new(1) }.draining();
        leaving.members[2].droplet.tags.push(tag);
        assert_eq!(news(&[off(1), off(2)], &leaving), [], "it is still billed");
        let gone = (Level::Done, "solved, as it is gone: web003 is off".to_owned());
        assert_eq!(told.findings(&[off(1), off(2)], &[Some(&seen(1..=2, DropletStatus::Off)), Some(&leaving)]), [gone]);
        let gone = (Level::Done, "solved, as they are gone: 2 droplets are off: web001, web002".to_owned());
        let before = seen(1..=2, DropletStatus::Off);
        assert_eq!(told.findings(&[], &[Some(&seen(9..=9, DropletStatus::Off)), Some(&before)]), [gone]);
    }

    /// What is found of one droplet, told after what was told before.
    fn told_of(told: &mut Told, member: &Member) -> Vec<News> {
        let seen = Observation { members: vec![member.clone()], ..Observation::empty(at(0)) };
        told.findings(&findings(&seen, &spec(), &policy()), &[Some(&seen), None])
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_763_985_600 + second).unwrap()
    }

    #[test]
    fn a_droplet_whose_last_sample_is_forgotten_is_as_silent_as_before() {
        let old = Droplet { created_at: at(-90_000), ..droplet(7, DropletStatus::Active) };
        let mut member = Member::bare(old, Role::Clone, true);
        (member.asked_at, member.last_sample) = (Some(at(-5)), Some(at(-3605)));
        let mut told = Told::default();
        assert_eq!(told_of(&mut told, &member).len(), 1);
        member.last_sample = None;
        assert_eq!(told_of(&mut told, &member), [], "it was silent, and is");
        (member.asked_at, member.last_sample) = (Some(at(0)), Some(at(-1)));
        let solved = (Level::Done, "solved: web007 sends no metrics".to_owned());
        assert_eq!(told_of(&mut told, &member), [solved]);
    }

    #[test]
    fn one_that_is_off_and_is_protected_now_is_still_off() {
        let tags = vec!["web".to_owned()];
        let off = Droplet { tags, created_at: at(-90_000), ..droplet(7, DropletStatus::Off) };
        let mut member = Member::bare(off, Role::Clone, true);
        let mut told = Told::default();
        assert_eq!(told_of(&mut told, &member).len(), 1);
        member.droplet.tags.push(PROTECT_TAG.to_owned());
        assert_eq!(told_of(&mut told, &member), []);
    }
}
