//! Operations when the API does what it should, or the droplet does not.

use std::sync::Arc;
use std::time::Duration;

use dropscale::cluster::FailureClass;
use dropscale::scaling::Outcome;
use dropscale::simulator::World;

use crate::bench::Bench;

const FAST: &str = "metrics = { step = \"10s\", lag = \"1s\" }";

fn text(outcome: Option<&Outcome>) -> String {
    format!("{outcome:?}")
}

#[tokio::test(start_paused = true)]
async fn up_makes_a_clone_that_serves_and_leaves_no_trace_but_the_marker() {
    let bench = Bench::new(FAST);
    let operation = bench.up().await;
    assert!(matches!(operation.outcome, Some(Outcome::Done(_))), "{operation:#?}");
    assert_eq!(bench.names(), ["web001", "web002"]);
    assert_eq!(bench.markers().len(), 1);
    bench.check_settled("up");
}

#[tokio::test(start_paused = true)]
async fn a_clone_is_what_the_base_is_and_carries_its_pending_tag_from_the_first_request() {
    let bench = Bench::new(FAST);
    bench.up().await;
    bench.world.with(|world| {
        let of = |name: &str| world.droplets().find(|d| d.name == name).unwrap();
        let (base, clone) = (of("web-base"), of("web002"));
        assert_eq!((clone.size, &clone.region, &clone.vpc), (base.size, &base.region, &base.vpc));
        assert!(clone.monitoring);
    });
}

#[tokio::test(start_paused = true)]
async fn fault_11_down_leaves_the_load_balancer_before_it_shuts_down_and_deletes() {
    let bench = Bench::new(FAST);
    let id = bench.world.with(|world| world.droplets().find(|d| d.name == "web001").unwrap().id);
    let operation = bench.down().await;
    assert!(matches!(operation.outcome, Some(Outcome::Done(_))), "{operation:#?}");
    assert_eq!(bench.names(), [""; 0]);
    let order: Vec<String> = bench
        .mutations()
        .into_iter()
        .filter(|m| m.contains("/load_balancers/") || m.contains(&id.to_string()))
        .collect();
    assert!(order[0].starts_with("DELETE /v2/load_balancers/"), "{order:?}");
    assert_eq!(order[1..], [format!("POST /v2/droplets/{id}/actions"), format!("DELETE /v2/droplets/{id}")]);
    bench.check_settled("down");
}

