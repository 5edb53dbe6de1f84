//! `simulate`: serves a simulated DigitalOcean on this machine, over the real protocol, until it is told to
//! stop.

use std::net::Ipv4Addr;
use std::sync::Arc;

use serde_json::json;
use tokio::net::TcpListener;

use super::console::Console;
use super::exit::{Exit, Failure};
use super::signals::Ends;
use crate::cli::SimulateArgs;
use crate::cloud::SystemClock;
use crate::simulator::{Scenario, ScenarioError, SharedWorld, http};

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Self {
        Self::new(Exit::Usage, error.to_string())
    }
}

/// Runs it.
pub async fn run(args: &SimulateArgs, console: Console) -> Result<Exit, Failure> {
    let scenario = Scenario::named_or_file(&args.scenario)?;
    let world = SharedWorld::new(&scenario, args.seed, Arc::new(SystemClock))?;
    let (listener, port) = listen(args.port).await?;
    let mut ends = Ends::listen()?;
    console.show(|| document(&scenario, port), || text(&scenario, port))?;
    let served = http::serve(world, listener, async move { ends.asked().await }).await;
    served.map_err(|error| Failure::new(Exit::Failed, format!("the server ended: {error}")))?;
    Ok(Exit::Done)
}

/// Listens on loopback, and tells on which port.
pub async fn listen(port: u16) -> Result<(TcpListener, u16), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("127.0.0.1:{port} cannot be listened on: {error}; give another --port"))
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    Ok((listener, port))
}

/// The environment with which this program, and the function that it replaces, use the simulated cloud.
fn variables(scenario: &Scenario, port: u16) -> [(&'static str, String); 7] {
    let cluster = &scenario.cluster;
    [
        ("DIGITALOCEAN_API_URL", format!("http://127.0.0.1:{port}")),
        ("API_TOKEN", scenario.account.token.clone().unwrap_or_else(|| "simulated".to_owned())),
        ("BASE_DROPLET", cluster.base.clone()),
        ("SNAPSHOT", cluster.snapshot.clone()),
        ("CLUSTER_TAG", cluster.tag.clone()),
        ("CLONE_PREFIX", cluster.prefix.clone()),
        ("LOAD_BALANCER", scenario.load_balancer.name.clone()),
    ]
}

fn text(scenario: &Scenario, port: u16) -> String {
    let exports = variables(scenario, port).map(|(name, value)| format!("  export {name}={value}\n")).concat();
    format!(
        "{}: http://127.0.0.1:{port}, until Ctrl-C.\nTo use it, in another terminal:\n{exports}  dropscale\n",
        scenario.description
    )
}

fn document(scenario: &Scenario, port: u16) -> serde_json::Value {
    let environment: serde_json::Map<_, _> =
        variables(scenario, port).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    json!({ "url": format!("http://127.0.0.1:{port}"), "scenario": scenario.description, "environment": environment })
}
