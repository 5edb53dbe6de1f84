//! The commands, one file each. `console` prints and asks, `exit` says how a command ends, `session` opens the
//! cloud, `json` holds the documents of the function that this program replaces, `text` the same for people.

mod auto;
mod completions;
mod console;
mod control;
mod down;
mod exit;
mod info;
mod init;
mod json;
mod man;
mod operation;
mod session;
mod signals;
mod status;
mod text;
mod up;

use tracing_subscriber::EnvFilter;

pub use console::{Console, Style};
pub use exit::{Exit, Failure};

use crate::cli::{Cli, Command};
use crate::config::Environment;
use session::{Session, block_on};

/// Runs what the command line asks for, and tells how it ended.
#[must_use]
pub fn run(cli: &Cli) -> Exit {
    let environment = Environment::of_process();
    let console = Console::new(&cli.global, &environment);
    dispatch(cli, &environment, console).unwrap_or_else(|failure| console.fail(&failure))
}

fn dispatch(cli: &Cli, environment: &Environment, console: Console) -> Result<Exit, Failure> {
    let global = &cli.global;
    match &cli.command {
        Some(Command::Init(args)) => init::run(args, &global.flags(), environment, console),
        Some(Command::Completions { shell }) => completions::run(*shell, console),
        Some(Command::Man) => man::run(console),
        Some(Command::Simulate(_) | Command::Demo(_)) | None => {
            Err(Failure::new(Exit::Failed, "the terminal interface is not part of this build"))
        }
        Some(command) => {
            log(global.verbose);
            let session = Session::open(global, environment, console)?;
            block_on(on_cloud(command, &session, console))
        }
    }
}

/// Runs a command that needs the configured cloud.
async fn on_cloud(command: &Command, session: &Session, console: Console) -> Result<Exit, Failure> {
    match command {
        Command::Info => info::run(session, console).await,
        Command::Up(args) => up::run(args, session, console).await,
        Command::Down(args) => down::run(args, session, console).await,
        Command::Auto(args) => auto::run(args, session, console).await,
        _ => status::run(session, console).await,
    }
}

/// Writes what happens to standard error, for `-v`. Only this program's own words: those of the HTTP
/// libraries could show headers.
fn log(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::new(format!("dropscale={level}"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    // There is one already only in tests, where it does no harm.
    let _ = subscriber.try_init();
}

#[cfg(test)]
mod tests;
