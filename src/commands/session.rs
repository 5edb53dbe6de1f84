//! What every command on a real cluster starts with: the configuration, the token, and a client for the cloud.

use std::sync::Arc;
use std::time::Duration;

use super::console::Console;
use super::exit::{Exit, Failure};
use super::json::SEED_METRICS;
use super::reach::Reach;
use crate::cli::Global;
use crate::cloud::digitalocean::{Client, ClientOptions};
use crate::cluster::{ClusterSpec, Nonce};
use crate::config::{self, Config, Environment, Flags};
use crate::journal::{Author, FileKeeper, Keeper};
use crate::policy::Policy;
use crate::scaling::Nonces;
use crate::worker::Controller;

/// A configured cloud.
pub struct Session {
    /// The configuration.
    pub config: Config,
    /// Where the token came from.
    pub token_origin: String,
    /// The cloud.
    pub client: Arc<Client>,
    /// Whether nothing is to be done, only shown.
    pub dry_run: bool,
    /// How another command reaches the same cluster.
    pub reach: Reach,
    /// Keeps the journal, where there is one.
    keeper: Option<Arc<FileKeeper>>,
}

impl Session {
    /// Loads configuration and token, and warns of what is not as it should be.
    pub fn open(global: &Global, environment: &Environment, console: Console) -> Result<Self, Failure> {
        Self::with(&global.flags(), global, environment, console)
    }

    /// The same for what shows all clusters: none of them needs to be named.
    pub fn open_on_all(global: &Global, environment: &Environment, console: Console) -> Result<Self, Failure> {
        let flags = Flags { any_cluster: true, ..global.flags() };
        Self::with(&flags, global, environment, console)
    }

    fn with(flags: &Flags, global: &Global, environment: &Environment, console: Console) -> Result<Self, Failure> {
        let config = config::load(flags, environment)?;
        let token = config::token(flags, environment)?;
        for warning in config.warnings.iter().chain(&token.warnings) {
            console.warn(warning);
        }
        let client = Client::new(ClientOptions::new(config.api_url.clone(), token.secret))?;
        let keeper = environment.state_folder().filter(|_| config.journal);
        let keeper = keeper.map(|folder| Arc::new(FileKeeper::new(&folder, author(environment))));
        let (token_origin, dry_run, reach) = (token.origin, global.dry_run, Reach::new(global, &config));
        Ok(Self { config, token_origin, client: Arc::new(client), dry_run, reach, keeper })
    }

    /// Keeps the journal, where there is one.
    #[must_use]
    pub fn keeper(&self) -> Option<Arc<dyn Keeper>> {
        self.keeper.clone().map(|keeper| keeper as Arc<dyn Keeper>)
    }

    /// Waits for the journal, and warns when it cannot be written.
    pub fn settle(&self, console: Console) {
        let Some(keeper) = &self.keeper else { return };
        keeper.flush();
        if let Some(trouble) = keeper.trouble() {
            console.warn(&trouble);
        }
    }

    /// Control of the cluster that is meant.
    #[must_use]
    pub fn control(&self) -> ClientControl {
        let (spec, policy) = (Arc::clone(self.spec()), Arc::clone(self.policy()));
        // The seed's documents have its three metrics, whether they decide or not.
        let shown = SEED_METRICS.map(|(metric, _)| metric);
        Controller::new(Arc::clone(&self.client), spec, policy, &shown, Duration::ZERO, random_nonces())
            .kept_by(self.keeper())
    }

    /// The cluster that is meant.
    #[must_use]
    pub fn spec(&self) -> &Arc<ClusterSpec> {
        &self.config.cluster().spec
    }

    /// When it is scaled.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        &self.config.cluster().policy
    }
}

fn author(environment: &Environment) -> Author {
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| environment.variable(name));
    Author::of_process(user, Nonce::new(fastrand::u64(..)).to_string())
}

/// However a command ends, what it did is written down.
impl Drop for Session {
    fn drop(&mut self) {
        if let Some(keeper) = &self.keeper {
            keeper.flush();
        }
    }
}

/// Control of the clusters of a real cloud.
pub type ClientControl = Controller<Client>;

/// Nonces that nobody can guess or meet twice.
#[must_use]
pub fn random_nonces() -> Nonces {
    Arc::new(|| Nonce::new(fastrand::u64(..)))
}

/// Runs a command's work to its end, on a runtime of its own.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime
        .map_err(|error| Failure::new(Exit::Failed, format!("the runtime cannot be started: {error}")))?
        .block_on(work)
}
