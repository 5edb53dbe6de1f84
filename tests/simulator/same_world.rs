//! The client over HTTP and the cloud in memory see the same world, in the same words.

use std::sync::Arc;

use dropscale::cloud::digitalocean::{Client, ClientOptions};
use dropscale::cloud::{ActionId, Cloud, NewDroplet, Window};
use dropscale::cluster::{DropletId, DropletSeries, LoadBalancerSeries};
use dropscale::simulator::{Scenario, SimulatedCloud};
use jiff::Timestamp;

use crate::server::{EPOCH, Server};

struct Both {
    server: Server,
    http: Client,
    memory: SimulatedCloud,
}

/// Asks both the same, and gives the answer that must be one.
macro_rules! agree {
    ($both:expr, $cloud:ident => $call:expr) => {{
        let $cloud = &$both.http;
        let over_http = $call.await.unwrap();
        let $cloud = &$both.memory;
        assert_eq!(over_http, $call.await.unwrap(), stringify!($call));
        over_http
    }};
}

impl Both {
    async fn new(settings: &str) -> Self {
        let server = Server::start(settings).await;
        let url = format!("http://{}", server.address).parse().unwrap();
        let options = ClientOptions { clock: server.clock.clone(), ..ClientOptions::new(url, "simulated".into()) };
        let memory = SimulatedCloud::new(server.world.clone(), server.clock.clone());
        Self { http: Client::new(options).unwrap(), memory, server }
    }
}

fn web002(image: u64) -> NewDroplet {
    NewDroplet {
        name: "web002".to_owned(),
        region: "nyc3".to_owned(),
        size: "s-2vcpu-4gb".to_owned(),
        image,
        tags: vec!["web".to_owned(), "up:1".to_owned()],
        monitoring: true,
        vpc: None,
        ssh_keys: Vec::new(),
        user_data: None,
    }
}

#[test]
fn the_scenarios_of_the_measuring_example_are_some() {
    for (name, droplets) in [("ten", 10), ("thousand", 1000)] {
        let file = format!("{}/examples/terminal_cost/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let scenario = Scenario::named_or_file(&file).unwrap();
        assert_eq!(scenario.cluster.clones + 1, droplets, "{name}");
    }
}

#[tokio::test]
async fn they_see_the_same_lists_to_the_last_page() {
    let settings = "limits = { hour = 0, minute = 0 }\naccount = { droplet_limit = 1000 }\n\
         others = { droplets = 3, snapshots = 210, load_balancers = 60, tags = 210 }";
    let both = Both::new(settings).await;
    assert_eq!(agree!(both, cloud => cloud.droplets("web")).len(), 2);
    assert_eq!(agree!(both, cloud => cloud.droplets("other")).len(), 3);
    assert_eq!(agree!(both, cloud => cloud.snapshots()).len(), 211);
    assert_eq!(agree!(both, cloud => cloud.private_images()).len(), 211);
    assert_eq!(agree!(both, cloud => cloud.tags()).len(), 212);
    assert_eq!(agree!(both, cloud => cloud.account()).droplet_limit, Some(1000));
    assert!(!agree!(both, cloud => cloud.sizes()).is_empty());
    let balancers = agree!(both, cloud => cloud.load_balancers());
    assert_eq!(balancers.len(), 61);
    agree!(both, cloud => cloud.load_balancer(&balancers[60].id));
    let (over_http, in_memory) = (both.http.droplet(DropletId(1)).await, both.memory.droplet(DropletId(1)).await);
    assert!(over_http.unwrap_err().is_gone() && in_memory.unwrap_err().is_gone());
}

#[tokio::test]
async fn they_see_the_same_droplet_from_its_making_to_its_end() {
    let both = Both::new("boot = { time = \"30s\", jitter = 0.0 }").await;
    let image = both.memory.snapshots().await.unwrap()[0].id;
    let made = both.http.create_droplet(&web002(image)).await.unwrap();
    assert_eq!(made, both.memory.droplet(made.id).await.unwrap());
    for _ in 0..2 {
        agree!(both, cloud => cloud.droplet(made.id));
        let actions = agree!(both, cloud => cloud.actions(made.id));
        agree!(both, cloud => cloud.action(made.id, ActionId(actions[0].id.0)));
        both.server.pass(31);
    }
    both.http.shut_down(made.id).await.unwrap();
    assert_eq!(agree!(both, cloud => cloud.actions(made.id)).len(), 2);
    both.server.pass(60);
    agree!(both, cloud => cloud.droplet(made.id));
    both.http.delete_droplet(made.id).await.unwrap();
    assert!(both.memory.droplet(made.id).await.unwrap_err().is_gone());
}

#[tokio::test]
async fn they_see_the_same_metrics() {
    use DropletSeries as D;
    use LoadBalancerSeries as L;

    let both = Both::new("history = \"20m\"").await;
    let second = |at| Timestamp::from_second(at).unwrap();
    let window = Window { start: second(EPOCH - 900), end: second(EPOCH) };
    let id = both.memory.droplets("web").await.unwrap()[0].id;
    let of_droplets = [
        D::Load1,
        D::Load5,
        D::Load15,
        D::Cpu,
        D::MemoryFree,
        D::MemoryAvailable,
        D::MemoryCached,
        D::MemoryTotal,
        D::FilesystemFree,
        D::FilesystemSize,
        D::PublicOutbound,
        D::PublicInbound,
        D::PrivateOutbound,
        D::PrivateInbound,
    ];
    for series in of_droplets {
        assert!(!agree!(both, cloud => cloud.droplet_series(id, series, window)).is_empty(), "{series:?}");
    }
    let balancer = both.memory.load_balancers().await.unwrap()[0].id.clone();
    let of_balancers = [
        L::ConnectionsCurrent,
        L::CpuUtilization,
        L::HttpResponses,
        L::HttpRequestsPerSecond,
        L::NetworkThroughputHttp,
        L::DropletsHttpResponseTimeAvg,
        L::DropletsHttpResponseTime50p,
        L::DropletsHttpResponseTime95p,
        L::DropletsHttpResponseTime99p,
        L::DropletsHttpSessionDuration95p,
        L::DropletsQueueSize,
        L::DropletsConnections,
        L::DropletsHealthChecks,
        L::DropletsDowntime,
    ];
    for series in of_balancers {
        agree!(both, cloud => cloud.load_balancer_series(&balancer, series, window));
    }
    let health = agree!(both, cloud => cloud.load_balancer_series(&balancer, L::DropletsHealthChecks, window));
    assert_eq!(health.len(), 2, "one series for each member");
}

#[tokio::test]
async fn the_client_hears_the_time_of_the_world() {
    let both = Both::new("").await;
    let local = Arc::clone(&both.server.clock);
    assert_eq!(both.http.clock().offset(), None);
    both.http.account().await.unwrap();
    assert_eq!(both.http.clock().now(), dropscale::cloud::Clock::now(&*local));
}
