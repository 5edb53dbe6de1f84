//! Series of samples in the order of time. A gap is the absence of a sample, never a zero.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::{Reading, elapsed};

/// One measured value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// When it was measured.
    pub at: Timestamp,
    /// The value, always finite.
    pub value: f64,
}

/// A series as the API gives it: labels, and samples in rising order of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LabelledSeries {
    /// The labels, such as `mode` or `interface`.
    pub labels: BTreeMap<String, String>,
    /// The samples.
    pub samples: Vec<Sample>,
}

/// Samples in strictly rising order of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    samples: Vec<Sample>,
}

impl Series {
    /// A series of these samples; sorted, the last of equal times kept, what is not finite left out.
    #[must_use]
    pub fn new(samples: impl IntoIterator<Item = Sample>) -> Self {
        let mut series = Self::default();
        series.merge(samples);
        series
    }

    /// The samples, oldest first.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Whether there is no sample at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// The newest sample.
    #[must_use]
    pub fn last(&self) -> Option<Sample> {
        self.samples.last().copied()
    }

    /// Adds samples; one that has the time of a known one replaces it. Tells whether anything changed.
    pub fn merge(&mut self, samples: impl IntoIterator<Item = Sample>) -> bool {
        let mut changed = false;
        for sample in samples {
            if !sample.value.is_finite() {
                continue;
            }
            // What comes is newer than all, as a rule.
            if self.samples.last().is_none_or(|last| last.at < sample.at) {
                self.samples.push(sample);
                changed = true;
                continue;
            }
            match self.samples.binary_search_by_key(&sample.at, |s| s.at) {
                Ok(i) if self.samples[i] == sample => {}
                Ok(i) => {
                    self.samples[i] = sample;
                    changed = true;
                }
                Err(i) => {
                    self.samples.insert(i, sample);
                    changed = true;
                }
            }
        }
        changed
    }

    /// Drops everything before `from`.
    pub fn forget_before(&mut self, from: Timestamp) {
        let keep = self.samples.partition_point(|s| s.at < from);
        self.samples.drain(..keep);
    }

    /// The mean of the samples of the last `window`, with the time of the newest; `None` when there is none.
    #[must_use]
    pub fn mean(&self, now: Timestamp, window: Duration) -> Option<Reading> {
        let recent = self.samples.iter().rev().take_while(|s| elapsed(s.at, now) <= window);
        let (sum, count) = recent.fold((0.0, 0_u32), |(sum, count), s| (sum + s.value, count + 1));
        let at = self.last()?.at;
        (count > 0).then(|| Reading { value: sum / f64::from(count), at })
    }
}
