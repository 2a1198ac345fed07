//! A network of network namespaces, in which packets of one end can be kept from another: each member of a replica set and
//! the server have a namespace of their own, joined by a bridge that leads nowhere else.
//!
//! The process must be inside of [`Purpose::Network`](crm_testkit::namespaces::Purpose::Network): the network is laid out
//! with `ip` (iproute2) in its own network namespace, which ends with it.

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};

use crm_testkit::mongod::node::Host;
use parking_lot::Mutex;

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
    subnet: u8,
    members: u8,
    /// Who hears nothing of whom.
    silenced: Mutex<Vec<(End, End)>>,
}

impl Network {
    /// Lays out one for so many members and a server.
    ///
    /// # Errors
    /// The kernel refuses it; the text says which step.
    pub fn lay(members: u8) -> Outcome<Self> {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let subnet = NEXT.fetch_add(1, Ordering::Relaxed);
        let network = Self { subnet, members, silenced: Mutex::default() };
        network.join_all()?;
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

    /// From now on the listener drops every packet of the speaker. A routing rule of the listener does it, which comes
    /// before the table of its own addresses and needs no packet filter.
    ///
    /// # Errors
    /// The rule cannot be added.
    pub fn silence(&self, speaker: End, listener: End) -> Outcome<()> {
        self.rule("add", speaker, listener)?;
        self.silenced.lock().push((speaker, listener));
        Ok(())
    }

    /// Removes all of these rules.
    ///
    /// # Errors
    /// A rule cannot be removed.
    pub fn mend(&self) -> Outcome<()> {
        let silenced = std::mem::take(&mut *self.silenced.lock());
        silenced.into_iter().try_for_each(|(speaker, listener)| self.rule("delete", speaker, listener))
    }

    fn rule(&self, what: &str, speaker: End, listener: End) -> Outcome<()> {
        let (space, source) = (self.namespace(listener), self.address(speaker).to_string());
        let rule = ["preference", FIRST, "from", &source, "blackhole"];
        ip(&[&["-n", &space, "rule", what], &rule[..]].concat())
    }

    fn join_all(&self) -> Outcome<()> {
        let bridge = &self.bridge();
        ip(&["link", "add", bridge, "type", "bridge", "forward_delay", "0"])?;
        ip(&["address", "add", &format!("10.213.{}.254/24", self.subnet), "dev", bridge])?;
        ip(&["link", "set", bridge, "up"])?;
        for end in self.ends() {
            let (space, outside) = (self.namespace(end), format!("{bridge}v{}", Self::number(end)));
            ip(&["netns", "add", &space])?;
            let peer = ["peer", "name", "eth0", "netns", &space];
            ip(&[&["link", "add", &outside, "type", "veth"], &peer[..]].concat())?;
            ip(&["link", "set", &outside, "master", bridge, "up"])?;
            let address = format!("{}/24", self.address(end));
            ip(&["-n", &space, "address", "add", &address, "dev", "eth0"])?;
            ip(&["-n", &space, "link", "set", "eth0", "up"])?;
            ip(&["-n", &space, "link", "set", "lo", "up"])?;
            // The table of its own addresses comes second, after the rules of `silence`.
            ip(&["-n", &space, "rule", "add", "preference", SECOND, "lookup", "local"])?;
            ip(&["-n", &space, "rule", "delete", "preference", "0"])?;
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
        format!("{}-{}", self.bridge(), Self::number(end))
    }

    /// The name of the bridge, and what other names begin with.
    fn bridge(&self) -> String {
        format!("crm{}", self.subnet)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for end in self.ends() {
            // One that was never made need not go.
            ip(&["netns", "delete", &self.namespace(end)]).ok();
        }
        ip(&["link", "delete", &self.bridge()]).ok();
    }
}

/// The place of the rules of [`Network::silence`].
const FIRST: &str = "10";
/// The place of the table of an end's own addresses, which is 0 where nothing says otherwise.
const SECOND: &str = "100";

fn ip(arguments: &[&str]) -> Outcome<()> {
    let ended = Command::new("ip").args(arguments).output().map_err(|error| format!("ip: {error}"))?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    Err(format!("ip {}: {}", arguments.join(" "), said.trim()).into())
}
