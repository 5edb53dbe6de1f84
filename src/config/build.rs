//! From the values of a file and of the environment to a cluster: which value holds, what they mean together,
//! and where each came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::keys;
use super::problem::{Origin, Problem};
use super::read::{Entry, FileCluster, Layer};
use super::schema::{Fallback, Key, Section};
use super::value::{Value, format_duration};
use crate::cluster::{CloneSpec, ClusterSpec, Metric, Timing, clone_number};
use crate::policy::{Policy, Thresholds};

/// The most that the API takes as user data.
const MAX_USER_DATA: u64 = 64 * 1024;

/// A configured value as `info` shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// The key, with its table: `scale_up.load`.
    pub key: String,
    /// The value, for people.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// A configured cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterConfig {
    /// What the cluster is.
    pub spec: Arc<ClusterSpec>,
    /// When it is scaled.
    pub policy: Arc<Policy>,
    /// Whether the terminal interface starts with automatic scaling on.
    pub auto: bool,
    /// Each value and its origin, in the order of the documentation.
    pub settings: Vec<Setting>,
}

/// Where files named in a configuration are looked for.
#[derive(Debug, Clone, Default)]
pub struct Folders {
    /// Of the configuration file.
    pub file: PathBuf,
    /// What `~` stands for.
    pub home: Option<PathBuf>,
}

impl Folders {
    fn resolve(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.file.join(path),
        }
    }
}

/// What became of a cluster's values; `cluster` is missing when there are problems.
#[derive(Debug, Default)]
pub struct Built {
    pub cluster: Option<ClusterConfig>,
    pub problems: Vec<Problem>,
    pub warnings: Vec<String>,
}

/// Puts a cluster together.
pub fn build(file: &FileCluster, environment: &Layer, folders: &Folders) -> Built {
    let mut builder = Builder { name: &file.name, values: BTreeMap::new(), built: Built::default() };
    let mut settings = Vec::new();
    for key in Section::OF_CLUSTER.into_iter().flat_map(keys::of) {
        settings.extend(builder.resolve(&key, file, environment));
    }
    builder.check_bounds();
    builder.check_timing();
    let scale_up = builder.thresholds(Section::ScaleUp);
    let scale_down = builder.thresholds(Section::ScaleDown);
    builder.check_thresholds(&scale_up, &scale_down);
    let spec = builder.spec(folders);
    let policy = Policy {
        min: builder.count("min"),
        max: builder.count("max"),
        scaling_interval: builder.duration("scaling_interval"),
        scale_up,
        scale_down,
        stale_after: builder.duration("stale_after"),
    };
    let auto = builder.flag(Section::Cluster, "auto");
    let mut built = builder.built;
    if built.problems.is_empty() {
        built.cluster = Some(ClusterConfig { spec: Arc::new(spec), policy: Arc::new(policy), auto, settings });
    }
    built
}

struct Builder<'a> {
    name: &'a str,
    values: Layer,
    built: Built,
}