#[tokio::test(start_paused = true)]
async fn up_stops_at_the_maximum_and_changes_nothing() {
    let bench = Bench::new("cluster = { clones = 3 }");
    let operation = bench.up().await;
    assert!(matches!(operation.outcome, Some(Outcome::Refused(_))), "{operation:#?}");
    assert_eq!(bench.mutations(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_droplet_that_never_becomes_active_is_removed_again() {
    let bench = Bench::new("boot = { stuck = 1.0 }");
    let operation = bench.up().await;
    assert!(text(operation.outcome.as_ref()).contains("not active within 300 s"), "{operation:#?}");
    assert_eq!(bench.names(), ["web001"]);
    let backoffs = bench.traces();
    assert!(backoffs.len() == 1 && backoffs[0].ends_with(":1:boot"), "{backoffs:?}");
    assert_eq!(bench.markers(), [], "the cooldown is not used up by what was undone");
}

#[tokio::test(start_paused = true)]
async fn a_droplet_that_vanishes_while_it_is_made_is_a_failure_and_no_trace() {
    let bench = Bench::new("boot = { vanish = 1.0 }");
    let operation = bench.up().await;
    assert!(text(operation.outcome.as_ref()).contains("vanished"), "{operation:#?}");
    bench.check_settled("vanished");
}

#[tokio::test(start_paused = true)]
async fn a_droplet_that_never_answers_is_taken_out_and_removed() {
    let bench = Bench::new(&format!("{FAST}\nboot = {{ sick = 1.0 }}"));
    let operation = bench.up().await;
    assert!(text(operation.outcome.as_ref()).contains("not healthy"), "{operation:#?}");
    assert_eq!(bench.names(), ["web001"]);
    bench.check_settled("sick");
}

#[tokio::test(start_paused = true)]
async fn the_droplet_limit_stops_further_tries_for_long() {
    let bench = Bench::new("account = { droplet_limit = 3 }\nothers = { droplets = 1 }");
    let operation = bench.up().await;
    assert!(text(operation.outcome.as_ref()).contains("limit"), "{operation:#?}");
    assert_eq!(bench.markers(), []);
    bench.check_settled("limit");
    let seen = bench.look().await;
    let (backoff, left) = seen.backoff(&bench.spec).unwrap();
    assert_eq!((backoff.class, left), (FailureClass::Limit, bench.spec.timing.backoff_max));
    // Then somebody makes room, which no other kind of change would be.
    let mut other = seen.clone();
    other.snapshot.as_mut().unwrap().id += 1;
    assert_eq!(other.backoff(&bench.spec).unwrap().1, left);
    // Whether the limit is known or not is no change of it, and to remove clones is no reason to wait.
    other.droplet_limit = None;
    assert_eq!(other.backoff(&bench.spec).unwrap().1, left);
    assert!(seen.backoff_otherwise(&bench.spec.timing).unwrap().1 <= bench.spec.timing.backoff);
    bench.by_hand("web001", World::delete_by_hand);
    tokio::time::sleep(bench.spec.timing.backoff).await;
    assert_eq!(bench.look().await.backoff(&bench.spec), None);
    assert!(bench.up().await.outcome.is_some_and(|o| o.is_done()));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_refused_is_not_made_again_until_it_would_be_another() {
    let mut bench = Bench::new("");
    Arc::make_mut(&mut bench.spec).clone.size = Some("s-99vcpu".to_owned());
    let operation = bench.up().await;
    assert!(matches!(operation.outcome, Some(Outcome::Failed(_))), "{operation:#?}");
    tokio::time::sleep(Duration::from_secs(1800)).await;
    let seen = bench.look().await;
    let (backoff, _) = seen.backoff(&bench.spec).unwrap();
    assert_eq!(backoff.class, FailureClass::Refused);
    // One clone more or less does not make the size a better one.
    bench.by_hand("web001", World::delete_by_hand);
    assert!(bench.look().await.backoff(&bench.spec).is_some());
    Arc::make_mut(&mut bench.spec).clone.size = None;
    assert_eq!(bench.look().await.backoff(&bench.spec), None);
    // What was left by others does not depend on any of that.
    assert_eq!(seen.backoff_otherwise(&bench.spec.timing), None);
}

#[tokio::test(start_paused = true)]
async fn failures_in_a_row_wait_longer_and_a_success_ends_that() {
    let bench = Bench::new("boot = { stuck = 1.0 }");
    bench.up().await;
    bench.up().await;
    assert!(bench.traces().iter().all(|tag| tag.ends_with(":2:boot")), "{:?}", bench.traces());
    bench.down().await;
    assert_eq!(bench.traces(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn fault_12_with_the_clusters_own_tag_as_the_balancers_a_clone_joins_and_leaves_by_it() {
    let bench = Bench::new(&format!("{FAST}\nload_balancer = {{ tag = \"web\" }}"));
    let up = bench.up().await;
    assert!(matches!(up.outcome, Some(Outcome::Done(_))), "{up:#?}");
    assert_eq!(bench.names(), ["web001", "web002"]);
    bench.check_settled("up");
    let down = bench.down().await;
    assert!(matches!(down.outcome, Some(Outcome::Done(_))), "{down:#?}");
    assert_eq!(bench.names(), ["web001"]);
    bench.check_settled("down");
    assert!(!bench.mutations().iter().any(|m| m.contains("/load_balancers/")), "{:?}", bench.mutations());
}

#[tokio::test(start_paused = true)]
async fn with_another_tag_a_clone_joins_and_leaves_by_that() {
    let bench = Bench::new(&format!("{FAST}\nload_balancer = {{ tag = \"serving\" }}"));
    let ids = bench.world.with(|world| {
        world.create_tag("serving").unwrap();
        let ids: Vec<u64> = world.droplets_tagged("web").iter().map(|d| d.id).collect();
        for id in &ids {
            world.tag_droplet("serving", *id).unwrap();
        }
        ids.len()
    });
    assert_eq!(ids, 2);
    let up = bench.up().await;
    assert!(matches!(up.outcome, Some(Outcome::Done(_))), "{up:#?}");
    assert!(bench.clones().iter().all(|clone| clone.attached), "{:?}", bench.clones());
    let down = bench.down().await;
    assert!(matches!(down.outcome, Some(Outcome::Done(_))), "{down:#?}");
    assert_eq!(bench.names(), ["web001"]);
}

#[tokio::test(start_paused = true)]
async fn lists_that_are_late_confuse_nobody() {
    let bench = Bench::new(&format!("{FAST}\nconsistency = {{ list_lag = \"10s\" }}"));
    for _ in 0..2 {
        let up = bench.up().await;
        assert!(matches!(up.outcome, Some(Outcome::Done(_))), "{up:#?}");
        // Until then the list shows the claim that was given back.
        tokio::time::sleep(std::time::Duration::from_secs(11)).await;
    }
    assert_eq!(bench.names(), ["web001", "web002", "web003"]);
    bench.check_settled("late lists");
}

#[tokio::test(start_paused = true)]
async fn fault_02_a_gap_in_the_numbers_is_filled_and_does_not_stop_down() {
    let bench = Bench::new(&format!("{FAST}\ncluster = {{ clones = 3 }}"));
    bench.world.with(|world| {
        let id = world.droplets().find(|d| d.name == "web002").unwrap().id;
        world.delete_by_hand(id);
    });
    let down = bench.down().await;
    assert!(matches!(down.outcome, Some(Outcome::Done(_))), "{down:#?}");
    assert_eq!(bench.names(), ["web001"], "the one made last goes");
    bench.up().await;
    assert_eq!(bench.names(), ["web001", "web002"]);
}
