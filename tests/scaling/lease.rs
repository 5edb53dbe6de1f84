//! How long a claim holds: as long as whoever has it goes on, and not much longer.

use std::sync::Arc;
use std::time::Duration;

use dropscale::cluster::Claim;
use dropscale::scaling::Outcome;
use dropscale::simulator::{Fate, World};

use crate::bench::{Bench, by_hand};

const FAST: &str = "metrics = { step = \"10s\", lag = \"1s\" }\nload_balancer = { healthy_after = \"3s\" }";

/// The claims on the base droplet.
fn claims(world: &World) -> Vec<Claim> {
    let base = world.droplets().find(|d| d.name == "web-base").unwrap();
    base.tags.iter().filter_map(|tag| Claim::parse("web", tag)).collect()
}

/// A drain that takes so many leases.
fn slow(leases: u32) -> Bench {
    let mut bench = Bench::new(&format!("{FAST}\ncluster = {{ clones = 1 }}"));
    let timing = &mut Arc::make_mut(&mut bench.spec).timing;
    timing.drain = timing.lease() * leases;
    bench
}

#[tokio::test(start_paused = true)]
async fn whoever_goes_on_keeps_the_claim_however_long_it_takes() {
    let bench = slow(5);
    let begun = tokio::time::Instant::now();
    let others = async {
        let mut refused = 0;
        loop {
            tokio::time::sleep(Duration::from_secs(7)).await;
            let cloud = bench.cloud(2);
            let other = bench.scaler(&cloud).up(bench.observer(&cloud), by_hand(), Arc::new(|_| {})).await;
            assert!(matches!(other.outcome, Some(Outcome::Refused(_))), "{other:#?}");
            refused += 1;
            if bench.world.with(|world| claims(world).is_empty()) {
                return refused;
            }
        }
    };
    let (down, refused) = tokio::select! {
        down = bench.down() => (down, 0),
        refused = others => panic!("after {refused} refusals nobody holds the cluster"),
    };
    assert!(matches!(down.outcome, Some(Outcome::Done(_))), "{down:#?} {refused}");
    assert!(begun.elapsed() > bench.spec.timing.lease() * 5);
    bench.check_settled("a long drain");
    // What is renewed costs three requests, and not more often than every third of a lease.
    let renewals = bench.mutations().iter().filter(|m| m.starts_with("POST /v2/tags/dropscale:claim")).count() - 1;
    assert!((10..=15).contains(&renewals), "{renewals}");
}

#[tokio::test(start_paused = true)]
async fn at_each_moment_of_an_operation_its_claim_can_be_seen() {
    let bench = slow(3);
    let lease = bench.spec.timing.lease();
    let worst = Arc::new(std::sync::Mutex::new(Duration::ZERO));
    let seen = Arc::clone(&worst);
    bench.world.with(|world| {
        world.show_before(move |call, world| {
            // Until the draining tag is off the operation goes on.
            if world.droplets().any(|d| d.tags.iter().any(|tag| tag.starts_with("dropscale:draining"))) {
                let newest = claims(world).into_iter().map(|claim| claim.at.as_millisecond()).max();
                let age = Duration::from_millis(u64::try_from(call.at_ms - newest.unwrap()).unwrap());
                let mut worst = seen.lock().unwrap();
                *worst = age.max(*worst);
            }
        });
    });
    let down = bench.down().await;
    assert!(matches!(down.outcome, Some(Outcome::Done(_))), "{down:#?}");
    let worst = *worst.lock().unwrap();
    assert!(worst > lease / 4 && worst < lease * 2 / 3, "{worst:?} of {lease:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_cannot_renew_the_claim_ends_before_others_may_begin() {
    let bench = slow(2);
    let lease = bench.spec.timing.lease();
    bench.world.with(|world| {
        let mut written = 0;
        world.inject(move |call| {
            let is_claim = call.method == "POST" && call.path.starts_with("/v2/tags/dropscale:claim");
            written += u32::from(is_claim);
            if is_claim && written > 1 { Fate::Lost } else { Fate::Answered }
        });
    });
    let begun = tokio::time::Instant::now();
    let down = bench.down().await;
    let Some(Outcome::Failed(text)) = &down.outcome else { panic!("{down:#?}") };
    assert!(text.contains("claim ran out") && text.contains("still billed"), "{text}");
    assert!(begun.elapsed() < lease, "{:?}", begun.elapsed());
    assert_eq!(bench.names(), ["web001"], "nothing is deleted without a claim");
    bench.world.with(World::inject_nothing);
    bench.settle().await;
    assert_eq!(bench.names(), [""; 0], "whoever comes next finishes it");
    bench.check_settled("a claim that ran out");
}

#[tokio::test(start_paused = true)]
async fn whoever_dies_holds_the_others_up_for_one_lease() {
    let bench = slow(5);
    let lease = bench.spec.timing.lease();
    // It dies when its claim has been renewed some times.
    let died = tokio::time::timeout(lease * 2, bench.down()).await;
    assert!(died.is_err());
    let refused = bench.up().await;
    assert!(matches!(refused.outcome, Some(Outcome::Refused(_))), "{refused:#?}");
    tokio::time::sleep(lease + Duration::from_secs(1)).await;
    let up = bench.up().await;
    assert!(!matches!(&up.outcome, Some(Outcome::Refused(text)) if text.contains("under way")), "{up:#?}");
    assert!(lease < Duration::from_secs(240), "nobody waits longer for a dead one: {lease:?}");
}
