//! The command line: subcommands, flags and their help. What a flag means for the configuration is decided in
//! `config`; what a subcommand does, in `commands`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{Flags, format_duration, parse_duration};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Without a command it opens the terminal interface on the configured cluster.

Examples:
  dropscale demo                      try it on a simulated cloud; no account is needed
  dropscale init                      write a configuration to start from
  dropscale                           watch the cluster, and scale it, in the terminal
  dropscale status                    the metrics, and what they recommend
  dropscale up --dry-run              the API requests that adding a clone would make
  dropscale auto --watch --every 60s  scale by itself until told to stop

Exit codes:
  0  done
  1  failed
  2  wrong usage or configuration
  3  refused on purpose: a limit, the cooldown, --read-only, not confirmed
  4  not authorised: the token is wrong or lacks a scope";

/// Watch and autoscale a cluster of DigitalOcean Droplets from the terminal
#[derive(Debug, Clone, Parser)]
#[command(name = "dropscale", version, after_help = EXAMPLES, styles = STYLES, max_term_width = 100)]
#[command(subcommand_help_heading = "Commands", disable_help_subcommand = true)]
pub struct Cli {
    /// What to do; without it, the terminal interface.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The flags that every command takes.
    #[command(flatten)]
    pub global: Global,
}

/// The flags that every command takes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct Global {
    /// The configuration file [default: dropscale/config.toml in the configuration folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Which of the configured clusters
    #[arg(long, global = true, value_name = "NAME")]
    pub cluster: Option<String>,
    /// A file that holds the API token and nothing else
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "context")]
    pub token_file: Option<PathBuf>,
    /// Take the token from this context of doctl
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// Another address of the API: https, or http on this machine
    #[arg(long, global = true, value_name = "URL")]
    pub api_url: Option<String>,
    /// Change nothing in the cloud
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Show the API requests that would change something, and make none of them
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// How to print: text or json [default: text on a terminal, else json]
    #[arg(long, global = true, value_name = "FORMAT", hide_possible_values = true)]
    pub output: Option<OutputFormat>,
    /// When to use colours: auto, always or never; auto honours `NO_COLOR`
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub color: ColorChoice,
    /// How the terminal interface looks: a theme's name, or the path of a theme file
    #[arg(long, global = true, value_name = "THEME")]
    pub theme: Option<String>,
    /// Use only characters of ASCII
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Hear the mouse in the terminal interface; to select text one then holds Shift down
    #[arg(long, global = true)]
    pub mouse: bool,
    /// Say more on standard error; twice for still more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Global {
    /// Those that the configuration is made from.
    #[must_use]
    pub fn flags(&self) -> Flags {
        Flags {
            config: self.config.clone(),
            cluster: self.cluster.clone(),
            any_cluster: false,
            token_file: self.token_file.clone(),
            context: self.context.clone(),
            api_url: self.api_url.clone(),
            read_only: self.read_only,
            theme: self.theme.clone(),
            mouse: self.mouse,
        }
    }
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Show the configuration, the origin of each value, and what it stands for
    Info,
    /// Show the metrics and what they recommend; changes nothing
    Status,
    /// Add a clone: make it, wait until it is healthy behind the load balancer
    Up(UpArgs),
    /// Remove the clone made last, or the named one: drain it, then delete it
    Down(DownArgs),
    /// Do what the metrics recommend: once, or with --watch until told to stop
    Auto(AutoArgs),
    /// Check configuration, token, clock and cluster; with --fix, repair what can be repaired safely
    Doctor(DoctorArgs),
    /// Show what was done to the cluster, when, by whom and why
    History(HistoryArgs),
    /// Open the terminal interface on a simulated cloud; needs no account
    Demo(DemoArgs),
    /// Serve a simulated DigitalOcean on this machine, to learn and to test against
    Simulate(SimulateArgs),
    /// Write a configuration to start from
    Init(InitArgs),
    /// Print the completions of a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Of `up`.
#[derive(Debug, Clone, Default, Args)]
pub struct UpArgs {
    /// Do not ask; needed where there is no terminal to ask on
    #[arg(short, long)]
    pub yes: bool,
}

/// Of `down`.
#[derive(Debug, Clone, Default, Args)]
pub struct DownArgs {
    /// The clone to remove, by name or id [default: the one made last]
    pub name: Option<String>,
    /// Do not ask; needed where there is no terminal to ask on
    #[arg(short, long)]
    pub yes: bool,
}

