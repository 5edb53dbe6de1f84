//! `man`: the manual page, made from the command line's own description.

use clap::CommandFactory;

use super::console::Console;
use super::exit::{Exit, Failure};
use crate::cli::Cli;

/// Prints it.
pub fn run(console: Console) -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    console.print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Done)
}
