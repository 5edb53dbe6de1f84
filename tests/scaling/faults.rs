//! Every request of an operation, one after the other, fails in every way; and the operation dies at it. What
//! comes next settles everything.

use std::time::Duration;

use dropscale::scaling::{OperationState, Outcome};
use dropscale::simulator::{ApiError, Fate};

use crate::bench::{Bench, by_hand, pending};

const FAST: &str = "metrics = { step = \"10s\", lag = \"1s\" }\nload_balancer = { healthy_after = \"3s\" }";

fn fates() -> Vec<Fate> {
    vec![
        Fate::Refused(ApiError::new(500, "Unexpected server-side error")),
        Fate::RefusedAfter(ApiError::new(500, "Unexpected server-side error")),
        Fate::Refused(ApiError::rate_limited(Some(5))),
        Fate::Refused(ApiError::balancer_busy()),
        Fate::Refused(ApiError::unprocessable("no")),
        Fate::Lost,
        Fate::AnswerLost,
        Fate::Hangs,
        Fate::Garbage,
    ]
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Up,
    Down,
}

impl Deed {
    async fn on(self, bench: &Bench) -> OperationState {
        match self {
            Self::Up => bench.up().await,
            Self::Down => bench.down().await,
        }
    }

    async fn calls(self, settings: &str) -> u64 {
        let bench = Bench::new(settings);
        self.on(&bench).await;
        u64::try_from(bench.calls()).unwrap()
    }
}

async fn every_request_fails(deed: Deed, settings: &str) {
    for number in 1..=deed.calls(settings).await {
        for fate in fates() {
            let bench = Bench::new(settings);
            bench.fail(number, fate.clone());
            deed.on(&bench).await;
            bench.settle().await;
            let call = bench.world.with(|w| w.log().get(usize::try_from(number).unwrap() - 1).cloned());
            bench.check_settled(&format!("{deed:?}, request {number} ({call:?}): {fate:?}"));
        }
    }
}

/// The operation is dropped at a request: before it was sent, or after it was carried out.
async fn dies_at_every_request(deed: Deed, settings: &str) {
    for number in 1..=deed.calls(settings).await {
        for done_before in [false, true] {
            let bench = Bench::new(settings);
            bench.kill_at(number, done_before, deed.on(&bench)).await;
            bench.settle().await;
            bench.check_settled(&format!("{deed:?}, died at request {number}, done before: {done_before}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_orphan_whatever_request_of_up_fails() {
    every_request_fails(Deed::Up, FAST).await;
}

#[tokio::test(start_paused = true)]
async fn no_orphan_whatever_request_of_down_fails() {
    every_request_fails(Deed::Down, FAST).await;
}

#[tokio::test(start_paused = true)]
async fn no_orphan_whatever_request_fails_with_a_balancer_that_goes_by_tag() {
    let settings =
        "metrics = { step = \"10s\", lag = \"1s\" }\nload_balancer = { tag = \"web\", healthy_after = \"3s\" }";
    every_request_fails(Deed::Up, settings).await;
    every_request_fails(Deed::Down, settings).await;
}

#[tokio::test(start_paused = true)]
async fn no_orphan_whenever_up_dies() {
    dies_at_every_request(Deed::Up, FAST).await;
}

#[tokio::test(start_paused = true)]
async fn no_orphan_whenever_down_dies() {
    dies_at_every_request(Deed::Down, FAST).await;
}

#[tokio::test(start_paused = true)]
async fn no_orphan_whenever_it_dies_with_a_balancer_that_goes_by_tag() {
    let settings =
        "metrics = { step = \"10s\", lag = \"1s\" }\nload_balancer = { tag = \"web\", healthy_after = \"3s\" }";
    dies_at_every_request(Deed::Up, settings).await;
    dies_at_every_request(Deed::Down, settings).await;
}

#[tokio::test(start_paused = true)]
async fn fault_10_a_create_that_was_accepted_but_timed_out_is_found_and_not_repeated() {
    for fate in [Fate::AnswerLost, Fate::RefusedAfter(ApiError::new(504, "Gateway Timeout")), Fate::Garbage] {
        let bench = Bench::new(FAST);
        let (create, context) = (fate.clone(), format!("{fate:?}"));
        bench.world.with(|world| {
            world.inject(move |call| {
                let is_create = call.method == "POST" && call.path == "/v2/droplets";
                if is_create { create.clone() } else { Fate::Answered }
            });
        });
        let operation = bench.up().await;
        assert!(operation.outcome.as_ref().is_some_and(Outcome::is_done), "{context}: {operation:#?}");
        assert_eq!(bench.creates(), 1, "{context}");
        assert_eq!(bench.names(), ["web001", "web002"], "{context}");
        bench.check_settled(&context);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_was_left_long_ago_is_taken_back() {
    let bench = Bench::new(FAST);
    let tag = pending(100_000).pending();
    bench.make("web002", &["web", &tag]);
    bench.settle().await;
    assert_eq!(bench.names(), ["web001"]);
    bench.check_settled("left long ago");
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_stopped_gives_its_claim_back() {
    let bench = Bench::new(FAST);
    let cloud = bench.cloud(1);
    let scaler = bench.scaler(&cloud);
    let work = scaler.up(bench.observer(&cloud), by_hand(), std::sync::Arc::new(|_| {}));
    tokio::pin!(work);
    let stopped = tokio::select! {
        () = tokio::time::sleep(Duration::from_secs(10)) => None,
        state = &mut work => Some(state),
    };
    assert_eq!(stopped, None, "it is still booting");
    scaler.stop();
    work.await;
    assert!(!bench.traces().iter().any(|tag| tag.contains(":claim:")), "{:?}", bench.traces());
    bench.settle().await;
    assert_eq!(bench.names(), ["web001", "web002"], "whoever looks next goes on with it");
    bench.check_settled("stopped");
}

#[tokio::test(start_paused = true)]
async fn fault_06_a_clone_whose_maker_was_killed_is_brought_in_when_the_claim_has_ended() {
    let bench = Bench::new(FAST);
    tokio::select! {
        // Killed while the clone boots: nothing is given back.
        () = tokio::time::sleep(Duration::from_secs(10)) => {}
        state = bench.up() => unreachable!("{state:?}"),
    }
    let claims = bench.traces().into_iter().filter(|tag| tag.contains(":claim:")).count();
    assert_eq!((claims, bench.names().len()), (1, 2), "{:?}", bench.traces());
    bench.settle().await;
    assert_eq!(bench.names(), ["web001", "web002"]);
    bench.check_settled("killed while booting");
}
