//! The keys of access tokens, shared by two servers of one store and rotated while both serve.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crm_testkit::mongod;

use super::place;
use crate::keys::signing_key;
use crate::support::client::Client;

const REFRESH: &str = "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==";

/// Two servers with the same store and the same key file, and clients that sign in at one and ask the other.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_rotated_under_load_without_one_spurious_401() {
    let rotations = std::env::var("CRM_TEST_ROTATIONS").map_or(8, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.json").to_str().unwrap().to_owned();
    let database = mongod::database().await;
    let sharing = || place(&database).with("CRM__AUTH__KEY_FILE", &keys).with("JWT_REFRESH_SECRET", REFRESH);
    let (one, two) = (sharing(), sharing());
    one.run(&["keys", "rotate"]).succeeded();
    one.run(&["seed"]).succeeded();
    let servers = [one.serve(), two.serve()];
    let (answers, refusals) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let is_over = Arc::new(AtomicBool::new(false));
    let mut asking = Vec::new();
    for (here, there) in [(0, 1), (1, 0), (0, 0), (1, 1)] {
        let (here, there) = (servers[here].url().to_owned(), servers[there].url().to_owned());
        let (answers, refusals, is_over) =
            (Arc::clone(&answers), Arc::clone(&refusals), Arc::clone(&is_over));
        asking.push(tokio::spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                // A new token now and then, which is signed by whichever key signs then.
                let client = Client::admin(&here).await.at(&there);
                for _ in 0..20 {
                    match client.get("/api/auth/me").await.0 {
                        200 => answers.fetch_add(1, Ordering::Relaxed),
                        401 => refusals.fetch_add(1, Ordering::Relaxed),
                        other => panic!("{other}"),
                    };
                }
            }
        }));
    }
    let mut kids = Vec::new();
    for _ in 0..rotations {
        let rotate = one.command(&["keys", "rotate", "--signs-after", "5"]);
        let ended = tokio::process::Command::from(rotate).output().await.unwrap();
        assert!(ended.status.success(), "{ended:?}");
        kids.push(String::from_utf8(ended.stdout).unwrap());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // The last of them signs by then.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let signed = |url: &str| signing_key(url.to_owned());
    let listed = one.run(&["keys", "list"]).succeeded();
    let signing = listed.lines().find(|line| line.ends_with("  signs")).unwrap();
    for server in &servers {
        assert!(signing.starts_with(&signed(server.url()).await), "{listed}");
    }
    is_over.store(true, Ordering::Relaxed);
    for asked in asking {
        asked.await.unwrap();
    }
    let (answers, refusals) = (answers.load(Ordering::Relaxed), refusals.load(Ordering::Relaxed));
    println!("{rotations} rotations, {answers} answers, {refusals} refusals");
    assert_eq!((refusals, listed.lines().count()), (0, rotations + 1));
    assert!(answers > 0);
    for server in servers {
        server.stop();
    }
}
