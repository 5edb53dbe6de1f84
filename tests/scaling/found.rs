//! What random trials of everything at once have found wrong in this program, each as a test of its own: several
//! controllers, faults, people and late lists met in ways that nobody had thought of.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use dropscale::cluster::{Claim, FailureClass, Nonce, PROTECT_TAG, leaving_tag};
use dropscale::scaling::{OperationState, Outcome, Phase, PhaseState, Refusal, has_leftovers, stray_tags};
use dropscale::simulator::{ApiError, Fate, World};
use jiff::Timestamp;

use crate::bench::{Bench, EPOCH, automatic, by_hand, pending};

const FAST: &str = "metrics = { step = \"10s\", lag = \"1s\" }\nload_balancer = { healthy_after = \"3s\" }";

/// Scales down, and somebody does something to `web001` once, as soon as it has come so far.
async fn down_while(
    bench: &Bench,
    when: impl Fn(&PhaseState) -> bool + Send + Sync + 'static,
    deed: fn(&mut World, u64),
) -> OperationState {
    let (cloud, is_done, world) = (bench.cloud(1), AtomicBool::new(false), bench.world.clone());
    let report = move |state: &OperationState| {
        if state.current().is_some_and(&when) && !is_done.swap(true, Ordering::Relaxed) {
            world.with(|world| {
                let id = world.droplets().find(|d| d.name == "web001").unwrap().id;
                deed(world, id);
            });
        }
    };
    bench.scaler(&cloud).down(bench.observer(&cloud), None, by_hand(), Arc::new(report)).await
}

fn attach(world: &mut World, id: u64) {
    let balancer = world.balancers().last().unwrap().id.clone();
    world.add_members(&balancer, &[id]).unwrap();
}

fn protect(world: &mut World, id: u64) {
    world.create_tag(PROTECT_TAG).unwrap();
    world.tag_droplet(PROTECT_TAG, id).unwrap();
}

