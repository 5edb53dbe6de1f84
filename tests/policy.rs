//! The decision rule: as a table, one line a case, and, in `properties`, as what holds of any cluster.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "policy/properties.rs"]
mod properties;
mod web;

use std::collections::BTreeMap;
use std::time::Duration;

use dropscale::cluster::{
    Backoff, Claim, Droplet, DropletId, DropletStatus, FailureClass, Health, Image, LoadBalancer, LoadBalancerId,
    Marker, Member, Membership, Metric, Nonce, Observation, OperationTag, PROTECT_TAG, Reading, Role, Size,
};
use dropscale::policy::{Action, Policy, Reason, decide};
use dropscale::scaling::{Refusal, Terms, plan_down, plan_up};
use jiff::Timestamp;
use web::spec;

const NOW: i64 = 1_780_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(NOW + second).unwrap()
}

fn policy() -> Policy {
    Policy {
        min: 1,
        max: 4,
        scaling_interval: Duration::from_secs(120),
        scale_up: BTreeMap::from([(Metric::Load, 0.7), (Metric::Cpu, 80.0)]),
        scale_down: BTreeMap::from([(Metric::Load, 0.3), (Metric::Cpu, 30.0)]),
        stale_after: Duration::from_secs(600),
    }
}

fn droplet(number: u64) -> Droplet {
    Droplet {
        id: DropletId(number),
        name: if number == 0 { "web-base".to_owned() } else { format!("web{number:03}") },
        status: DropletStatus::Active,
        locked: false,
        created_at: at(-100_000 + i64::try_from(number).unwrap()),
        size: Size { slug: "s-1vcpu-1gb".to_owned(), vcpus: 1, memory_mib: 1024, disk_gib: 25, price: None },
        region: "nyc3".to_owned(),
        image: None,
        vpc: None,
        tags: vec!["web".to_owned()],
        addresses: Vec::new(),
        features: Vec::new(),
    }
}

/// A cluster of a base and clones that all serve, each with this load and processor use, or without.
fn cluster(readings: &[Option<(f64, f64)>]) -> Observation {
    let mut seen = Observation::empty(at(0));
    for (number, reading) in (0..).zip(readings) {
        let mut member = Member {
            droplet: droplet(number),
            role: if number == 0 { Role::Base } else { Role::Clone },
            attached: true,
            health: Health::Healthy,
            readings: BTreeMap::new(),
            last_sample: None,
            asked_at: None,
        };
        if let Some((load, cpu)) = reading {
            member.readings.insert(Metric::Load, Reading { value: *load, at: at(-60) });
            member.readings.insert(Metric::Cpu, Reading { value: *cpu, at: at(-60) });
        }
        seen.members.push(member);
    }
    seen.base = Some(DropletId(0));
    seen.load_balancer = Some(LoadBalancer {
        id: LoadBalancerId("lb".to_owned()),
        name: "web-lb".to_owned(),
        status: "active".to_owned(),
        ip: None,
        region: "nyc3".to_owned(),
        vpc: None,
        membership: Membership::ById,
        members: seen.members.iter().map(|m| m.droplet.id).collect(),
    });
    seen.snapshot = Some(Image {
        id: 7,
        name: "web-snapshot".to_owned(),
        distribution: None,
        created_at: None,
        regions: vec!["nyc3".to_owned()],
        min_disk_gib: 25,
    });
    seen
}

fn loads(loads: &[f64]) -> Observation {
    cluster(&loads.iter().map(|load| Some((*load, load * 100.0))).collect::<Vec<_>>())
}

