//! Several controllers on one cluster, one of which may be an old one that knows only the marker.

use std::sync::Arc;
use std::time::Duration;

use dropscale::cluster::{Claim, Marker, Nonce};
use dropscale::scaling::{Kind, Outcome};
use jiff::Timestamp;

use crate::bench::{Bench, EPOCH, automatic, by_hand};

const FAST: &str = "metrics = { step = \"10s\", lag = \"1s\" }\nload_balancer = { healthy_after = \"3s\" }";

#[tokio::test(start_paused = true)]
async fn fault_19_of_two_at_once_one_operates_and_the_other_withdraws() {
    for apart_ms in [0, 1, 300, 900, 1500, 2500] {
        let bench = Bench::new(&format!("{FAST}\nlatency = {{ min = \"20ms\", max = \"400ms\" }}"));
        let run = async |caller, wait| {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            let cloud = bench.cloud(caller);
            bench.scaler(&cloud).up(bench.observer(&cloud), automatic(), Arc::new(|_| {})).await
        };
        let (first, second) = tokio::join!(run(1, 0), run(2, apart_ms));
        let done = [&first, &second].iter().filter(|o| o.outcome.as_ref().is_some_and(Outcome::is_done)).count();
        assert_eq!(done, 1, "{apart_ms} ms apart: {first:#?} {second:#?}");
        assert_eq!(bench.names(), ["web001", "web002"], "{apart_ms} ms apart");
        bench.check_settled("two at once");
    }
}

#[tokio::test(start_paused = true)]
async fn three_by_hand_never_go_beyond_the_maximum() {
    let bench = Bench::new(&format!("{FAST}\ncluster = {{ clones = 2 }}"));
    let run = async |caller| {
        let cloud = bench.cloud(caller);
        bench.scaler(&cloud).up(bench.observer(&cloud), by_hand(), Arc::new(|_| {})).await
    };
    tokio::join!(run(1), run(2), run(3));
    assert_eq!(bench.count(), bench.policy.max);
    bench.check_settled("three by hand");
}

#[tokio::test(start_paused = true)]
async fn the_marker_of_an_old_controller_is_respected() {
    let bench = Bench::new(FAST);
    bench.tag_base(&Marker { at: Timestamp::from_second(EPOCH - 20).unwrap() }.tag("web"));
    let cloud = bench.cloud(1);
    let operation = bench.scaler(&cloud).up(bench.observer(&cloud), automatic(), Arc::new(|_| {})).await;
    assert!(matches!(operation.outcome, Some(Outcome::Refused(_))), "{operation:#?}");
    assert_eq!((operation.kind, bench.mutations()), (Kind::Up, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn fault_20_a_marker_in_the_future_holds_nothing_back_and_is_cleaned_up() {
    let bench = Bench::new(FAST);
    bench.tag_base(&Marker { at: Timestamp::from_second(EPOCH + 86_400).unwrap() }.tag("web"));
    let cloud = bench.cloud(1);
    let operation = bench.scaler(&cloud).up(bench.observer(&cloud), automatic(), Arc::new(|_| {})).await;
    assert!(matches!(operation.outcome, Some(Outcome::Done(_))), "{operation:#?}");
    bench.settle().await;
    assert_eq!(bench.markers(), [], "the one in the future and the one that is over are gone");
}

#[tokio::test(start_paused = true)]
async fn a_claim_of_somebody_who_died_holds_until_its_lease_is_over() {
    let bench = Bench::new(FAST);
    let claim = Claim { at: Timestamp::from_second(EPOCH - 5).unwrap(), nonce: Nonce::new(9) };
    bench.tag_base(&claim.tag("web"));
    let refused = bench.up().await;
    assert!(matches!(refused.outcome, Some(Outcome::Refused(_))), "{refused:#?}");
    tokio::time::sleep(Claim::LEASE).await;
    let done = bench.up().await;
    assert!(matches!(done.outcome, Some(Outcome::Done(_))), "{done:#?}");
}
