//! What the detail view shows of a droplet beside the observation: fetched only when somebody looks there.
//! What cannot be fetched is a problem that is told; the rest is shown all the same.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future;

use super::events::one_line;
use super::{DetailSeries, DropletDetail};
use crate::cloud::{Cloud, CloudError, Window};
use crate::cluster::{DropletId, DropletSeries, LabelledSeries, Unit};

/// What is asked for.
struct Part {
    series: DropletSeries,
    /// The title of its group.
    title: &'static str,
    /// The label that tells it apart there; file systems have labels of their own.
    label: Option<&'static str>,
    /// What it is called where nothing else tells it from the others of its group.
    name: &'static str,
    unit: Unit,
}

const fn disk(series: DropletSeries, title: &'static str, name: &'static str) -> Part {
    Part { series, title, label: None, name, unit: Unit::Gigabytes }
}

const fn memory(series: DropletSeries, label: &'static str, name: &'static str) -> Part {
    Part { series, title: "memory", label: Some(label), name, unit: Unit::Megabytes }
}

const fn inbound(series: DropletSeries, label: &'static str, name: &'static str) -> Part {
    Part { series, title: "inbound", label: Some(label), name, unit: Unit::MegabitsPerSecond }
}

const PARTS: [Part; 8] = [
    disk(DropletSeries::FilesystemFree, "file systems, free", "the free space of the file systems"),
    disk(DropletSeries::FilesystemSize, "file systems, size", "the size of the file systems"),
    memory(DropletSeries::MemoryTotal, "total", "total memory"),
    memory(DropletSeries::MemoryAvailable, "available", "available memory"),
    memory(DropletSeries::MemoryFree, "free", "free memory"),
    memory(DropletSeries::MemoryCached, "cached", "cached memory"),
    inbound(DropletSeries::PublicInbound, "public", "public inbound traffic"),
    inbound(DropletSeries::PrivateInbound, "private", "private inbound traffic"),
];

impl Part {
    /// How much of its unit one is of what the API counts in.
    fn scale(&self) -> f64 {
        match self.unit {
            Unit::Megabytes => 1e-6,
            Unit::Gigabytes => 1.0 / f64::from(1 << 30),
            _ => 1.0,
        }
    }
}

/// Fetches it, with the samples of the last `range`.
pub async fn fetch(cloud: &impl Cloud, droplet: DropletId, range: Duration) -> DropletDetail {
    let at = cloud.clock().now();
    let window = Window { start: at.checked_sub(range).unwrap_or(at), end: at };
    let series = PARTS.map(|part| cloud.droplet_series(droplet, part.series, window));
    let (actions, answers) = future::join(cloud.actions(droplet), future::join_all(series)).await;
    let mut detail =
        DropletDetail { droplet, at, actions: Vec::new(), series: Vec::new(), range, problems: Vec::new() };
    match actions {
        Ok(actions) => detail.actions = actions,
        Err(error) => note(&mut detail.problems, "its actions", &error),
    }
    for (part, answer) in PARTS.into_iter().zip(answers) {
        match answer {
            Ok(series) => add(&mut detail.series, &part, series),
            Err(error) => note(&mut detail.problems, part.name, &error),
        }
    }
    detail
}

fn note(problems: &mut Vec<String>, what: &str, error: &CloudError) {
    problems.push(one_line(&format!("{what} could not be read: {error}")));
}

fn add(groups: &mut Vec<DetailSeries>, part: &Part, series: Vec<LabelledSeries>) {
    for mut one in series.into_iter().filter(|series| !series.samples.is_empty()) {
        match part.label {
            Some(label) => one.labels = BTreeMap::from([("kind".to_owned(), label.to_owned())]),
            // The droplet's own number, which everybody knows who looks at it.
            None => one.labels.retain(|name, _| name != "host_id"),
        }
        one.samples.iter_mut().for_each(|sample| sample.value *= part.scale());
        match groups.last_mut().filter(|known| known.title == part.title) {
            Some(group) => group.all.push(one),
            None => groups.push(DetailSeries { title: part.title, unit: part.unit, all: vec![one] }),
        }
    }
}
