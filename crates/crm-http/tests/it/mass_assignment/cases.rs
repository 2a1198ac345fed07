//! The routes that take a body: who asks, about what, with which body, and which members it may have.

use crm_app::{auth, customers, leads, notes, tasks, users};
use reqwest::Method;
use serde_json::{Value, json};

use super::stored::Record;
use crate::support::client::{Client, Reply};
use crate::support::server::login;
use crate::support::world::{PASSWORD, World, make_user};

/// One route with a body.
pub(super) struct Case {
    pub(super) method: Method,
    pub(super) route: &'static str,
    /// The kind of record, as clients would call it.
    pub(super) kind: &'static str,
    /// What may be sent, as it means something.
    pub(super) writable: &'static [&'static str],
    /// What may be sent and is ignored.
    pub(super) ignored: &'static [&'static str],
}

/// What a request is about.
pub(super) struct Target {
    pub(super) path: String,
    pub(super) body: Value,
    /// What the request could change.
    pub(super) records: Vec<Record>,
}

/// Members of a lead that are for admins, where agents ask.
pub(super) const FOR_ADMINS: [&str; 2] = ["assignedAgent", "owner"];

const NONE: &[&str] = &[];

/// Every route with a body, in the order of `app.rs`; but the one for the first admin, which has a store of its own.
pub(super) fn cases() -> Vec<Case> {
    let case = |method, route, kind, writable, ignored| Case { method, route, kind, writable, ignored };
    let (post, patch) = (|| Method::POST, || Method::PATCH);
    let (lead, customer, task) = (leads::form::WRITABLE, customers::form::WRITABLE, tasks::form::WRITABLE);
    vec![
        case(post(), "/api/auth/login", "user", auth::login::WRITABLE, NONE),
        case(post(), "/api/auth/refresh", "session", auth::refresh::WRITABLE, NONE),
        case(post(), "/api/auth/logout", "session", auth::refresh::WRITABLE, NONE),
        case(post(), "/api/auth/register", "user", users::register::WRITABLE, users::register::READ_ONLY),
        case(patch(), "/api/auth/me", "user", auth::me::WRITABLE, auth::me::READ_ONLY),
        case(post(), "/api/auth/password", "user", auth::password::WRITABLE, NONE),
        case(patch(), "/api/auth/users/{id}", "user", users::change::WRITABLE, users::change::READ_ONLY),
        case(post(), "/api/auth/users/{id}/sessions/revoke", "user", NONE, NONE),
        case(post(), "/api/leads", "lead", lead, leads::form::READ_ONLY),
        case(patch(), "/api/leads/{id}", "lead", lead, leads::form::READ_ONLY),
        case(patch(), "/api/leads/{id}/archive", "lead", NONE, leads::form::READ_ONLY),
        case(patch(), "/api/leads/{id}/unarchive", "lead", NONE, leads::form::READ_ONLY),
        case(post(), "/api/leads/{id}/reassign", "lead", leads::reassign::WRITABLE, NONE),
        case(post(), "/api/leads/{id}/convert", "lead", NONE, leads::form::READ_ONLY),
        case(post(), "/api/customers", "customer", customer, customers::form::READ_ONLY),
        case(patch(), "/api/customers/{id}", "customer", customer, customers::form::READ_ONLY),
        case(post(), "/api/customers/{id}/notes", "note", notes::form::WRITABLE, notes::form::READ_ONLY),
        case(
            patch(),
            "/api/customers/{id}/notes/{noteId}",
            "note",
            notes::form::WRITABLE,
            notes::form::READ_ONLY,
        ),
        case(post(), "/api/tasks", "task", task, tasks::form::READ_ONLY),
        case(patch(), "/api/tasks/{id}", "task", task, tasks::form::READ_ONLY),
    ]
}

impl Case {
    /// Whether it is an action on a lead, for which all that a lead shows is ignored.
    fn is_action(&self) -> bool {
        ["/archive", "/unarchive", "/convert"].iter().any(|end| self.route.ends_with(end))
    }

    /// Whether admins ask: else the owner does, with the rights of an agent.
    fn is_for_admins(&self) -> bool {
        self.kind == "user" && self.route.contains("/users/")
            || ["/api/auth/register", "/api/leads/{id}/reassign"].contains(&self.route)
    }

