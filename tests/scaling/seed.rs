//! Faults of the function that this program replaces which need a cluster to be shown absent. The others are
//! listed in `docs/architecture.md`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dropscale::cloud::digitalocean::{Client, ClientOptions};
use dropscale::cloud::{Clock, SystemClock};
use dropscale::cluster::{ClusterSpec, Health, Marker, Metric, Observation};
use dropscale::observe::{Observer, Wanted};
use dropscale::policy::{Action, Policy, decide};
use dropscale::scaling::{Housekeeping, Outcome, findings, worn_out_tags};
use dropscale::simulator::{ApiError, Fate, Scenario, SharedWorld, SimulatedCloud, http};
use jiff::Timestamp;

use crate::bench::{Bench, EPOCH, automatic};

const FAST: &str = "metrics = { step = \"10s\", lag = \"1s\", load_smoothing = \"5s\" }\nhistory = \"10m\"";

fn observer(bench: &Bench, metrics: &[Metric]) -> Observer<SimulatedCloud> {
    let range = Duration::from_secs(300);
    let wanted = Wanted { essential: metrics.to_vec(), shown: Vec::new(), range };
    Observer::new(bench.cloud(1), Arc::clone(&bench.spec), wanted)
}

async fn look(bench: &Bench, metrics: &[Metric]) -> Observation {
    observer(bench, metrics).observe().await.unwrap()
}

fn with_bandwidth(bench: &Bench) -> Policy {
    Policy {
        scale_up: BTreeMap::from([(Metric::OutboundBandwidth, 1000.0)]),
        scale_down: BTreeMap::from([(Metric::OutboundBandwidth, 900.0)]),
        ..(*bench.policy).clone()
    }
}

#[tokio::test(start_paused = true)]
async fn fault_04_a_failed_bandwidth_request_is_unknown_and_forbids_scaling_down() {
    let bench = Bench::new(FAST);
    let policy = with_bandwidth(&bench);
    let calm = look(&bench, &[Metric::OutboundBandwidth]).await;
    assert_eq!(decide(&calm, &bench.spec, &policy).action, Action::Down, "without a failure it scales down");
    bench.world.with(|world| {
        world.inject(|call| {
            if call.path.contains("PrivateOutbound") {
                Fate::Refused(ApiError::new(500, "Unexpected server-side error"))
            } else {
                Fate::Answered
            }
        });
    });
    let seen = look(&bench, &[Metric::OutboundBandwidth]).await;
    assert!(seen.members.iter().all(|m| !m.readings.contains_key(&Metric::OutboundBandwidth)));
    let decision = decide(&seen, &bench.spec, &policy);
    assert_eq!(decision.action, Action::Hold, "{decision}");
    let names = seen.members.iter().map(|member| format!("Outbound of {}", member.droplet.name)).collect::<Vec<_>>();
    let told = format!("{} could not be read: GET ", names.join(", "));
    assert!(seen.problems.iter().any(|problem| problem.starts_with(&told)), "{told} in {:?}", seen.problems);
}

#[tokio::test(start_paused = true)]
async fn fault_16_load_is_divided_by_the_vcpus() {
    let load = async |size: &str| {
        let bench = Bench::new(&format!("{FAST}\ncluster = {{ size = \"{size}\" }}"));
        look(&bench, &[Metric::Load]).await.cluster_reading(Metric::Load).unwrap().0.value
    };
    let (one, four) = (load("s-1vcpu-1gb").await, load("s-4vcpu-8gb").await);
    assert!((3.2..4.8).contains(&(one / four)), "{one} on one, {four} on four");
}

#[tokio::test(start_paused = true)]
async fn fault_18_an_expired_marker_is_no_obstacle_even_when_it_vanishes_meanwhile() {
    let bench = Bench::new(FAST);
    let marker = Marker { at: Timestamp::from_second(EPOCH - 3000).unwrap() }.tag("web");
    bench.tag_base(&marker);
    let cloud = bench.cloud(1);
    let seen = bench.observer(&cloud).look().await.unwrap();
    let over = worn_out_tags(&seen, &bench.spec, &bench.policy);
    assert_eq!(over, [marker]);
    for _ in 0..2 {
        Housekeeping::delete(&*cloud, over.clone()).await.unwrap();
    }
    let up = bench.scaler(&cloud).up(bench.observer(&cloud), automatic(), Arc::new(|_| {})).await;
    assert!(matches!(up.outcome, Some(Outcome::Done(_))), "{up:#?}");
}

#[tokio::test(start_paused = true)]
async fn fault_21_looking_changes_nothing() {
    let bench = Bench::new(FAST);
    look(&bench, &Metric::ALL).await;
    assert_eq!(bench.mutations(), [""; 0]);
}