impl Builder<'_> {
    /// Decides which value of a key holds, and notes it.
    fn resolve(&mut self, key: &Key, file: &FileCluster, environment: &Layer) -> Option<Setting> {
        let path = (key.section, key.name);
        let is_threshold = matches!(key.section, Section::ScaleUp | Section::ScaleDown);
        let given = environment.get(&path).or_else(|| file.values.get(&path)).cloned();
        let entry = match (given, &key.fallback) {
            (Some(entry), _) => entry,
            (None, Fallback::Required) => {
                self.missing(key, file);
                return None;
            }
            (None, Fallback::Value(_)) if is_threshold && file.has_thresholds => {
                Entry { value: Some(Value::Off), origin: Origin::Default }
            }
            (None, Fallback::Value(value)) => Entry { value: Some(value.clone()), origin: Origin::Default },
            (None, Fallback::Unset(meaning)) => {
                let value = (*meaning).to_owned();
                return Some(Setting { key: key.path(), value, origin: Origin::Default });
            }
        };
        let value = entry.value.as_ref()?.plain();
        let origin = entry.origin.clone();
        self.values.insert(path, entry);
        Some(Setting { key: key.path(), value, origin })
    }

    fn missing(&mut self, key: &Key, file: &FileCluster) {
        let variable = key.variable.as_ref().map(|variable| variable.name.as_str()).unwrap_or_default();
        let problem = match &file.origin {
            Some(origin) => {
                let text = format!("cluster {:?} lacks {:?} (or set {variable}): {}", self.name, key.name, key.doc);
                Problem::at(origin, text)
            }
            None => Problem::general(format!("{variable} is not set: {}", key.doc)),
        };
        self.built.problems.push(problem);
    }

    fn value(&self, section: Section, name: &'static str) -> Option<&Value> {
        self.values.get(&(section, name))?.value.as_ref()
    }

    fn origin(&self, section: Section, name: &'static str) -> Origin {
        self.values.get(&(section, name)).map_or(Origin::Default, |entry| entry.origin.clone())
    }

    fn text(&self, section: Section, name: &'static str) -> Option<String> {
        match self.value(section, name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    fn list(&self, section: Section, name: &'static str) -> Vec<String> {
        match self.value(section, name) {
            Some(Value::List(list)) => list.clone(),
            _ => Vec::new(),
        }
    }

    fn flag(&self, section: Section, name: &'static str) -> bool {
        matches!(self.value(section, name), Some(Value::Flag(true)))
    }

    fn count(&self, name: &'static str) -> usize {
        match self.value(Section::Cluster, name) {
            Some(Value::Count(count)) => usize::try_from(*count).unwrap_or(usize::MAX),
            _ => 0,
        }
    }

    fn duration(&self, name: &'static str) -> Duration {
        match self.value(Section::Cluster, name) {
            Some(Value::Duration(duration)) => *duration,
            _ => Duration::ZERO,
        }
    }

    fn thresholds(&self, section: Section) -> Thresholds {
        let threshold = |metric: Metric| match self.value(section, metric.key()) {
            Some(Value::Number(number)) => Some((metric, *number)),
            _ => None,
        };
        Metric::ALL.into_iter().filter_map(threshold).collect()
    }

    /// Complains about two values that do not go together, where the one that was given stands.
    fn clash(&mut self, one: (Section, &'static str), other: (Section, &'static str), text: &str) {
        let (first, second) = (self.origin(one.0, one.1), self.origin(other.0, other.1));
        let (here, there) = if first == Origin::Default { (second, first) } else { (first, second) };
        self.built.problems.push(Problem::at(&here, format!("{text} (the other one: {there})")));
    }

    fn check_bounds(&mut self) {
        let (min, max) = (self.count("min"), self.count("max"));
        if self.value(Section::Cluster, "min").is_some() && self.value(Section::Cluster, "max").is_some() && min > max {
            let text = format!("min is {min} and max is {max}: min must not be above max");
            self.clash((Section::Cluster, "min"), (Section::Cluster, "max"), &text);
        }
    }

    fn check_thresholds(&mut self, up: &Thresholds, down: &Thresholds) {
        for (metric, down) in down {
            let Some(up) = up.get(metric) else { continue };
            if !metric.is_calmer(*down, *up) {
                let side = if metric.is_calmer(0.0, 1.0) { "below" } else { "above" };
                let key = metric.key();
                let text = format!("scale_down.{key} is {down} and scale_up.{key} is {up}: it must be {side} it");
                self.clash((Section::ScaleDown, key), (Section::ScaleUp, key), &text);
            }
        }
        if up.is_empty() {
            self.warn("no scale-up threshold is set: only `min` makes it grow by itself");
        }
    }

    fn check_timing(&mut self) {
        let timing = self.timing();
        let pairs = [
            ("metrics_window", timing.metrics_window, "metrics_step", timing.metrics_step * 2, "at least twice"),
            ("backoff_max", timing.backoff_max, "backoff", timing.backoff, "at least"),
        ];
        for (name, value, other, least, how) in pairs {
            if value < least {
                let text = format!("timing.{name} is {}: it must be {how} timing.{other}", format_duration(value));
                self.clash((Section::Timing, name), (Section::Timing, other), &text);
            }
        }
        if self.value(Section::Cluster, "stale_after").is_some() && self.duration("stale_after") < timing.metrics_step {
            let text = "stale_after is shorter than timing.metrics_step: every reading would be too old";
            self.clash((Section::Cluster, "stale_after"), (Section::Timing, "metrics_step"), text);
        }
    }

    fn warn(&mut self, text: &str) {
        self.built.warnings.push(format!("cluster {:?}: {text}", self.name));
    }

    fn timing(&self) -> Timing {
        let mut timing = Timing::default();
        for key in keys::of(Section::Timing) {
            if let Some(Value::Duration(duration)) = self.value(Section::Timing, key.name)
                && let Some(field) = keys::timing_field(&mut timing, key.name)
            {
                *field = *duration;
            }
        }
        timing
    }

    fn spec(&mut self, folders: &Folders) -> ClusterSpec {
        let text = |name| self.text(Section::Cluster, name).unwrap_or_default();
        let spec = ClusterSpec {
            name: self.name.to_owned(),
            tag: text("tag"),
            base_droplet: text("base_droplet"),
            snapshot: text("snapshot"),
            clone_prefix: text("clone_prefix"),
            load_balancer: text("load_balancer"),
            clone: self.clone_spec(folders),
            protect: self.list(Section::Cluster, "protect"),
            timing: self.timing(),
        };
        if !spec.clone_prefix.is_empty() && clone_number(&spec.clone_prefix, &spec.base_droplet).is_some() {
            self.warn(&format!(
                "the base droplet {:?} is named like a clone: it is recognised and never removed, but another \
                 clone_prefix is easier on the eye",
                spec.base_droplet
            ));
        }
        spec
    }

    fn clone_spec(&mut self, folders: &Folders) -> CloneSpec {
        let user_data = self.text(Section::Clone, "user_data_file").and_then(|path| {
            let path = folders.resolve(&path);
            read_user_data(&path).map_err(|wrong| self.complain_of_file(&path, &wrong)).ok()
        });
        CloneSpec {
            size: self.text(Section::Clone, "size"),
            region: self.text(Section::Clone, "region"),
            vpc: self.text(Section::Clone, "vpc"),
            ssh_keys: self.list(Section::Clone, "ssh_keys"),
            user_data,
            monitoring: self.flag(Section::Clone, "monitoring"),
            extra_tags: self.list(Section::Clone, "extra_tags"),
        }
    }

    fn complain_of_file(&mut self, path: &Path, wrong: &str) {
        let origin = self.origin(Section::Clone, "user_data_file");
        let text = format!("clone.user_data_file: {} {wrong}", path.display());
        self.built.problems.push(Problem::at(&origin, text));
    }
}

fn read_user_data(path: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "does not exist".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        return Err("is not a file".to_owned());
    }
    if about.len() > MAX_USER_DATA {
        return Err(format!("has {} bytes, and DigitalOcean takes at most {MAX_USER_DATA}", about.len()));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())
}