type Change = fn(&mut Observation);
type Case = (&'static str, &'static [f64], Change, Action, Action, &'static str);

/// What it is, the loads, what else is so, what is wanted, what is done, and a part of the reason.
const CASES: &[Case] = &[
    (
        "one metric is enough to grow",
        &[0.9],
        |_| {},
        Action::Up,
        Action::Up,
        "Load per vCPU 0.90 is above 0.70, CPU 90 % is above",
    ),
    (
        "what rounds to the threshold is told",
        &[0.701, 0.701],
        |_| {},
        Action::Up,
        Action::Up,
        "0.70 is just above 0.70",
    ),
    ("exactly at the threshold is not beyond", &[0.7, 0.7], |_| {}, Action::Hold, Action::Hold, "between"),
    ("all must be calm to shrink", &[0.1, 0.1], |_| {}, Action::Down, Action::Down, "calmer"),
    (
        "one that is not calm is enough to hold",
        &[0.1, 0.1],
        |s| {
            for m in &mut s.members {
                m.readings.insert(Metric::Cpu, Reading { value: 50.0, at: at(-60) });
            }
        },
        Action::Hold,
        Action::Hold,
        "hold: not all metrics are calm: CPU 50 % is not below 30 %",
    ),
    ("the maximum holds", &[0.9, 0.9, 0.9, 0.9], |_| {}, Action::Up, Action::Hold, "maximum of 4"),
    ("the minimum holds", &[0.1], |_| {}, Action::Down, Action::Hold, "minimum of 1"),
    (
        "room to spare shrinks",
        &[0.29, 0.29],
        |s| {
            for m in &mut s.members {
                m.readings.insert(Metric::Load, Reading { value: 0.299, at: at(-60) });
                m.readings.insert(Metric::Cpu, Reading { value: 5.0, at: at(-60) });
            }
        },
        Action::Down,
        Action::Down,
        "calmer",
    ),
    (
        "the cooldown holds",
        &[0.9],
        |s| s.markers = vec![Marker { at: at(-50) }],
        Action::Up,
        Action::Hold,
        "cooling down, 70 s left",
    ),
    (
        "a marker in the future holds nothing",
        &[0.9],
        |s| s.markers = vec![Marker { at: at(5000) }],
        Action::Up,
        Action::Up,
        "is above 0.70",
    ),
    (
        "the youngest of several markers counts",
        &[0.9],
        |s| s.markers = vec![Marker { at: at(-500) }, Marker { at: at(-20) }],
        Action::Up,
        Action::Hold,
        "100 s left",
    ),
    (
        "somebody else's operation holds",
        &[0.9],
        |s| s.claims = vec![Claim { at: at(-5), nonce: Nonce::new(1) }],
        Action::Up,
        Action::Hold,
        "under way",
    ),
    (
        "a claim of the dead does not",
        &[0.9],
        |s| s.claims = vec![Claim { at: at(-50_000), nonce: Nonce::new(1) }],
        Action::Up,
        Action::Up,
        "is above 0.70",
    ),
    (
        "what was left unfinished is settled first",
        &[0.9, 0.9],
        |s| s.members[1].droplet.tags.push(OperationTag { at: at(-900), nonce: Nonce::new(1) }.pending()),
        Action::Up,
        Action::Hold,
        "web001 must be settled first",
    ),
    (
        "failures make it wait",
        &[0.9],
        |s| s.backoffs = vec![Backoff { until: at(30), failures: 2, class: FailureClass::Boot, circumstances: None }],
        Action::Up,
        Action::Hold,
        "next try in 30 s",
    ),
    (
        "unknown forbids to shrink",
        &[0.1, 0.1, 0.1],
        |s| s.members[2].readings.clear(),
        Action::Hold,
        Action::Hold,
        "not known of web002",
    ),
    (
        "unknown of the few does not forbid to grow",
        &[0.9, 0.9, 0.9],
        |s| s.members[2].readings.clear(),
        Action::Up,
        Action::Up,
        "is above 0.70",
    ),
    (
        "unknown of most causes nothing",
        &[0.9, 0.9, 0.9],
        |s| {
            s.members[1].readings.clear();
            s.members[2].readings.clear();
        },
        Action::Hold,
        Action::Hold,
        "not known",
    ),
    (
        "what is stale is not known",
        &[0.9],
        |s| {
            for m in &mut s.members {
                m.readings.values_mut().for_each(|r| r.at = at(-700));
            }
        },
        Action::Hold,
        Action::Hold,
        "not known",
    ),
    (
        "fewer than the minimum grows without any metric",
        &[],
        |s| s.base = None,
        Action::Up,
        Action::Hold,
        "base droplet is not in the cluster",
    ),
    (
        "more than the maximum shrinks",
        &[0.9, 0.9, 0.9, 0.9, 0.9],
        |_| {},
        Action::Down,
        Action::Down,
        "more droplets than the maximum",
    ),
    (
        "a protected clone stays",
        &[0.1, 0.1],
        |s| s.members[1].droplet.tags.push(PROTECT_TAG.to_owned()),
        Action::Down,
        Action::Hold,
        "no clone that may be removed",
    ),
    (
        "a status that is not known is no missing droplet",
        &[0.5, 0.5],
        |s| s.members[1].droplet.status = DropletStatus::Unknown,
        Action::Hold,
        Action::Hold,
        "between",
    ),
    (
        "a limit that is reached holds no removal back for long",
        &[0.1, 0.1, 0.1],
        |s| {
            let (failures, class) = (1, FailureClass::Limit);
            s.backoffs = vec![Backoff { until: at(3500), failures, class, circumstances: None }];
        },
        Action::Down,
        Action::Down,
        "calmer",
    ),
    (
        "a backoff from a wrong clock holds nothing back",
        &[0.9],
        |s| {
            s.backoffs =
                vec![Backoff { until: at(300_000_000), failures: 2, class: FailureClass::Boot, circumstances: None }];
        },
        Action::Up,
        Action::Up,
        "is above 0.70",
    ),
    (
        "what was renamed while it was made is nobody's to settle",
        &[0.9, 0.9],
        |s| {
            s.members[1].role = Role::Guest;
            s.members[1].droplet.tags.push(OperationTag { at: at(-900), nonce: Nonce::new(1) }.pending());
        },
        Action::Up,
        Action::Up,
        "is above 0.70",
    ),
    (
        "what was renamed while it was removed serves, and is not missed",
        &[0.5, 0.5],
        |s| {
            s.members[1].role = Role::Guest;
            s.members[1].droplet.tags.push(OperationTag { at: at(-900), nonce: Nonce::new(1) }.draining());
        },
        Action::Hold,
        Action::Hold,
        "between their thresholds",
    ),
    (
        "without a snapshot nothing is promised",
        &[0.9],
        |s| s.snapshot = None,
        Action::Up,
        Action::Hold,
        "the snapshot is not known",
    ),
    (
        "idle guests and clones outside the balancer don't hide the load",
        &[0.9, 0.0],
        |s| s.members[1].attached = false,
        Action::Up,
        Action::Up,
        "is above 0.70",
    ),
];

#[test]
fn the_rule_as_a_table() {
    for (what, readings, change, wanted, action, reason) in CASES {
        let mut seen = loads(readings);
        change(&mut seen);
        let decision = decide(&seen, &spec(), &policy());
        assert_eq!((decision.wanted, decision.action), (*wanted, *action), "{what}: {decision}");
        assert!(decision.to_string().contains(reason), "{what}: {decision}");
    }
}

#[test]
fn each_thing_that_is_missing_is_named() {
    let mut seen = loads(&[0.9]);
    (seen.load_balancer, seen.snapshot) = (None, None);
    let texts: Vec<String> = decide(&seen, &spec(), &policy()).stopped_by.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["the snapshot is not known", "the load balancer is not known"]);
}

