//! Finds the token: a file, the environment, or doctl's configuration. It lives in memory only, and nothing
//! that is shown here ever contains it.

use std::io::Read;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::doctl;
use super::environment::Environment;
use super::flags::Flags;

/// The variables that may hold it, the first one set wins.
pub const VARIABLES: [&str; 3] = ["DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN", "API_TOKEN"];

/// Longer than any token; what is longer is the wrong file.
const MAX_LENGTH: usize = 4096;

/// A token, and where it came from.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token itself; its Debug shows nothing.
    pub secret: SecretString,
    /// Where it came from, for people.
    pub origin: String,
    /// What is legal and not safe, such as a file that others can read.
    pub warnings: Vec<String>,
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nobody gave one.
    #[error(
        "there is no token. Make one in the control panel under API, and give it in one of these ways: \
         --token-file FILE; the environment variable DIGITALOCEAN_ACCESS_TOKEN, DIGITALOCEAN_TOKEN or API_TOKEN; \
         or `doctl auth init` (looked for {searched})"
    )]
    Missing {
        /// Where doctl's configuration was looked for.
        searched: String,
    },
    /// The file cannot be read.
    #[error("the token file {path} cannot be read: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// What is there is no token.
    #[error("{origin} holds no token: it {why}. A token is one line, such as dop_v1_ and 64 letters and digits")]
    Malformed {
        /// Where it came from.
        origin: String,
        /// What is wrong.
        why: &'static str,
    },
    /// doctl's configuration does not have what was asked for.
    #[error("{0}")]
    Doctl(String),
}

/// Finds the token. `--token-file` goes first, then `--context`, the environment, and doctl's current context.
pub fn token(flags: &Flags, environment: &Environment) -> Result<Token, TokenError> {
    if let Some(path) = &flags.token_file {
        return of_file(path);
    }
    if flags.context.is_none() {
        for name in VARIABLES {
            if let Some(text) = environment.variable(name) {
                return checked(text, format!("environment variable {name}"), Vec::new());
            }
        }
    }
    let found = doctl::find(environment, flags.context.as_deref()).map_err(TokenError::Doctl)?;
    let Some(found) = found else {
        let searched: Vec<String> = doctl::candidates(environment).iter().map(|p| p.display().to_string()).collect();
        return Err(TokenError::Missing { searched: searched.join(", ") });
    };
    let origin = format!("doctl context {:?} in {}", found.context, found.path.display());
    checked(secrecy::ExposeSecret::expose_secret(&found.secret), origin, warnings(&found.path))
}

fn of_file(path: &Path) -> Result<Token, TokenError> {
    let unreadable = |why: String| TokenError::Unreadable { path: path.to_owned(), why };
    let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut bytes = Vec::new();
    // One byte more than allowed tells that it is too long; a pipe or a device has no length to ask for.
    file.take(MAX_LENGTH as u64 + 1).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not text".to_owned()))?;
    checked(text.trim_end_matches(['\n', '\r']), format!("file {}", path.display()), warnings(path))
}

fn checked(text: &str, origin: String, warnings: Vec<String>) -> Result<Token, TokenError> {
    let why = if text.trim().is_empty() {
        Some("is empty")
    } else if text.contains(['\n', '\r']) {
        Some("has more than one line")
    } else if text.contains(char::is_whitespace) {
        Some("has blanks in it")
    } else if !text.chars().all(|c| c.is_ascii_graphic()) {
        Some("has characters that no token has")
    } else if text.len() > MAX_LENGTH {
        Some("is too long")
    } else {
        None
    };
    match why {
        Some(why) => Err(TokenError::Malformed { origin, why }),
        None => Ok(Token { secret: text.to_owned().into(), origin, warnings }),
    }
}

/// Warns of a file that holds a token and that others can read.
#[cfg(unix)]
fn warnings(path: &Path) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt;
    let Ok(about) = std::fs::metadata(path) else { return Vec::new() };
    let mode = about.permissions().mode();
    if !about.is_file() || mode & 0o044 == 0 {
        return Vec::new();
    }
    vec![format!("others can read {} (mode {:03o}): run `chmod 600` on it", path.display(), mode & 0o777)]
}

#[cfg(not(unix))]
fn warnings(_path: &Path) -> Vec<String> {
    Vec::new()
}
