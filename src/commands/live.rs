//! The terminal interface: the worker on a thread of its own, the terminal on the main thread.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::console::{Style, safe};
use super::exit::{Exit, Failure};
use super::session::{Session, random_nonces};
use crate::cli::{ColorChoice, Global};
use crate::cloud::Cloud;
use crate::config::{Config, Environment, Problem};
use crate::scaling::{Kind, OperationState, Outcome};
use crate::tui::{self, Depth, Options, Page, Theme, ThemeError, TuiError};
use crate::worker::{self, AppState, ClusterSetup, Setup};

/// How long what still runs may take when the program ends.
const FAREWELL: Duration = Duration::from_millis(900);

impl From<TuiError> for Failure {
    fn from(error: TuiError) -> Self {
        let exit = if matches!(error, TuiError::NotATerminal { .. }) { Exit::Usage } else { Exit::Failed };
        Self::new(exit, error.to_string())
    }
}

/// Opens the terminal interface on the configured clusters.
pub fn run(session: &Session, global: &Global, environment: &Environment) -> Result<Exit, Failure> {
    let config = &session.config;
    let clusters = config.clusters.iter().map(|cluster| ClusterSetup {
        spec: Arc::clone(&cluster.spec),
        policy: Arc::clone(&cluster.policy),
        auto: cluster.auto,
    });
    let setup = Setup {
        focus: config.selected(),
        read_only: config.read_only,
        dry_run: session.dry_run,
        keeper: session.keeper(),
        ..Setup::new(clusters.collect(), random_nonces())
    };
    let page = if config.chosen.is_some() { Page::Cluster } else { Page::Overview };
    let options = Options { cluster: config.selected(), page, ..options(global, Some(config), environment)? };
    let options = lend(config, options);
    show(&runtime()?, Arc::clone(&session.client), setup, options)
}

/// How the terminal interface looks and what the terminal can show, by flags, configuration and environment. The
/// demo has no configuration; its themes are found all the same.
pub fn options(global: &Global, config: Option<&Config>, environment: &Environment) -> Result<Options, Failure> {
    let variable = |name: &str| environment.variable(name).map(str::to_owned);
    let depth = match global.color {
        ColorChoice::Auto => config.and_then(|config| Depth::named(&config.colors)),
        ColorChoice::Always => Some(Depth::of_terminal(variable).max(Depth::Eight)),
        ColorChoice::Never => Some(Depth::None),
    };
    let name = global.theme.as_deref().or(config.map(|config| config.theme.as_str()));
    let theme = name.map_or_else(|| Ok(Theme::default()), |name| theme(name, global, config, environment));
    let theme = theme.map_err(|error| misnamed(&error, config))?;
    Ok(Options { mouse: global.mouse, ..Options::detect(theme, depth, global.ascii, variable) })
}

/// A path, or the name of a theme of the user's own, or of one in the program. A path in the configuration is
/// relative to its file, one in a flag to where we are.
fn theme(name: &str, global: &Global, config: Option<&Config>, environment: &Environment) -> Result<Theme, ThemeError> {
    let file = config.and_then(|config| config.file.clone()).or_else(|| environment.config_file());
    let folder = file.as_deref().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
    if name.contains('/') || Path::new(name).extension().is_some_and(|extension| extension == "toml") {
        let path = match (name.strip_prefix("~/"), environment.home()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ if global.theme.is_some() => PathBuf::from(name),
            _ => folder.join(name),
        };
        return Theme::load(&path);
    }
    let own = folder.join("themes").join(format!("{name}.toml"));
    if own.exists() { Theme::load(&own) } else { Theme::named(name) }
}

/// A theme that is not there, or has mistakes, and where it was asked for.
fn misnamed(error: &ThemeError, config: Option<&Config>) -> Failure {
    let setting = config.and_then(|config| config.settings.iter().find(|setting| setting.key == "theme"));
    let origin = setting.map(|setting| setting.origin.clone());
    Failure::new(Exit::Usage, Problem { origin, text: error.to_string() }.to_string())
}

/// The options with what a configuration says of keys, mouse and columns.
pub fn lend(config: &Config, options: Options) -> Options {
    let mouse = options.mouse || config.mouse;
    Options { keymap: config.keymap.clone(), columns: config.columns.clone(), mouse, ..options }
}

/// The worker's thread. Nothing on it waits but for the cloud, and then it does something else; a second one would only
/// be woken in turn with it.
pub fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("worker")
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, format!("the runtime cannot be started: {error}")))
}

/// Starts the worker, shows what it publishes until the user leaves, and ends it.
pub fn show<C: Cloud>(runtime: &Runtime, cloud: Arc<C>, setup: Setup, options: Options) -> Result<Exit, Failure> {
    let handle = {
        let _context = runtime.enter();
        worker::start(cloud, setup)
    };
    let style = Style { color: false, ascii: options.ascii };
    let shown = tui::run(handle.state.clone(), handle.commands.clone(), options);
    let state = handle.state.clone();
    let before = Arc::clone(&state.borrow());
    runtime.block_on(async {
        // An operation that runs gives its claim back, so that whoever looks next can go on with it at once.
        let _ = tokio::time::timeout(FAREWELL, handle.stop()).await;
    });
    if matches!(shown, Ok(tui::Exit::Quit | tui::Exit::Signal(_))) {
        for line in unfinished(&before, &state.borrow()) {
            // Who does not hear it reads it in the cloud.
            let _ = writeln!(io::stderr(), "{}", safe(&line, style));
        }
    }
    Ok(match shown?.code() {
        0 => Exit::Done,
        code => Exit::Signal(code),
    })
}

