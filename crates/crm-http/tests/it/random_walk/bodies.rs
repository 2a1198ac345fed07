//! What is sent: mostly what makes sense, now and then something that is wrong, or for others to decide.

use crm_http::route::Verb;
use serde_json::{Map, Value, json};

use super::asks::Maker;
use super::lists::{LEAD, PRIORITY, TASK, WORDS};
use super::own::Kind;
use crate::support::server::login;
use crate::support::world::PASSWORD;

/// The walking agent's email.
pub(super) const EMAIL: &str = "walker@example.com";

impl Maker<'_> {
    /// A body for this route, if it takes one.
    pub(super) fn body(&mut self, verb: Verb, path: &str) -> Option<Value> {
        let is_new = match verb {
            Verb::Get => return None,
            Verb::Delete => return self.random.chance(0.02).then(|| json!({ "all": true })),
            Verb::Post => true,
            Verb::Patch => false,
        };
        let body = match path {
            "/api/leads" | "/api/leads/{id}" => self.lead(is_new),
            "/api/customers" | "/api/customers/{id}" => self.customer(is_new),
            "/api/tasks" | "/api/tasks/{id}" => self.task(is_new),
            path if path.contains("/notes") => json!({ "text": self.random.word(&WORDS) }),
            "/api/leads/{id}/reassign" => json!({ "assignedAgent": self.somebody() }),
            path if path.starts_with("/api/leads/{id}/") => json!({}),
            path => self.account(path),
        };
        Some(self.perhaps_spoilt(body))
    }

    fn account(&mut self, path: &str) -> Value {
        match path {
            "/api/auth/login" => match self.random.below(3) {
                0 => login(EMAIL, &self.me.password),
                1 => login(EMAIL, "a wrong guess"),
                _ => login(&self.hidden.other_email, "a wrong guess"),
            },
            "/api/auth/refresh" | "/api/auth/logout" => {
                let known = self.random.chance(0.6);
                json!({ "refreshToken": if known { self.me.refresh.as_str() } else { "crt_unknown" } })
            }
            "/api/auth/password" => {
                let known = self.random.chance(0.7);
                let current = if known { self.me.password.as_str() } else { "a wrong guess" };
                let new = format!("{PASSWORD}{}", self.random.below(10));
                json!({ "currentPassword": current, "newPassword": new })
            }
            "/api/auth/me" => {
                let mut body = json!({ "name": self.random.word(&WORDS) });
                if self.random.chance(0.2) {
                    body["email"] = json!(self.hidden.other_email);
                }
                body
            }
            "/api/auth/bootstrap" => json!({
                "name": "New", "email": "new@example.com", "password": PASSWORD, "setupToken": "wrong",
            }),
            _ => {
                json!({ "name": "New", "email": self.hidden.other_email, "password": PASSWORD, "role": "admin" })
            }
        }
    }

    fn lead(&mut self, is_new: bool) -> Value {
        let mut body = self.contact(is_new);
        self.perhaps(&mut body, 0.3, "status", |maker| json!(maker.random.word(&LEAD)));
        self.perhaps(&mut body, 0.2, "source", |maker| json!(maker.random.word(&WORDS)));
        self.perhaps(&mut body, 0.1, "archived", |maker| json!(maker.random.chance(0.5)));
        self.perhaps(&mut body, 0.08, "assignedAgent", Self::owner);
        Value::Object(body)
    }

    fn customer(&mut self, is_new: bool) -> Value {
        let mut body = self.contact(is_new);
        self.perhaps(&mut body, 0.08, "owner", Self::owner);
        Value::Object(body)
    }

    fn contact(&mut self, is_new: bool) -> Map<String, Value> {
        let mut body = Map::new();
        let likely = if is_new { 1.0 } else { 0.4 };
        self.perhaps(&mut body, likely, "name", |maker| json!(maker.random.word(&WORDS)));
        self.perhaps(&mut body, 0.3, "email", |maker| {
            json!(format!("{}@example.com", maker.random.word(&["ada", "oda", "bea"])))
        });
        self.perhaps(&mut body, 0.2, "phone", |maker| json!(maker.random.word(&["030/1", "112"])));
        self.perhaps(&mut body, 0.3, "company", |maker| json!(maker.random.word(&WORDS)));
        self.perhaps(&mut body, 0.2, "tags", |maker| json!(maker.random.some(&["vip", "Olé", "ice"])));
        body
    }

    fn task(&mut self, is_new: bool) -> Value {
        let mut body = Map::new();
        let likely = if is_new { 1.0 } else { 0.3 };
        self.perhaps(&mut body, likely, "title", |maker| json!(maker.random.word(&WORDS)));
        self.perhaps(&mut body, likely, "dueDate", |maker| {
            json!(maker.random.word(&["2026-03-21", "2026-04-01", "2026-03-20T10:00:00.000Z"]))
        });
        self.perhaps(&mut body, 0.2, "description", |maker| json!(maker.random.word(&WORDS)));
        self.perhaps(&mut body, 0.3, "status", |maker| json!(maker.random.word(&TASK)));
        self.perhaps(&mut body, 0.3, "priority", |maker| json!(maker.random.word(&PRIORITY)));
        self.perhaps(&mut body, 0.06, "owner", Self::owner);
        if self.random.chance(0.4) {
            let (name, kind) = *self.random.pick(&[("Lead", Kind::Lead), ("Customer", Kind::Customer)]);
            body.insert("relatedType".to_owned(), json!(name));
            body.insert("relatedId".to_owned(), json!(self.id(kind)));
        }
        Value::Object(body)
    }

    fn owner(&mut self) -> Value {
        if self.random.chance(0.2) { Value::Null } else { json!(self.somebody()) }
    }

    fn perhaps(
        &mut self,
        body: &mut Map<String, Value>,
        likely: f64,
        name: &str,
        make: impl FnOnce(&mut Self) -> Value,
    ) {
        if self.random.chance(likely) {
            let value = make(self);
            body.insert(name.to_owned(), value);
        }
    }

    /// Mostly the same; else with something that there is not, or that is of another type.
    fn perhaps_spoilt(&mut self, mut body: Value) -> Value {
        match self.random.below(40) {
            0 => body["colour"] = json!("red"),
            1 => body["name"] = json!(["a", { "$gt": "" }]),
            2 => body["id"] = json!(self.id(Kind::Lead)),
            3 => body["version"] = json!(1),
            4 => return json!([body]),
            _ => {}
        }
        body
    }
}
