//! Who gets what from every route: the table `access_matrix.txt` beside this file.
//!
//! Each cell asks with a record of its own, so that no cell depends on another. With `CRM_UPDATE=1` the table is
//! written anew; read its difference as what changed for clients.

use std::fmt::Write as _;

use crm_http::app::routes;
use crm_http::openapi::template;
use crm_http::route::{Access, Route, Verb};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::checked_in::assert_unchanged;
use crate::support::client::{Client, Reply};
use crate::support::server::{TestServer, login};
use crate::support::world::{PASSWORD, UNKNOWN, World, make_user};

/// What a route is asked about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// Nothing that has an owner.
    Whole,
    /// What the owner owns.
    Own,
    /// What a third agent owns.
    Others,
    /// What nobody owns.
    Unassigned,
    /// What the owner owns and put away.
    Archived,
    /// A well-formed id that nothing has.
    Unknown,
    /// What is no id.
    Malformed,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Self::Whole => "-",
            Self::Own => "own",
            Self::Others => "other's",
            Self::Unassigned => "unassigned",
            Self::Archived => "archived",
            Self::Unknown => "unknown",
            Self::Malformed => "malformed",
        }
    }

    /// Those that make sense for a path.
    fn of(path: &str) -> Vec<Self> {
        if !path.contains("{id}") {
            vec![Self::Whole]
        } else if path.starts_with("/api/leads") {
            vec![Self::Own, Self::Others, Self::Unassigned, Self::Archived, Self::Unknown, Self::Malformed]
        } else {
            vec![Self::Own, Self::Others, Self::Unknown, Self::Malformed]
        }
    }
}

/// Everybody who asks, and the third agent.
struct Cast {
    world: World,
    deactivated: Client,
    nobody: Client,
    third: Client,
    third_id: String,
}

const COLUMNS: [&str; 5] = ["admin", "owner", "other", "deactivated", "nobody"];

impl Cast {
    async fn new() -> Self {
        let world = World::new().await;
        let third_id = make_user(&world.server, "Thea Third", "third@example.com", "agent").await;
        let gone_id = make_user(&world.server, "Gustav Gone", "gone@example.com", "agent").await;
        let deactivated = world.server.sign_in("gone@example.com", PASSWORD).await;
        world.admin.delete(&format!("/api/auth/users/{gone_id}")).await.expect(200);
        let third = world.server.sign_in("third@example.com", PASSWORD).await;
        Self { nobody: world.server.nobody(), deactivated, third, third_id, world }
    }

    fn clients(&self) -> [&Client; 5] {
        [&self.world.admin, &self.world.owner, &self.world.other, &self.deactivated, &self.nobody]
    }

    fn server(&self) -> &TestServer {
        &self.world.server
    }

