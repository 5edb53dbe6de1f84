//! How long a claim holds: as long as whoever has it goes on, and not much longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use dropscale::cloud::Clock;
use dropscale::cluster::Claim;
use dropscale::scaling::Outcome;
use dropscale::simulator::{Call, Fate, SimulatedCloud, TokioClock, World};
use jiff::{SignedDuration, Timestamp};

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
    Arc::make_mut(&mut bench.spec).timing.drain = Claim::LEASE * leases;
    bench
}

#[tokio::test(start_paused = true)]
async fn whoever_goes_on_keeps_the_claim_however_long_it_takes() {
    let bench = slow(5);
    let begun = tokio::time::Instant::now();
    let others = async {
        loop {
            tokio::time::sleep(Duration::from_secs(7)).await;
            let cloud = bench.cloud(2);
            let other = bench.scaler(&cloud).up(bench.observer(&cloud), by_hand(), Arc::new(|_| {})).await;
            assert!(matches!(other.outcome, Some(Outcome::Refused(_))), "{other:#?}");
        }
    };
    let down = tokio::select! {
        down = bench.down() => down,
        () = others => unreachable!("they go on for ever"),
    };
    assert!(matches!(down.outcome, Some(Outcome::Done(_))), "{down:#?}");
    assert!(begun.elapsed() > Claim::LEASE * 5);
    bench.check_settled("a long drain");
    // What is renewed costs three requests, and not more often than every third of a lease.
    let renewals = bench.mutations().iter().filter(|m| m.starts_with("POST /v2/tags/dropscale:claim")).count() - 1;
    assert!((13..=20).contains(&renewals), "{renewals}");
}

#[tokio::test(start_paused = true)]
async fn at_each_moment_of_an_operation_its_claim_can_be_seen() {
    let bench = slow(3);
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
    assert!(worst > Claim::LEASE / 4 && worst < Claim::LEASE * 2 / 3, "{worst:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_cannot_renew_the_claim_ends_before_others_may_begin() {
    let bench = slow(2);
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
    assert!(text.contains("could not be renewed") && text.contains("still billed"), "{text}");
    assert!(begun.elapsed() < Claim::LEASE, "{:?}", begun.elapsed());
    assert_eq!(bench.names(), ["web001"], "nothing is deleted without a claim");
    bench.world.with(World::inject_nothing);
    bench.settle().await;
    assert_eq!(bench.names(), [""; 0], "whoever comes next finishes it");
    bench.check_settled("a claim that ran out");
}

#[tokio::test(start_paused = true)]
async fn whoever_dies_holds_the_others_up_for_one_lease() {
    let bench = slow(5);
    // It dies when its claim has been renewed some times.
    let died = tokio::time::timeout(Claim::LEASE * 2, bench.down()).await;
    assert!(died.is_err());
    let refused = bench.up().await;
    assert!(matches!(refused.outcome, Some(Outcome::Refused(_))), "{refused:#?}");
    tokio::time::sleep(Claim::LEASE + Duration::from_secs(1)).await;
    let up = bench.up().await;
    assert!(!matches!(&up.outcome, Some(Outcome::Refused(text)) if text.contains("under way")), "{up:#?}");
}

/// The clock of a machine, which somebody sets.
struct SetClock(TokioClock, AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        self.0.now() + SignedDuration::from_secs(self.1.load(Ordering::Relaxed))
    }
}

