//! Being told to stop: whatever is measured then ends soon, and what was started is ended on the way out.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

use crate::Outcome;

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Listens for signals from now on, for as long as the runtime lives.
///
/// # Errors
/// The signals cannot be listened for.
pub(crate) fn listen() -> Outcome<()> {
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupts.recv() => {}
            _ = terminations.recv() => {}
        }
        STOPPED.store(true, Ordering::Relaxed);
    });
    Ok(())
}

/// Whether a signal has come.
pub(crate) fn has_come() -> bool {
    STOPPED.load(Ordering::Relaxed)
}

/// Goes on only if none has.
///
/// # Errors
/// One has.
pub(crate) fn check() -> Outcome<()> {
    if has_come() { Err("interrupted".into()) } else { Ok(()) }
}
