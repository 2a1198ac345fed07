//! A store whose file is moved, removed, replaced or damaged under a running server.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::server::Server;
use crate::support::until;

/// What the log says of it.
const REFUSED: &str = "writes are refused until the server is started again";

struct Trouble {
    place: Place,
    server: Server,
    admin: Client,
}

impl Trouble {
    /// A server with an acknowledged write.
    async fn begin() -> Self {
        let place = Place::seeded();
        let server = place.serve();
        let admin = Client::admin(server.url()).await;
        let trouble = Self { place, server, admin };
        assert_eq!(trouble.write("acknowledged").await, (201, String::new()));
        assert_eq!(trouble.admin.get("/readyz").await.0, 200);
        trouble
    }

    /// Makes a lead; gives status and code.
    async fn write(&self, name: &str) -> (u16, String) {
        let lead = json!({ "name": name, "email": format!("{name}@example.com") });
        let (status, body) = self.admin.post("/api/leads", lead).await;
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    }

    /// Writes are refused, the server is alive and not ready, and the log says so once.
    async fn expect_refusals(&self) {
        for attempt in ["first", "second", "third"] {
            assert_eq!(self.write(attempt).await, (503, "unavailable".to_owned()), "{attempt}");
        }
        until("the server is not ready", Duration::from_secs(30), async || {
            self.admin.get("/readyz").await.0 == 503
        })
        .await;
        assert_eq!(self.admin.get("/healthz").await.0, 200);
        let complaints = self.server.complaints();
        assert_eq!(complaints.matches(REFUSED).count(), 1, "{complaints}");
    }

    fn doctor(&self) -> String {
        let ended = self.place.run(&["doctor"]);
        assert_eq!(ended.code, 1, "{ended:?}");
        ended.out
    }
}

/// Whether the served store has a lead of this name.
async fn has_lead(place: &Place, name: &str) -> bool {
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let (status, body) = admin.get(&format!("/api/leads?q={name}")).await;
    assert_eq!(status, 200, "{body}");
    server.stop();
    body["total"] == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_moved_is_not_written_and_is_whole_when_it_is_back() {
    let trouble = Trouble::begin().await;
    let (store, elsewhere) = (trouble.place.store(), trouble.place.folder().join("elsewhere.db"));
    fs::rename(&store, &elsewhere).unwrap();
    trouble.expect_refusals().await;
    assert_eq!(trouble.admin.get("/api/leads").await.0, 200);
    assert!(trouble.doctor().contains("was moved or removed, and a server runs on it"));
    // Back at its place it is still not trusted: another program may have written it.
    fs::rename(&elsewhere, &store).unwrap();
    assert_eq!(trouble.write("back").await.0, 503);
    let Trouble { place, server, .. } = trouble;
    let complaints = server.stop();
    assert!(complaints.contains("moved or removed"), "{complaints}");
    assert!(has_lead(&place, "acknowledged").await && !has_lead(&place, "first").await);
    assert_eq!(place.run(&["doctor", "--recount"]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_removed_is_not_written_and_no_new_one_made_beside_its_log() {
    let trouble = Trouble::begin().await;
    fs::remove_file(trouble.place.store()).unwrap();
    trouble.expect_refusals().await;
    let Trouble { place, server, .. } = trouble;
    server.stop();
    let ended = place.run(&["serve"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("is the log of a store whose file was moved or removed"), "{ended:?}");
    assert!(!place.store().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_replaced_is_not_written() {
    let trouble = Trouble::begin().await;
    let other = Place::seeded();
    let (store, new) = (trouble.place.store(), trouble.place.folder().join("new.db"));
    fs::copy(other.store(), &new).unwrap();
    fs::rename(&new, &store).unwrap();
    trouble.expect_refusals().await;
    let complaints = trouble.server.stop();
    assert!(complaints.contains("was replaced by another file"), "{complaints}");
    assert_eq!(fs::read(store).unwrap(), fs::read(other.store()).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_was_moved_takes_the_store_with_it() {
    let trouble = Trouble::begin().await;
    let folder = trouble.place.folder();
    fs::rename(folder.join("data"), folder.join("elsewhere")).unwrap();
    trouble.expect_refusals().await;
    trouble.server.stop();
}

/// Overwrites all pages but the first.
fn damage(store: &Path) {
    let file = OpenOptions::new().write(true).open(store).unwrap();
    let length = file.metadata().unwrap().len();
    let page = [0xA5; 4096];
    for at in (4096..length).step_by(page.len()) {
        file.write_all_at(&page, at).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_damaged_is_not_written_once_that_was_found() {
    let trouble = Trouble::begin().await;
    damage(&trouble.place.store());
    // What is in memory is answered from there; a search of tasks reads what nobody has read yet.
    until("a read finds it", Duration::from_secs(30), async || {
        let (search, tasks) =
            (trouble.admin.get("/api/tasks?q=proposal").await, trouble.admin.get("/api/tasks").await);
        search.0 >= 500 || tasks.0 >= 500
    })
    .await;
    trouble.expect_refusals().await;
    let found = trouble.doctor();
    assert!(found.contains("WRONG  store") || found.contains("WRONG  integrity"), "{found}");
    let complaints = trouble.server.stop();
    assert!(complaints.contains("the store's file is damaged"), "{complaints}");
}
