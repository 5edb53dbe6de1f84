//! The commands, one file each. `console` prints and asks, `exit` says how a command ends, `json` holds the
//! documents of the function that this program replaces, `text` the same for people.

mod completions;
mod console;
mod exit;
mod init;
mod json;
mod man;
mod signals;
mod text;

pub use console::{Console, Style};
pub use exit::{Exit, Failure};

#[cfg(test)]
mod tests;
