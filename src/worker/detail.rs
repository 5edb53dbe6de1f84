//! What the detail view shows of a droplet beside the observation: fetched only when somebody looks there.
//! What cannot be fetched is a problem that is told; the rest is shown all the same.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future;

use super::DropletDetail;
use super::events::one_line;
use crate::cloud::{Cloud, CloudError, Window};
use crate::cluster::{DropletId, DropletSeries, LabelledSeries};

/// A series with the title of its group, and the label that tells it apart there; file systems have labels of
/// their own.
const SERIES: [(DropletSeries, &str, Option<&str>); 8] = [
    (DropletSeries::FilesystemFree, "file systems, bytes free", None),
    (DropletSeries::FilesystemSize, "file systems, bytes in all", None),
    (DropletSeries::MemoryTotal, "memory, bytes", Some("total")),
    (DropletSeries::MemoryAvailable, "memory, bytes", Some("available")),
    (DropletSeries::MemoryFree, "memory, bytes", Some("free")),
    (DropletSeries::MemoryCached, "memory, bytes", Some("cached")),
    (DropletSeries::PublicInbound, "inbound, Mbit/s", Some("public")),
    (DropletSeries::PrivateInbound, "inbound, Mbit/s", Some("private")),
];

/// Fetches it, with the samples of the last `range`.
pub async fn fetch(cloud: &impl Cloud, droplet: DropletId, range: Duration) -> DropletDetail {
    let at = cloud.clock().now();
    let window = Window { start: at.checked_sub(range).unwrap_or(at), end: at };
    let series = SERIES.map(|(kind, ..)| cloud.droplet_series(droplet, kind, window));
    let (actions, answers) = future::join(cloud.actions(droplet), future::join_all(series)).await;
    let mut detail = DropletDetail { droplet, at, actions: Vec::new(), series: Vec::new(), problems: Vec::new() };
    match actions {
        Ok(actions) => detail.actions = actions,
        Err(error) => note(&mut detail.problems, "its actions", &error),
    }
    for ((_, title, label), answer) in SERIES.into_iter().zip(answers) {
        match answer {
            Ok(series) => add(&mut detail.series, title, label, series),
            Err(error) => note(&mut detail.problems, title, &error),
        }
    }
    detail
}

fn note(problems: &mut Vec<String>, what: &str, error: &CloudError) {
    problems.push(one_line(&format!("{what}: {error}")));
}

fn add(groups: &mut Vec<(String, Vec<LabelledSeries>)>, title: &str, label: Option<&str>, series: Vec<LabelledSeries>) {
    for mut one in series.into_iter().filter(|series| !series.samples.is_empty()) {
        match label {
            Some(label) => one.labels = BTreeMap::from([("kind".to_owned(), label.to_owned())]),
            // The droplet's own number, which everybody knows who looks at it.
            None => one.labels.retain(|name, _| name != "host_id"),
        }
        match groups.last_mut().filter(|(known, _)| known == title) {
            Some((_, group)) => group.push(one),
            None => groups.push((title.to_owned(), vec![one])),
        }
    }
}
