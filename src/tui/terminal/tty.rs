//! The terminal as a device: its modes, saved before anything is changed and given back exactly, and the bytes
//! that enter and leave the screen. Everything may be called from any thread, as a panic hook and a signal must.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::TuiError;

/// The alternate screen, emptied, for there are terminals that have only one.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[0m\x1b[2J";

/// No cursor, and pasted text told apart from keys: nobody scales by pasting a `u`.
const OURS: &[u8] = b"\x1b[?25l\x1b[?2004h";

/// Presses of the mouse's buttons and its wheel, but not each move; by the encoding that knows wide screens.
const MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1006h";

/// The reverse of that.
const NO_MOUSE: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// The reverse of all else, an unfinished frame and its colours ended first.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// The size of a terminal that does not tell its own, such as a serial line.
const UNKNOWN_SIZE: Size = Size::new(80, 24);

/// Standard input and output, both of them a terminal.
pub struct Tty {
    original: Termios,
    /// Whether the mouse is taken over as well.
    mouse: bool,
    entered: AtomicBool,
}

impl Tty {
    /// Looks whether there is a terminal and remembers its modes; changes nothing. With `mouse` it will be taken over
    /// together with the screen.
    pub fn open(mouse: bool) -> Result<Self, TuiError> {
        for (stream, is_terminal) in
            [("standard input", io::stdin().is_terminal()), ("standard output", io::stdout().is_terminal())]
        {
            if !is_terminal {
                return Err(TuiError::NotATerminal { stream });
            }
        }
        let original = tcgetattr(stdin()).map_err(|error| TuiError::Terminal(error.into()))?;
        Ok(Self { original, mouse, entered: AtomicBool::new(false) })
    }

    /// Whether the screen is ours at the moment.
    pub fn is_entered(&self) -> bool {
        self.entered.load(Ordering::SeqCst)
    }

    /// Takes the screen over. When it is ours already, only its modes are set again: somebody may have changed
    /// them while we were stopped.
    pub fn enter(&self) -> io::Result<()> {
        let was_ours = self.entered.swap(true, Ordering::SeqCst);
        let mut raw = self.original.clone();
        raw.make_raw();
        tcsetattr(stdin(), OptionalActions::Now, &raw)?;
        if !was_ours {
            self.write_frame(ENTER)?;
        }
        self.write_frame(&[OURS, if self.mouse { MOUSE } else { b"" }].concat())
    }

    /// What gives back all that was taken over.
    fn farewell(&self) -> Vec<u8> {
        [if self.mouse { NO_MOUSE } else { b"" }, LEAVE].concat()
    }

    /// Gives the screen back as it was; does nothing when that is done already. What fails is passed over: a
    /// terminal that is gone needs nothing.
    pub fn leave(&self) {
        if self.is_entered() {
            let _ = self.write_frame(&self.farewell());
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.original);
            // Only now: whoever ends the process relies on it.
            self.entered.store(false, Ordering::SeqCst);
        }
    }

    /// As [`Self::leave`], but never waits for a terminal that does not read: its modes are set back, and the
    /// bytes that give back the screen are sent only if there is room for them.
    pub fn abandon(&self) {
        if self.is_entered() {
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.original);
            let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
            // Opened anew, so that not waiting is a property of this handle and not of everybody's.
            if let Ok(mut tty) = OpenOptions::new().write(true).custom_flags(flags).open("/dev/tty") {
                let _ = tty.write_all(&self.farewell());
            }
        }
    }

    /// Waits, for ever if need be, until the terminal is gone.
    pub fn wait_for_hangup() {
        loop {
            let input = stdin();
            // No event is asked for: only a hang-up or an error ends the wait.
            let mut fds = [PollFd::new(&input, PollFlags::empty())];
            match poll(&mut fds, None) {
                Ok(_) if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) => return,
                Err(Errno::INTR) => {}
                // This system cannot tell; the failing of a draw still does.
                _ => std::thread::park(),
            }
        }
    }
}

/// Where frames go.
pub trait Output {
    /// Writes all of it, waiting as long as it takes.
    fn write_frame(&self, bytes: &[u8]) -> io::Result<()>;

    /// How large the screen is now.
    fn size(&self) -> io::Result<Size>;
}

impl Output for Tty {
    fn write_frame(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match rustix::io::write(stdout(), bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(Errno::INTR) => {}
                // Somebody who shares the terminal has made it non-blocking.
                Err(Errno::AGAIN) => {
                    let output = stdout();
                    let mut fds = [PollFd::new(&output, PollFlags::OUT)];
                    let _ = poll(&mut fds, None);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        let size = tcgetwinsize(stdout())?;
        let known = size.ws_col > 0 && size.ws_row > 0;
        Ok(if known { Size::new(size.ws_col, size.ws_row) } else { UNKNOWN_SIZE })
    }
}
