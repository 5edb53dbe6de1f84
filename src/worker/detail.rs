//! What the detail view shows of a droplet beside the observation: fetched only while somebody looks there, about once
//! in each step of the metrics. What cannot be fetched is a problem that is told: what was known of it stays, and the
//! rest is shown all the same.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future;
use tokio::time::Instant;

use super::events::one_line;
use super::{DetailSeries, DropletDetail};
use crate::cloud::{Cloud, CloudError, Usage, Window};
use crate::cluster::{DropletId, DropletSeries, LabelledSeries, Timing, Unit};
use crate::observe::spread;

/// It is asked for no more often than this, however short a step is: it costs many requests.
const CLOSEST: Duration = Duration::from_secs(10);

/// How long until it is asked again whether there are requests to spare.
const LATER: Duration = Duration::from_secs(60);

/// How many requests it costs: the series, and the actions.
const REQUESTS: u32 = 8;

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

/// Whose detail somebody looks at, and when it is asked for again.
#[derive(Debug)]
pub struct Inspection {
    watched: Option<DropletId>,
    fetching: Option<DropletId>,
    /// Whose was fetched last.
    fetched: Option<DropletId>,
    next: Instant,
}

impl Inspection {
    pub fn new() -> Self {
        Self { watched: None, fetching: None, fetched: None, next: Instant::now() }
    }

    /// Somebody looks at this droplet from now on, or at none. Whoever comes back soon costs nothing.
    pub fn watch(&mut self, droplet: Option<DropletId>) {
        self.watched = droplet;
        if droplet.is_some() && droplet != self.fetched {
            self.next = Instant::now();
        }
    }

    /// When it is to be fetched; `None` while nobody looks, or it is on its way.
    pub fn due(&self) -> Option<Instant> {
        self.watched.filter(|droplet| self.fetching != Some(*droplet)).map(|_| self.next)
    }

    /// Whose detail is to be fetched now. The first time somebody waits for it; again only from what can be spared.
    pub fn begin(&mut self, usage: Usage) -> Option<DropletId> {
        let droplet = self.watched?;
        if self.fetched == Some(droplet) && spread(REQUESTS, usage).is_none() {
            self.next = Instant::now() + LATER;
            return None;
        }
        self.fetching = Some(droplet);
        self.fetching
    }

    /// Takes note that it has come; tells whether it was still waited for.
    pub fn done(&mut self, droplet: DropletId, timing: &Timing, usage: Usage) -> bool {
        if self.fetching != Some(droplet) {
            return false;
        }
        self.fetching = None;
        self.fetched = Some(droplet);
        let apart = spread(REQUESTS, usage).unwrap_or(LATER);
        self.next = Instant::now() + apart.max(timing.metrics_step).max(CLOSEST);
        true
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
    let mut detail =
        DropletDetail { droplet, actions: Vec::new(), actions_at: None, series: Vec::new(), problems: Vec::new() };
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
    let is_alike = |a: &CloudError, b: &CloudError| (a.status, &a.remedy) == (b.status, &b.remedy);
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
    use crate::cloud::Remedy;

    #[tokio::test(start_paused = true)]
    async fn it_is_asked_for_once_in_a_step_and_only_from_what_can_be_spared() {
        let (timing, plenty) = (Timing::default(), Usage::default());
        let scarce = Usage { hour_left: 400, ..plenty };
        let id = DropletId(1);
        let mut inspection = Inspection::new();
        assert_eq!((inspection.due(), inspection.begin(plenty)), (None, None), "nobody looks");
        inspection.watch(Some(id));
        assert_eq!(inspection.due(), Some(Instant::now()));
        assert_eq!(inspection.begin(scarce), Some(id), "somebody waits for it");
        assert_eq!(inspection.due(), None, "it is on its way");
        assert!(inspection.done(id, &timing, plenty));
        assert_eq!(inspection.due(), Some(Instant::now() + timing.metrics_step));
        assert_eq!(inspection.begin(scarce), None);
        assert_eq!(inspection.due(), Some(Instant::now() + LATER));
        // Another one is opened while this one is on its way.
        assert_eq!(inspection.begin(plenty), Some(id));
        inspection.watch(Some(DropletId(2)));
        assert_eq!(inspection.due(), Some(Instant::now()));
        assert_eq!(inspection.begin(plenty), Some(DropletId(2)));
        assert!(!inspection.done(id, &timing, plenty), "nobody waits for it any more");
        assert!(inspection.done(DropletId(2), &timing, plenty));
    }

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
    }
}
