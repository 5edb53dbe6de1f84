//! `demo`: the terminal interface on a simulated cloud inside this process, behind real HTTP on a loopback
//! port. Nothing is needed for it and nothing else is touched.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::mpsc;

use super::exit::{Exit, Failure};
use super::session::random_nonces;
use super::{live, simulate};
use crate::cli::{DemoArgs, Global};
use crate::cloud::SystemClock;
use crate::cloud::digitalocean::{ApiUrl, Client, ClientOptions};
use crate::cluster::{ClusterSpec, Timing};
use crate::config::{self, Environment};
use crate::simulator::{Scenario, SharedWorld, http};
use crate::tui::Options;
use crate::worker::{ClusterSetup, DemoCommand, Setup};

/// Its waves take a minute or two.
const RANGE: Duration = Duration::from_secs(15 * 60);

const CONFIG: &str = include_str!("../../assets/demo.toml");

/// Runs it.
pub fn run(args: &DemoArgs, global: &Global, environment: &Environment) -> Result<Exit, Failure> {
    let scenario = Scenario::named_or_file(&args.scenario)?;
    let world = SharedWorld::new(&scenario, args.seed, Arc::new(SystemClock))?;
    let runtime = live::runtime()?;
    let (listener, port) = runtime.block_on(simulate::listen(0))?;
    runtime.spawn(http::serve(world.clone(), listener, std::future::pending()));
    let mut options = ClientOptions::new(address(port)?, token(&scenario));
    options.minute_limit = if scenario.limits.minute == 0 { u32::MAX } else { scenario.limits.minute };
    let client = Client::new(options)?;
    let (demo, commands) = mpsc::channel(16);
    runtime.spawn(obey(world, commands));
    let setup = Setup {
        read_only: global.read_only,
        dry_run: global.dry_run,
        is_demo: true,
        demo: Some(demo),
        range: RANGE,
        ..Setup::new(vec![cluster(&scenario)?], random_nonces())
    };
    let options = Options { range: RANGE, ..live::options(global, None, environment)? };
    // A configuration that is named lends its keys, columns and mouse, so that one can rehearse with them.
    let options = match &global.config {
        Some(_) => live::lend(&config::load(&global.flags(), environment)?, options),
        None => options,
    };
    live::show(&runtime, Arc::new(client), setup, options)
}

fn address(port: u16) -> Result<ApiUrl, Failure> {
    let url = format!("http://127.0.0.1:{port}");
    url.parse().map_err(|error| Failure::new(Exit::Failed, format!("{url} is no address: {error}")))
}

fn token(scenario: &Scenario) -> SecretString {
    scenario.account.token.clone().unwrap_or_else(|| "simulated".to_owned()).into()
}

/// The demo's cluster, with the names of the scenario; with DigitalOcean's own pace where the scenario has it.
fn cluster(scenario: &Scenario) -> Result<ClusterSetup, Failure> {
    let config = config::parse_str(CONFIG, "demo.toml")?;
    let cluster = config.cluster();
    let is_slow = scenario.metrics.step >= Timing::default().metrics_step;
    let spec = ClusterSpec {
        tag: scenario.cluster.tag.clone(),
        base_droplet: scenario.cluster.base.clone(),
        snapshot: scenario.cluster.snapshot.clone(),
        clone_prefix: scenario.cluster.prefix.clone(),
        load_balancer: scenario.load_balancer.name.clone(),
        timing: if is_slow { Timing::default() } else { cluster.spec.timing.clone() },
        ..(*cluster.spec).clone()
    };
    let mut policy = (*cluster.policy).clone();
    policy.max = policy.max.max(scenario.cluster.clones as usize + 1);
    if is_slow {
        policy.stale_after = Timing::default().metrics_silent;
    }
    Ok(ClusterSetup { spec: Arc::new(spec), policy: Arc::new(policy), auto: cluster.auto })
}

/// Does to the world what the demo's keys ask for.
async fn obey(world: SharedWorld, mut commands: mpsc::Receiver<DemoCommand>) {
    while let Some(command) = commands.recv().await {
        world.with(|world| match command {
            DemoCommand::Load(factor) => world.set_load_factor(factor),
            DemoCommand::KillDroplet(id) => {
                world.power_off(id.0);
            }
            DemoCommand::Outage(outage) => world.set_outage(outage),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_has_a_cluster_for_the_demo() {
        for name in Scenario::names() {
            let scenario = Scenario::named(name).unwrap();
            let cluster = cluster(&scenario).unwrap();
            assert_eq!(cluster.spec.tag, scenario.cluster.tag, "{name}");
            assert!(cluster.policy.max > scenario.cluster.clones as usize, "{name}");
        }
    }
}
