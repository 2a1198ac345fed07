//! The signals that tell the server to stop.

use std::fs;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::command_error::CommandError;
use crate::{output, telemetry};

/// The exit code that a shell reports of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// SIGTERM, SIGINT and SIGHUP, caught from the moment this is made.
///
/// SIGHUP is left alone if it was ignored when the program started, as `nohup` arranges it: the server then outlives its
/// terminal.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Option<Signal>,
}

impl Signals {
    /// Catches them from now on. Needs a runtime.
    ///
    /// # Errors
    /// The system does not allow it.
    pub(super) fn install() -> Result<Self, CommandError> {
        let catch =
            |kind| signal(kind).map_err(|error| CommandError::failed("signals cannot be caught", error));
        let hang_up =
            if is_ignored(SignalKind::hangup()) { None } else { Some(catch(SignalKind::hangup())?) };
        Ok(Self {
            terminate: catch(SignalKind::terminate())?,
            interrupt: catch(SignalKind::interrupt())?,
            hang_up,
        })
    }

    /// Waits for the next one and gives its name.
    pub(super) async fn next(&mut self) -> &'static str {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
            _ = hang_up => "SIGHUP",
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

/// Whether this process ignores a signal, as Linux shows it in `/proc/self/status`; false where there is no such file.
fn is_ignored(kind: SignalKind) -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores(&status, kind.as_raw_value()))
}

/// Whether the mask `SigIgn` has the bit of the signal with this number; see proc_pid_status(5).
fn ignores(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    u32::try_from(signal - 1).is_ok_and(|bit| mask.checked_shr(bit).is_some_and(|shifted| shifted & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read_bit_by_bit() {
        let status = "Name:\tcrm-server\nSigBlk:\t0000000000000001\nSigIgn:\t0000000000001001\n";
        assert!(ignores(status, 1) && ignores(status, 13));
        assert!(!ignores(status, 2) && !ignores(status, 15) && !ignores(status, 0));
        assert!(!ignores("Name:\tcrm-server\n", 1));
    }
}