/// Of `auto`.
#[derive(Debug, Clone, Args)]
pub struct AutoArgs {
    /// Go on until interrupted or terminated
    #[arg(long)]
    pub watch: bool,
    /// How often, with --watch
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = interval, requires = "watch")]
    pub every: Duration,
}

/// Of `doctor`.
#[derive(Debug, Clone, Default, Args)]
pub struct DoctorArgs {
    /// Do what `auto` would do before it scales: delete tags that are over, finish or undo what was left
    #[arg(long)]
    pub fix: bool,
    /// Do not ask; needed where there is no terminal to ask on
    #[arg(short, long, requires = "fix")]
    pub yes: bool,
}

/// Of `history`.
#[derive(Debug, Clone, Default, Args)]
pub struct HistoryArgs {
    /// Only what happened since so long ago, such as 24h or 7d
    #[arg(long, value_name = "TIME", value_parser = period)]
    pub since: Option<Duration>,
    /// Only so many of the latest
    #[arg(long, value_name = "NUMBER")]
    pub limit: Option<usize>,
}

/// Of `demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// The scenario: a name, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "demo")]
    pub scenario: String,
    /// The same number gives the same run
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

/// Of `simulate`.
#[derive(Debug, Clone, Args)]
pub struct SimulateArgs {
    /// The port on 127.0.0.1; 0 for any that is free
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub port: u16,
    /// The scenario: a name, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "demo")]
    pub scenario: String,
    /// The same number gives the same run
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

/// Of `init`.
#[derive(Debug, Clone, Default, Args)]
pub struct InitArgs {
    /// Print it instead of writing it
    #[arg(long)]
    pub print: bool,
}

/// As in the configuration, and in days.
fn period(text: &str) -> Result<Duration, String> {
    let days = text.trim().strip_suffix('d').and_then(|days| days.parse::<u32>().ok());
    days.map_or_else(|| parse_duration(text), |days| Ok(Duration::from_secs(u64::from(days) * 86_400)))
}

fn interval(text: &str) -> Result<Duration, String> {
    let interval = parse_duration(text)?;
    let (min, max) = (Duration::from_secs(1), Duration::from_secs(86_400));
    if (min..=max).contains(&interval) {
        Ok(interval)
    } else {
        Err(format!("must be from {} to {}", format_duration(min), format_duration(max)))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_flags_stand_before_or_after_the_command() {
        for line in [["dropscale", "--cluster", "web", "status"], ["dropscale", "status", "--cluster", "web"]] {
            let cli = Cli::try_parse_from(line).unwrap();
            assert_eq!(cli.global.flags().cluster.as_deref(), Some("web"));
            assert!(matches!(cli.command, Some(Command::Status)));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for line in [
            vec!["dropscale", "auto", "--watch", "--every", "0s"],
            vec!["dropscale", "auto", "--every", "10s"],
            vec!["dropscale", "up", "web001"],
            vec!["dropscale", "--token-file", "a", "--context", "b", "status"],
            vec!["dropscale", "--output", "xml", "status"],
            vec!["dropscale", "doctor", "history", "--since", "yesterday"],
            vec!["dropscale", "history", "--limit", "all"],
            vec!["dropscale", "doctor", "--yes"],
            vec!["dropscale", "history", "--since", "yesterday"],
            vec!["dropscale", "grow"],
        ] {
            assert!(Cli::try_parse_from(&line).is_err(), "{line:?}");
        }
    }

    #[test]
    fn the_past_is_measured_in_days_as_well() {
        let read = |text| period(text).map(|period| period.as_secs());
        assert_eq!((read("7d"), read("24h"), read("90")), (Ok(604_800), Ok(86_400), Ok(90)));
        assert!(read("d").is_err() && read("-1d").is_err());
    }

    #[test]
    fn the_help_lists_every_command_and_the_exit_codes() {
        let help = Cli::command().render_long_help().to_string();
        for word in [
            "info",
            "status",
            "up",
            "down",
            "auto",
            "history",
            "demo",
            "simulate",
            "init",
            "completions",
            "man",
            "Exit codes",
        ] {
            assert!(help.contains(word), "{word} is missing from:\n{help}");
        }
    }
}
