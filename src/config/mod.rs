//! The configuration: a TOML file with named clusters, the environment variables of the function that this
//! program replaces, flags, and the token. Each value keeps its origin, and all mistakes are told at once.
//!
//! [`keys`] is the one table of keys and [`schema`] says what a key is; `read` reads a file by them,
//! `environment` the variables, `build` puts a cluster together, `load` all of it; `token` and `doctl` find the
//! token; `document` writes what people read.

mod build;
mod doctl;
pub mod document;
mod environment;
mod flags;
pub mod keys;
mod load;
mod problem;
mod read;
pub mod schema;
mod token;
mod value;

use crate::suggest;

pub use build::{ClusterConfig, Setting};
pub use environment::Environment;
pub use flags::Flags;
pub use load::{Config, load, parse_str};
pub use problem::{ConfigErrors, Origin, Place, Problem};
pub use token::{Token, TokenError, token};
pub use value::{Value, format_duration, parse_duration};
