//! What a process uses, as the kernel tells it.

use std::time::Duration;

/// In what unit Linux tells programs about times, on every processor that is still made.
const TICKS_PER_SECOND: u64 = 100;

/// What a process has used up to a moment; nothing where the system has no `/proc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    /// Processor time, of its own and of the kernel for it.
    pub(crate) cpu: Option<Duration>,
    /// Resident memory, in bytes.
    pub(crate) resident: Option<u64>,
    /// What of that is not mapped from a file, in bytes.
    pub(crate) anonymous: Option<u64>,
    /// The most resident memory there was, in bytes.
    pub(crate) most_resident: Option<u64>,
}

impl Usage {
    /// That of a process.
    pub(crate) fn of(process: u32) -> Self {
        let read =
            |file: &str| std::fs::read_to_string(format!("/proc/{process}/{file}")).unwrap_or_default();
        let status = read("status");
        Self {
            cpu: cpu_in(&read("stat")),
            resident: bytes_in(&status, "VmRSS:"),
            anonymous: bytes_in(&status, "RssAnon:"),
            most_resident: bytes_in(&status, "VmHWM:"),
        }
    }

    /// The processor time between two moments.
    pub(crate) fn cpu_since(self, before: Self) -> Option<Duration> {
        Some(self.cpu?.saturating_sub(before.cpu?))
    }
}

/// Fields 14 and 15, counted from 1; the second is a name in parentheses that may hold anything.
fn cpu_in(stat: &str) -> Option<Duration> {
    let (_, behind) = stat.rsplit_once(')')?;
    let mut fields = behind.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
}

fn bytes_in(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_says_is_read() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194560 9 0 0 0 150 50 7 7 20 0 1 0 1 1 1";
        assert_eq!(cpu_in(stat), Some(Duration::from_secs(2)));
        assert_eq!(bytes_in("Name:\tx\nVmRSS:\t  2048 kB\n", "VmRSS:"), Some(2_097_152));
        assert_eq!(cpu_in(""), None);
    }

    #[test]
    fn this_process_uses_something() {
        let usage = Usage::of(std::process::id());
        assert!(usage.resident > Some(0) && usage.cpu.is_some(), "{usage:?}");
    }
}
