//! Everybody who asks, and the records that they ask about: each made for one question.

use serde_json::{Value, json};

use super::target::{Kind, Target};
use crate::support::client::Client;
use crate::support::server::login;
use crate::support::world::{PASSWORD, UNKNOWN, World, make_user};

/// Who asks, in the order of the table.
pub(super) const COLUMNS: [&str; 5] = ["admin", "owner", "other", "deactivated", "nobody"];
const DEACTIVATED: usize = 3;
const NOBODY: usize = 4;

/// Everybody who asks, and the third agent.
pub(super) struct Cast {
    pub(super) world: World,
    pub(super) third_id: String,
    deactivated: Client,
    nobody: Client,
    third: Client,
}

/// Somebody who asks.
pub(super) struct Asker {
    pub(super) client: Client,
    /// Their account; nobody's is one that nobody else asks with.
    pub(super) id: String,
    pub(super) email: String,
    pub(super) refresh_token: String,
}

impl Cast {
    pub(super) async fn new() -> Self {
        let world = World::new().await;
        let third_id = make_user(&world.server, "Thea Third", "third@example.com", "agent").await;
        let gone_id = make_user(&world.server, "Gustav Gone", "gone@example.com", "agent").await;
        let deactivated = world.server.sign_in("gone@example.com", PASSWORD).await;
        world.admin.delete(&format!("/api/auth/users/{gone_id}")).await.expect(200);
        let third = world.server.sign_in("third@example.com", PASSWORD).await;
        Self { nobody: world.server.nobody(), deactivated, third, third_id, world }
    }

    /// The client of this column.
    pub(super) fn client(&self, column: usize) -> Client {
        let World { admin, owner, other, .. } = &self.world;
        [admin, owner, other, &self.deactivated, &self.nobody][column].clone()
    }

    /// Somebody new of this column's kind, signed in; deactivated since, or without a token.
    pub(super) async fn twin(&self, column: usize) -> Asker {
        let role = if column == 0 { "admin" } else { "agent" };
        let (id, email) = self.account(role).await;
        let signed_in = self.nobody.post("/api/auth/login", &login(&email, PASSWORD)).await.expect(200);
        if column == DEACTIVATED {
            self.world.admin.delete(&format!("/api/auth/users/{id}")).await.expect(200);
        }
        if column == NOBODY {
            let (email, refresh_token) = ("nobody@example.com".to_owned(), "unknown".to_owned());
            return Asker { client: self.nobody.clone(), id, email, refresh_token };
        }
        let client = self.nobody.with_token(&signed_in.text_at("accessToken"));
        Asker { client, id, email, refresh_token: signed_in.text_at("refreshToken") }
    }

    /// A new account: its id and email.
    async fn account(&self, role: &str) -> (String, String) {
        let email = format!("{}@example.com", self.world.server.ctx().ids.next());
        (make_user(&self.world.server, "Target", &email, role).await, email)
    }

    /// Whoever owns the target.
    fn owner_of(&self, target: Target) -> &Client {
        match target {
            Target::Others => &self.third,
            Target::Admins | Target::Unassigned => &self.world.admin,
            Target::Whole
            | Target::Oneself
            | Target::Own
            | Target::Archived
            | Target::Converted
            | Target::Gone
            | Target::Unknown
            | Target::Malformed
            | Target::NoteOfAdmin
            | Target::NoteElsewhere
            | Target::NoteGone
            | Target::NoteUnknown
            | Target::NoteMalformed => &self.world.owner,
        }
    }

    /// The id of a new record of this kind.
    pub(super) async fn made(&self, kind: Kind, target: Target) -> String {
        if target == Target::Unknown {
            return UNKNOWN.to_owned();
        }
        if target == Target::Malformed {
            return "malformed".to_owned();
        }
        let owner = self.owner_of(target);
        match kind {
            Kind::Lead => {
                let body = json!({ "name": "Lead", "archived": target == Target::Archived });
                let lead = owner.post("/api/leads", &body).await.expect(201).id();
                if target == Target::Converted {
                    owner.post(&format!("/api/leads/{lead}/convert"), &json!({})).await.expect(200);
                }
                lead
            }
            Kind::Customer => self.simple("/api/customers", &json!({ "name": "Customer" }), target).await,
            Kind::Task => {
                let body = json!({ "title": "Task", "dueDate": "2026-04-01" });
                self.simple("/api/tasks", &body, target).await
            }
            Kind::Session => self.session(target).await,
            Kind::User => {
                let role = if target == Target::Admins { "admin" } else { "agent" };
                let (id, _) = self.account(role).await;
                if target == Target::Gone {
                    self.world.admin.delete(&format!("/api/auth/users/{id}")).await.expect(200);
                }
                id
            }
        }
    }

    async fn simple(&self, list: &str, body: &Value, target: Target) -> String {
        let owner = self.owner_of(target);
        let id = owner.post(list, body).await.expect(201).id();
        if target == Target::Gone {
            owner.delete(&format!("{list}/{id}")).await.expect(200);
        }
        id
    }

    async fn session(&self, target: Target) -> String {
        let owner = self.owner_of(target);
        let email = owner.get("/api/auth/me").await.expect(200).text_at("email");
        let before = owner.get("/api/auth/sessions").await.expect(200).items("id");
        self.nobody.post("/api/auth/login", &login(&email, PASSWORD)).await.expect(200);
        let after = owner.get("/api/auth/sessions").await.expect(200).items("id");
        let session = after.into_iter().find(|id| !before.contains(id)).unwrap();
        if target == Target::Gone {
            owner.delete(&format!("/api/auth/sessions/{session}")).await.expect(200);
        }
        session
    }

    /// The path of a new note on a new customer.
    pub(super) async fn note(&self, target: Target) -> String {
        // A deleted customer had a note before.
        let of = if target == Target::Gone { Target::Own } else { target };
        let customer = self.made(Kind::Customer, of).await;
        let path = format!("/api/customers/{customer}/notes");
        if target == Target::NoteMalformed {
            return format!("{path}/malformed");
        }
        if matches!(target, Target::Unknown | Target::Malformed | Target::NoteUnknown) {
            return format!("{path}/{UNKNOWN}");
        }
        let mut place = path.clone();
        if target == Target::NoteElsewhere {
            let elsewhere = self.made(Kind::Customer, Target::Own).await;
            place = format!("/api/customers/{elsewhere}/notes");
        }
        let author = if target == Target::NoteOfAdmin { &self.world.admin } else { self.owner_of(target) };
        let written = author.post(&place, &json!({ "text": "a note" })).await.expect(201);
        let note = written.body["note"]["id"].as_str().unwrap().to_owned();
        if target == Target::NoteGone {
            author.delete(&format!("{path}/{note}")).await.expect(200);
        }
        if target == Target::Gone {
            author.delete(&format!("/api/customers/{customer}")).await.expect(200);
        }
        format!("{path}/{note}")
    }
}
