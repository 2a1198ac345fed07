//! What is sent with each route.

use crm_http::route::{Route, Verb};
use serde_json::{Value, json};

use super::cast::{Asker, Cast};
use crate::support::server::login;
use crate::support::world::PASSWORD;

/// What is sent: right in itself, so that only the right to send it is in question.
pub(super) fn body(cast: &Cast, route: &Route, asker: Option<&Asker>) -> Option<Value> {
    let body = match (route.verb, route.path) {
        (Verb::Get | Verb::Delete, _) => return None,
        (_, "/api/auth/login") => {
            asker.map_or_else(|| login("owner@example.com", "wrong"), |asker| login(&asker.email, PASSWORD))
        }
        (_, "/api/auth/refresh" | "/api/auth/logout") => {
            json!({ "refreshToken": asker.map_or("unknown", |asker| asker.refresh_token.as_str()) })
        }
        (_, "/api/auth/register") => {
            let email = format!("{}@example.com", cast.world.server.ctx().ids.next());
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
