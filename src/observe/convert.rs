//! From the API's series to metrics with the catalogue's units. What is missing stays missing: a sum or a
//! rate has a sample only where all of its parts have one.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::plan::Fetched;
use crate::cluster::{DropletSeries, LabelledSeries, Metric, Sample, Series, Size};

/// The metric of a droplet from the series that its catalogue entry names.
pub fn droplet(metric: Metric, fetched: &Fetched, size: &Size) -> Vec<Sample> {
    match metric {
        Metric::Load => scaled(fetched.droplet(DropletSeries::Load1), 1.0 / f64::from(size.vcpus.max(1))),
        Metric::Cpu => cpu_percent(fetched.droplet(DropletSeries::Cpu)),
        Metric::FreeMemory => scaled(fetched.droplet(DropletSeries::MemoryAvailable), 1e-6),
        Metric::Memory => {
            let total = size.memory_mb() * 1e6;
            let free = scaled(fetched.droplet(DropletSeries::MemoryAvailable), 1.0);
            let used = |s: Sample| Sample { value: (100.0 * (1.0 - s.value / total)).clamp(0.0, 100.0), ..s };
            if total > 0.0 { free.into_iter().map(used).collect() } else { Vec::new() }
        }
        Metric::OutboundBandwidth => {
            sum(fetched.droplet(DropletSeries::PublicOutbound), fetched.droplet(DropletSeries::PrivateOutbound))
        }
        Metric::Requests | Metric::ResponseTime => Vec::new(),
    }
}

/// A metric of the load balancer. Several series, told apart by their labels, are added up for rates; of
/// response times, which the API gives in seconds, the longest counts, in milliseconds.
pub fn load_balancer(metric: Metric, fetched: &Fetched) -> Vec<Sample> {
    let mut merged: BTreeMap<Timestamp, f64> = BTreeMap::new();
    for sample in fetched.balancer().iter().flat_map(|s| &s.samples) {
        let value = if metric == Metric::ResponseTime { sample.value * 1000.0 } else { sample.value };
        let join =
            |known: &mut f64| if metric == Metric::ResponseTime { *known = known.max(value) } else { *known += value };
        merged.entry(sample.at).and_modify(join).or_insert(value);
    }
    merged.into_iter().map(|(at, value)| Sample { at, value }).collect()
}

fn scaled(series: &[LabelledSeries], factor: f64) -> Vec<Sample> {
    let samples = series.first().map(|s| s.samples.as_slice()).unwrap_or_default();
    samples.iter().map(|s| Sample { at: s.at, value: s.value * factor }).collect()
}

/// Processor use in percent from the cumulative seconds of each mode: 1 - idle / all, between two samples.
/// A counter that runs backwards means a reboot; there is no value across it.
fn cpu_percent(series: &[LabelledSeries]) -> Vec<Sample> {
    let mut totals: BTreeMap<Timestamp, (f64, f64, usize)> = BTreeMap::new();
    for mode in series {
        let idle = matches!(mode.labels.get("mode").map(String::as_str), Some("idle" | "iowait"));
        for sample in &mode.samples {
            let (all, resting, modes) = totals.entry(sample.at).or_default();
            *all += sample.value;
            *resting += if idle { sample.value } else { 0.0 };
            *modes += 1;
        }
    }
    // A moment at which a mode is missing would look like a counter that ran backwards.
    let complete: Vec<_> = totals.into_iter().filter(|(_, (_, _, modes))| *modes == series.len()).collect();
    let rate = |pair: &[(Timestamp, (f64, f64, usize))]| {
        let [(_, before), (at, after)] = pair else { return None };
        let (all, resting) = (after.0 - before.0, after.1 - before.1);
        (all > 0.0 && resting >= 0.0)
            .then(|| Sample { at: *at, value: (100.0 * (1.0 - resting / all)).clamp(0.0, 100.0) })
    };
    complete.windows(2).filter_map(rate).collect()
}

/// Public and private traffic together. A droplet without a private interface has no series of it.
fn sum(public: &[LabelledSeries], private: &[LabelledSeries]) -> Vec<Sample> {
    let Some(private) = private.first().filter(|s| !s.samples.is_empty()) else { return scaled(public, 1.0) };
    let private = Series::new(private.samples.iter().copied());
    let both = |s: &Sample| {
        let i = private.samples().binary_search_by_key(&s.at, |p| p.at).ok()?;
        Some(Sample { at: s.at, value: s.value + private.samples()[i].value })
    };
    public.first().map(|s| s.samples.iter().filter_map(both).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(label: (&str, &str), samples: &[(i64, f64)]) -> LabelledSeries {
        LabelledSeries {
            labels: BTreeMap::from([(label.0.to_owned(), label.1.to_owned())]),
            samples: samples
                .iter()
                .map(|(at, value)| Sample { at: Timestamp::from_second(*at).unwrap(), value: *value })
                .collect(),
        }
    }

    fn values(samples: &[Sample]) -> Vec<(i64, i64)> {
        #[expect(clippy::cast_possible_truncation, reason = "small test values")]
        samples.iter().map(|s| (s.at.as_second(), (s.value * 100.0).round() as i64)).collect()
    }

    #[test]
    fn cpu_is_a_rate_over_all_modes_and_has_no_value_across_a_reboot() {
        let series = [
            labelled(("mode", "idle"), &[(0, 100.0), (120, 190.0), (240, 10.0), (360, 70.0)]),
            labelled(("mode", "user"), &[(0, 10.0), (120, 40.0), (240, 1.0), (360, 61.0)]),
        ];
        assert_eq!(values(&cpu_percent(&series)), [(120, 2500), (360, 5000)]);
    }

    #[test]
    fn cpu_skips_a_moment_at_which_a_mode_is_missing() {
        let series = [
            labelled(("mode", "idle"), &[(0, 0.0), (120, 60.0), (240, 120.0)]),
            labelled(("mode", "user"), &[(0, 0.0), (240, 120.0)]),
        ];
        assert_eq!(values(&cpu_percent(&series)), [(240, 5000)]);
    }

    #[test]
    fn bandwidth_without_a_private_interface_is_the_public_alone() {
        let public = [labelled(("interface", "public"), &[(0, 1.0), (120, 2.0)])];
        let private = [labelled(("interface", "private"), &[(120, 0.5)])];
        assert_eq!(values(&sum(&public, &[])), [(0, 100), (120, 200)]);
        assert_eq!(values(&sum(&public, &private)), [(120, 250)], "a part that is missing is not zero");
    }
}
