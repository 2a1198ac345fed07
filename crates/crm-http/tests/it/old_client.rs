//! A client that was written for the Node.js backend and knows nothing else.

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::server::TestServer;
use crate::support::world::{PASSWORD, make_user};

/// Knows `_id`, `items`, `total`, `accessToken`, `latest5` and `{lead, customer}`.
struct OldClient(Client);

impl OldClient {
    async fn sign_in(server: &TestServer, email: &str) -> Self {
        let credentials = json!({ "email": email, "password": PASSWORD });
        let reply = server.nobody().post("/api/auth/login", &credentials).await;
        assert!(reply.body["user"]["role"].is_string());
        Self(server.nobody().with_token(reply.body["accessToken"].as_str().unwrap()))
    }

    async fn make(&self, path: &str, body: Value) -> String {
        self.0.post(path, &body).await.expect(201).body["_id"].as_str().unwrap().to_owned()
    }

    async fn list(&self, path: &str) -> (u64, Vec<Value>) {
        let body = self.0.get(path).await.expect(200).body;
        (body["total"].as_u64().unwrap(), body["items"].as_array().unwrap().clone())
    }
}

#[tokio::test]
async fn a_client_of_the_node_backend_works_unchanged() {
    let server = TestServer::start().await;
    make_user(&server, "Admin", "admin@crm.com", "admin").await;
    let agent_id = make_user(&server, "Agent One", "agent1@crm.com", "agent").await;
    let admin = OldClient::sign_in(&server, "admin@crm.com").await;
    let agent = OldClient::sign_in(&server, "agent1@crm.com").await;

    let lead =
        admin.make("/api/leads", json!({ "name": "Lead", "email": "", "assignedAgent": agent_id })).await;
    let (total, items) = agent.list("/api/leads?q=&status=&page=1&limit=10&assignedAgent=&archived=").await;
    assert_eq!((total, &items[0]["_id"]), (1, &json!(lead)));
    assert_eq!(items[0]["assignedAgent"]["_id"], json!(agent_id));

    let mut edited = agent.0.get(&format!("/api/leads/{lead}")).await.body;
    assert_eq!(edited["history"][0]["action"], "created");
    edited["status"] = json!("In Progress");
    edited["__v"] = json!(0);
    edited["deals"] = json!([]);
    agent.0.patch(&format!("/api/leads/{lead}"), &edited).await.expect(200);

    let converted = agent.0.post(&format!("/api/leads/{lead}/convert"), &json!({})).await.expect(200).body;
    assert_eq!(converted["lead"]["status"], "Closed Won");
    let customer = converted["customer"]["_id"].as_str().unwrap().to_owned();
    let noted = agent.0.post(&format!("/api/customers/{customer}/notes"), &json!({ "text": "called" })).await;
    assert_eq!(noted.expect(201).body["latest5"][0]["text"], "called");
    assert_eq!(agent.list("/api/customers?q=&owner=&page=1&limit=10").await.0, 1);

    let task = json!({
        "title": "Call", "dueDate": "2026-03-19T12:00:00.000Z", "relatedType": "Customer", "relatedId": customer,
    });
    let task = agent.make("/api/tasks", task).await;
    assert_eq!(agent.list("/api/tasks?owner=&status=&due=overdue").await.1[0]["_id"], json!(task));
    agent.0.patch(&format!("/api/tasks/{task}"), &json!({ "status": "Done" })).await.expect(200);

    let feed = agent.0.get("/api/activity").await.expect(200).body;
    assert_eq!((&feed[0]["type"], feed.as_array().unwrap().len()), (&json!("task_completed"), 7));
    let dashboard = admin.0.get("/api/dashboard").await.expect(200).body;
    assert_eq!(
        (&dashboard["leadStatus"]["Closed Won"], &dashboard["totalCustomers"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(dashboard["leadsPerDay"][13]["_id"], "2026-03-20");
    admin.0.delete(&format!("/api/leads/{lead}")).await.expect(200);
    assert_eq!(agent.list("/api/leads?archived=true").await.0, 1);

    let wrong =
        server.nobody().post("/api/auth/login", &json!({ "email": "admin@crm.com", "password": "x" })).await;
    assert!(wrong.body["message"].is_string());
}
