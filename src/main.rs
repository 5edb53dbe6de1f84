//! The binary: parses the command line and runs the command.

use std::process::ExitCode;

use clap::Parser;
use dropscale::cli::Cli;
use dropscale::commands;

fn main() -> ExitCode {
    commands::run(&Cli::parse()).into()
}