/// What was under way when the user left and has not come to its end, and who goes on with it.
fn unfinished(before: &AppState, after: &AppState) -> Vec<String> {
    let is_done = |operation: &OperationState| {
        let same = after.clusters.iter().filter_map(|c| c.operation.as_ref()).find(|o| o.nonce == operation.nonce);
        same.and_then(|same| same.outcome.as_ref()).is_some_and(Outcome::is_done)
    };
    let left = before.clusters.iter().filter_map(|cluster| Some((&cluster.spec.name, cluster.running()?)));
    let line = |(cluster, operation): (&String, &OperationState)| {
        let what = match operation.kind {
            Kind::Up => "scaling up",
            Kind::Down => "scaling down",
            Kind::Recover => "a recovery",
        };
        let droplet = operation.droplet_name.as_ref().map_or_else(String::new, |name| format!(", droplet {name}"));
        let phase = operation.current().map_or_else(String::new, |phase| format!(" ({})", phase.phase.describe()));
        let next = if before.demo {
            "with the demo its cloud has ended too"
        } else {
            "the next `dropscale auto`, or this terminal when it is started again, goes on with it"
        };
        format!("left unfinished: {what} of {cluster}{droplet}{phase}: {next}")
    };
    left.filter(|(_, operation)| !is_done(operation)).map(line).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;
    use crate::tui::fixtures::Fixture;

    #[test]
    fn what_is_left_unfinished_is_told_with_its_droplet_and_who_goes_on() {
        let fixture = || Fixture::new(3).scaling_up();
        let (before, mut after) = (fixture().build(), fixture().build());
        let told = unfinished(&before, &after);
        assert_eq!(told.len(), 1);
        for part in ["scaling up of web, droplet web003 (booting)", "`dropscale auto`", "goes on with it"] {
            assert!(told[0].contains(part), "{told:?}");
        }
        assert!(unfinished(&fixture().demo().build(), &after)[0].contains("the demo"));
        let operation = Arc::make_mut(after.clusters[0].operation.as_mut().unwrap());
        operation.outcome = Some(Outcome::Failed("stopped".to_owned()));
        assert_eq!(unfinished(&before, &after).len(), 1);
        Arc::make_mut(after.clusters[0].operation.as_mut().unwrap()).outcome = Some(Outcome::Done(String::new()));
        assert!(unfinished(&before, &after).is_empty(), "it has come to its end meanwhile");
        assert!(unfinished(&Fixture::new(3).build(), &after).is_empty());
    }

    #[test]
    fn a_theme_is_found_by_name_in_the_users_folder_and_in_the_program_and_by_path() {
        let home = tempfile::tempdir().unwrap();
        let themes = home.path().join(".config/dropscale/themes");
        std::fs::create_dir_all(&themes).unwrap();
        std::fs::write(themes.join("own.toml"), "good = \"bold blue\"").unwrap();
        std::fs::write(themes.join("dark.toml"), "good = \"yellow\"").unwrap();
        std::fs::write(themes.join("wrong.toml"), "\ngod = \"blue\"").unwrap();
        let environment = Environment::new(home.path(), [("TERM", "xterm-256color")]);
        let options = |theme: &str| {
            let cli = Cli::parse_from(["dropscale", "--theme", theme]);
            options(&cli.global, None, &environment).map(|options| options.theme)
        };
        let good = |theme: &str| options(theme).unwrap().good.fg;
        assert_eq!(good("own"), Some(ratatui::style::Color::Blue));
        assert_eq!(good("dark"), Some(ratatui::style::Color::Yellow), "one's own goes first");
        assert_eq!(good("light"), Theme::named("light").unwrap().at(Depth::Indexed).good.fg);
        assert_eq!(good("~/.config/dropscale/themes/own.toml"), Some(ratatui::style::Color::Blue));
        let wrong = options("wrong").unwrap_err();
        assert_eq!(wrong.exit, Exit::Usage);
        let text = wrong.message.unwrap();
        assert!(text.contains("wrong.toml:2:1: there is no style \"god\": did you mean \"good\"?"), "{text}");
        let file = home.path().join("config.toml");
        let cluster = "[clusters.web]\ntag = \"web\"\nbase_droplet = \"web-base\"\nsnapshot = \"web\"\n\
                       clone_prefix = \"web\"\nload_balancer = \"lb\"\n";
        std::fs::write(&file, format!("mouse = true\n\ntheme = \"lihgt\"\n{cluster}")).unwrap();
        let cli = Cli::parse_from(["dropscale", "--config", file.to_str().unwrap()]);
        let config = crate::config::load(&cli.global.flags(), &environment).unwrap();
        let wrong = super::options(&cli.global, Some(&config), &environment).err().unwrap();
        let text = wrong.message.unwrap();
        assert!(text.contains("config.toml:3:") && text.contains("did you mean \"light\"?"), "{text}");
        assert!(config.mouse, "and the mouse is asked for");
        assert!(options("lihgt").unwrap_err().message.unwrap().contains("did you mean \"light\"?"));
    }
}
