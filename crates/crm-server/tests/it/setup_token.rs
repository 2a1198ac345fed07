//! The setup token: on a terminal, from a command, and nowhere else.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::json;

use crate::support::place::Place;
use crate::support::until;

/// The answers to attempts to become the first admin with these tokens.
async fn attempts(url: &str, tokens: &[&str]) -> Vec<u16> {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut answers = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        let email = format!("a{number}@example.com");
        let body = json!({ "name": "Ada", "email": email, "password": "correct horse", "setupToken": token });
        let answer = http.post(format!("{url}/api/auth/bootstrap")).json(&body).send().await.unwrap();
        answers.push(answer.status().as_u16());
    }
    answers
}

/// A new terminal: what reads from it what programs write, and what they write to.
fn terminal() -> (File, OwnedFd) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (File::from(master), slave)
}

/// Kills the server when the test ends.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The token in the text of a terminal, and the address in it.
fn on_terminal(master: File) -> (String, String) {
    let (mut url, mut lines) = (None, BufReader::new(master).lines());
    loop {
        let line = lines.next().expect("the token comes before the end").unwrap();
        if let Some((_, rest)) = line.split_once("curl -s ") {
            url = Some(rest.split("/api/").next().unwrap().to_owned());
        }
        if let Some((_, rest)) = line.split_once("\"setupToken\": \"") {
            return (rest.split('"').next().unwrap().to_owned(), url.expect("an address"));
        }
    }
}

#[tokio::test]
async fn a_server_on_a_terminal_shows_a_token_there_and_it_works_once() {
    for is_err in [true, false] {
        let place = Place::new();
        let (master, slave) = terminal();
        let mut command = place.command(&["serve"]);
        let logged = File::create(place.folder().join("log")).unwrap();
        if is_err {
            command.stderr(Stdio::from(slave)).stdout(logged);
        } else {
            command.stdout(Stdio::from(slave)).stderr(logged);
        }
        let server = Killed(command.spawn().unwrap());
        drop(command);
        let (token, url) = tokio::task::spawn_blocking(move || on_terminal(master)).await.unwrap();
        let log = std::fs::read_to_string(place.folder().join("log")).unwrap();
        assert!(!log.contains(&token), "{log}");
        assert_eq!(attempts(&url, &["wrong", &token, &token]).await, [400, 201, 409]);
        drop(server);
    }
}

#[tokio::test]
async fn without_a_terminal_no_token_is_shown_and_the_command_prints_one() {
    let place = Place::new();
    let server = place.serve();
    let told = async || server.complaints().contains("crm-server demo ");
    until("the first steps are told", Duration::from_secs(5), told).await;
    let told = server.complaints();
    assert!(told.contains("user add --role admin") && told.contains("crm-server seed "), "{told}");
    assert!(told.contains(&format!("curl -s {}/api/auth/bootstrap ", server.url())), "{told}");
    assert!(told.contains("`crm-server setup-token` prints"), "{told}");
    let kept: Option<Vec<u8>> =
        place.sql().query_row("SELECT setup_token FROM workspace", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, None, "none was made");
    let print = || place.run(&["setup-token"]).succeeded().trim_end().to_owned();
    let (older, newer) = (print(), print());
    assert!(older != newer && newer.lines().count() == 1, "{older} {newer}");
    assert_eq!(attempts(server.url(), &[&older, &newer, &newer]).await, [400, 201, 409]);
    let (said, complained) = server.stop_and_tell();
    for text in [said, complained] {
        assert!(!text.contains(&older) && !text.contains(&newer), "{text}");
    }
}

#[test]
fn a_token_is_printed_for_a_store_that_is_there_only() {
    let place = Place::new();
    let refused = place.run(&["setup-token"]).refused();
    assert!(refused.contains("there is no store at") && !place.store().exists(), "{refused}");
    let memory = Place::new().with("CRM__STORE__URL", "sqlite://:memory:");
    assert!(memory.run(&["setup-token"]).refused().contains("in the server's memory"));
}
