//! What a configuration is read from beside its file: environment variables and the user's folders, passed in
//! so that tests need no process of their own; and the seed's variables as a layer of values.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::BaseDirs;

use super::keys;
use super::problem::{Origin, Problem};
use super::read::{Entry, Layer};
use super::schema::Section;
use super::value::Value;

/// Environment variables and the user's folders.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    home: Option<PathBuf>,
    native_config: Option<PathBuf>,
    native_state: Option<PathBuf>,
}

impl Environment {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |text: OsString| text.to_string_lossy().into_owned();
        let folders = BaseDirs::new();
        Self {
            variables: std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect(),
            home: folders.as_ref().map(|folders| folders.home_dir().to_owned()),
            native_config: folders.as_ref().map(|folders| folders.config_dir().to_owned()),
            // Only Linux tells state from data.
            native_state: folders.as_ref().map(|f| f.state_dir().unwrap_or_else(|| f.data_local_dir()).to_owned()),
        }
    }

    /// An environment of these variables, with this home folder and `.config` and `.local/state` in it.
    pub fn new<'a>(home: &Path, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            variables: variables.into_iter().map(owned).collect(),
            home: Some(home.to_owned()),
            native_config: Some(home.join(".config")),
            native_state: Some(home.join(".local/state")),
        }
    }

    /// The value of a variable without the blanks around it; one that is empty counts as not set.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The user's home folder.
    #[must_use]
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The folders that hold configuration: XDG's where it is set, on each platform, then the platform's own.
    pub(super) fn config_folders(&self) -> Vec<PathBuf> {
        self.xdg("XDG_CONFIG_HOME").into_iter().chain(self.native_config.clone()).collect()
    }

    fn xdg(&self, variable: &str) -> Option<PathBuf> {
        self.variable(variable).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// The folder for what this program writes by itself: XDG's where it is set, on each platform, else the
    /// platform's own.
    #[must_use]
    pub fn state_folder(&self) -> Option<PathBuf> {
        let folder = self.xdg("XDG_STATE_HOME").or_else(|| self.native_state.clone())?;
        Some(folder.join("dropscale"))
    }

    /// Where the configuration file is looked for, and where `init` writes it.
    #[must_use]
    pub fn config_file(&self) -> Option<PathBuf> {
        self.config_folders().first().map(|folder| folder.join("dropscale").join("config.toml"))
    }
}

/// Variables may hold a token: none is shown.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").field("home", &self.home).finish_non_exhaustive()
    }
}

/// The values that environment variables give to the keys of these tables.
pub fn layer(environment: &Environment, sections: &[Section], problems: &mut Vec<Problem>) -> Layer {
    let mut layer = Layer::new();
    for key in sections.iter().copied().flat_map(keys::of) {
        let Some(variable) = key.variable else { continue };
        let Some(text) = environment.variable(&variable.name) else { continue };
        let origin = Origin::Variable(variable.name);
        let value = match Value::from_text(text, &variable.kind) {
            Ok(value) => Some(value),
            Err(wrong) => {
                problems.push(Problem::at(&origin, wrong));
                None
            }
        };
        layer.insert((key.section, key.name), Entry { value, origin });
    }
    layer
}
