//! Runs many trials of the scaling code, each from one seed, and reports what they found; or one, step by step.
//!
//! `cargo run --release --example torture -- --seeds 100000`
//! `cargo run --release --example torture -- --seed 42`

#![expect(clippy::unwrap_used, reason = "it is a test that runs for longer")]

#[path = "../tests/torture/trial/mod.rs"]
mod trial;

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use clap::Parser;
use trial::Tally;

/// After so many seeds it tells how far it has come.
const TOLD_EVERY: u64 = 10_000;

/// Tries the scaling code with everything that can go wrong.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many seeds are tried.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Only this one, step by step.
    #[arg(long)]
    seed: Option<u64>,
    /// Of how many that fail the last steps are told.
    #[arg(long, default_value_t = 5)]
    show: usize,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.seed {
        Some(seed) => one(seed),
        None => many(&arguments),
    }
}

fn one(seed: u64) -> ExitCode {
    println!("{}", trial::describe(seed));
    match trial::run(seed, true) {
        Ok(tally) => {
            println!("{tally:#?}");
            ExitCode::SUCCESS
        }
        Err(broken) => {
            println!("seed {}: {}", broken.seed, broken.what);
            ExitCode::FAILURE
        }
    }
}

fn many(arguments: &Arguments) -> ExitCode {
    let begin = Instant::now();
    let next = AtomicU64::new(0);
    let broken = AtomicUsize::new(0);
    let work = || {
        let mut sum = Tally::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= arguments.seeds {
                return sum;
            }
            match trial::run(arguments.from + number, false) {
                Ok(tally) => sum = sum.and(tally),
                Err(found) if broken.fetch_add(1, Ordering::Relaxed) < arguments.show => println!("{found}\n"),
                Err(found) => println!("seed {}: {}\n", found.seed, found.what),
            }
            // A run of hours that is ended before its end has told how far it came.
            if number > 0 && number.is_multiple_of(TOLD_EVERY) {
                tell(number, &broken, begin);
            }
        }
    };
    let sum = thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(2, NonZeroUsize::get);
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).fold(Tally::default(), Tally::and)
    });
    tell(arguments.seeds, &broken, begin);
    println!("{sum:#?}");
    if broken.into_inner() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tell(seeds: u64, broken: &AtomicUsize, begin: Instant) {
    let broken = broken.load(Ordering::Relaxed);
    println!("{seeds} seeds in {:.1} s, {broken} of them broken", begin.elapsed().as_secs_f64());
}
