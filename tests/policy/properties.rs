//! What holds of the decision and of the plans, whatever the cluster.

use dropscale::cluster::{Claim, DropletStatus, Marker, Nonce, Observation, OperationTag, PROTECT_TAG, Role};
use dropscale::policy::{Action, Policy, Reason, decide};
use dropscale::scaling::{Terms, plan_down, plan_up};
use proptest::prelude::*;

use super::web::spec;
use super::{at, cluster, loads, policy};

fn reading() -> impl Strategy<Value = Option<(f64, f64)>> {
    prop_oneof![1 => Just(None), 5 => (0.0..2.0_f64, 0.0..100.0_f64).prop_map(Some)]
}

fn any_cluster() -> impl Strategy<Value = Observation> {
    let flags = prop::collection::vec((reading(), 0..12_u8), 1..9);
    (flags, prop::option::of(-300..300_i64), prop::option::of(-2000..10_i64)).prop_map(|(members, marker, claim)| {
        let mut seen = cluster(&members.iter().map(|(reading, _)| *reading).collect::<Vec<_>>());
        let operation = OperationTag { at: at(-30), nonce: Nonce::new(3) };
        for (member, (_, flag)) in seen.members.iter_mut().zip(&members).skip(1) {
            match flag {
                0 => member.attached = false,
                1 => member.droplet.status = DropletStatus::Off,
                6 => member.droplet.status = DropletStatus::Unknown,
                2 => member.droplet.tags.push(operation.pending()),
                3 => member.droplet.tags.push(operation.draining()),
                4 => member.droplet.tags.push(PROTECT_TAG.to_owned()),
                5 | 7 | 8 => {
                    if *flag > 5 {
                        let tag = if *flag == 7 { operation.pending() } else { operation.draining() };
                        member.droplet.tags.push(tag);
                    }
                    member.role = Role::Guest;
                    "guest".clone_into(&mut member.droplet.name);
                }
                _ => {}
            }
        }
        seen.markers = marker.map(|second| Marker { at: at(second) }).into_iter().collect();
        seen.claims = claim.map(|second| Claim { at: at(second), nonce: Nonce::new(9) }).into_iter().collect();
        seen
    })
}

proptest! {
    #[test]
    fn never_up_at_the_maximum_and_never_down_at_the_minimum(seen in any_cluster(), min in 1..4_usize, max in 4..9_usize) {
        let policy = Policy { min, max, ..policy() };
        let decision = decide(&seen, &spec(), &policy);
        prop_assert!(decision.action != Action::Up || seen.count() < max, "{decision}");
        if decision.action == Action::Down {
            let victim = seen.newest_clone(&spec()).unwrap();
            let rest = seen.serving().filter(|m| m.droplet.id != victim.droplet.id).count();
            // Of too many, one that serves nobody may go: nobody less serves then.
            let is_surplus = seen.count() > max && !victim.serves();
            prop_assert!(rest >= min || is_surplus, "{decision}");
        }
    }

    #[test]
    fn what_is_removed_is_not_missed_at_once(seen in any_cluster(), min in 1..4_usize) {
        let policy = Policy { min, ..policy() };
        if decide(&seen, &spec(), &policy).action == Action::Down {
            let mut after = seen.clone();
            let victim = seen.newest_clone(&spec()).unwrap().droplet.id;
            after.members.retain(|member| member.droplet.id != victim);
            let because = decide(&after, &spec(), &policy).because;
            prop_assert!(!matches!(because, Reason::BelowMinimum { .. }), "{because}");
        }
    }

    #[test]
    fn what_is_decided_can_be_planned(seen in any_cluster()) {
        let (spec, policy) = (spec(), policy());
        match decide(&seen, &spec, &policy).action {
            Action::Up => prop_assert!(plan_up(&seen, &spec, &policy, Terms::default()).is_ok()),
            Action::Down => prop_assert!(plan_down(&seen, &spec, &policy, None, Terms::default()).is_ok()),
            Action::Hold => {}
        }
    }

    #[test]
    fn who_is_removed_is_a_clone_made_last_and_free_to_go(seen in any_cluster()) {
        if let Ok(plan) = plan_down(&seen, &spec(), &policy(), None, Terms { own: None, insist: true }) {
            let victim = seen.member(plan.droplet).unwrap();
            prop_assert_eq!(victim.role, Role::Clone);
            prop_assert!(!victim.droplet.is_protected(&spec()) && victim.droplet.draining().is_none());
            let younger = seen.members.iter().find(|m| {
                m.role == Role::Clone && m.droplet.created_at > victim.droplet.created_at
                    && !m.droplet.is_protected(&spec()) && m.droplet.draining().is_none()
            });
            prop_assert!(younger.is_none());
        }
    }

    #[test]
    fn a_new_clone_has_a_name_of_its_own(seen in any_cluster()) {
        let policy = Policy { max: 100, ..policy() };
        if let Ok(plan) = plan_up(&seen, &spec(), &policy, Terms { own: None, insist: true }) {
            prop_assert!(seen.members.iter().all(|m| m.droplet.name != plan.name));
        }
    }

    #[test]
    fn what_becomes_unknown_never_makes_it_act(seen in any_cluster(), who in 0..9_usize) {
        let before = decide(&seen, &spec(), &policy());
        let mut less = seen.clone();
        let who = who % less.members.len();
        less.members[who].readings.clear();
        let after = decide(&less, &spec(), &policy());
        prop_assert!(after.action != Action::Down || before.action == Action::Down, "{before} / {after}");
    }

    #[test]
    fn shrinking_is_not_undone_at_once(load in 0.01..2.0_f64, count in 2..4_usize) {
        let seen = loads(&vec![load; count]);
        if decide(&seen, &spec(), &policy()).action == Action::Down {
            #[expect(clippy::cast_precision_loss, reason = "a handful")]
            let shared = load * count as f64 / (count as f64 - 1.0);
            let after = decide(&loads(&vec![shared; count - 1]), &spec(), &policy());
            prop_assert!(after.wanted != Action::Up, "{after}");
        }
    }

    #[test]
    fn an_action_always_has_its_reason_and_an_obstacle_holds(seen in any_cluster()) {
        let decision = decide(&seen, &spec(), &policy());
        prop_assert!(decision.action == decision.wanted || !decision.stopped_by.is_empty());
        prop_assert!(decision.stopped_by.is_empty() || decision.action == Action::Hold);
    }
}
