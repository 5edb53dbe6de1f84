//! The commands, one file each. `console` prints and asks, `exit` says how a command ends, `session` opens the
//! cloud, `json` holds the documents of the function that this program replaces, `text` the same for people.

mod auto;
mod completions;
mod console;
mod demo;
mod doctor;
mod down;
mod exit;
mod history;
mod info;
mod init;
mod json;
mod live;
mod man;
mod operation;
mod reach;
mod session;
mod signals;
mod simulate;
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
    let open = || {
        log(global.verbose);
        Session::open(global, environment, console)
    };
    match &cli.command {
        Some(Command::Info) => block_on(info::run(&open()?, console)),
        Some(Command::Status) => block_on(status::run(&open()?, console)),
        Some(Command::Up(args)) => block_on(up::run(args, &open()?, console)),
        Some(Command::Down(args)) => block_on(down::run(args, &open()?, console)),
        Some(Command::Auto(args)) => block_on(auto::run(args, &open()?, console)),
        Some(Command::Doctor(args)) => block_on(doctor::run(args, &open()?, console)),
        Some(Command::History(args)) => {
            log(global.verbose);
            block_on(history::run(args, global, environment, console))
        }
        Some(Command::Init(args)) => init::run(args, &global.flags(), environment, console),
        Some(Command::Completions { shell }) => completions::run(*shell, console),
        Some(Command::Man) => man::run(console),
        Some(Command::Simulate(args)) => {
            log(global.verbose);
            block_on(simulate::run(args, console))
        }
        Some(Command::Demo(args)) => demo::run(args, global, environment),
        None => live::run(&Session::open_on_all(global, environment, console)?, global, environment),
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
