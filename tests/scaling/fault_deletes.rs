//! Faults 1 to 12 of the function that this program replaces: deletes, leaks and wrong scaling. Those that other
//! tests show absent are named after the fault where they stand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dropscale::cluster::{CloneSpec, ClusterSpec, DropletId};
use dropscale::scaling::{OperationState, Outcome, new_droplet};
use dropscale::simulator::{ApiError, Fate};

use crate::bench::{Bench, by_hand, pending};

const FAST: &str = "metrics = { step = \"10s\", lag = \"1s\" }\nload_balancer = { healthy_after = \"3s\" }";

fn respecified(settings: &str, change: impl FnOnce(&mut ClusterSpec)) -> Bench {
    let mut bench = Bench::new(settings);
    change(Arc::make_mut(&mut bench.spec));
    bench
}

async fn up_by(bench: &Bench, caller: u32) -> OperationState {
    let cloud = bench.cloud(caller);
    bench.scaler(&cloud).up(bench.observer(&cloud), by_hand(), Arc::new(|_| {})).await
}

fn failure(operation: &OperationState) -> &str {
    match &operation.outcome {
        Some(Outcome::Failed(text)) => text,
        _ => unreachable!("it should have failed: {operation:#?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn fault_01_the_base_droplet_is_never_removed_whatever_its_name() {
    // A base that is named like the first clone, which prefix and count make of one clone and the base.
    let settings = format!("{FAST}\ncluster = {{ base = \"web001\", clones = 0 }}");
    let mut bench = respecified(&settings, |spec| spec.base_droplet = "web001".to_owned());
    let base = bench.world.with(|world| world.droplets().next().unwrap().id);
    assert!(bench.up().await.outcome.is_some_and(|o| o.is_done()));
    assert_eq!(bench.names(), ["web001", "web002"], "the clone takes another name");
    let changes = bench.mutations().len();
    // Two serve, so that it is not the minimum that saves it: asked for itself, or as the only one left to take.
    Arc::make_mut(&mut bench.spec).protect = vec!["web002".to_owned()];
    for target in [None, Some(DropletId(base))] {
        let cloud = bench.cloud(1);
        let down = bench.scaler(&cloud).down(bench.observer(&cloud), target, by_hand(), Arc::new(|_| {})).await;
        assert!(matches!(down.outcome, Some(Outcome::Refused(_))), "{target:?}: {down:#?}");
    }
    assert_eq!(bench.mutations().len(), changes, "a refusal changes nothing");
    Arc::make_mut(&mut bench.spec).protect.clear();
    for _ in 0..2 {
        bench.down().await;
        assert_eq!(bench.world.with(|world| world.droplets().map(|d| d.id).collect::<Vec<_>>()), [base]);
    }
}

#[tokio::test(start_paused = true)]
async fn fault_03_two_never_share_a_name_after_a_manual_delete_or_a_race() {
    let bench = Bench::new(&format!("{FAST}\ncluster = {{ clones = 2 }}"));
    bench.world.with(|world| {
        let first = world.droplets().find(|d| d.name == "web001").unwrap().id;
        world.delete_by_hand(first);
    });
    tokio::join!(up_by(&bench, 1), up_by(&bench, 2));
    assert_eq!(bench.names(), ["web001", "web002"], "the count says web002 once more");
    bench.up().await;
    assert_eq!(bench.names(), ["web001", "web002", "web003"]);
    bench.check_settled("names");
}

#[tokio::test(start_paused = true)]
async fn fault_05_a_clone_that_can_never_be_attached_is_taken_back() {
    let refusals =
        [ApiError::unprocessable("no"), ApiError::balancer_busy(), ApiError::new(500, "Unexpected server-side error")];
    for refusal in refusals {
        let (bench, context) = (Bench::new(FAST), refusal.message.clone());
        bench.world.with(|world| {
            world.inject(move |call| {
                let is_attach = call.method == "POST" && call.path.starts_with("/v2/load_balancers/");
                if is_attach { Fate::Refused(refusal.clone()) } else { Fate::Answered }
            });
        });
        let operation = bench.up().await;
        assert!(!failure(&operation).is_empty());
        assert_eq!(bench.creates(), 1, "{context}: there was a clone to take back");
        // What no error can tell for good is tried again by the next looks, which meet the same.
        bench.settle().await;
        assert_eq!(bench.names(), ["web001"], "{context}");
        bench.check_settled(&context);
    }
}

#[tokio::test(start_paused = true)]
async fn fault_07_errors_that_pass_while_it_boots_abandon_nothing() {
    for error in [
        ApiError::rate_limited(Some(5)),
        ApiError::rate_limited(None),
        ApiError::new(500, "no"),
        ApiError::new(503, "no"),
    ] {
        let (bench, context) = (Bench::new(FAST), format!("{error:?}"));
        let refused = Arc::new(AtomicU32::new(0));
        let (count, mut is_made) = (Arc::clone(&refused), false);
        bench.world.with(|world| {
            world.inject(move |call| {
                is_made |= call.method == "POST" && call.path == "/v2/droplets";
                let is_look = is_made && call.method == "GET" && call.path.starts_with("/v2/droplets/");
                if is_look && count.load(Ordering::Relaxed) < 3 {
                    count.fetch_add(1, Ordering::Relaxed);
                    return Fate::Refused(error.clone());
                }
                Fate::Answered
            });
        });
        let operation = bench.up().await;
        assert_eq!(refused.load(Ordering::Relaxed), 3, "{context}: it was looked at while it booted");
        assert!(operation.outcome.as_ref().is_some_and(Outcome::is_done), "{context}: {operation:#?}");
        assert_eq!((bench.creates(), bench.names().len()), (1, 2), "{context}");
        bench.check_settled(&context);
    }
}

#[tokio::test(start_paused = true)]
async fn fault_08_without_an_address_or_health_it_is_no_success() {
    let bench = Bench::new(&format!("{FAST}\nboot = {{ stuck = 1.0 }}"));
    bench.world.with(|world| {
        world.show_before(|_, world| {
            assert!(world.droplets().filter(|d| d.name == "web002").all(|d| d.addresses().is_none()));
        });
    });
    let operation = bench.up().await;
    assert!(failure(&operation).contains("not active"), "{operation:#?}");
    let attaches = |m: &String| m.starts_with("POST /v2/load_balancers/");
    assert_eq!((bench.creates(), bench.mutations().iter().filter(|m| attaches(m)).count()), (1, 0));
    bench.check_settled("no address");

    let bench = Bench::new(&format!("{FAST}\nboot = {{ sick = 1.0 }}"));
    let operation = bench.up().await;
    assert!(failure(&operation).contains("not healthy"), "{operation:#?}");
    assert_eq!(bench.mutations().iter().filter(|m| attaches(m)).count(), 1, "it was attached");
    assert_eq!(bench.names(), ["web001"]);
    bench.check_settled("no health");
}

#[tokio::test(start_paused = true)]
async fn fault_09_a_clone_gets_vpc_keys_monitoring_and_user_data() {
    let clone = CloneSpec {
        ssh_keys: vec!["3b:16:bf".to_owned()],
        user_data: Some("#cloud-config".to_owned()),
        ..CloneSpec::default()
    };
    let bench = respecified(FAST, |spec| spec.clone = clone.clone());
    let seen = bench.observer(&bench.cloud(1)).look().await.unwrap();
    // Not the default VPC, in which it would land without being asked for.
    let mut base = seen.base_member().unwrap().droplet.clone();
    base.vpc = Some("5a4981aa-9653-4bd1-bef5-d6bff52042e4".to_owned());
    let new = new_droplet(&seen, &bench.spec, &base, &pending(0)).unwrap();
    assert_eq!((&new.vpc, &new.ssh_keys, &new.user_data), (&base.vpc, &clone.ssh_keys, &clone.user_data));
    assert!(new.monitoring);

    let bench = respecified(FAST, |spec| spec.clone.vpc.clone_from(&base.vpc));
    bench.up().await;
    let made = bench
        .world
        .with(|world| world.droplets().find(|d| d.name == "web002").map(|d| (Some(d.vpc.clone()), d.monitoring)));
    assert_eq!(made, Some((base.vpc, true)));
}
