//! The token that doctl, DigitalOcean's own command line, keeps in its config.yaml: `access-token` for the
//! context "default", `auth-contexts` for the others, `context` for the current one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

use super::environment::Environment;
use super::suggest::did_you_mean;

const DEFAULT_CONTEXT: &str = "default";

/// What doctl keeps. No Debug: there are tokens in it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct File {
    access_token: Option<String>,
    auth_contexts: Option<BTreeMap<String, Option<String>>>,
    context: Option<String>,
}

impl Default for File {
    fn default() -> Self {
        Self { access_token: None, auth_contexts: None, context: Some(DEFAULT_CONTEXT.to_owned()) }
    }
}

/// A token that doctl keeps.
pub struct Found {
    /// Not checked yet.
    pub secret: SecretString,
    /// Of which context.
    pub context: String,
    /// In which file.
    pub path: PathBuf,
}

/// Where doctl keeps its configuration: the platform's folder, XDG's, `~/.config`, or that of its snap.
pub fn candidates(environment: &Environment) -> Vec<PathBuf> {
    let of_home = [".config", "snap/doctl/current/.config"];
    let homes = of_home.iter().filter_map(|folder| Some(environment.home()?.join(folder)));
    let mut paths: Vec<PathBuf> =
        environment.config_folders().into_iter().chain(homes).map(|folder| folder.join("doctl/config.yaml")).collect();
    let mut seen = std::collections::BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    paths
}

/// The token of a context, or of doctl's current one. `None` when doctl has no configuration, or no token in
/// the context that is current; an error, for people, when the one that was asked for is not there.
pub fn find(environment: &Environment, context: Option<&str>) -> Result<Option<Found>, String> {
    let Some(path) = candidates(environment).into_iter().find(|path| path.is_file()) else {
        return match context {
            Some(context) => {
                let places: Vec<String> = candidates(environment).iter().map(|p| p.display().to_string()).collect();
                let places = places.join(", ");
                Err(format!("doctl has no configuration (looked for {places}), so there is no context {context:?}"))
            }
            None => Ok(None),
        };
    };
    let file = parse(&path)?;
    let wanted = context.or_else(|| environment.variable("DIGITALOCEAN_CONTEXT")).map(str::to_owned);
    let is_asked_for = wanted.is_some();
    let name = wanted.or_else(|| file.context.clone()).unwrap_or_else(|| DEFAULT_CONTEXT.to_owned());
    let contexts = file.auth_contexts.unwrap_or_default();
    let secret = if name == DEFAULT_CONTEXT {
        file.access_token
    } else {
        // doctl writes the names in small letters, however they were given.
        let of = |name: &str| contexts.get(name).cloned().flatten();
        of(&name).or_else(|| of(&name.to_lowercase()))
    };
    match secret.filter(|secret| !secret.trim().is_empty()) {
        Some(secret) => Ok(Some(Found { secret: secret.trim().to_owned().into(), context: name, path })),
        None if is_asked_for => {
            let known: Vec<&str> = contexts.keys().map(String::as_str).chain([DEFAULT_CONTEXT]).collect();
            let near = did_you_mean(&name, known.iter().copied());
            let known = known.join(", ");
            Err(format!("{} has no token for the context {name:?} (it has {known}){near}", path.display()))
        }
        None => Ok(None),
    }
}

/// The parser's own message may quote the file, and with it a token: only the line is told.
fn parse(path: &Path) -> Result<File, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("doctl's configuration {} cannot be read: {error}", path.display()))?;
    if text.trim().is_empty() {
        return Ok(File::default());
    }
    serde_saphyr::from_str(&text).map_err(|error| {
        let line = error.location().map_or_else(String::new, |place| format!(" at line {}", place.line()));
        format!("doctl's configuration {} cannot be understood{line}: run `doctl auth init` again", path.display())
    })
}
