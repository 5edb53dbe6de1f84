//! Measures what programs cost that fill a terminal: how soon something is to be seen, what is written and worked
//! while nobody touches anything, how soon a key is answered, and how much memory it takes. Several programs are
//! measured one after another in the same way, so that their figures can be compared on any machine; alone, they
//! tell as much about the machine. It needs the `/proc` of Linux.
//!
//! `cargo run --release --example terminal_cost -- --command "target/release/dropscale demo" --command btop`

mod measures;
mod process;
mod program;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use measures::{Figures, Plan};
use program::Size;

/// Measures what programs cost that fill a terminal
#[derive(Debug, Parser)]
struct Arguments {
    /// A program with its arguments, separated by blanks; may be given several times
    #[arg(long, required = true, value_name = "COMMAND")]
    command: Vec<String>,
    /// Columns and rows of the terminal
    #[arg(long, default_value = "120x36", value_name = "COLUMNSxROWS", value_parser = size)]
    size: Size,
    /// How often each is started to see how soon it shows something
    #[arg(long, default_value_t = 11)]
    starts: usize,
    /// How many seconds it has before it is watched
    #[arg(long, default_value_t = 10)]
    settle: u64,
    /// How many seconds it is watched for while nobody touches it
    #[arg(long, default_value_t = 60)]
    rest: u64,
    /// How many keys are pressed
    #[arg(long, default_value_t = 300)]
    presses: usize,
    /// The keys, in turn: up, down, left, right, home, end, or a character
    #[arg(long, value_delimiter = ',', default_value = "down,up")]
    keys: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let plan = Plan {
        size: arguments.size,
        starts: arguments.starts,
        settle: Duration::from_secs(arguments.settle),
        rest: Duration::from_secs(arguments.rest),
        presses: arguments.presses,
        keys: arguments.keys.iter().map(|key| bytes(key)).collect(),
    };
    println!("{HEADINGS}");
    for command in &arguments.command {
        match measures::take(command, &plan) {
            Ok(figures) => println!("{}", row(&figures, command)),
            Err(error) => {
                eprintln!("{command}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("\n{EXPLANATION}");
    ExitCode::SUCCESS
}

const HEADINGS: &str = "\
   first frame ms │           at rest                    │ answer to a key, ms          │   peak │
  median    worst │    B/s  bursts/s  silent s     CPU % │   p50     p99    max  missed │    MiB │ command";

const EXPLANATION: &str = "\
first frame: from before the fork to the first visible character. bursts: what is written without a pause of 5 ms.
silent: whole seconds without a byte. CPU: of one core, all threads. peak: the largest resident set.";

fn row(figures: &Figures, command: &str) -> String {
    let Figures { starts, rest, answers, peak_bytes } = figures;
    format!(
        "{:8.1} {:8.1} │ {:6.0} {:9.2} {:>9} {:9.2} │ {:5.1} {:7.1} {:6.1} {:7} │ {:6.1} │ {command}",
        starts.quantile(0.5),
        starts.quantile(1.0),
        rest.bytes_per_second,
        rest.bursts_per_second,
        format!("{}/{}", rest.silent_seconds, rest.seconds),
        rest.cpu_percent,
        answers.times.quantile(0.5),
        answers.times.quantile(0.99),
        answers.times.quantile(1.0),
        answers.missed,
        peak_bytes / (1024.0 * 1024.0),
    )
}

fn size(text: &str) -> Result<Size, String> {
    let wrong = || format!("{text:?} is no size: write columns and rows as 120x36");
    let (columns, rows) = text.split_once('x').ok_or_else(wrong)?;
    match (columns.parse(), rows.parse()) {
        (Ok(columns), Ok(rows)) => Ok((columns, rows)),
        _ => Err(wrong()),
    }
}

/// What a terminal sends for a key.
fn bytes(key: &str) -> Vec<u8> {
    let bytes = match key {
        "up" => "\x1b[A",
        "down" => "\x1b[B",
        "right" => "\x1b[C",
        "left" => "\x1b[D",
        "home" => "\x1b[H",
        "end" => "\x1b[F",
        character => character,
    };
    bytes.as_bytes().to_vec()
}
