//! A process that was started, and ends with the value that stands for it.

use std::io::{BufRead, BufReader, copy, sink};
use std::net::SocketAddr;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Outcome;
use crate::usage::Usage;

/// How long a server may take to end in order.
const ENDING: Duration = Duration::from_secs(20);

/// A process that listens.
#[derive(Debug)]
pub(crate) struct Listening {
    child: Child,
    address: SocketAddr,
    begun: Instant,
}

impl Listening {
    /// Starts it and waits for the line in which it says where it listens.
    ///
    /// # Errors
    /// It cannot be started, or ended instead; the text is what it said.
    pub(crate) fn start(mut command: Command) -> Outcome<Self> {
        let begun = Instant::now();
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or("its standard output is not ours")?;
        let mut lines = BufReader::new(stdout);
        let mut said = String::new();
        let address = loop {
            let from = said.len();
            if lines.read_line(&mut said)? == 0 {
                child.wait()?;
                return Err(format!("a process that was to listen ended: {said}").into());
            }
            if let Some(address) = said.get(from..).and_then(address_in) {
                break address;
            }
        };
        // What it says later must have somewhere to go.
        thread::spawn(move || copy(&mut lines, &mut sink()));
        Ok(Self { child, address, begun })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it has used so far.
    pub(crate) fn usage(&self) -> Usage {
        Usage::of(self.child.id())
    }

    /// When it was started.
    pub(crate) fn begun(&self) -> Instant {
        self.begun
    }
}

impl Drop for Listening {
    /// Told to end in order, and killed if it does not.
    fn drop(&mut self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).ok();
        let deadline = Instant::now() + ENDING;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::park_timeout(Duration::from_millis(5));
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, address) = line.split_once("listens at http://")?;
    let end =
        address.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':'))).unwrap_or(address.len());
    address.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_what_the_server_says() {
        let address = "127.0.0.1:4711".parse().ok();
        assert_eq!(address_in("crm-server listens at http://127.0.0.1:4711/api\n"), address);
        assert_eq!(address_in("crm-server listens at http://127.0.0.1:4711\n"), address);
        assert_eq!(address_in("starting"), None);
    }
}
