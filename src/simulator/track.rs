//! What was recorded of one thing: all samples of the last time, and some of those before, for the long ranges that
//! reach there.

use std::collections::VecDeque;

/// Of what is older than is kept whole, one sample of so many stays.
const THINNED: i64 = 10;

/// Samples with their epoch seconds, in the order of time.
#[derive(Debug)]
pub struct Track<T> {
    /// Before all the others.
    thinned: VecDeque<(i64, T)>,
    whole: VecDeque<(i64, T)>,
}

/// Since when samples are kept, all and some, and how far apart they come.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    pub whole: i64,
    pub thinned: i64,
    pub step_s: i64,
}

impl<T> Default for Track<T> {
    fn default() -> Self {
        Self { thinned: VecDeque::new(), whole: VecDeque::new() }
    }
}

impl<T> Track<T> {
    /// Takes a sample. A second one of the same moment, or an older one, is left out: answers rely on the order.
    pub fn keep(&mut self, at: i64, value: T, kept: Kept) {
        if self.whole.back().is_none_or(|(last, _)| *last < at) {
            self.whole.push_back((at, value));
        }
        let whole = self.whole.partition_point(|(at, _)| *at < kept.whole);
        let stays = |(at, _): &(i64, T)| at.rem_euclid(kept.step_s * THINNED) == 0;
        self.thinned.extend(self.whole.drain(..whole).filter(stays));
        let thinned = self.thinned.partition_point(|(at, _)| *at < kept.thinned);
        self.thinned.drain(..thinned);
    }

    /// The samples of a range at multiples of a step. Of those that were thinned hardly any stands at one: the first
    /// after it takes its place.
    pub fn pick(&self, start: i64, end: i64, step: i64) -> impl Iterator<Item = &(i64, T)> {
        let mut last = None;
        let thinned = between(&self.thinned, start, end).filter(move |(at, _)| {
            let slot = at.div_euclid(step);
            last.replace(slot) != Some(slot)
        });
        thinned.chain(between(&self.whole, start, end).filter(move |(at, _)| at.rem_euclid(step) == 0))
    }

    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.thinned.len() + self.whole.len()
    }
}

fn between<T>(samples: &VecDeque<(i64, T)>, start: i64, end: i64) -> impl Iterator<Item = &(i64, T)> {
    let first = samples.partition_point(|(at, _)| *at < start);
    samples.range(first..).take_while(move |(at, _)| *at <= end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_old_is_thinned_and_what_is_older_is_gone() {
        let mut track = Track::default();
        for at in (0..=1000).step_by(2) {
            track.keep(at, (), Kept { whole: at - 100, thinned: at - 500, step_s: 2 });
        }
        let times = |step| track.pick(0, 2000, step).map(|(at, ())| *at).collect::<Vec<_>>();
        let all = times(2);
        assert_eq!((all[0], all[1], all.last()), (500, 520, Some(&1000)), "every tenth");
        assert_eq!(all.windows(2).filter(|pair| pair[1] - pair[0] == 2).count(), 50, "and then each");
        assert_eq!(times(54)[..4], [500, 540, 600, 660], "the first in each step");
        assert!(times(54).windows(2).all(|pair| pair[1] - pair[0] <= 2 * 54));
    }
}
