//! Runs many trials of the scaling code, each from one seed, and reports what they found; or one, step by step.
//!
//! `cargo run --release --example torture -- --seeds 100000`
//! `cargo run --release --example torture -- --seed 42`

#![expect(clippy::unwrap_used, reason = "it is a test that runs for longer")]

#[path = "../tests/torture/trial/mod.rs"]
mod trial;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use clap::Parser;
use trial::{Broken, Tally};

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
    /// How many that fail are told.
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
    let next = AtomicU64::new(arguments.from);
    let found: Mutex<BTreeMap<u64, Broken>> = Mutex::default();
    let work = || {
        let mut sum = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= arguments.from + arguments.seeds {
                return sum;
            }
            match trial::run(seed, false) {
                Ok(tally) => sum = sum.and(tally),
                Err(broken) => drop(found.lock().unwrap().insert(seed, broken)),
            }
        }
    };
    let sum = thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(2, NonZeroUsize::get);
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).fold(Tally::default(), Tally::and)
    });
    let found = found.into_inner().unwrap();
    for broken in found.values().take(arguments.show) {
        println!("{broken}\n");
    }
    println!("{} seeds in {:.1} s, {} of them broken", arguments.seeds, begin.elapsed().as_secs_f64(), found.len());
    println!("{sum:#?}");
    if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
