//! Accounts from the command line, beside a running server and without one.

use std::time::Duration;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::until;

/// As fast as every server must follow what another process wrote.
const SOON: Duration = Duration::from_secs(2);

fn add<'a>(email: &'a str, role: &'a str) -> Vec<&'a str> {
    vec!["user", "add", "--email", email, "--name", "Nora New", "--role", role, "--password-stdin"]
}

#[tokio::test]
async fn an_account_made_beside_a_running_server_signs_in_there() {
    let place = Place::seeded();
    let server = place.serve();
    let said = place.run_with_input(&add("nora@example.com", "agent"), "correct horse\n").succeeded();
    assert_eq!(said, "nora@example.com may sign in as agent\n");
    let nora = Client::sign_in(server.url(), "nora@example.com", "correct horse").await;
    until("the server knows who it is", SOON, async || nora.get("/api/auth/me").await.0 == 200).await;
    assert_eq!(nora.get("/api/auth/me").await.1["name"], "Nora New");
    server.stop();
}

#[tokio::test]
async fn an_account_disabled_beside_a_running_server_is_refused_within_two_seconds() {
    let place = Place::seeded();
    let server = place.serve();
    let agent = Client::agent(server.url()).await;
    assert_eq!(agent.get("/api/leads").await.0, 200);
    place.run(&["user", "disable", "agent1@crm.com"]).succeeded();
    let took = until("the token is refused", SOON, async || agent.get("/api/leads").await.0 == 401).await;
    println!("a deactivation by another process was followed after {} ms", took.as_millis());
    server.stop();
}

#[tokio::test]
async fn a_new_password_signs_the_user_out_everywhere() {
    let place = Place::seeded();
    let server = place.serve();
    let agent = Client::agent(server.url()).await;
    let said = place.run(&["user", "password", "agent1@crm.com", "--generate"]).succeeded();
    let password = said.lines().next().unwrap().rsplit(' ').next().unwrap();
    until("the token is refused", SOON, async || agent.get("/api/leads").await.0 == 401).await;
    let again = Client::sign_in(server.url(), "agent1@crm.com", password).await;
    assert_eq!(again.get("/api/leads").await.0, 200);
    server.stop();
}

#[test]
fn a_generated_password_that_nobody_can_read_changes_nothing() {
    let place = Place::seeded();
    let add = ["user", "add", "--email", "nora@example.com", "--name", "Nora New", "--generate"];
    let set = ["user", "password", "agent1@crm.com", "--generate"];
    let versions = || -> Vec<(String, u32)> {
        let sql = place.sql();
        let mut users = sql.prepare("SELECT email, version FROM user ORDER BY email").unwrap();
        users.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let before = versions();
    for arguments in [&add[..], &set[..]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = place.command(arguments).stdout(writer).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("nothing was changed"), "{said}");
        assert_eq!(versions(), before);
    }
}

#[test]
fn accounts_are_listed_with_their_role_and_whether_they_are_active() {
    let place = Place::seeded();
    place.run(&["user", "disable", "agent2@crm.com"]).succeeded();
    let listed = place.run(&["user", "list"]).succeeded();
    let line = |email: &str| listed.lines().find(|line| line.starts_with(email)).unwrap().to_owned();
    assert!(line("admin@crm.com").contains("admin  active"), "{listed}");
    assert!(line("agent1@crm.com").contains("agent  active"), "{listed}");
    assert!(line("agent2@crm.com").contains("agent  disabled"), "{listed}");
}

#[test]
fn the_last_admin_stays() {
    let place = Place::seeded();
    let refused = place.run(&["user", "disable", "admin@crm.com"]).refused();
    assert!(refused.contains("the last active admin must stay"), "{refused}");
    place.run_with_input(&add("second@example.com", "admin"), "correct horse\n").succeeded();
    place.run(&["user", "disable", "admin@crm.com"]).succeeded();
}

#[test]
fn what_does_not_fit_is_named() {
    let place = Place::seeded();
    let refused = place.run_with_input(&add("nora@example.com", "agent"), "short\n").refused();
    assert!(refused.contains("password must have at least 8 characters"), "{refused}");
    let refused = place.run_with_input(&add("agent1@crm.com", "agent"), "correct horse\n").refused();
    assert!(refused.contains("another account already uses this email"), "{refused}");
    let refused = place.run(&["user", "disable", "nobody@example.com"]).refused();
    assert!(refused.contains("nobody@example.com"), "{refused}");
    let refused = place.run(&["user", "password", "agent1@crm.com"]).refused();
    assert!(refused.contains("--password-stdin or --generate"), "{refused}");
}
