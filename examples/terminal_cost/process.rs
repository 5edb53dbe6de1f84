//! What the system knows of a process: the work of all its threads, and its largest resident set.

use std::fs;
use std::io;
use std::time::Duration;

/// The unit of `/proc/PID/stat`, on every Linux that there is.
const TICK: Duration = Duration::from_millis(10);

fn missing(what: &str) -> io::Error {
    io::Error::other(format!("the system does not tell {what}"))
}

/// How long it has worked, for itself and in the system.
pub fn work(pid: u32) -> io::Result<Duration> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // Its name, in brackets, may hold anything.
    let fields = line.rsplit_once(')').ok_or_else(|| missing("how much it works"))?.1;
    let mut ticks = fields.split_whitespace().skip(11).take(2).flat_map(str::parse::<u32>);
    match (ticks.next(), ticks.next()) {
        (Some(user), Some(system)) => Ok(TICK * (user + system)),
        _ => Err(missing("how much it works")),
    }
}

/// The most that it has held in memory, in bytes.
pub fn peak(pid: u32) -> io::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kibibytes =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    kibibytes.map(|kibibytes: f64| kibibytes * 1024.0).ok_or_else(|| missing("its largest memory"))
}
