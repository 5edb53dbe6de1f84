//! A program in a pseudo-terminal: keys in, a screen out, and conditions to wait for.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use vt100::MouseProtocolMode;

/// How long anything may take before a test gives up; far more than it does.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What the terminal got so far.
struct Received {
    raw: Vec<u8>,
    screen: vt100::Parser,
}

/// A program and its terminal.
pub struct Pty {
    /// `None` after the hang-up.
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    slave: Option<Box<dyn SlavePty + Send>>,
    child: Box<dyn Child + Send + Sync>,
    received: Arc<Mutex<Received>>,
    reading: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    closing: Arc<AtomicBool>,
    /// The modes of the device before the program began, and those after its end.
    before: String,
    after: Option<String>,
}

impl Pty {
    /// Starts a program in a terminal of this size.
    pub fn start(command: CommandBuilder, (columns, rows): (u16, u16)) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let before = termios(pair.master.as_ref());
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let parser = vt100::Parser::new(NonZeroU16::new(rows).unwrap(), NonZeroU16::new(columns).unwrap(), 0);
        let received = Arc::new(Mutex::new(Received { raw: Vec::new(), screen: parser }));
        let reading = Arc::new(AtomicBool::new(true));
        let closing = Arc::new(AtomicBool::new(false));
        let (to, may_read, must_end) = (Arc::clone(&received), Arc::clone(&reading), Arc::clone(&closing));
        let reader = thread::spawn(move || {
            let mut chunk = [0; 16 * 1024];
            while !must_end.load(Ordering::SeqCst) {
                while !may_read.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(2));
                }
                let Ok(length @ 1..) = reader.read(&mut chunk) else { return };
                let mut to = to.lock().unwrap_or_else(PoisonError::into_inner);
                to.raw.extend_from_slice(&chunk[..length]);
                to.screen.process(&chunk[..length]);
            }
        });
        Self {
            master: Some(pair.master),
            writer: Some(writer),
            slave: Some(pair.slave),
            child,
            received,
            reading,
            reader: Some(reader),
            closing,
            before,
            after: None,
        }
    }

    fn received<T>(&self, look: impl FnOnce(&Received) -> T) -> T {
        look(&self.received.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What stands on the screen.
    pub fn text(&self) -> String {
        self.received(|r| r.screen.screen().contents())
    }

    /// How many bytes were written so far.
    pub fn bytes(&self) -> usize {
        self.received(|r| r.raw.len())
    }

    /// How often this was written so far.
    pub fn count(&self, bytes: &str) -> usize {
        self.received(|r| r.raw.windows(bytes.len()).filter(|w| *w == bytes.as_bytes()).count())
    }

    /// What was written from this byte on.
    pub fn since(&self, byte: usize) -> String {
        self.received(|r| String::from_utf8_lossy(&r.raw[byte..]).into_owned())
    }

    /// Whether every byte that was written is below 0x80.
    pub fn is_ascii(&self) -> bool {
        self.received(|r| r.raw.is_ascii())
    }

    /// The codes of all styles that were set so far.
    pub fn styles(&self) -> Vec<u16> {
        let text = self.received(|r| String::from_utf8_lossy(&r.raw).into_owned());
        let sequences = text.split("\x1b[").skip(1).filter_map(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
            rest[end..].starts_with('m').then(|| rest[..end].to_owned())
        });
        sequences.flat_map(|codes| codes.split(';').filter_map(|code| code.parse().ok()).collect::<Vec<_>>()).collect()
    }

    /// Whether the alternate screen is on.
    pub fn is_taken_over(&self) -> bool {
        self.received(|r| r.screen.screen().alternate_screen())
    }

    /// Waits until a text stands on the screen.
    pub fn expect(&mut self, text: &str) {
        self.wait_for(text, |pty| pty.text().contains(text));
    }

    /// Waits until the program has taken the terminal over and drawn something.
    pub fn expect_drawn(&mut self) {
        self.wait_for("the first frame", |pty| pty.is_taken_over() && pty.count("\x1b[?2026l") > 0);
    }

    /// Waits for a condition.
    pub fn wait_for(&mut self, what: &str, mut condition: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !condition(self) {
            assert!(Instant::now() < deadline, "waited in vain for {what}; on the screen:\n{}", self.text());
            thread::sleep(Duration::from_millis(3));
        }
    }

    /// Waits until nothing was written for a while, so that what follows has another cause.
    pub fn settle(&mut self) {
        let (mut length, mut since) = (self.bytes(), Instant::now());
        self.wait_for("the screen to come to rest", |pty| {
            if pty.bytes() != length {
                (length, since) = (pty.bytes(), Instant::now());
            }
            since.elapsed() > Duration::from_millis(100)
        });
    }

    /// Presses keys, as the bytes that a terminal sends.
    pub fn keys(&mut self, keys: &str) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Presses a button of the mouse on the first place where this text stands, and lets it go.
    pub fn click(&mut self, text: &str) {
        let click = self.click_on(text);
        self.keys(&click);
    }

    /// What a terminal sends for a click on the first place where this text stands.
    pub fn click_on(&mut self, text: &str) -> String {
        self.expect(text);
        let screen = self.text();
        let find = |(row, line): (usize, &str)| Some((line[..line.find(text)?].chars().count() + 1, row + 1));
        let (column, row) = screen.lines().enumerate().find_map(find).unwrap();
        let place = format!("{column};{row}");
        format!("\x1b[<0;{place}M\x1b[<0;{place}m")
    }

    /// Whether the mouse is asked for.
    pub fn hears_the_mouse(&self) -> bool {
        self.received(|r| r.screen.screen().mouse_protocol_mode() != MouseProtocolMode::None)
    }

    /// Changes the size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let (rows, columns) = (NonZeroU16::new(rows).unwrap(), NonZeroU16::new(columns).unwrap());
        received.screen.screen_mut().set_size(rows, columns);
        drop(received);
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    /// Stops or goes on reading, as a frozen connection does.
    pub fn read(&self, reading: bool) {
        self.reading.store(reading, Ordering::SeqCst);
    }

    /// Closes the terminal, as a lost connection does.
    pub fn hang_up(&mut self) {
        // The thread that reads holds the terminal as well, and ends with its next read: a repaint.
        self.closing.store(true, Ordering::SeqCst);
        self.keys("\x0c");
        self.reader.take().unwrap().join().unwrap();
        self.writer = None;
        self.slave = None;
        self.master = None;
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.process_id().unwrap()).unwrap()).unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits until so much time has gone by: for what the program takes for one thing when it comes sooner.
    pub fn let_pass(&mut self, time: Duration) {
        let begin = Instant::now();
        self.wait_for("time to go by", |_| begin.elapsed() > time);
    }

    /// Waits for the end and for all that was written until then, and returns the exit code and how long it took.
    pub fn wait_for_end(&mut self) -> (u32, Duration) {
        let begin = Instant::now();
        let mut code = None;
        self.wait_for("the end of the program", |pty| {
            code = pty.child.try_wait().unwrap();
            code.is_some()
        });
        let time = begin.elapsed();
        self.drain();
        (code.unwrap().exit_code(), time)
    }

    /// Reads what the program has left in the terminal, which ends when nobody else has it open. A terminal that
    /// does not read stays as it is.
    fn drain(&mut self) {
        if !self.reading.load(Ordering::SeqCst) || self.reader.is_none() {
            return;
        }
        self.after = Some(self.modes());
        self.slave = None;
        self.wait_for("the last of what was written", |pty| pty.reader.as_ref().is_none_or(JoinHandle::is_finished));
        self.reader.take().unwrap().join().unwrap();
    }

    /// The terminal is as it was before the program began, by its modes and by what it was sent.
    pub fn assert_restored(&mut self) {
        self.wait_for("the screen to be given back", |pty| !pty.is_taken_over());
        self.received(|r| {
            assert!(!r.screen.screen().hide_cursor(), "the cursor is hidden");
            assert!(!r.screen.screen().bracketed_paste(), "bracketed paste is on");
            assert_eq!(r.screen.screen().mouse_protocol_mode(), MouseProtocolMode::None, "the mouse is heard");
        });
        self.assert_modes_restored();
    }

    /// The modes of the device are as they were before the program began.
    pub fn assert_modes_restored(&self) {
        assert_eq!(self.before, self.modes());
    }

    /// The modes of the device; after the end of the program, those that it has left.
    pub fn modes(&self) -> String {
        self.after.clone().unwrap_or_else(|| termios(self.master.as_ref().unwrap().as_ref()))
    }

    /// How often the thread of this name has called the system to write, where the system counts it.
    pub fn writes_of(&self, thread: &str) -> Option<usize> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid().as_raw_pid())).ok()?;
        let read = |task: &Path, file| std::fs::read_to_string(task.join(file)).ok();
        let is_meant = |task: &PathBuf| read(task, "comm").is_some_and(|name| name.trim() == thread);
        let task = tasks.flatten().map(|task| task.path()).find(is_meant)?;
        read(&task, "io")?.lines().find_map(|line| line.strip_prefix("syscw: "))?.parse().ok()
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        self.read(true);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn termios(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

/// Lines of a file that another process writes.
pub fn lines(file: &Path) -> Vec<String> {
    std::fs::read_to_string(file).unwrap_or_default().lines().map(ToOwned::to_owned).collect()
}
