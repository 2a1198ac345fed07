//! Records that are named elsewhere than in the path: by a member of a body, or by a parameter.

use reqwest::Method;
use serde_json::json;

use super::cast::Cast;
use super::target::{Kind, Target};
use crate::support::client::{Client, Reply};

/// Where a record is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Member,
    Parameter,
}

/// A member or a parameter that names a record.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    method: Method,
    path: &'static str,
    name: &'static str,
    kind: Kind,
    place: Place,
}

use Kind::{Customer, Lead, Task, User};

/// Every one that there is.
pub(super) fn references() -> Vec<Reference> {
    let member = |method, path, name, kind| Reference { method, path, name, kind, place: Place::Member };
    let parameter = |path, name, kind| Reference {
        method: if path == "/api/auth/users/{id}" { Method::DELETE } else { Method::GET },
        path,
        name,
        kind,
        place: Place::Parameter,
    };
    vec![
        member(Method::POST, "/api/leads", "assignedAgent", User),
        member(Method::PATCH, "/api/leads/{id}", "assignedAgent", User),
        member(Method::POST, "/api/leads/{id}/reassign", "assignedAgent", User),
        member(Method::POST, "/api/customers", "owner", User),
        member(Method::PATCH, "/api/customers/{id}", "owner", User),
        member(Method::POST, "/api/tasks", "owner", User),
        member(Method::PATCH, "/api/tasks/{id}", "owner", User),
        member(Method::POST, "/api/tasks", "relatedId", Lead),
        member(Method::POST, "/api/tasks", "relatedId", Customer),
        member(Method::PATCH, "/api/tasks/{id}", "relatedId", Lead),
        member(Method::PATCH, "/api/tasks/{id}", "relatedId", Customer),
        parameter("/api/leads", "assignedAgent", User),
        parameter("/api/customers", "owner", User),
        parameter("/api/tasks", "owner", User),
        parameter("/api/tasks", "relatedId", Lead),
        parameter("/api/tasks", "relatedId", Customer),
        parameter("/api/activity", "entityId", Lead),
        parameter("/api/activity", "entityId", Customer),
        parameter("/api/activity", "entityId", Task),
        parameter("/api/auth/users/{id}", "transferTo", User),
    ]
}

impl Reference {
    pub(super) fn targets(&self) -> &'static [Target] {
        self.kind.targets()
    }

    /// The route and what names the record.
    pub(super) fn title(&self) -> String {
        let kind = match self.kind {
            Lead => " (lead)",
            Customer => " (customer)",
            Task => " (task)",
            Kind::Session | User => "",
        };
        format!("{:<6} {} {}{kind}", self.method, self.path, self.name)
    }

    /// Asks with something of the asker's own, or of the owner's where they have nothing, that names the target.
    pub(super) async fn ask(&self, cast: &Cast, column: usize, target: Target) -> Reply {
        let twin = if target == Target::Oneself { Some(cast.twin(column).await) } else { None };
        let client = twin.as_ref().map_or_else(|| cast.client(column), |twin| twin.client.clone());
        let named = match &twin {
            Some(twin) => twin.id.clone(),
            None => cast.made(self.kind, target).await,
        };
        if self.place == Place::Parameter && self.method == Method::GET {
            self.make_something_to_find(cast, &named, target).await;
            return client.get(&format!("{}?{}={named}", self.path, self.name)).await;
        }
        let path = self.path.replace("{id}", &self.something(cast, &client, column).await);
        if self.place == Place::Parameter {
            return client.delete(&format!("{path}?{}={named}", self.name)).await;
        }
        let mut body = json!({ self.name: named });
        if self.method == Method::POST && !path.ends_with("/reassign") {
            body["name"] = json!("New");
        }
        if path.starts_with("/api/tasks") {
            body = json!({ "title": "New", "dueDate": "2026-04-01", self.name: named });
        }
        match self.kind {
            Lead => body["relatedType"] = json!("Lead"),
            Customer => body["relatedType"] = json!("Customer"),
            Task | Kind::Session | User => {}
        }
        let method = self.method.clone();
        client.send(client.request(method, &path).json(&body)).await
    }

    /// What the path is about: the asker's own, so that it is the reference that is judged.
    async fn something(&self, cast: &Cast, client: &Client, column: usize) -> String {
        if !self.path.contains("{id}") {
            return String::new();
        }
        let kind = Kind::of(self.path);
        if column > 2 || kind == User {
            let target = if kind == User { Target::Others } else { Target::Own };
            return cast.made(kind, target).await;
        }
        let (list, body) = match kind {
            Task => ("/api/tasks", json!({ "title": "Task", "dueDate": "2026-04-01" })),
            Lead => ("/api/leads", json!({ "name": "Lead" })),
            Customer | Kind::Session | User => ("/api/customers", json!({ "name": "Customer" })),
        };
        client.post(list, &body).await.expect(201).id()
    }

    /// One record of the user, or one task about the record, where there can be one.
    async fn make_something_to_find(&self, cast: &Cast, named: &str, target: Target) {
        let is_there = !matches!(target, Target::Unknown | Target::Malformed | Target::Gone);
        if !is_there || self.path == "/api/activity" {
            return;
        }
        let mut body = json!({ "name": "New" });
        if self.path == "/api/tasks" {
            body = json!({ "title": "New", "dueDate": "2026-04-01" });
        }
        body[self.name] = json!(named);
        match self.kind {
            Lead => body["relatedType"] = json!("Lead"),
            Customer => body["relatedType"] = json!("Customer"),
            Task | Kind::Session | User => {}
        }
        if self.kind != User {
            // It is the owner's task where the record is theirs, else the admin's.
            let owns = matches!(target, Target::Own | Target::Archived | Target::Converted);
            let owner = if owns { &cast.world.owner_id } else { &cast.world.admin_id };
            body["owner"] = json!(owner);
        }
        // Whoever was deactivated is given nothing.
        let reply = cast.world.admin.post(self.path, &body).await;
        assert!(matches!(reply.status, 201 | 400), "{}", reply.text);
    }
}
