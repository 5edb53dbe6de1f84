//! A program in a terminal of its own, and what it writes, with the time at which it came.

use std::io::{self, Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// How long a program may take to leave before it is killed.
const FAREWELL: Duration = Duration::from_secs(3);

const CURSOR_ASKED: &[u8] = b"\x1b[6n";
const CURSOR_ANSWER: &[u8] = b"\x1b[1;1R";

/// Columns and rows.
pub type Size = (NonZeroU16, NonZeroU16);

/// What was written at once, and when.
pub struct Chunk {
    pub at: Instant,
    pub bytes: Vec<u8>,
}

/// A running program.
pub struct Program {
    /// Just before it was started.
    pub begun: Instant,
    pub pid: u32,
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    chunks: Receiver<Chunk>,
    /// Kept open: the program's terminal ends with it.
    _master: Box<dyn MasterPty + Send>,
}

impl Program {
    /// Starts a command, which is split at blanks.
    pub fn start(command: &str, (columns, rows): Size) -> io::Result<Self> {
        let pair = native_pty_system()
            .openpty(PtySize { rows: rows.get(), cols: columns.get(), pixel_width: 0, pixel_height: 0 })
            .map_err(io::Error::other)?;
        let mut words = command.split_whitespace();
        let name = words.next().ok_or_else(|| io::Error::other("no command"))?;
        // Only a whole path is taken for one.
        let folder = std::env::current_dir()?;
        let mut builder =
            if name.contains('/') { CommandBuilder::new(folder.join(name)) } else { CommandBuilder::new(name) };
        builder.args(words);
        builder.cwd(folder);
        builder.env("TERM", "xterm-256color");
        builder.env("LANG", "C.UTF-8");
        for name in ["LC_ALL", "NO_COLOR", "TMUX", "STY"] {
            builder.env_remove(name);
        }
        let mut reader = pair.master.try_clone_reader().map_err(io::Error::other)?;
        let writer = pair.master.take_writer().map_err(io::Error::other)?;
        let (to, chunks) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if to.send(Chunk { at: Instant::now(), bytes: buffer[..length].to_vec() }).is_err() {
                    return;
                }
            }
        });
        let begun = Instant::now();
        let child = pair.slave.spawn_command(builder).map_err(io::Error::other)?;
        let pid = child.process_id().ok_or_else(|| io::Error::other("it has no process id"))?;
        Ok(Self { begun, pid, child, writer, chunks, _master: pair.master })
    }

    /// The next of what is written, if any comes until then. Who asks where the cursor is gets an answer, as from
    /// any terminal: some wait for it.
    pub fn next(&mut self, until: Instant) -> io::Result<Option<Chunk>> {
        match self.chunks.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(chunk) => {
                if chunk.bytes.windows(CURSOR_ASKED.len()).any(|bytes| bytes == CURSOR_ASKED) {
                    self.writer.write_all(CURSOR_ANSWER)?;
                }
                Ok(Some(chunk))
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(io::Error::other("it has ended: try it in a terminal first")),
        }
    }

    /// Everything that is written until then.
    pub fn until(&mut self, until: Instant) -> io::Result<Vec<Chunk>> {
        let mut chunks = Vec::new();
        while let Some(chunk) = self.next(until)? {
            chunks.push(chunk);
        }
        Ok(chunks)
    }

    /// Presses a key, and tells when.
    pub fn press(&mut self, key: &[u8]) -> io::Result<Instant> {
        let at = Instant::now();
        self.writer.write_all(key)?;
        Ok(at)
    }
}

/// It is asked to leave, and killed when it does not.
impl Drop for Program {
    fn drop(&mut self) {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        let asked = pid.is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok());
        let deadline = Instant::now() + FAREWELL;
        while asked && Instant::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
