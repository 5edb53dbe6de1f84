//! The terminal from taking it over to giving it back. `tty` is the device, `screen` the bytes of a frame,
//! `signals` what comes from outside, and [`Session`] the time in between: however it ends, by an error, a
//! panic or a signal, the terminal is as it was before.

mod clipboard;
mod screen;
mod signals;
mod tty;

use std::io;
use std::panic;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use ratatui::layout::Size;
use ratatui::{Frame, Terminal};

pub use clipboard::{LIMIT as CLIPBOARD_LIMIT, Multiplexer};
use screen::Screen;
pub use signals::{
    Control, HANGUP, exit_code, has_shell, read_input, stop_job, stop_self, watch_hangup, watch_signals,
};
pub use tty::{Output, Tty};

/// Why the interface could not run, or had to end.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// There is no terminal.
    #[error("{stream} is not a terminal, and the interface needs one: use `dropscale status` or `dropscale auto`")]
    NotATerminal {
        /// Which one is not.
        stream: &'static str,
    },
    /// The terminal could not be set up.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[source] io::Error),
    /// The worker has ended, which it never does by itself.
    #[error(
        "the worker stopped unexpectedly{why}: start dropscale again; it goes on with an operation that was under way"
    )]
    WorkerStopped {
        /// Why, in brackets, if it is known.
        why: String,
    },
}

/// The time in which the terminal is ours.
pub struct Session {
    tty: Arc<Tty>,
    terminal: Terminal<Screen<Arc<Tty>>>,
    panics: Panics,
}

/// What other threads panicked of while the screen was ours.
type Panics = Arc<Mutex<Vec<String>>>;

impl Session {
    /// Takes the terminal over, and sees to it that a panic gives it back.
    pub fn begin(tty: Arc<Tty>) -> Result<Self, TuiError> {
        let panics = Panics::default();
        restore_on_panic(Arc::clone(&tty), Arc::clone(&panics));
        tty.enter().map_err(TuiError::Terminal)?;
        match Terminal::new(Screen::new(Arc::clone(&tty))) {
            Ok(terminal) => Ok(Self { tty, terminal, panics }),
            Err(error) => {
                tty.leave();
                Err(TuiError::Terminal(error))
            }
        }
    }

    /// Draws a frame; nothing is written when it is the same as the last. Any error means that the terminal is
    /// gone.
    pub fn draw<T>(&mut self, draw: impl FnOnce(&mut Frame) -> T) -> io::Result<T> {
        let mut drawn = None;
        self.terminal.draw(|frame| drawn = Some(draw(frame)))?;
        drawn.ok_or_else(|| io::Error::other("the frame was not drawn"))
    }

    /// Puts a text on the clipboard of the terminal, with the next frame.
    pub fn copy(&mut self, text: &str, through: Multiplexer) {
        self.terminal.backend_mut().send(&through.copy(text));
    }

    /// Gives the terminal back until [`Self::resume`]. What was not written yet is for nobody any more.
    pub fn suspend(&mut self) {
        self.terminal.backend_mut().forget_frame();
        self.tty.leave();
    }

    /// Takes the terminal over again; the next frame is drawn whole.
    pub fn resume(&mut self) -> io::Result<()> {
        self.tty.enter()?;
        self.terminal.backend_mut().forget_cursor();
        self.repaint()
    }

    /// What another thread panicked of last.
    pub fn last_panic(&self) -> Option<String> {
        self.panics.lock().unwrap_or_else(PoisonError::into_inner).last().cloned()
    }

    /// The next frame is drawn whole.
    pub fn repaint(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.tty.leave();
    }
}

impl Output for Arc<Tty> {
    fn write_frame(&self, bytes: &[u8]) -> io::Result<()> {
        self.as_ref().write_frame(bytes)
    }

    fn size(&self) -> io::Result<Size> {
        self.as_ref().size()
    }
}

/// A panic of this thread gives the terminal back before anything is said about it. One of another thread is
/// only noted: its message would be lost in the screen, and the interface goes on.
fn restore_on_panic(tty: Arc<Tty>, panics: Panics) {
    let ours = thread::current().id();
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == ours {
            tty.leave();
            previous(info);
            let _ = io::Write::write_all(&mut io::stderr(), CRASHED);
        } else if tty.is_entered() {
            tracing::error!("a thread panicked: {info}");
            panics.lock().unwrap_or_else(PoisonError::into_inner).push(info.to_string());
        } else {
            previous(info);
        }
    }));
}

const CRASHED: &[u8] = b"dropscale has crashed, which is a fault of the program: please report the lines above.\n\
    The terminal is as it was before. Start dropscale again: it goes on with an operation that was under way.\n";