fn is_done(operation: &OperationState) -> bool {
    operation.outcome.as_ref().is_some_and(Outcome::is_done)
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_is_attached_again_while_it_leaves_is_taken_out_again() {
    for (phase, next) in [(Phase::Drain, "POST /v2/droplets/"), (Phase::Delete, "DELETE /v2/droplets/")] {
        let bench = Bench::new(FAST);
        let down = down_while(&bench, move |now| now.phase == phase, attach).await;
        assert!(is_done(&down), "{phase:?}: {down:#?}");
        let all = bench.mutations();
        let left: Vec<usize> = (0..all.len()).filter(|n| all[*n].starts_with("DELETE /v2/load_balancers/")).collect();
        let after = all.iter().position(|request| request.starts_with(next)).unwrap();
        assert!(left.len() == 2 && left[1] < after, "{phase:?}: {all:#?}");
    }
}

/// Takes all operation tags off, and puts it back to serve.
fn rescue(world: &mut World, id: u64) {
    let tags: Vec<String> = world.droplet(id).unwrap().tags.iter().filter(|t| *t != "web").cloned().collect();
    for tag in tags {
        world.untag_droplet(&tag, id).unwrap();
    }
    attach(world, id);
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_somebody_rescues_while_it_leaves_goes_on_serving() {
    for phase in [Phase::Drain, Phase::Shutdown, Phase::Delete] {
        let bench = Bench::new(FAST);
        let down = down_while(&bench, move |now| now.phase == phase, rescue).await;
        assert!(matches!(down.outcome, Some(Outcome::Failed(_))), "{phase:?}: {down:#?}");
        let clone = bench.clones().remove(0);
        assert_eq!((clone.attached, clone.tags), (true, vec!["web".to_owned()]), "{phase:?}");
        if phase == Phase::Drain {
            assert_eq!(clone.status, "active", "it was asked for before it was shut down");
        }
        assert_eq!(bench.look().await.backoff(&bench.spec).unwrap().0.class, FailureClass::Changed);
        assert!(bench.look().await.backoff(&bench.spec).unwrap().1 <= bench.spec.timing.backoff, "{phase:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_is_protected_while_it_drains_is_not_shut_down() {
    let bench = Bench::new(FAST);
    let down = down_while(&bench, |now| now.phase == Phase::Drain, protect).await;
    assert!(matches!(down.outcome, Some(Outcome::Failed(_))), "{down:#?}");
    assert_eq!(bench.clones()[0].status, "active");
}

#[tokio::test(start_paused = true)]
async fn the_tag_of_clones_that_leave_stays_while_somebody_may_be_about_to_use_it() {
    let bench = Bench::new(FAST);
    let leaving = leaving_tag("web");
    bench.world.with(|world| world.create_tag(&leaving).unwrap());
    let claim = Claim { at: Timestamp::from_second(EPOCH).unwrap(), nonce: Nonce::new(0xaaaa) }.tag("web");
    bench.tag_base(&claim);
    let cloud = bench.cloud(1);
    let all = dropscale::cloud::Cloud::tags(&*cloud).await.unwrap();
    let later = Timestamp::from_second(EPOCH + 1_000_000).unwrap();
    assert!(!stray_tags(&all, &bench.spec, &bench.policy, later).contains(&leaving), "its age is not known");
    bench.scaler(&cloud).forget_leaving_tag(bench.observer(&cloud)).await;
    assert!(bench.traces().contains(&leaving), "whoever has the claim may have made it a moment ago");
    bench.world.with(|world| world.delete_tag(&claim).unwrap());
    bench.scaler(&cloud).forget_leaving_tag(bench.observer(&cloud)).await;
    assert_eq!(bench.traces(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_somebody_detached_is_brought_in_again() {
    let bench = Bench::new(FAST);
    bench.by_hand("web001", World::detach_by_hand);
    bench.settle().await;
    assert_eq!(bench.names(), ["web001"]);
    bench.check_settled("detached");
}

#[tokio::test(start_paused = true)]
async fn a_half_made_clone_that_is_protected_holds_nothing_up() {
    let bench = Bench::new(FAST);
    let tag = pending(100_000).pending();
    bench.by_hand("web001", |world, id| {
        world.create_tag(&tag).unwrap();
        world.tag_droplet(&tag, id).unwrap();
        protect(world, id);
    });
    assert!(!has_leftovers(&bench.look().await, &bench.spec), "nobody can do anything about it");
    let up = bench.up().await;
    assert!(is_done(&up), "{up:#?}");
    assert_eq!(bench.names(), ["web001", "web002"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_protected_while_its_deletion_is_tried_again_stays() {
    let bench = Bench::new(FAST);
    let deletes = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&deletes);
    bench.world.with(|world| {
        world.inject(move |call| {
            let is_delete = call.method == "DELETE" && call.path.starts_with("/v2/droplets/");
            // A while is enough for somebody to change their mind.
            if is_delete && seen.fetch_add(1, Ordering::Relaxed) == 0 {
                Fate::Refused(ApiError::new(500, "Unexpected server-side error"))
            } else {
                Fate::Answered
            }
        });
    });
    let has_failed_once = |now: &PhaseState| now.phase == Phase::Delete && now.note.is_some();
    let operation = down_while(&bench, has_failed_once, protect).await;
    assert!(matches!(operation.outcome, Some(Outcome::Failed(_))), "{operation:#?}");
    assert_eq!((deletes.load(Ordering::Relaxed), bench.names()), (1, vec!["web001".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_droplet_whose_create_was_not_answered_is_looked_for_although_the_search_is_refused() {
    let bench = Bench::new(FAST);
    let searches = AtomicU32::new(0);
    bench.world.with(|world| {
        let mut is_lost = false;
        world.inject(move |call| {
            if call.method == "POST" && call.path == "/v2/droplets" {
                is_lost = true;
                return Fate::AnswerLost;
            }
            let is_search = is_lost && call.method == "GET" && call.path.starts_with("/v2/droplets");
            if is_search && searches.fetch_add(1, Ordering::Relaxed) < 2 {
                Fate::Refused(ApiError::unprocessable("no"))
            } else {
                Fate::Answered
            }
        });
    });
    let up = bench.up().await;
    assert!(is_done(&up), "{up:#?}");
    assert_eq!((bench.creates(), bench.names().len()), (1, 2));
    bench.check_settled("looked for");
}

#[tokio::test(start_paused = true)]
async fn what_serves_nobody_does_not_count_for_the_minimum() {
    let mut bench = Bench::new(FAST);
    Arc::make_mut(&mut bench.policy).min = 2;
    bench.make("db-1", &["web"]);
    tokio::time::sleep(Duration::from_secs(300)).await;
    let down = bench.down().await;
    assert_eq!(down.outcome, Some(Outcome::Refused(Refusal::AtMinimum { serving: 2, min: 2 }.to_string())));
    // Nor when it is detached between the claim and the deed.
    let mut bench = Bench::new(&format!("{FAST}\ncluster = {{ clones = 2 }}"));
    Arc::make_mut(&mut bench.policy).min = 2;
    let down = down_while(&bench, |now| now.phase == Phase::Mark, World::detach_by_hand).await;
    assert!(matches!(down.outcome, Some(Outcome::Refused(_))), "{down:#?}");
    assert!(bench.clones()[1].attached, "{:?}", bench.clones());
}

#[tokio::test(start_paused = true)]
async fn two_that_begin_at_the_same_moment_get_on_although_lists_are_late() {
    for lag_s in 0..6 {
        let bench = Bench::new(&format!("{FAST}\nconsistency = {{ list_lag = \"{lag_s}s\" }}"));
        let run = async |caller| {
            let cloud = bench.cloud(caller);
            bench.scaler(&cloud).up(bench.observer(&cloud), automatic(), Arc::new(|_| {})).await
        };
        let (first, second) = tokio::join!(run(1), run(2));
        let done = [&first, &second].into_iter().filter(|operation| is_done(operation)).count();
        assert_eq!(done, 1, "{lag_s} s late: {first:#?} {second:#?}");
        bench.check_settled("in step");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_stopped_before_a_create_is_answered_keeps_the_claim() {
    let bench =
        Bench::new(&format!("{FAST}\ncluster = {{ clones = 2 }}\nlatency = {{ min = \"200ms\", max = \"400ms\" }}"));
    let cloud = bench.cloud(1);
    let scaler = Arc::new(bench.scaler(&cloud));
    let stopped = Arc::clone(&scaler);
    bench.world.with(|world| {
        world.show_after(move |call, _| {
            if call.method == "POST" && call.path == "/v2/droplets" {
                stopped.stop();
            }
        });
    });
    let up = scaler.up(bench.observer(&cloud), by_hand(), Arc::new(|_| {})).await;
    assert!(matches!(up.outcome, Some(Outcome::Failed(_))), "{up:#?}");
    assert_eq!((bench.creates(), bench.markers().len()), (1, 1));
    // Lists may not show the droplet yet: nobody makes another one, until it must be there to be seen.
    let next = bench.up().await;
    assert!(matches!(next.outcome, Some(Outcome::Refused(_))), "{next:#?}");
    bench.settle().await;
    assert_eq!(bench.count(), bench.policy.max);
    bench.check_settled("stopped while creating");
}

#[tokio::test(start_paused = true)]
async fn who_is_stopped_before_a_clone_can_be_seen_by_others_keeps_the_claim() {
    for (lag_s, made) in [(6, 1), (0, 2)] {
        let settings = format!("{FAST}\ncluster = {{ clones = 2 }}\nconsistency = {{ list_lag = \"{lag_s}s\" }}");
        let mut bench = Bench::new(&settings);
        Arc::make_mut(&mut bench.policy).max = 5;
        let cloud = bench.cloud(1);
        let scaler = Arc::new(bench.scaler(&cloud));
        let stopped = Arc::clone(&scaler);
        let report = move |state: &OperationState| {
            if state.current().is_some_and(|now| now.phase == Phase::Boot) {
                stopped.stop();
            }
        };
        scaler.up(bench.observer(&cloud), by_hand(), Arc::new(report)).await;
        let next = bench.up().await;
        assert_eq!((is_done(&next), bench.creates()), (made == 2, made), "{lag_s}: {next:#?}");
        bench.settle().await;
        bench.check_settled("stopped while booting");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_boots_is_not_taken_from_the_minimum() {
    let mut bench = Bench::new(
        &format!("{FAST}\nload_balancer = {{ tag = \"web\" }}\nboot = {{ time = \"60s\" }}")
            .replace("load_balancer = { healthy_after = \"3s\" }\n", ""),
    );
    Arc::make_mut(&mut bench.policy).min = 2;
    bench.by_hand("web001", World::delete_by_hand);
    bench.make("web002", &["web"]);
    let down = bench.down().await;
    assert!(matches!(down.outcome, Some(Outcome::Refused(_))), "it would serve any moment: {down:#?}");
    assert_eq!(bench.clones()[0].tags, ["web"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_made_twice_by_one_request_is_a_surplus_that_is_taken_back() {
    let bench = Bench::new(&format!("{FAST}\ncluster = {{ clones = 2 }}"));
    bench.world.with(|world| {
        world.inject(
            |call| if call.method == "POST" && call.path == "/v2/droplets" { Fate::Twice } else { Fate::Answered },
        );
    });
    bench.up().await;
    bench.settle().await;
    assert_eq!(bench.count(), bench.policy.max);
    bench.check_settled("made twice");
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_somebody_gives_back_to_the_cluster_while_another_drains_stays() {
    // Where the load balancer goes by the cluster's own tag a clone gives that up to leave.
    let by_tag = "load_balancer = { tag = \"web\", healthy_after = \"3s\" }\ncluster = { clones = 2 }";
    let mut bench = Bench::new(by_tag);
    Arc::make_mut(&mut bench.spec).timing.drain = Duration::from_secs(3600);
    let (draining, leaving) = (pending(1000).draining(), leaving_tag("web"));
    for (name, tag, has_left) in [("web001", &draining, false), ("web002", &leaving, true)] {
        bench.by_hand(name, |world, id| {
            world.create_tag(tag).unwrap();
            world.tag_droplet(tag, id).unwrap();
            if has_left {
                world.untag_droplet("web", id).unwrap();
            }
        });
    }
    let world = bench.world.clone();
    let rescue = move |state: &OperationState| {
        if state.current().is_some_and(|now| now.phase == Phase::Drain) {
            world.with(|world| {
                let id = world.droplets().find(|d| d.name == "web002").unwrap().id;
                world.tag_droplet("web", id).unwrap();
                world.untag_droplet(&leaving_tag("web"), id).unwrap();
            });
        }
    };
    let cloud = bench.cloud(1);
    let recovery = bench.scaler(&cloud).recover(bench.observer(&cloud), Arc::new(rescue)).await;
    assert!(is_done(&recovery), "{recovery:#?}");
    assert_eq!(bench.names(), ["web002"], "{recovery:#?}");
    assert_eq!((bench.clones()[0].attached, &*bench.clones()[0].tags), (true, &["web".to_owned()][..]));
}
