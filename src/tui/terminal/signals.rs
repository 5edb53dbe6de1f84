//! What comes from outside while the terminal is ours: keys, signals and the end of the line. Each has its own
//! thread, because the one that draws may be stuck in a write to a terminal that does not read. Whoever is told
//! to stop and is stuck is ended from here, the terminal's modes set back first.

use std::io;
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossterm::event::Event;
use nix::unistd::{getppid, getsid};
use rustix::process::{Signal, getpid, kill_current_process_group, kill_process};
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};
use tokio::sync::mpsc::Sender;

use super::Tty;

/// How long an orderly end may take before the process is ended.
const GRACE: Duration = Duration::from_secs(1);

/// The same when the terminal is gone and nobody looks any more.
const GRACE_AFTER_HANGUP: Duration = Duration::from_millis(500);

/// What the loop is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// End: this signal came.
    Stop(i32),
    /// End: the terminal is gone.
    Hangup,
    /// Give the terminal back and stop until told to go on.
    Suspend,
    /// Was stopped and goes on.
    Resume,
}

/// The exit code of a process that a signal has ended, as shells give it.
#[must_use]
pub fn exit_code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// The exit code after a hang-up.
pub const HANGUP: u8 = 129;

/// Hears signals from now on, until the process ends.
pub fn watch_signals(tty: Arc<Tty>, control: Sender<Control>) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let mut signals = {
        let _context = runtime.enter();
        Signals::listen()?
    };
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            loop {
                let heard = signals.next().await;
                // A loop that is stuck does not empty the channel; it needs no second word either.
                let _ = control.try_send(heard);
                if let Control::Stop(number) = heard {
                    if tty.is_entered() {
                        tokio::time::sleep(GRACE).await;
                    }
                    tty.abandon();
                    process::exit(exit_code(number).into());
                }
            }
        });
    })?;
    Ok(())
}

/// Waits for the terminal to be gone: the only sign of it when the signal is ignored, as under `nohup`.
pub fn watch_hangup(tty: Arc<Tty>, control: Sender<Control>) -> io::Result<()> {
    thread::Builder::new().name("hangup".to_owned()).spawn(move || {
        Tty::wait_for_hangup();
        let _ = control.try_send(Control::Hangup);
        thread::sleep(GRACE_AFTER_HANGUP);
        tty.abandon();
        process::exit(HANGUP.into());
    })?;
    Ok(())
}

/// Reads keys and changes of size.
pub fn read_input(input: Sender<Event>, control: Sender<Control>) -> io::Result<()> {
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        while let Ok(event) = crossterm::event::read() {
            if input.blocking_send(event).is_err() {
                return;
            }
        }
        let _ = control.try_send(Control::Hangup);
    })?;
    Ok(())
}

/// Stops this process, as the signal that came from outside means it.
pub fn stop_self() -> io::Result<()> {
    Ok(kill_process(getpid(), Signal::STOP)?)
}

/// Stops the whole job, as the terminal does it for a program that does not read its keys by itself: also what
/// started us, such as `cargo run`, or the shell would not notice.
pub fn stop_job() -> io::Result<()> {
    Ok(kill_current_process_group(Signal::STOP)?)
}

/// Whether somebody is there who could wake us: what started us is in the same session. In a container a parent
/// or a session's leader may be outside, with the number 0, which `rustix` takes for impossible.
#[must_use]
pub fn has_shell() -> bool {
    let (parent, ours) = (getppid(), getsid(None).ok());
    parent.as_raw() > 0 && ours.is_some() && getsid(Some(parent)).ok() == ours
}

struct Signals {
    terminate: Stream,
    interrupt: Stream,
    hangup: Stream,
    quit: Stream,
    stop: Stream,
    go_on: Stream,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            quit: signal(SignalKind::quit())?,
            stop: signal(SignalKind::from_raw(Signal::TSTP.as_raw()))?,
            go_on: signal(SignalKind::from_raw(Signal::CONT.as_raw()))?,
        })
    }

    async fn next(&mut self) -> Control {
        let number = tokio::select! {
            biased;
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.hangup.recv() => Signal::HUP,
            _ = self.quit.recv() => Signal::QUIT,
            _ = self.stop.recv() => return Control::Suspend,
            _ = self.go_on.recv() => return Control::Resume,
        };
        Control::Stop(number.as_raw())
    }
}