#[test]
fn a_removal_that_would_be_undone_is_not_made() {
    let mut seen = loads(&[0.28, 0.28]);
    let tight = Policy {
        scale_up: BTreeMap::from([(Metric::Load, 0.5)]),
        scale_down: BTreeMap::from([(Metric::Load, 0.3)]),
        ..policy()
    };
    let decision = decide(&seen, &spec(), &tight);
    assert_eq!(decision.action, Action::Hold, "{decision}");
    assert!(decision.stopped_by.iter().any(|r| matches!(r, Reason::WouldBounce { .. })), "{decision}");
    seen.members.push(loads(&[0.0, 0.0, 0.28]).members.remove(2));
    assert_eq!(decide(&seen, &spec(), &tight).action, Action::Down, "three may become two");
}

#[test]
fn a_free_memory_that_the_size_can_never_have_is_left_out() {
    let mut seen = loads(&[0.1]);
    seen.members[0].readings.insert(Metric::FreeMemory, Reading { value: 600.0, at: at(-60) });
    let memory = Policy { scale_up: BTreeMap::from([(Metric::FreeMemory, 800.0)]), ..policy() };
    assert_ne!(decide(&seen, &spec(), &memory).wanted, Action::Up, "a droplet of 1 GB never has 800 MB free");
}

#[test]
fn a_clone_that_serves_nobody_can_be_removed_at_the_minimum() {
    let mut seen = loads(&[0.5, 0.5]);
    seen.members[1].droplet.status = DropletStatus::Off;
    let tight = Policy { min: 2, max: 2, ..policy() };
    assert!(plan_down(&seen, &spec(), &tight, None, Terms::default()).is_ok());
    seen.members[1].droplet.status = DropletStatus::Active;
    assert!(plan_down(&seen, &spec(), &tight, None, Terms::default()).is_err());
}

#[test]
fn a_droplet_limit_that_is_reached_is_told_before_anything_is_asked_for() {
    let mut seen = loads(&[0.5, 0.5]);
    seen.droplet_limit = Some(2);
    let refused = plan_up(&seen, &spec(), &policy(), Terms::default()).unwrap_err();
    assert_eq!(refused, Refusal::DropletLimit { limit: 2 });
    seen.droplet_limit = Some(3);
    assert!(plan_up(&seen, &spec(), &policy(), Terms::default()).is_ok());
}

#[test]
fn what_has_not_ended_is_never_said_to_have_no_second_left() {
    for remaining in [Duration::ZERO, Duration::from_millis(300), Duration::from_secs(1)] {
        let cooldown = Reason::Cooldown { remaining };
        assert_eq!(cooldown.to_string(), "cooling down, 1 s left");
        assert_eq!(serde_json::to_value(&cooldown).unwrap()["remaining_s"], 1);
        let backoff = Reason::BackingOff { remaining, failures: 1, class: FailureClass::Boot };
        let text = backoff.to_string();
        assert!(text.contains(", 1 failure in a row: next try in 1 s"), "{text}");
    }
    assert_eq!(Reason::AtMinimum { min: 1 }.to_string(), "the minimum of 1 droplet is reached");
    assert_eq!(Reason::AtMaximum { max: 4 }.to_string(), "the maximum of 4 droplets is reached");
}
