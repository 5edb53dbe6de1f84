//! `init`: writes a configuration to start from. An existing one is never overwritten.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::console::Console;
use super::exit::{Exit, Failure};
use crate::cli::InitArgs;
use crate::config::{Environment, Flags, document};

/// Writes it to `--config`, or where it is looked for.
pub fn run(args: &InitArgs, flags: &Flags, environment: &Environment, console: Console) -> Result<Exit, Failure> {
    if args.print {
        console.print(&document::starting_file())?;
        return Ok(Exit::Done);
    }
    let Some(path) = flags.config.clone().or_else(|| environment.config_file()) else {
        return Err(Failure::new(Exit::Usage, "there is no home folder to write to: name a file by --config"));
    };
    write_new(&path, &document::starting_file()).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            let text = format!("{} exists and is kept: edit it, or remove it first", path.display());
            Failure::new(Exit::Refused, text)
        }
        _ => Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display())),
    })?;
    let next = "name your droplet, snapshot and load balancer in it, then run `dropscale info`";
    let msg = format!("wrote {}: {next}", path.display());
    console.show(|| json!({ "success": true, "msg": msg, "file": path }), || format!("{msg}\n"))?;
    Ok(Exit::Done)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
