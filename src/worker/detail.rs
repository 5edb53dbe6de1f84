//! What the detail view shows of a droplet beside the observation. What cannot be fetched is a problem that is told: what
//! was known of it stays, and the rest is shown all the same.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future;

use super::events::one_line;
use super::{DetailSeries, DropletDetail};
use crate::cloud::{Cloud, CloudError, Remedy, Window};
use crate::cluster::{DropletId, DropletSeries, LabelledSeries, Unit};

/// How many requests it costs: the series, and the actions.
pub const REQUESTS: u32 = 8;

/// The name under which the label stands that tells the series of a group apart.
const KIND: &str = "kind";

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

/// Not the memory that is available: it is in the catalogue of metrics.
const PARTS: [Part; 7] = [
    disk(DropletSeries::FilesystemFree, "file systems, unused", "the unused space of the file systems"),
    disk(DropletSeries::FilesystemSize, "file systems, size", "the size of the file systems"),
    memory(DropletSeries::MemoryTotal, "total", "total memory"),
    memory(DropletSeries::MemoryFree, "unused", "unused memory"),
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

    /// Whether this is one of its series.
    fn has(&self, series: &LabelledSeries) -> bool {
        self.label.is_none_or(|label| series.labels.get(KIND).is_some_and(|kind| kind == label))
    }
}

/// Fetches it, with the samples of the last `range`. What cannot be read stays as it was `before`.
pub async fn fetch(
    cloud: &impl Cloud,
    droplet: DropletId,
    range: Duration,
    before: Option<&DropletDetail>,
) -> DropletDetail {
    let at = cloud.clock().now();
    let window = Window { start: at.checked_sub(range).unwrap_or(at), end: at };
    let before = before.filter(|before| before.droplet == droplet);
    let series = PARTS.map(|part| cloud.droplet_series(droplet, part.series, window));
    let (actions, answers) = future::join(cloud.actions(droplet), future::join_all(series)).await;
    let mut detail = DropletDetail::unread(droplet);
    let mut failures = Vec::new();
    match actions {
        Ok(actions) => (detail.actions, detail.actions_at) = (actions, Some(at)),
        Err(error) => {
            failures.push(("its actions", error));
            if let Some(before) = before {
                (detail.actions, detail.actions_at) = (before.actions.clone(), before.actions_at);
            }
        }
    }
    for (part, answer) in PARTS.into_iter().zip(answers) {
        match answer {
            Ok(series) => read(&mut detail.series, &part, series, range),
            Err(error) => {
                failures.push((part.name, error));
                if let Some(before) = before {
                    keep(&mut detail.series, &part, before);
                }
            }
        }
    }
    detail.problems = problems(&failures);
    detail
}

/// What could not be read, and why: one line for all that failed alike.
fn problems(failures: &[(&str, CloudError)]) -> Vec<String> {
    let is_alike = |a: &CloudError, b: &CloudError| a.status == b.status && is_same_kind(&a.remedy, &b.remedy);
    let mut kinds: Vec<(&CloudError, Vec<&str>)> = Vec::new();
    for (name, error) in failures {
        match kinds.iter_mut().find(|(other, _)| is_alike(other, error)) {
            Some((_, names)) => names.push(name),
            None => kinds.push((error, vec![name])),
        }
    }
    let told = |(error, names): (&CloudError, Vec<&str>)| {
        let who = match names.as_slice() {
            [first, second, rest @ ..] if rest.len() > 1 => format!("{first}, {second} and {} more", rest.len()),
            [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            names => names.concat(),
        };
        one_line(&format!("{who} could not be read: {error}"))
    };
    kinds.into_iter().map(told).collect()
}

/// How long to wait differs by microseconds from request to request, and is not what one could do.
fn is_same_kind(a: &Remedy, b: &Remedy) -> bool {
    match (a, b) {
        (Remedy::RateLimited { .. }, Remedy::RateLimited { .. }) => true,
        _ => a == b,
    }
}

/// Takes what was answered.
fn read(groups: &mut Vec<DetailSeries>, part: &Part, series: Vec<LabelledSeries>, range: Duration) {
    for mut one in series.into_iter().filter(|series| !series.samples.is_empty()) {
        match part.label {
            Some(label) => one.labels = BTreeMap::from([(KIND.to_owned(), label.to_owned())]),
            // The droplet's own number, which everybody knows who looks at it.
            None => one.labels.retain(|name, _| name != "host_id"),
        }
        one.samples.iter_mut().for_each(|sample| sample.value *= part.scale());
        add(groups, part, one, range);
    }
}

/// Takes what was known.
fn keep(groups: &mut Vec<DetailSeries>, part: &Part, before: &DropletDetail) {
    for group in before.series.iter().filter(|group| group.title == part.title) {
        for one in group.all.iter().filter(|one| part.has(one)) {
            add(groups, part, one.clone(), group.range);
        }
    }
}

fn add(groups: &mut Vec<DetailSeries>, part: &Part, one: LabelledSeries, range: Duration) {
    match groups.last_mut().filter(|known| known.title == part.title) {
        Some(group) => {
            group.all.push(one);
            group.range = group.range.min(range);
        }
        None => groups.push(DetailSeries { title: part.title, unit: part.unit, range, all: vec![one] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_costs_as_many_requests_as_is_reckoned_with() {
        assert_eq!(u32::try_from(PARTS.len()).unwrap() + 1, REQUESTS);
    }

    #[test]
    fn what_failed_alike_is_told_in_one_line() {
        let error = |status, remedy| CloudError {
            remedy,
            request: "GET /v2/x".to_owned(),
            status: Some(status),
            message: "busy".to_owned(),
            request_id: None,
        };
        let (busy, refused) = (error(503, Remedy::Retry), error(403, Remedy::Refused));
        let told = problems(&[("a", busy.clone()), ("b", refused), ("c", busy)]);
        assert_eq!(
            told,
            ["a and c could not be read: GET /v2/x: 503 busy", "b could not be read: GET /v2/x: 403 busy"]
        );
        let wait = |micros| error(429, Remedy::RateLimited { retry_after: Some(Duration::from_micros(micros)) });
        assert_eq!(problems(&[("a", wait(59_000_000)), ("b", wait(59_000_007))]).len(), 1, "it is one limit");
        let scope = |scope| error(403, Remedy::Scope { scope });
        let two = [("a", scope("actions:read")), ("b", scope("monitoring:read"))];
        assert_eq!(problems(&two).len(), 2, "each needs its own");
    }
}
