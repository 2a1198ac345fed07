//! How many files, and so connections, this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are kept for everything but clients: the store, the log, other servers, the listener for numbers.
const RESERVED: u64 = 256;

/// Takes as many open files as the system grants, and gives how many connections fit into them, at most `wanted`.
///
/// A server that accepts more connections than it may have files open stops to accept at all, and spins.
pub(super) fn connections_that_fit(wanted: usize) -> usize {
    let granted = raised();
    let fit = fit(granted, wanted);
    if fit < wanted {
        tracing::warn!(
            open_files_limit = granted,
            open_files_needed = wanted,
            max_connections = fit,
            "this process may open too few files for server.max_connections, which is lowered; see `ulimit -n` or LimitNOFILE"
        );
    }
    fit
}

/// How many files may be open, after asking for as many as may be asked for. Nothing if there is no limit.
fn raised() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return limit.current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }) {
        Ok(()) => limit.maximum,
        // Some systems have a lower limit for all processes, which counts then.
        Err(_) => limit.current,
    }
}

fn fit(files: Option<u64>, wanted: usize) -> usize {
    let Some(files) = files else {
        return wanted;
    };
    // Where even what is reserved does not fit, half is for clients.
    let for_clients = files.saturating_sub(RESERVED).max(files / 2).max(1);
    wanted.min(usize::try_from(for_clients).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_other_files() {
        assert_eq!(fit(Some(65_536), 4096), 4096);
        assert_eq!(fit(Some(1024), 4096), 768);
        assert_eq!(fit(Some(100), 4096), 50);
        assert_eq!(fit(None, 4096), 4096);
    }
}