    /// Whoever owns the target.
    fn owner_of(&self, target: Target) -> &Client {
        if target == Target::Others { &self.third } else { &self.world.owner }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_everybody_as_the_table_says() {
    let cast = Cast::new().await;
    let mut table = String::from(
        "# Made by a test from what the server answers; CRM_UPDATE=1 writes it anew.\n\
         # own: what the column `owner` owns; other's: what a third agent owns.\n",
    );
    let [admin, owner, other, deactivated, nobody] = COLUMNS;
    writeln!(
        table,
        "{:<49} {:<11} {admin:<24} {owner:<24} {other:<24} {deactivated:<24} {nobody}",
        "route", "target"
    )
    .unwrap();
    for route in routes() {
        let path = template(route.path);
        for target in Target::of(route.path) {
            let mut line = format!("{:<6} {path:<42} {:<11}", route.verb.as_str(), target.name());
            for (column, client) in COLUMNS.into_iter().zip(cast.clients()) {
                let reply = ask(&cast, client, &route, target).await;
                let (status, code) = reply.verdict();
                write!(line, " {:<24}", format!("{status} {code}").trim_end()).unwrap();
                judge(&route, column, &reply);
            }
            writeln!(table, "{}", line.trim_end()).unwrap();
        }
    }
    assert_unchanged("crates/crm-http/tests/it/access_matrix.txt", &table);
}

/// What holds for every cell, whatever the table says.
fn judge(route: &Route, column: &str, reply: &Reply) {
    assert_ne!(reply.status, 500, "{}", reply.text);
    let is_out = ["deactivated", "nobody"].contains(&column);
    if let (Access::SignedIn(_), true) = (route.access(), is_out) {
        assert_eq!(reply.status, 401, "{} {}", route.path, reply.text);
    }
}

async fn ask(cast: &Cast, client: &Client, route: &Route, target: Target) -> Reply {
    let path = fresh_path(cast, route.path, target).await;
    let method = match route.verb {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Patch => Method::PATCH,
        Verb::Delete => Method::DELETE,
    };
    let request = client.request(method, &path);
    let request = match body(cast, route) {
        None => request,
        Some(body) => request.json(&body),
    };
    client.send(request).await
}

/// The path to a record that was made for this one question.
async fn fresh_path(cast: &Cast, path: &'static str, target: Target) -> String {
    let path = path.replace("{file:.*}", "");
    let id = match target {
        Target::Whole => return path,
        Target::Unknown => UNKNOWN.to_owned(),
        Target::Malformed => "malformed".to_owned(),
        Target::Own | Target::Others | Target::Unassigned | Target::Archived => {
            made(cast, &path, target).await
        }
    };
    let path = path.replace("{id}", &id);
    if !path.contains("{noteId}") {
        return path;
    }
    let notes = path.split("/{noteId}").next().unwrap().to_owned();
    let written = cast.owner_of(target).post(&notes, &json!({ "text": "a note" })).await;
    let note = written.body["note"]["id"].as_str().unwrap_or(UNKNOWN).to_owned();
    path.replace("{noteId}", &note)
}

async fn made(cast: &Cast, path: &str, target: Target) -> String {
    let owner = cast.owner_of(target);
    if path.starts_with("/api/leads") {
        let maker = if target == Target::Unassigned { &cast.world.admin } else { owner };
        let body = json!({ "name": "Lead", "archived": target == Target::Archived });
        return maker.post("/api/leads", &body).await.expect(201).id();
    }
    if path.starts_with("/api/customers") {
        return owner.post("/api/customers", &json!({ "name": "Customer" })).await.expect(201).id();
    }
    if path.starts_with("/api/tasks") {
        return owner
            .post("/api/tasks", &json!({ "title": "Task", "dueDate": "2026-04-01" }))
            .await
            .expect(201)
            .id();
    }
    if path.starts_with("/api/auth/sessions") {
        let email = if target == Target::Others { "third@example.com" } else { "owner@example.com" };
        cast.nobody.post("/api/auth/login", &login(email, PASSWORD)).await.expect(200);
        let sessions = owner.get("/api/auth/sessions").await.expect(200);
        let items = sessions.body["items"].as_array().unwrap();
        let fresh = items.iter().find(|session| session["current"] == false).unwrap();
        return fresh["id"].as_str().unwrap().to_owned();
    }
    assert!(path.starts_with("/api/auth/users"), "no record for {path}");
    // An account belongs to itself, but nobody in the cast may be changed: so both are somebody new.
    let number = cast.server().ctx().ids.next();
    make_user(cast.server(), "Target", &format!("{number}@example.com"), "agent").await
}

/// What is sent: right in itself, so that only the right to send it is in question.
fn body(cast: &Cast, route: &Route) -> Option<Value> {
    let body = match (route.verb, route.path) {
        (Verb::Get | Verb::Delete, _) => return None,
        (_, "/api/auth/login") => login("owner@example.com", "wrong"),
        (_, "/api/auth/refresh" | "/api/auth/logout") => json!({ "refreshToken": "unknown" }),
        (_, "/api/auth/register") => {
            let email = format!("{}@example.com", cast.server().ctx().ids.next());
            json!({ "name": "New", "email": email, "password": PASSWORD })
        }
        (_, "/api/auth/me") => json!({}),
        (_, "/api/auth/password") => json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD }),
        (_, "/api/auth/users/{id}") => json!({ "name": "Changed" }),
        (_, "/api/auth/bootstrap") => {
            json!({ "name": "New", "email": "b@example.com", "password": PASSWORD, "setupToken": "wrong" })
        }
        (_, "/api/leads" | "/api/customers") => json!({ "name": "New" }),
        (_, "/api/leads/{id}" | "/api/customers/{id}") => json!({ "phone": "1" }),
        (
            _,
            "/api/auth/users/{id}/sessions/revoke"
            | "/api/leads/{id}/archive"
            | "/api/leads/{id}/unarchive"
            | "/api/leads/{id}/convert",
        ) => {
            return None;
        }
        (_, "/api/leads/{id}/reassign") => json!({ "assignedAgent": cast.third_id }),
        (_, "/api/customers/{id}/notes" | "/api/customers/{id}/notes/{noteId}") => json!({ "text": "new" }),
        (_, "/api/tasks") => json!({ "title": "New", "dueDate": "2026-04-01" }),
        (_, "/api/tasks/{id}") => json!({ "title": "Changed" }),
        (verb, path) => panic!("say what {} {path} is sent", verb.as_str()),
    };
    Some(body)
}
