//! Who writes: several people and timers, on several machines, may look after one cluster.

use serde::{Deserialize, Serialize};

/// Who writes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Author {
    /// The user's name, where it is known.
    pub user: Option<String>,
    /// The machine.
    pub host: Option<String>,
    /// The number of the process.
    pub pid: u32,
    /// A random name of this run of the program: process numbers come again.
    pub run: String,
}

impl Author {
    /// This process, whose user is known by this name.
    #[must_use]
    pub fn of_process(user: Option<&str>, run: String) -> Self {
        Self { user: user.map(str::to_owned).or_else(user_number), host: host(), pid: std::process::id(), run }
    }
}

/// Stands for a name where none is known, as in a timer.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere users have no number")]
fn user_number() -> Option<String> {
    Some(format!("uid{}", rustix::process::getuid().as_raw()))
}

#[cfg(not(unix))]
fn user_number() -> Option<String> {
    None
}

#[cfg(unix)]
fn host() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    (!name.is_empty()).then_some(name)
}

#[cfg(not(unix))]
fn host() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}

impl std::fmt::Display for Author {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unknown = "?".to_owned();
        let (user, host) = (self.user.as_ref().unwrap_or(&unknown), self.host.as_ref().unwrap_or(&unknown));
        write!(f, "{user}@{host}[{}]", self.pid)
    }
}
