//! Scenarios: what a simulated cloud holds at its beginning, how fast it is, what load it gets and what goes
//! wrong. TOML files; the embedded ones are in `assets/scenarios`, and `demo.toml` explains every field.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::workload::WorkloadConfig;
use super::{FaultConfig, duration, size};

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// There is neither an embedded scenario nor a file of this name.
    #[error("there is no scenario {0:?}: give a file, or one of {names}", names = Scenario::names().join(", "))]
    Unknown(String),
    /// The file cannot be read.
    #[error("the scenario {path} cannot be read: {error}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is not a scenario.
    #[error("the scenario {name} is not valid: {problem}")]
    Invalid {
        /// Its name or file.
        name: String,
        /// What is wrong, with its line where that is known.
        problem: String,
    },
}

/// A scenario.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, in one line.
    pub description: String,
    /// The region of everything.
    #[serde(default = "region")]
    pub region: String,
    /// How much has happened before the start.
    #[serde(default, deserialize_with = "duration::deserialize")]
    pub history: Duration,
    /// The account.
    #[serde(default)]
    pub account: AccountConfig,
    /// The rate limits.
    #[serde(default)]
    pub limits: LimitsConfig,
    /// The cluster.
    #[serde(default)]
    pub cluster: ClusterConfig,
    /// Its load balancer.
    #[serde(default)]
    pub load_balancer: BalancerConfig,
    /// How droplets boot.
    #[serde(default)]
    pub boot: BootConfig,
    /// How metrics are measured.
    #[serde(default)]
    pub metrics: MetricsConfig,
    /// How late lists are.
    #[serde(default)]
    pub consistency: ConsistencyConfig,
    /// How slow answers are.
    #[serde(default)]
    pub latency: LatencyConfig,
    /// What else the account holds.
    #[serde(default)]
    pub others: OthersConfig,
    /// The load.
    pub workload: WorkloadConfig,
    /// What goes wrong.
    #[serde(default)]
    pub faults: Vec<FaultConfig>,
    /// The folder that file names in it start from.
    #[serde(skip)]
    pub folder: Option<PathBuf>,
}

fn region() -> String {
    "nyc3".to_owned()
}

/// The account.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountConfig {
    /// How many droplets it may have.
    pub droplet_limit: usize,
    /// The only token that is taken; any, if missing.
    pub token: Option<String>,
    /// The scopes of the token; all, if missing.
    pub scopes: Option<Vec<String>>,
}

impl Default for AccountConfig {
    fn default() -> Self {
        Self { droplet_limit: 25, token: None, scopes: None }
    }
}

/// The rate limits; 0 turns one off.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Requests in an hour.
    pub hour: u32,
    /// Requests in a minute.
    pub minute: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { hour: 5000, minute: 250 }
    }
}

/// The cluster.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClusterConfig {
    /// Its tag.
    pub tag: String,
    /// The base droplet's name.
    pub base: String,
    /// The size of its droplets.
    pub size: String,
    /// The name of the snapshot that clones are made from.
    pub snapshot: String,
    /// What names of clones begin with.
    pub prefix: String,
    /// How many clones there are at the beginning.
    pub clones: u32,
}

impl Default for ClusterConfig {
    fn default() -> Self {
        Self {
            tag: "web".to_owned(),
            base: "web-base".to_owned(),
            size: "s-1vcpu-1gb".to_owned(),
            snapshot: "web-snapshot".to_owned(),
            prefix: "web".to_owned(),
            clones: 1,
        }
    }
}

/// The load balancer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BalancerConfig {
    /// Its name.
    pub name: String,
    /// The tag it takes its members by; by id, if missing.
    pub tag: Option<String>,
    /// How long it refuses changes after one.
    #[serde(deserialize_with = "duration::deserialize")]
    pub busy: Duration,
    /// How long a member must answer until it is called healthy.
    #[serde(deserialize_with = "duration::deserialize")]
    pub healthy_after: Duration,
}

impl Default for BalancerConfig {
    fn default() -> Self {
        Self { name: "web-lb".to_owned(), tag: None, busy: Duration::ZERO, healthy_after: Duration::from_secs(10) }
    }
}

/// How droplets boot.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BootConfig {
    /// From the request to `active`.
    #[serde(deserialize_with = "duration::deserialize")]
    pub time: Duration,
    /// By which part of it the time varies.
    pub jitter: f64,
    /// From `active` to answering requests.
    #[serde(deserialize_with = "duration::deserialize")]
    pub ready_after: Duration,
    /// How long a shutdown takes.
    #[serde(deserialize_with = "duration::deserialize")]
    pub shutdown: Duration,
    /// How often a droplet never becomes active.
    pub stuck: f64,
    /// How often one vanishes in place of becoming active.
    pub vanish: f64,
    /// How often one becomes active but never answers requests.
    pub sick: f64,
}

impl Default for BootConfig {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(30),
            jitter: 0.2,
            ready_after: Duration::from_secs(5),
            shutdown: Duration::from_secs(8),
            stuck: 0.0,
            vanish: 0.0,
            sick: 0.0,
        }
    }
}

