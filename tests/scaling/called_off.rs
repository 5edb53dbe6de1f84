//! Removals that are called off half-way, because somebody has put the clone back, the minimum needs it by now, or
//! the load balancer does not let it go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dropscale::cluster::leaving_tag;
use dropscale::scaling::{OperationState, Outcome, Phase};
use dropscale::simulator::{ApiError, Fate, World};

use crate::bench::{Bench, by_hand, pending};

/// As long as requests fail a clone that was left on its way out stays as it is; then it leaves.
async fn goes_on_leaving(bench: &Bench, draining: &String) {
    let cloud = bench.cloud(1);
    let recovery = bench.scaler(&cloud).recover(bench.observer(&cloud), Arc::new(|_| {})).await;
    assert!(matches!(recovery.outcome, Some(Outcome::Failed(_))), "{recovery:#?}");
    let clone = bench.clones().remove(0);
    assert_eq!((clone.attached, clone.tags.contains(draining)), (false, true), "{recovery:#?}");
    bench.world.with(World::inject_nothing);
    bench.settle().await;
    assert_eq!(bench.names(), [""; 0], "it goes on leaving");
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_is_attached_again_while_it_leaves_stays_when_the_minimum_needs_it_by_now() {
    for balancer in ["healthy_after = \"3s\"", "tag = \"web\", healthy_after = \"3s\""] {
        let mut bench = Bench::new(&format!("load_balancer = {{ {balancer} }}\ncluster = {{ clones = 2 }}"));
        Arc::make_mut(&mut bench.policy).min = 2;
        let (cloud, world, is_done) = (bench.cloud(1), bench.world.clone(), AtomicBool::new(false));
        let report = move |state: &OperationState| {
            if state.current().is_some_and(|now| now.phase == Phase::Drain) && !is_done.swap(true, Ordering::Relaxed) {
                world.with(|world| {
                    let id = |world: &World, name| world.droplets().find(|d| d.name == name).unwrap().id;
                    world.delete_by_hand(id(world, "web001"));
                    let left = id(world, "web002");
                    world.tag_droplet("web", left).unwrap();
                    // By the tag it is in already.
                    let _ = world.add_members(&world.balancers().last().unwrap().id.clone(), &[left]);
                });
            }
        };
        let down = bench.scaler(&cloud).down(bench.observer(&cloud), None, by_hand(), Arc::new(report)).await;
        assert!(matches!(down.outcome, Some(Outcome::Refused(_))), "{balancer}: {down:#?}");
        let clone = bench.clones().remove(0);
        assert_eq!((&*clone.name, clone.attached, clone.status), ("web002", true, "active"), "{balancer}");
        assert_eq!(clone.tags, ["web"], "{balancer}");
        bench.settle().await;
        bench.check_settled(balancer);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_was_left_half_way_out_stays_without_a_trace_when_the_minimum_needs_it() {
    let mut bench = Bench::new("load_balancer = { tag = \"web\", healthy_after = \"3s\" }");
    Arc::make_mut(&mut bench.policy).min = 2;
    // Whoever began it died before the clone had lost the cluster's tag.
    bench.by_hand("web001", |world, id| {
        for tag in [pending(10).draining(), leaving_tag("web")] {
            world.create_tag(&tag).unwrap();
            world.tag_droplet(&tag, id).unwrap();
        }
    });
    let cloud = bench.cloud(1);
    let recovery = bench.scaler(&cloud).recover(bench.observer(&cloud), Arc::new(|_| {})).await;
    assert!(recovery.outcome.as_ref().is_some_and(Outcome::is_done), "{recovery:#?}");
    let clone = bench.clones().remove(0);
    assert_eq!((clone.attached, &*clone.tags), (true, &["web".to_owned()][..]), "{recovery:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_has_left_is_not_put_back_by_who_comes_next() {
    let bench = Bench::new("load_balancer = { tag = \"lb\", healthy_after = \"3s\" }");
    let draining = pending(10).draining();
    bench.world.with(|world| world.create_tag("lb").unwrap());
    for name in ["web-base", "web001"] {
        bench.by_hand(name, |world, id| world.tag_droplet("lb", id).unwrap());
    }
    // Whoever began it had asked it to shut down, and died.
    bench.by_hand("web001", |world, id| {
        world.create_tag(&draining).unwrap();
        world.tag_droplet(&draining, id).unwrap();
        world.untag_droplet("lb", id).unwrap();
        world.inject(|call| {
            if call.method == "DELETE" && call.path == "/v2/tags/lb/resources" {
                Fate::Refused(ApiError::unprocessable("this cannot be processed now"))
            } else {
                Fate::Answered
            }
        });
    });
    goes_on_leaving(&bench, &draining).await;
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_was_shut_down_is_not_put_back_to_serve() {
    let bench = Bench::new("load_balancer = { healthy_after = \"3s\" }");
    let tag = pending(100_000).draining();
    bench.by_hand("web001", |world, id| {
        world.create_tag(&tag).unwrap();
        world.tag_droplet(&tag, id).unwrap();
        world.detach_by_hand(id);
        world.power_off(id);
        // Lists are answered, what is asked of the one droplet is not.
        let path = format!("/v2/droplets/{id}");
        world.inject(move |call| {
            if call.path == path {
                Fate::Refused(ApiError::new(500, "Unexpected server-side error"))
            } else {
                Fate::Answered
            }
        });
    });
    goes_on_leaving(&bench, &tag).await;
}
