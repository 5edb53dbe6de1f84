//! The terminal interface: the worker on threads of its own, the terminal on the main thread.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::exit::{Exit, Failure};
use super::session::{Session, random_nonces};
use crate::cli::{ColorChoice, Global};
use crate::cloud::Cloud;
use crate::config::Environment;
use crate::tui::{self, Options, TuiError};
use crate::worker::{self, ClusterSetup, Setup};

/// How long what still runs may take when the program ends.
const FAREWELL: Duration = Duration::from_millis(900);

impl From<TuiError> for Failure {
    fn from(error: TuiError) -> Self {
        let exit = if matches!(error, TuiError::NotATerminal { .. }) { Exit::Usage } else { Exit::Failed };
        Self::new(exit, error.to_string())
    }
}

/// Opens the terminal interface on the configured clusters.
pub fn run(session: &Session, global: &Global, environment: &Environment) -> Result<Exit, Failure> {
    let config = &session.config;
    let clusters = config.clusters.iter().map(|cluster| ClusterSetup {
        spec: Arc::clone(&cluster.spec),
        policy: Arc::clone(&cluster.policy),
        auto: cluster.auto,
    });
    let setup = Setup {
        focus: config.selected,
        read_only: config.read_only || session.dry_run,
        keeper: session.keeper(),
        ..Setup::new(clusters.collect(), random_nonces())
    };
    let options = Options { cluster: config.selected, ..options(global, environment) };
    show(&runtime()?, Arc::clone(&session.client), setup, options)
}

/// What the terminal can show, by the flags and the environment.
pub fn options(global: &Global, environment: &Environment) -> Options {
    let color = match global.color {
        ColorChoice::Auto => None,
        ColorChoice::Always => Some(true),
        ColorChoice::Never => Some(false),
    };
    Options::detect(color, global.ascii, |name| environment.variable(name).map(str::to_owned))
}

/// The worker's threads.
pub fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("worker")
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, format!("the runtime cannot be started: {error}")))
}

/// Starts the worker, shows what it publishes until the user leaves, and ends it.
pub fn show<C: Cloud>(runtime: &Runtime, cloud: Arc<C>, setup: Setup, options: Options) -> Result<Exit, Failure> {
    let handle = {
        let _context = runtime.enter();
        worker::start(cloud, setup)
    };
    let shown = tui::run(handle.state.clone(), handle.commands.clone(), options);
    runtime.block_on(async {
        // An operation that runs gives its claim back, so that whoever looks next can go on with it at once.
        let _ = tokio::time::timeout(FAREWELL, handle.stop()).await;
    });
    Ok(match shown?.code() {
        0 => Exit::Done,
        code => Exit::Signal(code),
    })
}
