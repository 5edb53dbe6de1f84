//! When the program is asked to end.

use std::io;

/// Resolves when the process is interrupted or terminated.
#[cfg(unix)]
pub async fn end_asked() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

/// Resolves when the process is interrupted.
#[cfg(not(unix))]
pub async fn end_asked() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
