//! The keys of access tokens: rotated under the hands of servers that serve.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::json;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::until;

const REFRESH: &str = "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==";
const ACCESS: &str = "0b1f0f5c3a9e4d7788aa61d2c3b4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6";

/// A place with the sample data, whose keys are in this file.
fn sharing(keys: &str) -> Place {
    Place::new().with("CRM__AUTH__KEY_FILE", keys).with("JWT_REFRESH_SECRET", REFRESH)
}

/// The id of the key that signed the token of a sign-in.
pub(crate) async fn signing_key(url: String) -> String {
    use base64::Engine;
    let token = Client::admin(&url).await.token().to_owned();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap());
    let header: serde_json::Value = serde_json::from_slice(&header.unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_secret_of_the_settings_is_taken_over_without_signing_anybody_out() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.json").to_str().unwrap().to_owned();
    let place = Place::new().with("JWT_ACCESS_SECRET", ACCESS).with("JWT_REFRESH_SECRET", REFRESH);
    place.run(&["seed"]).succeeded();
    let server = place.serve();
    let client = Client::admin(server.url()).await;
    server.stop();
    let place = place.with("CRM__AUTH__KEY_FILE", &keys);
    let refused = place.run(&["serve"]).refused();
    assert!(refused.contains("auth.key_file") && refused.contains("crm-server keys rotate"), "{refused}");
    assert!(place.run(&["keys", "rotate"]).succeeded().contains("the access secret of the settings"));
    assert!(place.run(&["keys", "rotate", "--signs-after", "2"]).succeeded().starts_with("added the key"));
    let server = place.serve();
    assert_eq!(client.at(server.url()).get("/api/auth/me").await.0, 200);
    let changed = async || signing_key(server.url().to_owned()).await != signing_of(&client);
    until("the new key signs", Duration::from_secs(30), changed).await;
    assert_eq!(client.at(server.url()).get("/api/auth/me").await.0, 200);
    server.stop();
}

fn signing_of(client: &Client) -> String {
    use base64::Engine;
    let header = client.token().split('.').next().unwrap();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap();
    serde_json::from_slice::<serde_json::Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_file_that_is_spoilt_while_serving_changes_nothing_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.json");
    let place = sharing(keys.to_str().unwrap());
    place.run(&["keys", "rotate"]).succeeded();
    place.run(&["seed"]).succeeded();
    let server = place.serve();
    let client = Client::admin(server.url()).await;
    fs::write(&keys, "spoilt").unwrap();
    let told = async || server.complaints().contains("the key file cannot be used; going on as before");
    until("it is told", Duration::from_secs(30), told).await;
    assert_eq!(client.get("/api/auth/me").await.0, 200);
    let credentials = json!({ "email": "admin@crm.com", "password": "Admin@123" });
    assert_eq!(client.post("/api/auth/login", credentials).await.0, 200);
    server.stop();
}

