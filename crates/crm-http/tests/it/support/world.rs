//! The cast of the tests: an admin, two agents, somebody deactivated, and records of theirs.

use crm_app::users::register::register;
use crm_domain::access::actor::Actor;
use crm_domain::raw::{Members, Raw};
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::server::TestServer;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse 7";

/// A server with people.
pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) admin: Client,
    pub(crate) owner: Client,
    pub(crate) other: Client,
    pub(crate) admin_id: String,
    pub(crate) owner_id: String,
    pub(crate) other_id: String,
}

impl World {
    /// A server with an admin and two agents.
    pub(crate) async fn new() -> Self {
        Self::on(TestServer::start().await).await
    }

    /// The same people on this server.
    pub(crate) async fn on(server: TestServer) -> Self {
        let admin_id = make_user(&server, "Ada Admin", "admin@example.com", "admin").await;
        let owner_id = make_user(&server, "Olga Owner", "owner@example.com", "agent").await;
        let other_id = make_user(&server, "Otto Other", "other@example.com", "agent").await;
        Self {
            admin: server.sign_in("admin@example.com", PASSWORD).await,
            owner: server.sign_in("owner@example.com", PASSWORD).await,
            other: server.sign_in("other@example.com", PASSWORD).await,
            server,
            admin_id,
            owner_id,
            other_id,
        }
    }

    /// A lead of the owner's; its id.
    pub(crate) async fn lead(&self, name: &str) -> String {
        self.owner.post("/api/leads", &json!({ "name": name })).await.expect(201).id()
    }

    /// A customer of the owner's; its id.
    pub(crate) async fn customer(&self, name: &str) -> String {
        self.owner.post("/api/customers", &json!({ "name": name })).await.expect(201).id()
    }

    /// A task of the owner's; its id.
    pub(crate) async fn task(&self, title: &str, due: &str) -> String {
        self.owner.post("/api/tasks", &json!({ "title": title, "dueDate": due })).await.expect(201).id()
    }

    /// A note on a customer of the owner's; its id.
    pub(crate) async fn note(&self, customer: &str, text: &str) -> String {
        let path = format!("/api/customers/{customer}/notes");
        let reply = self.owner.post(&path, &json!({ "text": text })).await.expect(201);
        reply.body["note"]["id"].as_str().unwrap().to_owned()
    }

    /// The owner as they are referred to.
    pub(crate) fn owner_person(&self) -> Value {
        json!({ "id": self.owner_id, "_id": self.owner_id, "name": "Olga Owner", "email": "owner@example.com" })
    }
}

/// An account; its id.
pub(crate) async fn make_user(server: &TestServer, name: &str, email: &str, role: &str) -> String {
    let members: Members = [("name", name), ("email", email), ("password", PASSWORD), ("role", role)]
        .into_iter()
        .map(|(member, text)| (member, Raw::text(text)))
        .collect();
    let user = register(server.ctx(), &Actor::system("tests"), members).await.unwrap();
    user.record().id.to_string()
}

/// An id that nothing has.
pub(crate) const UNKNOWN: &str = "0195a000-0000-7000-8000-ffffffffffff";
