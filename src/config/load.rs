//! Puts a configuration together: finds the file, reads it, lets environment and flags go before it, and
//! builds every cluster, so that all mistakes are told at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::build::{Built, ClusterConfig, Folders, Setting, build};
use super::environment::{Environment, layer};
use super::flags::Flags;
use super::keys;
use super::problem::{ConfigErrors, Origin, Problem};
use super::read::{Entry, FileCluster, FileContents, Layer, read};
use super::schema::{Fallback, Section};
use super::suggest::did_you_mean;
use super::value::Value;
use crate::cloud::digitalocean::{ApiUrl, ApiUrlError};
use crate::column::Column;
use crate::keymap::{Keymap, Wish};

/// A configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The clusters, in the file's order; never empty.
    pub clusters: Vec<ClusterConfig>,
    /// The one that is meant: an index into `clusters`. Missing when there are several, and none needed to be named.
    pub chosen: Option<usize>,
    /// The address of the API.
    pub api_url: ApiUrl,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// The keys of the terminal interface.
    pub keymap: Keymap,
    /// How the terminal interface looks: the name of a theme, or a path.
    pub theme: String,
    /// How many colours the terminal has, in the words of the key `colors`.
    pub colors: String,
    /// Whether the terminal interface hears the mouse.
    pub mouse: bool,
    /// Whether operations are written down in a journal.
    pub journal: bool,
    /// The columns of the table of droplets; missing for those that matter.
    pub columns: Option<Vec<Column>>,
    /// The file it was read from; missing when the environment was enough.
    pub file: Option<PathBuf>,
    /// What is legal and probably not meant.
    pub warnings: Vec<String>,
    /// The values that are no cluster's own, and their origins.
    pub settings: Vec<Setting>,
}

impl Config {
    /// The index of the cluster that is meant, or of the first.
    #[must_use]
    pub fn selected(&self) -> usize {
        self.chosen.unwrap_or_default()
    }

    /// The cluster that is meant, or the first.
    #[must_use]
    pub fn cluster(&self) -> &ClusterConfig {
        &self.clusters[self.selected()]
    }
}

/// Loads the configuration: flags go before environment, environment before file, file before defaults.
pub fn load(flags: &Flags, environment: &Environment) -> Result<Config, ConfigErrors> {
    let path = match &flags.config {
        Some(path) => Some(path.clone()),
        None => environment.config_file().filter(|path| path.exists()),
    };
    let Some(path) = path else {
        return assemble(FileContents::default(), None, flags, environment, Vec::new());
    };
    let text = read_file(&path)?;
    let (contents, problems) = read(&text, &path.to_string_lossy());
    assemble(contents, Some(&path), flags, environment, problems)
}

/// Reads a configuration that is no file, such as the demo's. Environment and flags do not touch it.
pub fn parse_str(text: &str, file_name: &str) -> Result<Config, ConfigErrors> {
    let (contents, problems) = read(text, file_name);
    assemble(contents, Some(Path::new(file_name)), &Flags::default(), &Environment::default(), problems)
}

fn read_file(path: &Path) -> Result<String, Problem> {
    let bytes = std::fs::read(path).map_err(|error| {
        let advice = match error.kind() {
            std::io::ErrorKind::NotFound => "the file does not exist: `dropscale init` writes one to start from".into(),
            _ => format!("the file cannot be read: {error}"),
        };
        Problem::general(format!("{}: {advice}", path.display()))
    })?;
    String::from_utf8(bytes)
        .map_err(|_| Problem::general(format!("{}: the file is not UTF-8 text, and TOML must be", path.display())))
}

