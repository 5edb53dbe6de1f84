//! Series over the range that is shown: the samples themselves, not the bars that they are drawn as. Where samples are
//! missing there is a row without a value for each of them, so that a gap stays one in whatever draws it again.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::records::{Records, with_unit};
use crate::cluster::{DropletId, Metric, Scope, Series};
use crate::tui::view::Window;
use crate::worker::ClusterState;

/// A metric of the cluster with what is drawn beside it: how many droplets served, and the thresholds. None without
/// any sample.
pub fn chart(cluster: &ClusterState, metric: Metric, window: Window) -> Option<Records> {
    let series = cluster.history.cluster.get(&metric)?;
    let policy = &cluster.policy;
    let thresholds = [policy.scale_up.get(&metric), policy.scale_down.get(&metric)];
    let heads = [
        "at".to_owned(),
        with_unit(metric.key(), metric),
        "serving".to_owned(),
        with_unit("scale_up", metric),
        with_unit("scale_down", metric),
    ];
    let row = |at: Timestamp| {
        let [up, down] = thresholds;
        vec![json!(at), value(series, at), serving(&cluster.history.serving, at), json!(up), json!(down)]
    };
    let rows: Vec<_> = times(window, &[series]).into_iter().map(row).collect();
    (!rows.is_empty()).then(|| Records::new(heads.into(), rows))
}

/// All metrics of a droplet, side by side.
pub fn droplet(cluster: &ClusterState, id: DropletId, window: Window) -> Records {
    let nothing = Series::default();
    let known = cluster.history.droplets.get(&id);
    let series = |metric| known.and_then(|known| known.get(&metric)).unwrap_or(&nothing);
    let metrics = Metric::ALL.into_iter().filter(|metric| metric.scope() == Scope::Droplet);
    let all: Vec<(Metric, &Series)> = metrics.map(|metric| (metric, series(metric))).collect();
    let heads = all.iter().map(|(metric, _)| with_unit(metric.key(), *metric));
    let heads = std::iter::once("at".to_owned()).chain(heads).collect();
    let row = |at| std::iter::once(json!(at)).chain(all.iter().map(|(_, series)| value(series, at))).collect();
    let alone: Vec<&Series> = all.iter().map(|(_, series)| *series).collect();
    Records::new(heads, times(window, &alone).into_iter().map(row).collect())
}

/// What was measured at this moment.
fn value(series: &Series, at: Timestamp) -> Value {
    let samples = series.samples();
    json!(samples.binary_search_by_key(&at, |sample| sample.at).ok().map(|index| samples[index].value))
}

/// How many droplets served at this moment: as many as when it was last looked, which is not known before the first
/// look.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of droplets")]
fn serving(counts: &Series, at: Timestamp) -> Value {
    let samples = counts.samples();
    let last = samples.partition_point(|sample| sample.at <= at).checked_sub(1);
    json!(last.map(|index| samples[index].value.round() as u64))
}

/// The times of all samples in the window, and those at which one is missing.
fn times(window: Window, all: &[&Series]) -> Vec<Timestamp> {
    let measured = all.iter().flat_map(|series| series.samples()).map(|sample| sample.at);
    let measured: BTreeSet<Timestamp> = measured.filter(|at| window.contains(*at)).collect();
    let steps = all.iter().filter(|series| !series.is_empty()).map(|series| window.sample_ms(series));
    let step = SignedDuration::from_millis(steps.min().unwrap_or_default().max(1000));
    let mut times: Vec<Timestamp> = Vec::with_capacity(measured.len());
    for at in measured {
        fill(&mut times, at, step);
        times.push(at);
    }
    // The newest sample may only be late.
    fill(&mut times, window.end, step);
    times
}

/// Adds the times at which samples are missing before the next one, when that is no mere delay.
fn fill(times: &mut Vec<Timestamp>, next: Timestamp, step: SignedDuration) {
    let Some(last) = times.last().copied().filter(|last| next.duration_since(*last) > step * 3 / 2) else { return };
    let mut missing = last + step;
    while next.duration_since(missing) >= step / 2 {
        times.push(missing);
        missing += step;
    }
}
