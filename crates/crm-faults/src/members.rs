//! A replica set of three that a suite has for itself, and the network that it is on, if it is cut.

use std::path::Path;
use std::time::Duration;

use crm_testkit::mongod::node::{Host, Node};
use crm_testkit::mongod::replica_set::ReplicaSet;
use rustix::process::Signal;

use crate::Outcome;
use crate::network::{End, Network};
use crate::place::Place;
use crate::program::Program;

/// How many there are.
pub const MEMBERS: u8 = 3;
/// How long an election may take.
const ELECTED: Duration = Duration::from_secs(40);

/// Three members.
#[derive(Debug)]
pub struct Members {
    // Before the network: what runs in it ends first.
    set: ReplicaSet,
    network: Option<Network>,
}

impl Members {
    /// Starts them on the loopback address.
    pub async fn start() -> Self {
        Self { set: ReplicaSet::start(usize::from(MEMBERS)).await, network: None }
    }

    /// Starts them on a network of their own.
    ///
    /// # Errors
    /// There can be none.
    pub async fn start_apart() -> Outcome<Self> {
        let network = Network::lay(MEMBERS)?;
        let hosts: Vec<Host> = (0..MEMBERS).map(|number| network.member(number)).collect();
        let set = ReplicaSet::start_on(&hosts, Path::new("/dev/shm")).await;
        Ok(Self { set, network: Some(network) })
    }

    /// A folder whose server keeps its records in this database of theirs.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn place(&self, program: &Program, database: &str) -> Outcome<Place> {
        let place = Place::at(program, &self.set.uri().replace("/?", &format!("/{database}?")))?;
        Ok(match &self.network {
            None => place,
            Some(network) => place.on(network.server()),
        })
    }

    /// All of them.
    pub fn all(&self) -> &[Node] {
        self.set.nodes()
    }

    /// The one that takes writes, and the others; waited for.
    ///
    /// # Errors
    /// None does for long.
    pub async fn told_apart(&self) -> Outcome<(&Node, Vec<&Node>)> {
        let asked = async {
            loop {
                if let Some(primary) = self.set.primary().await {
                    return primary;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let primary = tokio::time::timeout(ELECTED, asked).await.map_err(|_| "there is no primary")?;
        Ok((primary, self.all().iter().filter(|node| node.port() != primary.port()).collect()))
    }

    /// Waits until none of these is heard any more: a process that was killed listens on while its memory is taken back.
    ///
    /// # Errors
    /// One is, for long.
    pub async fn are_gone(nodes: &[&Node]) -> Outcome<()> {
        let asked = async {
            for node in nodes {
                while node.is_heard().await {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        };
        tokio::time::timeout(ELECTED, asked)
            .await
            .map_err(|_| "a member that was killed is still heard".into())
    }

    /// Starts those again that are not heard.
    pub async fn revive(&self) {
        for node in self.all() {
            if !node.is_heard().await {
                self.set.restart(node).await;
            }
        }
    }

    /// Waits until there is a primary that finds all of them well.
    ///
    /// # Errors
    /// There is none for long.
    pub async fn are_well(&self) -> Outcome<()> {
        let asked = async {
            while !self.set.is_well().await {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(ELECTED, asked).await.map_err(|_| "the members do not become well".into())
    }

    /// Sends them a signal.
    pub fn signal(nodes: &[&Node], signal: Signal) {
        for node in nodes {
            node.signal(signal);
        }
    }

    /// From now on nothing that the first says reaches the second.
    ///
    /// # Errors
    /// They are not on a network of their own, or it fails.
    pub fn silence(&self, speaker: End, listener: End) -> Outcome<()> {
        self.network()?.silence(speaker, listener)
    }

    /// Everybody hears everybody again.
    ///
    /// # Errors
    /// As [`Members::silence`].
    pub fn mend(&self) -> Outcome<()> {
        self.network()?.mend()
    }

    /// Who this is on the network.
    pub fn end_of(&self, node: &Node) -> End {
        let same = |(_, other): &(u8, &Node)| other.port() == node.port();
        (0_u8..).zip(self.all()).find(same).map_or(End::Server, |(number, _)| End::Member(number))
    }

    fn network(&self) -> Outcome<&Network> {
        self.network.as_ref().ok_or_else(|| "the members are on the loopback address".into())
    }
}