fn assemble(
    mut contents: FileContents,
    file: Option<&Path>,
    flags: &Flags,
    environment: &Environment,
    mut problems: Vec<Problem>,
) -> Result<Config, ConfigErrors> {
    let mut of_environment = layer(environment, &Section::OF_CLUSTER, &mut problems);
    let top = top_values(&contents.top, layer(environment, &[Section::Top], &mut problems), flags);
    if contents.clusters.is_empty() {
        if of_environment.is_empty() && problems.is_empty() {
            problems.push(nothing_configured(file, environment));
        } else if !of_environment.is_empty() {
            contents.clusters.push(cluster_of_environment(&of_environment));
        }
    }
    // What the environment says of a cluster must not be said of one that was not meant.
    let may_be_any = flags.any_cluster && of_environment.is_empty();
    let chosen = match select(&contents, &top, flags) {
        Ok(None) if !may_be_any => Err(Some(which(&contents))),
        chosen => chosen,
    };
    let chosen = chosen.map_err(|problem| problems.extend(problem)).unwrap_or_default();
    let selected = chosen.unwrap_or_default();
    let folder = file.and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
    let folders = Folders { file: folder, home: environment.home().map(Path::to_owned) };
    let mut warnings = Vec::new();
    let mut clusters = Vec::new();
    for (index, cluster) in contents.clusters.iter().enumerate() {
        let above = if index == selected { std::mem::take(&mut of_environment) } else { Layer::new() };
        let built: Built = build(cluster, &above, &folders);
        problems.extend(built.problems);
        warnings.extend(built.warnings);
        clusters.extend(built.cluster);
    }
    let api_url = api_url(&top, &mut problems);
    let keymap = keymap(&top, &mut problems);
    check_neighbours(&contents, &clusters, &mut problems, &mut warnings);
    match api_url {
        Some(api_url) if problems.is_empty() && selected < clusters.len() => {
            let flag = |name| matches!(value(&top, name), Some(Value::Flag(true)));
            let (read_only, mouse, journal) = (flag("read_only"), flag("mouse"), flag("journal"));
            let text = |name| value(&top, name).map(Value::plain).unwrap_or_default();
            let (theme, colors) = (text("theme"), text("colors"));
            let columns = columns(&top);
            let settings = settings(&top);
            let file = file.map(Path::to_owned);
            Ok(Config {
                clusters,
                chosen,
                api_url,
                read_only,
                keymap,
                theme,
                colors,
                mouse,
                journal,
                columns,
                file,
                warnings,
                settings,
            })
        }
        _ => Err(ConfigErrors::new(problems)),
    }
}

/// The keys of the top, each from the source that goes first.
fn top_values(file: &Layer, environment: Layer, flags: &Flags) -> Layer {
    let mut values = file.clone();
    values.extend(environment);
    let mut put = |name, value, flag| {
        values.insert((Section::Top, name), Entry { value: Some(value), origin: Origin::Flag(flag) });
    };
    if let Some(url) = &flags.api_url {
        put("api_url", Value::Text(url.clone()), "--api-url");
    }
    if flags.read_only {
        put("read_only", Value::Flag(true), "--read-only");
    }
    if let Some(theme) = &flags.theme {
        put("theme", Value::Text(theme.clone()), "--theme");
    }
    if flags.mouse {
        put("mouse", Value::Flag(true), "--mouse");
    }
    for key in keys::of(Section::Top) {
        if let Fallback::Value(value) = key.fallback {
            let entry = Entry { value: Some(value), origin: Origin::Default };
            values.entry((Section::Top, key.name)).or_insert(entry);
        }
    }
    values
}

fn value<'a>(top: &'a Layer, name: &'static str) -> Option<&'a Value> {
    top.get(&(Section::Top, name))?.value.as_ref()
}