    /// Whoever asks.
    pub(super) fn client<'a>(&self, world: &'a World) -> &'a Client {
        if self.is_for_admins() { &world.admin } else { &world.owner }
    }

    /// Whether this member means something here for whoever asks: then it is no wonder that it changes something.
    pub(super) fn takes(&self, member: &str) -> bool {
        self.writable.contains(&member) && (self.is_for_admins() || !FOR_ADMINS.contains(&member))
    }

    /// Whether this member may be sent, and changes nothing.
    pub(super) fn ignores(&self, member: &str) -> bool {
        self.ignored.contains(&member) || self.is_action() && leads::form::WRITABLE.contains(&member)
    }

    /// Something of its own to ask about.
    pub(super) async fn target(&self, world: &World) -> Target {
        let (mut path, mut records) = (self.route.to_owned(), Vec::new());
        match self.route {
            route if route.starts_with("/api/leads/{id}") => {
                records.push(Record::Lead(world.lead("Lead").await));
            }
            route if route.starts_with("/api/customers/{id}") => {
                let customer = world.customer("Customer").await;
                records.push(Record::Customer(customer.clone()));
                if route.ends_with("{noteId}") {
                    let note = world.note(&customer, "a note").await;
                    path = path.replace("{noteId}", &note);
                    records.push(Record::Note(customer, note));
                }
            }
            "/api/tasks/{id}" => records.push(Record::Task(world.task("Task", "2026-04-01").await)),
            route if route.starts_with("/api/auth/users/{id}") => {
                let email = format!("{}@example.com", world.server.ctx().ids.next());
                records.push(Record::User(make_user(&world.server, "Target", &email, "agent").await));
            }
            _ => {}
        }
        if let Some(record) = records.first() {
            path = path.replace("{id}", record.id());
        }
        Target { path, body: self.body(world).await, records }
    }

    /// A body with which the request is right.
    async fn body(&self, world: &World) -> Value {
        let owner = login("owner@example.com", PASSWORD);
        match self.route {
            "/api/auth/login" => owner,
            "/api/auth/refresh" | "/api/auth/logout" => {
                let signed_in = world.server.nobody().post("/api/auth/login", &owner).await.expect(200);
                json!({ "refreshToken": signed_in.text_at("refreshToken") })
            }
            "/api/auth/register" => {
                let email = format!("{}@example.com", world.server.ctx().ids.next());
                json!({ "name": "New", "email": email, "password": PASSWORD })
            }
            "/api/auth/me" | "/api/auth/users/{id}" => json!({ "name": "Olga Owner" }),
            "/api/auth/password" => json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD }),
            "/api/leads" | "/api/customers" => json!({ "name": "New" }),
            "/api/leads/{id}" | "/api/customers/{id}" => json!({ "phone": "1" }),
            "/api/leads/{id}/reassign" => json!({ "assignedAgent": world.other_id }),
            "/api/tasks" => json!({ "title": "New", "dueDate": "2026-04-01" }),
            "/api/tasks/{id}" => json!({ "title": "Changed" }),
            route if route.contains("/notes") => json!({ "text": "new" }),
            _ => json!({}),
        }
    }

    /// What a request made that was taken.
    pub(super) fn made(&self, target: &Target, reply: &Reply) -> Vec<Record> {
        if reply.status >= 300 {
            return Vec::new();
        }
        match self.route {
            "/api/auth/register" => vec![Record::User(reply.id())],
            "/api/leads" => vec![Record::Lead(reply.id())],
            "/api/leads/{id}/convert" => {
                vec![Record::Customer(reply.body["customer"]["id"].as_str().unwrap().to_owned())]
            }
            "/api/customers" => vec![Record::Customer(reply.id())],
            "/api/customers/{id}/notes" => {
                let note = reply.body["note"]["id"].as_str().unwrap().to_owned();
                vec![Record::Note(target.records[0].id().to_owned(), note)]
            }
            "/api/tasks" => vec![Record::Task(reply.id())],
            _ => Vec::new(),
        }
    }
}

/// Where what a request made or changed can be read.
pub(super) fn shown_at(records: &[Record]) -> Option<String> {
    Some(match records.last()? {
        Record::Lead(id) => format!("/api/leads/{id}"),
        Record::Customer(id) | Record::Note(id, _) => format!("/api/customers/{id}"),
        Record::Task(id) => format!("/api/tasks/{id}"),
        Record::User(id) => format!("/api/auth/users/{id}"),
        Record::SessionsOf(_) => return None,
    })
}
