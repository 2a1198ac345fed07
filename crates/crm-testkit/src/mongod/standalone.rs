//! A server that is no member of a replica set, or of one that was not initiated, for tests of the errors of that.

use std::fs;
use std::time::Duration;

use rustix::process::Signal;

use super::find::program;
use super::node::{Kind, Node};
use super::{free_port, shared};

/// A server by itself. It ends with this value, and with this process.
#[derive(Debug)]
pub struct Standalone {
    node: Node,
}

impl Standalone {
    /// Starts one.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start() -> Self {
        Self::start_as(Kind::Standalone).await
    }

    /// Starts one as a member of the replica set `rs0`, which nobody initiates.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn uninitiated() -> Self {
        Self::start_as(Kind::Member).await
    }

    async fn start_as(kind: Kind) -> Self {
        let port = free_port::some(1).pop().expect("a port is free");
        let folder = shared::base().join(format!("standalone-{port}-{:08x}", rand::random::<u32>()));
        let grace = Duration::from_secs(1);
        let node = Node::start(&program(), kind, &folder, port, grace);
        let node = node.expect("the server can be started");
        node.listens().await.expect("the server listens");
        Self { node }
    }

    /// How it is reached.
    pub fn uri(&self) -> String {
        format!("mongodb://127.0.0.1:{}/", self.node.port())
    }
}

impl Drop for Standalone {
    fn drop(&mut self) {
        self.node.signal(Signal::KILL);
        // Its watchdog may have been faster.
        let _gone = fs::remove_dir_all(self.node.folder());
    }
}
