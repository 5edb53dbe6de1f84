//! Commands that are printed for people to paste: they reach the cluster that was looked at, and no other.

use std::path::Path;

use crate::cli::Global;
use crate::config::Config;

/// The flags with which another command reaches the same cluster, as words for a shell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach(Vec<String>);

impl Reach {
    /// What was said on the command line, and the cluster's name where there are several to choose from. What the
    /// environment says holds for the next command too.
    #[must_use]
    pub fn new(global: &Global, config: &Config) -> Self {
        let path = |path: &Path| path.display().to_string();
        let cluster = (config.clusters.len() > 1).then(|| config.cluster().spec.name.clone());
        let flags = [
            ("config", global.config.as_deref().map(path)),
            ("cluster", cluster),
            ("token-file", global.token_file.as_deref().map(path)),
            ("context", global.context.clone()),
            ("api-url", global.api_url.clone()),
        ];
        let given = flags.into_iter().filter_map(|(flag, value)| Some((flag, value?)));
        Self(given.flat_map(|(flag, value)| [format!("--{flag}"), quoted(&value)]).collect())
    }

    /// The command that removes this droplet.
    #[must_use]
    pub fn down(&self, droplet: &str) -> String {
        let words = ["dropscale".to_owned(), "down".to_owned(), quoted(droplet)];
        [&words, self.0.as_slice()].concat().join(" ")
    }
}

/// A word as a shell takes it for one, and for nothing else.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, load, parse_str};

    const ONE: &str = "[clusters.web]\ntag = 'web'\nbase_droplet = 'base'\nsnapshot = 'snap'\nclone_prefix = 'web'\n\
                       load_balancer = 'lb'\n";

    #[test]
    fn a_command_that_is_printed_reaches_the_cluster_that_was_looked_at() {
        let one = parse_str(ONE, "config.toml").unwrap();
        assert_eq!(Reach::new(&Global::default(), &one).down("web001"), "dropscale down web001", "there is no other");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("it's mine.toml");
        let other = ONE.replace("web'", "www'").replace("clusters.web", "clusters.staging");
        std::fs::write(&file, format!("{ONE}{other}")).unwrap();
        let cluster = Some("staging".to_owned());
        let global = Global { config: Some(file.clone()), cluster, ..Global::default() };
        let two = load(&global.flags(), &Environment::default()).unwrap();
        let file = file.display().to_string().replace('\'', r"'\''");
        assert_eq!(
            Reach::new(&global, &two).down("web001"),
            format!("dropscale down web001 --config '{file}' --cluster staging")
        );
    }

    #[test]
    fn another_account_is_reached_too() {
        let config = parse_str(ONE, "config.toml").unwrap();
        let global = Global { context: Some("staging".to_owned()), ..Global::default() };
        assert_eq!(Reach::new(&global, &config).down("web001"), "dropscale down web001 --context staging");
    }
}
