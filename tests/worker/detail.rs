//! What the page of a droplet shows beside the observation: asked for while somebody looks, again and again, and kept
//! where it cannot be read.

use std::sync::Arc;
use std::time::Duration;

use dropscale::cluster::DropletId;
use dropscale::simulator::Fate;
use dropscale::worker::{ClusterState, Command, DropletDetail};
use jiff::Timestamp;
use tokio::time::{sleep, timeout};

use crate::{Stage, says};

#[tokio::test(start_paused = true)]
async fn the_detail_of_a_droplet_comes_when_it_is_asked_for() {
    let mut stage = Stage::new(false);
    stage.until("looked", |c| c.observation.is_some()).await;
    let base = DropletId(stage.droplets()[0]);
    stage.send(Command::Inspect { cluster: 0, droplet: Some(base) }).await;
    let detail = stage.until("fetched", |c| c.detail.is_some()).await.detail.unwrap();
    assert_eq!((detail.droplet, detail.problems.len()), (base, 0), "{:?}", detail.problems);
    let memory = detail.series.iter().find(|group| group.title == "memory").unwrap();
    let total = memory.all.iter().find(|one| one.labels.values().any(|label| label == "total")).unwrap();
    let value = memory.unit.format(total.samples[0].value);
    assert_eq!(value, "1074 MB", "1 GB as it is sold, in the unit of the metrics");
    let disk = detail.series.iter().find(|group| group.title == "file systems, size").unwrap();
    assert_eq!(disk.unit.format(disk.all[0].samples[0].value), "25.0 GB", "as it is sold");
    stage.world.with(|world| world.set_outage(true));
    let other = DropletId(1);
    stage.send(Command::Inspect { cluster: 0, droplet: Some(other) }).await;
    let failed = stage.until("tried", |c| c.detail.as_ref().is_some_and(|d| d.droplet == other)).await;
    let problems = &failed.detail.unwrap().problems;
    let told = "its actions, the unused space of the file systems and 6 more could not be read: GET ";
    assert!(problems.len() == 1 && problems[0].starts_with(told), "{problems:?}");
}

#[tokio::test(start_paused = true)]
async fn the_page_that_is_open_is_kept_fresh_after_a_fault_of_the_program() {
    let mut stage = Stage::new(false);
    stage.until("looked", |c| c.observation.is_some()).await;
    let base = DropletId(stage.droplets()[0]);
    stage.send(Command::Inspect { cluster: 0, droplet: Some(base) }).await;
    let first = stage.until("fetched", |c| c.detail.is_some()).await.detail.unwrap();
    let mut is_first = true;
    stage.world.with(|world| {
        world.inject(move |_| {
            assert!(!std::mem::take(&mut is_first), "a fault on purpose");
            Fate::Answered
        });
    });
    stage.until("told", |c| says(c, "by a fault of this program") == 1).await;
    let is_newer = |c: &ClusterState| c.detail.as_ref().is_some_and(|detail| detail.actions_at > first.actions_at);
    stage.until("fetched again", is_newer).await;
}

#[tokio::test(start_paused = true)]
async fn another_range_is_soon_that_of_the_page_as_well() {
    let mut stage = Stage::with(|setup| {
        let spec = Arc::make_mut(&mut setup.clusters[0].spec);
        spec.timing.metrics_step = Duration::from_secs(120);
    });
    stage.until("looked", |c| c.observation.is_some()).await;
    let base = DropletId(stage.droplets()[0]);
    stage.send(Command::Inspect { cluster: 0, droplet: Some(base) }).await;
    let is_of = |c: &ClusterState, range| {
        c.detail.as_ref().is_some_and(|d| !d.series.is_empty() && d.series.iter().all(|group| group.range == range))
    };
    let range = Duration::from_secs(240);
    stage.until("fetched", |c| is_of(c, Duration::from_secs(3600))).await;
    stage.send(Command::Range { cluster: 0, range }).await;
    timeout(Duration::from_secs(11), stage.until("of that range", |c| is_of(c, range))).await.unwrap();
}

/// When the actions of the base were read, as often as they were within so long.
async fn readings(stage: &mut Stage, within: Duration) -> Vec<Timestamp> {
    let mut read = Vec::new();
    let end = tokio::time::Instant::now() + within;
    while tokio::time::Instant::now() < end {
        let at = stage.cluster().detail.and_then(|detail| detail.actions_at);
        read.extend(at.filter(|at| read.last() != Some(at)));
        sleep(Duration::from_millis(500)).await;
    }
    read
}

#[tokio::test(start_paused = true)]
async fn the_detail_is_kept_fresh_while_somebody_looks_and_no_longer() {
    let mut stage = Stage::new(false);
    stage.until("looked", |c| c.observation.is_some()).await;
    let base = DropletId(stage.droplets()[0]);
    let inspect = |droplet| Command::Inspect { cluster: 0, droplet };
    stage.send(inspect(Some(base))).await;
    let read = readings(&mut stage, Duration::from_secs(65)).await;
    // A step is shorter: that would cost too many requests.
    assert_eq!(read.len(), 7, "once, and then each 10 s: {read:?}");
    stage.send(inspect(None)).await;
    assert_eq!(readings(&mut stage, Duration::from_secs(65)).await.len(), 1, "nobody looks any more");
    stage.send(inspect(Some(base))).await;
    assert_eq!(readings(&mut stage, Duration::from_secs(5)).await.len(), 2, "it was old");
    stage.send(inspect(None)).await;
    stage.send(inspect(Some(base))).await;
    assert_eq!(readings(&mut stage, Duration::from_secs(3)).await.len(), 1, "who comes back soon costs nothing");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_again_stays_and_why_is_told() {
    let mut stage = Stage::new(false);
    stage.until("looked", |c| c.observation.is_some()).await;
    let base = DropletId(stage.droplets()[0]);
    stage.send(Command::Inspect { cluster: 0, droplet: Some(base) }).await;
    let first = stage.until("fetched", |c| c.detail.is_some()).await.detail.unwrap();
    stage
        .world
        .with(|world| world.inject(|call| if call.path.contains("MemoryFree") { Fate::Lost } else { Fate::Answered }));
    let part = stage.until("failed in part", |c| c.detail.as_ref().is_some_and(|d| !d.problems.is_empty())).await;
    let part = part.detail.unwrap();
    assert!(part.problems.len() == 1 && part.problems[0].starts_with("unused memory could not"), "{:?}", part.problems);
    let newest = |detail: &DropletDetail, kind: &str| {
        let memory = detail.series.iter().find(|group| group.title == "memory").unwrap();
        let one = memory.all.iter().find(|one| one.labels.values().any(|label| label == kind)).unwrap();
        one.samples.last().unwrap().at
    };
    assert_eq!(newest(&part, "unused"), newest(&first, "unused"), "as old as it was");
    assert!(newest(&part, "total") > newest(&first, "total"));
    stage.world.with(|world| {
        world.inject_nothing();
        world.set_outage(true);
    });
    let failed = stage.until("failed", |c| c.detail.as_ref().is_some_and(|d| d.problems[0].contains("6 more"))).await;
    let failed = failed.detail.unwrap();
    assert_eq!((failed.actions_at, failed.series.len()), (part.actions_at, part.series.len()));
    assert!(failed.actions_at > first.actions_at);
    stage.world.with(|world| world.set_outage(false));
    stage.until("well again", |c| c.detail.as_ref().is_some_and(|d| d.problems.is_empty())).await;
}
