//! A replica set of one that lets in only users that it knows, for tests of rights and credentials.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use bson::{Document, doc};
use rustix::process::Signal;

use super::find::program;
use super::node::{KEY, Kind, Node};
use super::{admin, free_port, shared};

/// A server with access control. It ends with this value, and with this process.
#[derive(Debug)]
pub struct Guarded {
    node: Node,
}

/// Whoever may do everything.
const ROOT: (&str, &str) = ("root", "root-of-the-tests");

impl Guarded {
    /// Starts one.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start() -> Self {
        let port = free_port::some(1).pop().expect("a port is free");
        let folder = shared::base().join(format!("guarded-{port}-{:08x}", rand::random::<u32>()));
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let key = folder.join(KEY);
        fs::write(&key, "a key that the one member shares with itself").expect("the key can be kept");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("the key can be hidden");
        let grace = Duration::from_secs(1);
        let node = Node::start(&program(), Kind::Guarded, &folder, port, grace);
        let node = node.expect("the server can be started");
        node.listens().await.expect("the server listens");
        let address = [node.address()];
        admin::initiate(&address, &address, Document::new()).await.expect("the replica set takes writes");
        let server = Self { node };
        // The first user may be made by whoever is on the same machine.
        server.make_user(&server.uri("", "admin"), ROOT, doc! { "role": "root", "db": "admin" }).await;
        server
    }

    /// Makes a user with this role in this database.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn user(&self, name: &str, password: &str, role: &str, database: &str) {
        let root = format!("{}:{}@", ROOT.0, ROOT.1);
        let role = doc! { "role": role, "db": database };
        self.make_user(&self.uri(&root, "admin"), (name, password), role).await;
    }

    /// How it is reached by this user, who is known to the database `admin`.
    pub fn uri_of(&self, name: &str, password: &str, database: &str) -> String {
        format!("{}&authSource=admin", self.uri(&format!("{name}:{password}@"), database))
    }

    fn uri(&self, user: &str, database: &str) -> String {
        format!("mongodb://{user}127.0.0.1:{}/{database}?replicaSet=rs0", self.node.port())
    }

    async fn make_user(&self, uri: &str, (name, password): (&str, &str), role: Document) {
        let client = admin::client(uri).await.expect("the address is one");
        let command = doc! { "createUser": name, "pwd": password, "roles": [role] };
        client.database("admin").run_command(command).await.expect("the user can be made");
        client.shutdown().await;
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.node.signal(Signal::KILL);
        // Its watchdog may have been faster.
        let _gone = fs::remove_dir_all(self.node.folder());
    }
}
