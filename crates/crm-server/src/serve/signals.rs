//! The signals that tell the server to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::command_error::CommandError;
use crate::{output, telemetry};

/// What a shell reports of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// SIGTERM and SIGINT, caught from the moment this is made.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Catches them from now on. Needs a runtime.
    ///
    /// # Errors
    /// The system does not let us.
    pub(super) fn install() -> Result<Self, CommandError> {
        let catch =
            |kind| signal(kind).map_err(|error| CommandError::failed("signals cannot be caught", error));
        Ok(Self { terminate: catch(SignalKind::terminate())?, interrupt: catch(SignalKind::interrupt())? })
    }

    /// Waits for the next one and gives its name.
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }

    /// Waits for the next one and ends the program. Nothing that was answered is lost: it is on the disk.
    pub(super) async fn end_at_the_next(mut self) {
        let signal = self.next().await;
        telemetry::finish();
        output::complain(&format!("crm-server: a second {signal}: ending at once"));
        std::process::exit(INTERRUPTED);
    }
}