/// The keys of the interface with those that the file gives.
fn keymap(top: &Layer, problems: &mut Vec<Problem>) -> Keymap {
    let wish = |((section, name), entry): (&(Section, &'static str), &Entry)| match &entry.value {
        Some(Value::List(keys)) if *section == Section::Keys => {
            Some(Wish { name, keys: keys.iter().filter_map(|key| key.parse().ok()).collect() })
        }
        _ => None,
    };
    let wishes: Vec<Wish> = top.iter().filter_map(wish).collect();
    Keymap::default().remapped(&wishes).unwrap_or_else(|conflicts| {
        for conflict in conflicts {
            let origin = top.get(&(Section::Keys, conflict.name)).map(|entry| entry.origin.clone());
            problems.push(Problem { origin, text: format!("keys.{}: {conflict}", conflict.name) });
        }
        Keymap::default()
    })
}

fn columns(top: &Layer) -> Option<Vec<Column>> {
    match value(top, "columns")? {
        Value::List(names) => Some(names.iter().filter_map(|name| Column::from_key(name)).collect()),
        _ => None,
    }
}

fn settings(top: &Layer) -> Vec<Setting> {
    let setting = |((section, name), entry): (&(Section, &'static str), &Entry)| {
        let value = entry.value.as_ref()?.plain();
        let key = if *section == Section::Keys { format!("keys.{name}") } else { (*name).to_owned() };
        Some(Setting { key, value, origin: entry.origin.clone() })
    };
    top.iter().filter_map(setting).collect()
}

fn api_url(top: &Layer, problems: &mut Vec<Problem>) -> Option<ApiUrl> {
    let entry = top.get(&(Section::Top, "api_url"))?;
    let Some(Value::Text(text)) = &entry.value else { return None };
    text.parse().map_err(|wrong: ApiUrlError| problems.push(Problem::at(&entry.origin, wrong.to_string()))).ok()
}

fn nothing_configured(file: Option<&Path>, environment: &Environment) -> Problem {
    let required = keys::of(Section::Cluster).into_iter().filter(|key| key.fallback == Fallback::Required);
    let variables: Vec<String> = required.filter_map(|key| key.variable).map(|variable| variable.name).collect();
    let begin = match (file, environment.config_file()) {
        (Some(file), _) => format!("{} configures no cluster: add a table [clusters.web]", file.display()),
        (None, Some(path)) => format!("there is no configuration: `dropscale init` writes {}", path.display()),
        (None, None) => "there is no configuration: give a file by --config".to_owned(),
    };
    Problem::general(format!(
        "{begin}, or set {} in the environment. (`dropscale demo` needs neither.)",
        variables.join(", ")
    ))
}

/// The cluster of the environment alone, named after its tag.
fn cluster_of_environment(environment: &Layer) -> FileCluster {
    let tag = environment.get(&(Section::Cluster, "tag")).and_then(|entry| entry.value.as_ref());
    let name = tag.map_or_else(|| "cluster".to_owned(), Value::plain);
    FileCluster { name, origin: None, values: Layer::new(), has_thresholds: false }
}

/// Which cluster is meant; `None` when that is not said and there are several.
fn select(contents: &FileContents, top: &Layer, flags: &Flags) -> Result<Option<usize>, Option<Problem>> {
    let names = || contents.clusters.iter().map(|cluster| cluster.name.as_str());
    let default = top.get(&(Section::Top, "default_cluster"));
    let wanted = match (&flags.cluster, default) {
        (Some(name), _) => Some((name.clone(), Origin::Flag("--cluster"))),
        (None, Some(Entry { value: Some(name), origin })) => Some((name.plain(), origin.clone())),
        _ => None,
    };
    match wanted {
        Some((name, origin)) => names().position(|known| known == name).map(Some).ok_or_else(|| {
            let known: Vec<&str> = names().collect();
            let near = did_you_mean(&name, known.iter().copied());
            // Without any cluster that is the mistake to tell.
            (!known.is_empty()).then(|| {
                Problem::at(&origin, format!("there is no cluster {name:?} (there is {}){near}", known.join(", ")))
            })
        }),
        None => Ok((contents.clusters.len() < 2).then_some(0)),
    }
}

fn which(contents: &FileContents) -> Problem {
    let names: Vec<&str> = contents.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    Problem::general(format!("which cluster? Give --cluster, or set default_cluster: {}", names.join(", ")))
}

/// Two clusters must not share their droplets.
fn check_neighbours(
    contents: &FileContents,
    clusters: &[ClusterConfig],
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<String>,
) {
    let mut tags: BTreeMap<&str, &str> = BTreeMap::new();
    let mut prefixes: BTreeMap<&str, &str> = BTreeMap::new();
    for cluster in clusters {
        let spec = &cluster.spec;
        if let Some(other) = tags.insert(&spec.tag, &spec.name) {
            let origin = contents.clusters.iter().find(|file| file.name == spec.name).and_then(|c| c.origin.clone());
            let text =
                format!("clusters {other:?} and {:?} have one tag, {:?}: each needs its own", spec.name, spec.tag);
            problems.push(Problem { origin, text });
        } else if let Some(other) = prefixes.insert(&spec.clone_prefix, &spec.name) {
            let (name, prefix) = (&spec.name, &spec.clone_prefix);
            warnings.push(format!("clusters {other:?} and {name:?} both name their clones {prefix:?} and a number"));
        }
    }
}
