//! Faults 18 to 24 of the function that this program replaces: locking and cooldown. Those that other tests show
//! absent are named after the fault where they stand.

use std::sync::Arc;

use dropscale::cluster::Marker;
use dropscale::scaling::{OperationState, Outcome, Terms, plan_down, plan_up};
use dropscale::simulator::{ApiError, Fate};
use jiff::Timestamp;

use crate::bench::{Bench, EPOCH, automatic};

const FAST: &str = "metrics = { step = \"10s\", lag = \"1s\" }\nload_balancer = { healthy_after = \"3s\" }";

fn marker(seconds_ago: i64) -> String {
    Marker { at: Timestamp::from_second(EPOCH - seconds_ago).unwrap() }.tag("web")
}

async fn automatic_up(bench: &Bench) -> OperationState {
    let cloud = bench.cloud(3);
    bench.scaler(&cloud).up(bench.observer(&cloud), automatic(), Arc::new(|_| {})).await
}

#[tokio::test(start_paused = true)]
async fn fault_19_of_two_markers_both_are_read() {
    let bench = Bench::new(FAST);
    // The first is over, and must not hide the second.
    bench.tag_base(&marker(3000));
    bench.tag_base(&marker(20));
    let operation = automatic_up(&bench).await;
    assert!(matches!(operation.outcome, Some(Outcome::Refused(_))), "{operation:#?}");
    assert_eq!(bench.mutations(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn fault_22_a_crash_at_any_request_neither_loses_the_lock_nor_leaves_a_tag() {
    for is_up in [true, false] {
        let calls = {
            let bench = locked();
            operate(&bench, is_up).await;
            u64::try_from(bench.calls()).unwrap()
        };
        for number in 1..=calls {
            for done_before in [false, true] {
                let context = format!("up: {is_up}, killed at request {number}, done before: {done_before}");
                let bench = locked();
                bench.kill_at(number, done_before, operate(&bench, is_up)).await;
                let next = automatic_up(&bench).await;
                assert!(matches!(next.outcome, Some(Outcome::Refused(_))), "{context}: {next:#?}");
                bench.settle().await;
                bench.check_settled(&context);
                assert_eq!(bench.markers(), [], "{context}");
            }
        }
    }
}

/// A cluster that cools down, in which somebody operates by hand.
fn locked() -> Bench {
    let bench = Bench::new(FAST);
    bench.tag_base(&marker(20));
    bench
}

async fn operate(bench: &Bench, is_up: bool) -> OperationState {
    if is_up { bench.up().await } else { bench.down().await }
}

#[tokio::test(start_paused = true)]
async fn fault_23_by_hand_the_cooldown_is_only_a_warning_but_it_is_told() {
    for is_up in [true, false] {
        let bench = locked();
        let seen = bench.observer(&bench.cloud(1)).look().await.unwrap();
        let terms = Terms { own: None, insist: true };
        let warnings = if is_up {
            plan_up(&seen, &bench.spec, &bench.policy, terms).unwrap().warnings
        } else {
            plan_down(&seen, &bench.spec, &bench.policy, None, terms).unwrap().warnings
        };
        assert!(warnings.iter().any(|w| w.contains("the cooldown of 120 s is not over")), "{warnings:?}");
        let operation = operate(&bench, is_up).await;
        assert!(matches!(operation.outcome, Some(Outcome::Done(_))), "{operation:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn fault_24_an_action_that_failed_does_not_use_up_the_interval() {
    let bench = Bench::new(FAST);
    bench.world.with(|world| {
        world.inject(|call| {
            let is_create = call.method == "POST" && call.path == "/v2/droplets";
            if is_create { Fate::Refused(ApiError::unprocessable("no")) } else { Fate::Answered }
        });
    });
    let begun = tokio::time::Instant::now();
    let failed = automatic_up(&bench).await;
    assert!(matches!(failed.outcome, Some(Outcome::Failed(_))), "{failed:#?}");
    assert!(bench.mutations().iter().any(|m| m.starts_with("POST /v2/tags/scaling-web-")), "it was marked");
    assert_eq!(bench.markers(), []);
    bench.world.with(dropscale::simulator::World::inject_nothing);
    assert!(begun.elapsed() < bench.policy.scaling_interval / 2, "a marker would still hold");
    let done = automatic_up(&bench).await;
    assert!(matches!(done.outcome, Some(Outcome::Done(_))), "{done:#?}");
}
