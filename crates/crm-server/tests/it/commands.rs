//! Commands that do not serve.

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::until;
use std::time::Duration;

#[test]
fn a_bad_setting_stops_the_start_with_one_line_that_names_it() {
    let refused = Place::new().with("CRM__SERVER__PORT", "eighty").run(&[]).refused();
    assert_eq!(
        refused,
        "crm-server: bad setting server.port: must be a whole number from 0 to 65535, not \"eighty\" \
         (CRM__SERVER__PORT in the environment)"
    );
}

#[test]
fn production_without_secrets_does_not_start_and_names_them() {
    let ended = Place::new().with("NODE_ENV", "production").run(&["serve"]);
    assert_eq!(ended.code, 2);
    for name in ["auth.access_secret", "JWT_ACCESS_SECRET", "auth.refresh_secret", "JWT_REFRESH_SECRET"] {
        assert!(ended.err.contains(name), "{}", ended.err);
    }
}

#[test]
fn a_secret_in_the_settings_is_never_printed() {
    let secret = "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==";
    let place = Place::new().with("JWT_ACCESS_SECRET", secret);
    let listed = place.run(&["config"]).succeeded();
    assert!(!listed.contains(secret), "{listed}");
    assert!(
        listed.contains("auth.access_secret = (hidden)   # JWT_ACCESS_SECRET in the environment"),
        "{listed}"
    );
    assert!(listed.contains("auth.refresh_secret = (not set)   # the default"), "{listed}");
    assert!(listed.contains("server.port = \"0\"   # CRM__SERVER__PORT in the environment"), "{listed}");
}

#[test]
fn a_file_given_on_the_command_line_is_read() {
    let place = Place::new();
    std::fs::write(place.folder().join("mine.toml"), "[server]\nkeep_alive_s = 5\n").unwrap();
    let listed = place.run(&["config", "--config", "mine.toml"]).succeeded();
    assert!(listed.lines().any(|line| line.starts_with("server.keep_alive_s = 5 ")), "{listed}");
    let refused = place.run(&["--config", "other.toml", "config"]).refused();
    assert!(refused.contains("other.toml"), "{refused}");
}

#[test]
fn the_api_document_is_json_that_describes_the_routes() {
    let text = Place::new().run(&["openapi"]).succeeded();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["paths"]["/api/leads/{id}/convert"]["post"].is_object());
}

#[test]
fn the_time_zone_is_shown_and_changed_and_a_bad_one_is_named() {
    let place = Place::new().with("CRM__WORKSPACE__TIMEZONE", "Asia/Tokyo");
    let said = place.run(&["timezone", "Europe/Berlin"]).succeeded();
    assert!(said.starts_with("Europe/Berlin (was Asia/Tokyo)"), "{said}");
    let refused = place.run(&["timezone", "Mars/Base"]).refused();
    assert!(refused.contains("Mars/Base"), "{refused}");
    assert_eq!(place.run(&["timezone"]).succeeded(), "Europe/Berlin\n");
}

#[test]
fn a_time_zone_that_was_chosen_stays_whatever_the_settings_say() {
    let place = Place::seeded();
    place.run(&["timezone", "Europe/Berlin"]).succeeded();
    assert_eq!(place.run(&["timezone"]).succeeded(), "Europe/Berlin\n");
}

#[tokio::test]
async fn a_running_server_follows_a_change_of_the_time_zone() {
    let place = Place::seeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    assert_eq!(admin.get("/api/dashboard").await.1["timezone"], "UTC");
    place.run(&["timezone", "Pacific/Auckland"]).succeeded();
    until("the dashboard has the new zone", Duration::from_secs(2), async || {
        admin.get("/api/dashboard").await.1["timezone"] == "Pacific/Auckland"
    })
    .await;
    server.stop();
}

#[test]
fn help_begins_with_what_the_product_is() {
    let said = Place::new().run(&["--help"]).succeeded();
    assert!(said.starts_with("A CRM backend for small sales teams"), "{said}");
    assert!(said.contains("crm-server demo"), "{said}");
}

#[test]
fn a_shell_learns_the_commands_from_a_script() {
    for shell in ["bash", "zsh", "fish"] {
        let script = Place::new().run(&["completions", shell]).succeeded();
        for command in ["crm-server", "backup", "doctor", "import-node"] {
            assert!(script.contains(command), "{shell} knows no {command}");
        }
    }
}
