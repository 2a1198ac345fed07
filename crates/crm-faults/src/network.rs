//! A small network of this machine's own, in which what one says can be kept from another: each member of a replica set
//! and the server have a network namespace of their own, joined by a bridge that leads nowhere else.
//!
//! It takes root, and the programs `ip` (iproute2) and `iptables`.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};

use crm_testkit::mongod::node::Host;

use crate::Outcome;

/// Somebody on the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The member of this number.
    Member(u8),
    /// The server.
    Server,
}

/// A network. It is taken down with this value.
#[derive(Debug)]
pub struct Network {
    name: String,
    subnet: u8,
    members: u8,
}

/// What is needed, for whoever has it not.
const HELP: &str = "network namespaces are needed: run as root, where they are allowed (in a container: --privileged), \
                    with `ip` (iproute2) and `iptables` installed";

impl Network {
    /// Lays one for so many members and a server.
    ///
    /// # Errors
    /// It cannot be had; the text says what is needed.
    pub fn lay(members: u8) -> Outcome<Self> {
        static NEXT: AtomicU8 = AtomicU8::new(0);
        sweep();
        let process = std::process::id();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let taken = run("ip", &["-o", "-4", "address", "show"])?;
        let subnet = (1..=250_u8).find(|subnet| !taken.contains(&format!(" 10.213.{subnet}.")));
        let network = Self {
            // Names of interfaces have fifteen letters at most.
            name: format!("cf{process}x{number}"),
            subnet: subnet.ok_or("all subnets are taken")?,
            members,
        };
        network.join_all().map_err(|error| format!("{HELP}: {error}"))?;
        Ok(network)
    }

    /// Where a member listens.
    pub fn member(&self, number: u8) -> Host {
        Host {
            address: self.address(End::Member(number)),
            namespace: Some(self.namespace(End::Member(number))),
        }
    }

    /// Where the server listens.
    pub fn server(&self) -> Host {
        Host { address: self.address(End::Server), namespace: Some(self.namespace(End::Server)) }
    }

    /// From now on nothing that `speaker` says reaches `listener`: it is dropped without a word.
    ///
    /// # Errors
    /// It cannot be arranged.
    pub fn silence(&self, speaker: End, listener: End) -> Outcome<()> {
        let source = self.address(speaker).to_string();
        self.within(listener, &["iptables", "-w", "-A", "INPUT", "-s", &source, "-j", "DROP"])
    }

    /// Everybody hears everybody again.
    ///
    /// # Errors
    /// It cannot be arranged.
    pub fn mend(&self) -> Outcome<()> {
        for end in self.ends() {
            self.within(end, &["iptables", "-w", "-F", "INPUT"])?;
        }
        Ok(())
    }

    fn join_all(&self) -> Outcome<()> {
        let bridge = &self.name;
        run("ip", &["link", "add", bridge, "type", "bridge", "forward_delay", "0"])?;
        run("ip", &["address", "add", &format!("10.213.{}.254/24", self.subnet), "dev", bridge])?;
        run("ip", &["link", "set", bridge, "up"])?;
        for end in self.ends() {
            let (space, outside) = (self.namespace(end), format!("{bridge}v{}", Self::number(end)));
            run("ip", &["netns", "add", &space])?;
            let peer = ["peer", "name", "eth0", "netns", &space];
            run("ip", &[&["link", "add", &outside, "type", "veth"], &peer[..]].concat())?;
            run("ip", &["link", "set", &outside, "master", bridge, "up"])?;
            let address = format!("{}/24", self.address(end));
            run("ip", &["-n", &space, "address", "add", &address, "dev", "eth0"])?;
            run("ip", &["-n", &space, "link", "set", "eth0", "up"])?;
            run("ip", &["-n", &space, "link", "set", "lo", "up"])?;
            self.within(end, &["iptables", "-w", "-L", "INPUT"])?;
        }
        Ok(())
    }

    fn ends(&self) -> impl Iterator<Item = End> {
        (0..self.members).map(End::Member).chain([End::Server])
    }

    fn number(end: End) -> u8 {
        match end {
            End::Member(number) => number + 1,
            End::Server => 200,
        }
    }

    fn address(&self, end: End) -> Ipv4Addr {
        Ipv4Addr::new(10, 213, self.subnet, Self::number(end))
    }

    fn namespace(&self, end: End) -> String {
        format!("{}-{}", self.name, Self::number(end))
    }

    fn within(&self, end: End, command: &[&str]) -> Outcome<()> {
        let space = self.namespace(end);
        run("ip", &[&["netns", "exec", &space], command].concat()).map(drop)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for end in self.ends() {
            // One that was never made need not go.
            run("ip", &["netns", "delete", &self.namespace(end)]).ok();
        }
        run("ip", &["link", "delete", &self.name]).ok();
    }
}

/// Takes down what processes have left that were killed.
fn sweep() {
    for (listed, removed) in
        [(["netns", "list"], ["netns", "delete"]), (["-brief", "link"], ["link", "delete"])]
    {
        let listed = run("ip", &listed).unwrap_or_default();
        for name in listed.lines().filter_map(|line| line.split_whitespace().next()) {
            if is_left_over(name) {
                // Another process may be at it.
                run("ip", &[&removed[..], &[name]].concat()).ok();
            }
        }
    }
}

/// Whether something of this name belongs to a process that is gone.
fn is_left_over(name: &str) -> bool {
    let owner = name.strip_prefix("cf").and_then(|rest| rest.split_once('x'));
    owner.is_some_and(|(process, _)| {
        process.parse::<u32>().is_ok() && !PathBuf::from(format!("/proc/{process}")).exists()
    })
}

/// Where a program of the system is: those of its administrator are on everybody's path seldom.
pub(crate) fn program(name: &str) -> PathBuf {
    let folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin"];
    let found = folders.iter().map(|folder| PathBuf::from(folder).join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| PathBuf::from(name))
}

fn run(name: &str, arguments: &[&str]) -> Outcome<String> {
    let ended = Command::new(program(name)).args(arguments).output();
    let ended = ended.map_err(|error| format!("{name}: {error}"))?;
    if ended.status.success() {
        return Ok(String::from_utf8_lossy(&ended.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    Err(format!("{name} {}: {}", arguments.join(" "), said.trim()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_dead_process_of_ours_has_left_is_taken_down() {
        let own = format!("cf{}x0-1", std::process::id());
        for name in [own.as_str(), "eth0", "cfx1", "cfax1", "cf12", "lo"] {
            assert!(!is_left_over(name), "{name}");
        }
        assert!(is_left_over("cf4294967295x0-200"));
    }
}
