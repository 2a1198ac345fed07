//! A replica set of one test's own, whose members it may kill and freeze.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bson::{Document, doc};
use rustix::process::Signal;

use super::find::{Program, program};
use super::node::{Host, Kind, Node};
use super::{admin, free_port, shared};
use crate::slow_line::SlowLine;

/// Some servers that are one replica set. They end with this value, and with this process.
#[derive(Debug)]
pub struct ReplicaSet {
    program: Program,
    nodes: Vec<Node>,
}

impl ReplicaSet {
    /// Starts so many servers, with an election timeout of two seconds, and waits until they take writes.
    ///
    /// # Panics
    /// If they do not.
    pub async fn start(members: usize) -> Self {
        Self::start_in(members, &shared::base()).await
    }

    /// The same with the data in this folder, for what is to be on a disk: [`ReplicaSet::start`] takes memory where it
    /// can.
    ///
    /// # Panics
    /// If they do not take writes.
    pub async fn start_in(members: usize, base: &Path) -> Self {
        Self::start_on(&vec![Host::here(); members], base).await
    }

    /// The same with each member where one of these hosts is.
    ///
    /// # Panics
    /// If they do not take writes.
    pub async fn start_on(hosts: &[Host], base: &Path) -> Self {
        let set = Self::launch(hosts, base).await;
        let settings = doc! { "electionTimeoutMillis": 2_000, "heartbeatIntervalMillis": 500 };
        let addresses: Vec<String> = set.nodes.iter().map(Node::address).collect();
        admin::initiate(&addresses, &addresses, settings).await.expect("the replica set takes writes");
        set
    }

    /// Starts a set of one whose member has a host name, in the set's configuration, at which nobody reaches it: as a
    /// server in a container has for all who are outside of the container's network.
    ///
    /// # Panics
    /// If it does not take writes.
    pub async fn start_under_another_name() -> Self {
        let set = Self::launch(&[Host::here()], &shared::base()).await;
        let node = set.nodes.first().expect("there is one");
        // A member has to find itself by its name when the set is made, and not later.
        let name = SlowLine::to(node.port()).await;
        let host = format!("localhost:{}", name.port());
        admin::initiate(&[node.address()], &[host], Document::new())
            .await
            .expect("the replica set takes writes");
        set
    }

    /// Starts the servers of a set that is still to be initiated.
    async fn launch(hosts: &[Host], base: &Path) -> Self {
        let program = program();
        let nodes: Vec<Node> = free_port::some(hosts.len())
            .into_iter()
            .zip(hosts)
            .map(|(port, host)| {
                let folder = base.join(format!("member-{port}-{:08x}", rand::random::<u32>()));
                fs::create_dir_all(&folder).expect("a temporary folder can be made");
                fs::write(folder.join("keep"), "").expect("the folder can be written to");
                let grace = Duration::from_secs(1);
                Node::start_on(host.clone(), &program, Kind::Member, (&folder, port), grace)
                    .expect("the server can be started")
            })
            .collect();
        for node in &nodes {
            node.listens().await.expect("the server listens");
        }
        Self { program, nodes }
    }

    /// How it is reached.
    pub fn uri(&self) -> String {
        let hosts: Vec<String> = self.nodes.iter().map(Node::address).collect();
        format!("mongodb://{}/?replicaSet=rs0", hosts.join(","))
    }

    /// The members.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The member that takes writes now, if there is one.
    pub async fn primary(&self) -> Option<&Node> {
        for node in &self.nodes {
            if self.is_primary(node).await {
                return Some(node);
            }
        }
        None
    }

    /// Whether this member says that it takes writes.
    pub async fn is_primary(&self, node: &Node) -> bool {
        admin::takes_writes(&node.address()).await
    }

    /// Whether there is a primary that finds every member well.
    pub async fn is_well(&self) -> bool {
        for node in &self.nodes {
            if admin::finds_all_well(&node.address()).await {
                return true;
            }
        }
        false
    }

    /// Has a member write all that it has into its files, as it does every minute by itself, so that it does not have to
    /// do it anew when it is started again.
    ///
    /// # Panics
    /// If it does not.
    pub async fn checkpoint(&self, node: &Node) {
        admin::checkpoint(&node.address()).await.expect("it writes its files");
    }

    /// Has the primary step down, so that another member is elected.
    ///
    /// # Panics
    /// If it cannot be asked to.
    pub async fn step_down(&self, node: &Node) {
        admin::step_down(&node.address()).await.expect("it can be asked to");
    }

    /// Starts a member again that was killed, with the data it had.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn restart(&self, node: &Node) {
        let grace = Duration::from_secs(1);
        let place = (node.folder(), node.port());
        let again = Node::start_on(node.host().clone(), &self.program, Kind::Member, place, grace)
            .expect("it can be started");
        again.listens().await.expect("the server listens");
    }
}

impl Drop for ReplicaSet {
    fn drop(&mut self) {
        for node in &self.nodes {
            node.signal(Signal::KILL);
            // The last watchdog of the folder may be gone already.
            let _gone = fs::remove_dir_all(node.folder());
        }
    }
}