#[tokio::test(start_paused = true)]
async fn a_local_clock_that_is_set_while_an_operation_rests_costs_it_no_claim() {
    for set_s in [600, -600, 100_000, -100_000] {
        let bench = slow(3);
        let clock = Arc::new(SetClock(bench.clock, AtomicI64::new(0)));
        let local = Arc::clone(&clock) as Arc<dyn Clock>;
        let cloud = Arc::new(SimulatedCloud::new(bench.world.clone(), local).with_caller(1));
        let set = async {
            for wait_s in [130, 260, 390] {
                tokio::time::sleep(Duration::from_secs(wait_s)).await;
                clock.1.fetch_add(set_s, Ordering::Relaxed);
            }
            std::future::pending::<()>().await;
        };
        let is_held = async {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                let now = bench.clock.now();
                let is_draining = bench.traces().iter().any(|tag| tag.starts_with("dropscale:draining"));
                let is_held = bench.world.with(|world| claims(world).iter().any(|claim| !claim.is_expired(now)));
                assert!(is_held || !is_draining, "{set_s}: nobody holds the cluster at {now}");
            }
        };
        let scaler = bench.scaler(&cloud);
        let down = tokio::select! {
            down = scaler.down(bench.observer(&cloud), None, by_hand(), Arc::new(|_| {})) => down,
            () = set => unreachable!("it waits for ever"),
            () = is_held => unreachable!("it goes on for ever"),
        };
        assert!(matches!(down.outcome, Some(Outcome::Done(_))), "{set_s}: {down:#?}");
        bench.settle().await;
        bench.check_settled("a clock that is set");
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_whose_claim_ran_out_before_it_was_searched_keeps_the_claim() {
    let bench = Bench::new(&format!("{FAST}\ncluster = {{ clones = 2 }}"));
    bench.world.with(|world| {
        let mut is_silent = false;
        world.inject(move |call| {
            let is_create = call.method == "POST" && call.path == "/v2/droplets";
            is_silent |= is_create;
            if is_create {
                Fate::AnswerLost
            } else if is_silent {
                Fate::Lost
            } else {
                Fate::Answered
            }
        });
    });
    let up = bench.up().await;
    assert!(matches!(up.outcome, Some(Outcome::Failed(_))), "{up:#?}");
    bench.world.with(World::inject_nothing);
    assert_eq!(bench.world.with(|world| claims(world).len()), 1, "it may not be seen yet, and be made once more");
    bench.settle().await;
    assert_eq!((bench.creates(), bench.count()), (1, bench.policy.max));
}

#[tokio::test(start_paused = true)]
async fn a_long_drain_goes_on_where_it_was_when_it_is_taken_over() {
    let bench = slow(6);
    let drain = bench.spec.timing.drain;
    let begun = tokio::time::Instant::now();
    let died = tokio::time::timeout(drain / 2, bench.down()).await;
    assert!(died.is_err());
    while !bench.names().is_empty() {
        let cloud = bench.cloud(2);
        bench.scaler(&cloud).recover(bench.observer(&cloud), Arc::new(|_| {})).await;
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
    let took = begun.elapsed();
    assert!(took >= drain && took < drain + Claim::LEASE * 2, "{took:?} for a drain of {drain:?}");
}

#[tokio::test(start_paused = true)]
async fn who_puts_a_clone_back_again_and_again_does_not_hold_the_cluster_for_ever() {
    let bench = slow(1);
    let put_back = async {
        loop {
            tokio::time::sleep(Duration::from_secs(20)).await;
            bench.world.with(|world| {
                let balancer = world.balancers().last().unwrap().id.clone();
                let clone = world.droplets().find(|d| d.name == "web001").map(|d| d.id);
                clone.map(|id| world.add_members(&balancer, &[id]))
            });
        }
    };
    let down = tokio::select! {
        down = bench.down() => down,
        () = put_back => unreachable!("they go on for ever"),
    };
    let Some(Outcome::Failed(text)) = &down.outcome else { panic!("{down:#?}") };
    assert!(text.contains("again and again"), "{text}");
    assert!(bench.world.with(|world| claims(world).is_empty()), "others may operate");
    bench.settle().await;
    bench.check_settled("put back again and again");
}

/// What the droplet is, read before the claim is renewed, is old when that is done.
#[tokio::test(start_paused = true)]
async fn nothing_comes_between_the_reading_of_a_clone_and_its_shutdown_or_deletion() {
    let scenario = format!("{FAST}\ncluster = {{ clones = 1 }}\nlatency = {{ min = \"9s\", max = \"11s\" }}");
    for drain_s in (0..Claim::LEASE.as_secs()).step_by(5) {
        let mut bench = Bench::new(&scenario);
        Arc::make_mut(&mut bench.spec).timing.drain = Duration::from_secs(drain_s);
        let down = bench.down().await;
        assert!(matches!(down.outcome, Some(Outcome::Done(_))), "{down:#?}");
        let calls = bench.world.with(|world| world.log().to_vec());
        let deeds: Vec<_> = calls.windows(2).filter(|pair| is_final(&pair[1])).collect();
        assert_eq!(deeds.len(), 2, "a shutdown and a deletion");
        for pair in deeds {
            let read = (pair[0].method, pair[0].path.as_str());
            let droplet = pair[1].path.trim_end_matches("/actions");
            assert_eq!(read, ("GET", droplet), "before {} after a drain of {drain_s} s", pair[1].path);
        }
    }
}

/// Whether it asks for a shutdown or the deletion of a droplet.
fn is_final(call: &Call) -> bool {
    call.method != "GET" && call.path.starts_with("/v2/droplets/")
}
