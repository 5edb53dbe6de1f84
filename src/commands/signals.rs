//! When the program is asked to end. Listening begins once and goes on, so that no signal is lost between two
//! waits.

use super::exit::{Exit, Failure};

/// Hears that the process is interrupted or terminated.
#[cfg(unix)]
pub struct Ends {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Ends {
    /// Listens from now on. Needs a runtime.
    pub fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|error| unheard(&error));
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    /// Resolves when the process is asked to end.
    pub async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Hears that the process is interrupted.
#[cfg(windows)]
pub struct Ends(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Ends {
    /// Listens from now on. Needs a runtime.
    pub fn listen() -> Result<Self, Failure> {
        tokio::signal::windows::ctrl_c().map(Self).map_err(|error| unheard(&error))
    }

    /// Resolves when the process is asked to end.
    pub async fn asked(&mut self) {
        self.0.recv().await;
    }
}

fn unheard(error: &std::io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("the signals that end the program cannot be heard: {error}"))
}