/// How metrics are measured.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsConfig {
    /// Between two samples.
    #[serde(deserialize_with = "duration::deserialize")]
    pub step: Duration,
    /// How late a sample can be read.
    #[serde(deserialize_with = "duration::deserialize")]
    pub lag: Duration,
    /// The time constant of the load average.
    #[serde(deserialize_with = "duration::deserialize")]
    pub load_smoothing: Duration,
    /// How long all samples are kept; where there is a past before the recorded samples, every tenth is kept as long as
    /// that.
    #[serde(deserialize_with = "duration::deserialize")]
    pub retention: Duration,
    /// How far back one may ask for samples of the time before the recorded ones; they are reckoned when somebody asks.
    #[serde(deserialize_with = "duration::deserialize")]
    pub past: Duration,
    /// Which part of the droplets has an agent that never reports.
    pub silent: f64,
}

impl Default for MetricsConfig {
    fn default() -> Self {
        Self {
            step: Duration::from_secs(120),
            lag: Duration::from_secs(20),
            load_smoothing: Duration::from_secs(60),
            retention: Duration::from_secs(7 * 86_400),
            past: Duration::ZERO,
            silent: 0.0,
        }
    }
}

/// How late lists are.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConsistencyConfig {
    /// How old the truth is that a list by tag shows.
    #[serde(deserialize_with = "duration::deserialize")]
    pub list_lag: Duration,
}

/// How slow answers are.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LatencyConfig {
    /// At least.
    #[serde(deserialize_with = "duration::deserialize")]
    pub min: Duration,
    /// At most.
    #[serde(deserialize_with = "duration::deserialize")]
    pub max: Duration,
}

/// What else the account holds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OthersConfig {
    /// Droplets with another tag.
    pub droplets: u32,
    /// Snapshots that stand before the cluster's in the list.
    pub snapshots: u32,
    /// Load balancers that stand before the cluster's in the list.
    pub load_balancers: u32,
    /// Tags.
    pub tags: u32,
}

/// Name and text of each embedded scenario.
const EMBEDDED: [(&str, &str); 9] = [
    ("demo", include_str!("../../assets/scenarios/demo.toml")),
    ("calm", include_str!("../../assets/scenarios/calm.toml")),
    ("burst", include_str!("../../assets/scenarios/burst.toml")),
    ("flaky", include_str!("../../assets/scenarios/flaky.toml")),
    ("by-tag", include_str!("../../assets/scenarios/by-tag.toml")),
    ("large", include_str!("../../assets/scenarios/large.toml")),
    ("empty-metrics", include_str!("../../assets/scenarios/empty-metrics.toml")),
    ("pages", include_str!("../../assets/scenarios/pages.toml")),
    ("tutorial", include_str!("../../assets/scenarios/tutorial.toml")),
];

impl Scenario {
    /// The names of the embedded scenarios.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        EMBEDDED.iter().map(|(name, _)| *name).collect()
    }

    /// The embedded scenario of this name.
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        let (_, text) =
            EMBEDDED.iter().find(|(n, _)| *n == name).ok_or_else(|| ScenarioError::Unknown(name.to_owned()))?;
        Self::parse(text, name)
    }

    /// The scenario of a file.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ScenarioError::Unreadable { path: path.to_owned(), error })?;
        let scenario = Self::parse(&text, &path.display().to_string())?;
        Ok(Self { folder: path.parent().map(Path::to_owned), ..scenario })
    }

    /// The embedded scenario of this name, or else the one of this file.
    pub fn named_or_file(name: &str) -> Result<Self, ScenarioError> {
        match Self::named(name) {
            Err(unknown @ ScenarioError::Unknown(_)) if !Path::new(name).exists() => Err(unknown),
            Err(ScenarioError::Unknown(_)) => Self::load(Path::new(name)),
            result => result,
        }
    }

    /// The scenario of this text; `name` is for errors.
    pub fn parse(text: &str, name: &str) -> Result<Self, ScenarioError> {
        let invalid = |problem: String| ScenarioError::Invalid { name: name.to_owned(), problem };
        let scenario: Self = toml::from_str(text).map_err(|error| invalid(error.to_string()))?;
        scenario.check().map_err(invalid)?;
        Ok(scenario)
    }

    fn check(&self) -> Result<(), String> {
        let is_part = |value: f64| (0.0..=1.0).contains(&value);
        let parts = [
            ("boot.jitter", self.boot.jitter),
            ("boot.stuck", self.boot.stuck),
            ("boot.vanish", self.boot.vanish),
            ("boot.sick", self.boot.sick),
            ("metrics.silent", self.metrics.silent),
        ];
        if let Some((key, value)) = parts.into_iter().find(|(_, value)| !is_part(*value)) {
            return Err(format!("{key} is {value}, but must be from 0 to 1"));
        }
        if let Some(fault) = self.faults.iter().find(|fault| !is_part(fault.probability)) {
            return Err(format!("the probability of a fault is {}, but must be from 0 to 1", fault.probability));
        }
        if self.metrics.step < Duration::from_secs(1) {
            return Err("metrics.step must be at least 1s".to_owned());
        }
        if self.latency.min > self.latency.max {
            return Err("latency.min must not be above latency.max".to_owned());
        }
        if size::by_slug(&self.cluster.size).is_none() {
            let sizes: Vec<&str> = size::SIZES.iter().map(|size| size.slug).collect();
            return Err(format!(
                "cluster.size {:?} does not exist: give one of {}",
                self.cluster.size,
                sizes.join(", ")
            ));
        }
        Ok(())
    }
}