/// Over the real protocol and its pages, with what the cluster needs on the last of three and then on the
/// first.
#[tokio::test]
async fn fault_26_what_stands_on_the_first_or_the_last_of_three_pages_is_found() {
    let scenario = Scenario::named("pages").unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let world = SharedWorld::new(&scenario, 1, clock).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(http::serve(world, listener, std::future::pending()));
    let client = Client::new(ClientOptions::new(url.parse().unwrap(), "simulated".into())).unwrap();
    let cloud = Arc::new(client);
    let bench = Bench::new("");
    for (snapshot, balancer) in [("web-snapshot", "web-lb"), ("other-snapshot-001", "other-lb-001")] {
        let spec =
            ClusterSpec { snapshot: snapshot.to_owned(), load_balancer: balancer.to_owned(), ..(*bench.spec).clone() };
        let wanted = Wanted { essential: Vec::new(), shown: Vec::new(), range: Duration::ZERO };
        let seen = Observer::new(Arc::clone(&cloud), Arc::new(spec), wanted).look().await.unwrap();
        assert_eq!(seen.snapshot.as_ref().map(|s| s.name.as_str()), Some(snapshot), "{:?}", seen.problems);
        assert_eq!(seen.load_balancer.as_ref().map(|lb| lb.name.as_str()), Some(balancer), "{:?}", seen.problems);
    }
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn fault_28_of_two_snapshots_of_one_name_the_newest_is_taken_and_told() {
    let bench = Bench::new("cluster = { snapshot = \"other-snapshot-001\" }\nothers = { snapshots = 1 }");
    let spec = ClusterSpec { snapshot: "other-snapshot-001".to_owned(), ..(*bench.spec).clone() };
    let wanted = Wanted { essential: Vec::new(), shown: Vec::new(), range: Duration::ZERO };
    let seen = Observer::new(bench.cloud(1), Arc::new(spec), wanted).look().await.unwrap();
    let newest = bench.world.with(|world| world.images().iter().map(|image| image.id).max().unwrap());
    assert_eq!(seen.snapshot.map(|s| s.id), Some(newest));
    assert!(seen.problems.iter().any(|p| p.contains("2 snapshots are named")), "{:?}", seen.problems);
}

#[tokio::test(start_paused = true)]
async fn fault_29_a_silent_agent_is_told_and_does_not_freeze_scaling_up() {
    let bench = Bench::new(&format!("{FAST}\ncluster = {{ clones = 2 }}"));
    bench.world.with(|world| {
        let id = world.droplets().find(|d| d.name == "web002").unwrap().id;
        world.set_agent(id, false);
        world.scale_load(7.0);
    });
    tokio::time::sleep(Duration::from_secs(1200)).await;
    let seen = look(&bench, &[Metric::Load]).await;
    let told = findings(&seen, &bench.spec, &bench.policy);
    assert!(told.iter().any(|f| f.text.contains("web002") && f.text.contains("metrics")), "{told:#?}");
    let decision = decide(&seen, &bench.spec, &bench.policy);
    assert_eq!(decision.action, Action::Up, "{decision}");
}

#[tokio::test(start_paused = true)]
async fn fault_30_a_droplet_without_a_reading_is_not_in_the_mean() {
    let bench = Bench::new(&format!("{FAST}\ncluster = {{ clones = 2 }}"));
    let before = look(&bench, &[Metric::Load]).await.cluster_reading(Metric::Load).unwrap();
    bench.world.with(|world| {
        let id = world.droplets().find(|d| d.name == "web002").unwrap().id;
        world.set_agent(id, false);
    });
    tokio::time::sleep(Duration::from_secs(1200)).await;
    let after = look(&bench, &[Metric::Load]).await.cluster_reading(Metric::Load).unwrap();
    assert_eq!((before.1, after.1), (3, 2));
    assert!((0.8..1.25).contains(&(after.0.value / before.0.value)), "{before:?} {after:?}");
}

#[tokio::test(start_paused = true)]
async fn fault_34_the_clone_is_as_the_base_and_not_as_the_first_in_the_list() {
    // The first in the list, by number and by age, is a small droplet with the cluster's tag.
    let bench = Bench::new("cluster = { clones = 0, size = \"s-2vcpu-4gb\" }\nothers = { droplets = 1 }");
    bench.world.with(|world| {
        let first = world.droplets().next().unwrap().id;
        world.tag_droplet("web", first).unwrap();
    });
    bench.up().await;
    let sizes: Vec<(String, &str)> =
        bench.world.with(|world| world.droplets().map(|d| (d.name.clone(), d.size.slug)).collect());
    assert!(sizes.contains(&("web001".to_owned(), "s-2vcpu-4gb")), "{sizes:?}");
}

#[tokio::test(start_paused = true)]
async fn a_clone_that_has_just_joined_is_not_called_unhealthy() {
    let bench = Bench::new(FAST);
    let mut observer = observer(&bench, &[Metric::Load]);
    let up = bench.up();
    tokio::pin!(up);
    // Looks go on while it joins, as in the terminal.
    loop {
        tokio::select! {
            _ = &mut up => break,
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
        let seen = observer.observe().await.unwrap();
        assert!(seen.members.iter().all(|m| m.health != Health::Unhealthy), "{:#?}", seen.members);
    }
    let seen = observer.observe().await.unwrap();
    assert_eq!(seen.members.len(), 3);
    assert!(seen.members.iter().all(|m| m.health == Health::Healthy), "{:#?}", seen.members);
}