#[test]
fn a_rotation_is_in_the_audit_log_without_the_key_and_nothing_is_rotated_where_it_cannot_be_told() {
    let place = sharing("keys.json");
    place.run(&["keys", "rotate"]).succeeded();
    place.run(&["seed"]).succeeded();
    place.run(&["keys", "rotate"]).succeeded();
    let stored = fs::read_to_string(place.folder().join("keys.json")).unwrap();
    let file: serde_json::Value = serde_json::from_str(&stored).unwrap();
    let key = &file["keys"].as_array().unwrap()[1];
    let store = place.sql();
    let details: Vec<String> = store
        .prepare("SELECT details FROM audit WHERE kind = 'keys_rotated'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let [details] = details.as_slice() else { panic!("{details:?}") };
    assert!(details.contains(key["kid"].as_str().unwrap()), "{details}");
    assert!(!details.contains(key["secret"].as_str().unwrap()), "{details}");
    place.run(&["audit", "verify"]).succeeded();
    drop(store);
    fs::write(place.store(), "no store").unwrap();
    assert_eq!(place.run(&["keys", "rotate"]).code, 1);
    assert_eq!(fs::read_to_string(place.folder().join("keys.json")).unwrap(), stored);
}

#[test]
fn keys_are_listed_with_dates_and_without_secrets_and_only_from_a_private_file() {
    let place = sharing("keys.json");
    let path = place.folder().join("keys.json");
    let refused = place.run(&["keys", "list"]);
    assert!(refused.err.contains("it is not there"), "{refused:?}");
    place.run(&["keys", "rotate"]).succeeded();
    place.run(&["keys", "rotate"]).succeeded();
    assert!(!place.store().exists(), "a store was made");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let listed = place.run(&["keys", "list"]).succeeded();
    let ends: Vec<bool> = listed.lines().map(|line| line.ends_with("  signs")).collect();
    assert_eq!(ends, [true, false], "{listed}");
    let stored: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    for key in stored["keys"].as_array().unwrap() {
        assert!(listed.contains(key["kid"].as_str().unwrap()));
        assert!(!listed.contains(key["secret"].as_str().unwrap()));
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    for command in [&["keys", "list"][..], &["keys", "rotate"], &["serve"]] {
        let refused = place.run(command);
        assert!(refused.code != 0 && refused.err.contains("can be read or changed by others"), "{refused:?}");
    }
    for command in [&["keys", "list"][..], &["keys", "rotate"], &["keys", "revoke", "x"]] {
        let without = Place::new().run(command).refused();
        assert!(without.contains("auth.key_file is not set"), "{without}");
    }
}

#[tokio::test]
async fn a_retired_access_secret_can_be_revoked_and_does_not_come_back_at_the_next_start() {
    let place = Place::new()
        .with("JWT_ACCESS_SECRET", ACCESS)
        .with("JWT_REFRESH_SECRET", REFRESH)
        .with("CRM__AUTH__KEY_FILE", "keys.json");
    let taken_over = place.run(&["keys", "rotate"]).succeeded();
    assert!(taken_over.contains("the access secret of the settings"), "{taken_over}");
    place.run(&["seed"]).succeeded();
    let server = place.serve();
    let client = Client::admin(server.url()).await;
    let kid = signing_of(&client);
    let refused = place.run(&["keys", "revoke", &kid]).refused();
    assert!(refused.contains(&format!("the key {kid} signs now")), "{refused}");
    place.run(&["keys", "rotate", "--signs-after", "2"]).succeeded();
    let changed = async || signing_key(server.url().to_owned()).await != kid;
    until("the new key signs", Duration::from_secs(30), changed).await;
    let listed = place.run(&["keys", "list"]).succeeded();
    let old = listed.lines().find(|line| line.starts_with(&kid)).unwrap();
    assert!(old.contains("  signs from ") && old.contains("  checks until "), "{listed}");
    assert_eq!(client.get("/api/auth/me").await.0, 200);
    let refused = place.run(&["keys", "revoke", "no-such-key"]).refused();
    assert!(refused.contains("has no key no-such-key; it has ") && refused.contains(&kid), "{refused}");
    assert_eq!(place.run(&["keys", "revoke", &kid]).succeeded(), format!("revoked the key {kid}\n"));
    let ended = async || client.get("/api/auth/me").await.0 == 401;
    until("its tokens are refused", Duration::from_secs(30), ended).await;
    assert_eq!(Client::admin(server.url()).await.get("/api/auth/me").await.0, 200);
    server.stop();
    let details = "SELECT count(*) FROM audit WHERE kind = 'keys_rotated' AND details LIKE '%\"revoked\":\"' || ?1 || '\"%'";
    let entries: i64 = place.sql().query_row(details, [&kid], |row| row.get(0)).unwrap();
    assert_eq!(entries, 1);
    place.run(&["audit", "verify"]).succeeded();
    let server = place.serve();
    assert_eq!(
        client.at(server.url()).get("/api/auth/me").await.0,
        401,
        "the settings still have the secret"
    );
    assert!(!place.run(&["keys", "list"]).succeeded().contains(&kid));
    server.stop();
}
