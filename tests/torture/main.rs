//! Many trials, each from one seed: controllers, faults, deaths, people, and an old controller, all at once on
//! one cluster. What must always hold is checked at every step and at the end. A seed that fails tells the
//! command that shows it again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod trial;

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use trial::Tally;

/// How many seeds are tried.
const SEEDS: u64 = 10_000;

#[test]
fn nothing_is_lost_whatever_the_seed() {
    let next = AtomicU64::new(0);
    let work = || {
        let mut sum = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= SEEDS {
                return sum;
            }
            match trial::run(seed, false) {
                Ok(tally) => sum = sum.and(tally),
                Err(broken) => panic!("{broken}"),
            }
        }
    };
    let sum = thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(2, NonZeroUsize::get);
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).fold(Tally::default(), Tally::and)
    });
    println!("{sum:#?}");
    assert!(sum.faults > 0 && sum.deaths > 0 && sum.by_hand > 0 && sum.deleted > 0, "{sum:?}");
}

#[test]
fn a_seed_tells_everything_that_happens() {
    for seed in [1, 2, 3] {
        let once = trial::run(seed, false).unwrap();
        assert_eq!(once, trial::run(seed, false).unwrap());
    }
}
