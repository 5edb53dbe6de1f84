//! Many cases side by side: they wait more than they work.

use std::fmt::Display;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Carries out all cases with so many at a time, and fails with all that failed.
pub fn all<C: Display + Sync>(
    what: &str,
    side_by_side: usize,
    cases: &[C],
    run: impl Fn(&C) -> Result<(), String> + Sync,
) {
    let begun = Instant::now();
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..side_by_side {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(wrong) = run(case) {
                        failed.lock().unwrap().push(format!("{case}:\n  {wrong}"));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    println!("{what}: {} cases in {} s, {} failed", cases.len(), begun.elapsed().as_secs(), failed.len());
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), cases.len(), failed.join("\n"));
}
