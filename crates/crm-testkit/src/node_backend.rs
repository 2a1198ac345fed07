//! A database as the Node.js backend made it: its documents in the shape in which Mongoose wrote them, made by doing what
//! its routes did, one request after the other. Each request wrote the record, with an entry in a lead's history, and
//! right after it an event of the feed.

pub mod crowd;

use bson::oid::ObjectId;
use bson::{Bson, DateTime, Document, doc};
use mongodb::Client;

/// The password of every account.
pub const PASSWORD: &str = "Agent@123";

/// 2025-03-01T08:00:00Z, in milliseconds.
const BEGIN: i64 = 1_740_816_000_000;

/// The documents, by collection, and the clock of the server that makes them.
#[derive(Debug, Clone)]
pub struct NodeBackend {
    /// The accounts; the first is an admin.
    pub users: Vec<Document>,
    /// The leads.
    pub leads: Vec<Document>,
    /// The customers.
    pub customers: Vec<Document>,
    /// The tasks.
    pub tasks: Vec<Document>,
    /// The feed.
    pub activities: Vec<Document>,
    /// How many things have happened that somebody was told of, be it once or twice.
    pub facts: u64,
    now: i64,
    minted: u32,
    hash: String,
}

impl Default for NodeBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl NodeBackend {
    /// A database with nothing in it.
    ///
    /// # Panics
    /// If the password cannot be hashed.
    pub fn new() -> Self {
        // The fewest rounds there are: tests make many of these. The prefix is that of the Node.js backend.
        let hash = bcrypt::hash_with_result(PASSWORD, 4).expect("it can be hashed");
        Self {
            users: Vec::new(),
            leads: Vec::new(),
            customers: Vec::new(),
            tasks: Vec::new(),
            activities: Vec::new(),
            facts: 0,
            now: BEGIN,
            minted: 0,
            hash: hash.format_for_version(bcrypt::Version::TwoA),
        }
    }

    /// What is kept of everybody's password.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Time passes.
    pub fn wait(&mut self, millis: i64) {
        self.now += millis;
    }

    /// Now.
    pub fn now(&self) -> DateTime {
        DateTime::from_millis(self.now)
    }

    /// A new id, as the driver of Node.js makes them: the second, the process, and a counter.
    pub fn id(&mut self) -> ObjectId {
        self.minted += 1;
        let seconds = u32::try_from(self.now / 1_000).expect("before 2106");
        let [_, c0, c1, c2] = self.minted.to_be_bytes();
        let [s0, s1, s2, s3] = seconds.to_be_bytes();
        ObjectId::from_bytes([s0, s1, s2, s3, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, c0, c1, c2])
    }

    /// `POST /api/auth/register`.
    pub fn register(&mut self, name: &str, email: &str, role: &str) -> ObjectId {
        self.wait(1_000);
        let id = self.id();
        self.users.push(doc! {
            "_id": id, "name": name, "email": email, "password": &self.hash, "role": role, "isActive": true,
            "createdAt": self.now(), "updatedAt": self.now(), "__v": 0,
        });
        id
    }

    /// `POST /api/leads`.
    pub fn create_lead(&mut self, by: ObjectId, agent: Option<ObjectId>, name: &str) -> ObjectId {
        self.wait(1_000);
        let id = self.id();
        let entry = self.entry("created", by, None);
        let mut lead = doc! { "_id": id, "name": name };
        let address = name.to_lowercase().replace(' ', ".");
        lead.insert("email", format!("{address}@example.com"));
        lead.insert("phone", format!("+1 555 {:04}", self.minted % 10_000));
        lead.insert("status", "New");
        lead.insert("source", "Website");
        if let Some(agent) = agent {
            lead.insert("assignedAgent", agent);
        }
        lead.insert("archived", false);
        lead.insert("history", vec![Bson::Document(entry)]);
        // The entry's moment is taken when the document is made, the document's when it is saved.
        self.wait(2);
        lead.insert("createdAt", self.now());
        lead.insert("updatedAt", self.now());
        lead.insert("__v", 0);
        self.leads.push(lead);
        self.log("lead_created", by, "Lead", id, format!("Lead created: {name}"), None);
        id
    }

    /// `PATCH /api/leads/:id` with another status.
    pub fn change_status(&mut self, by: ObjectId, lead: ObjectId, status: &str) {
        self.wait(1_000);
        let before = self.lead(lead).get_str("status").expect("it has one").to_owned();
        self.happened(lead, "updated", by, None, doc! { "status": status });
        let (kind, message) = if before == status {
            ("lead_updated", format!("Lead updated: {}", self.name_of(lead)))
        } else {
            ("lead_status_changed", format!("Lead status: {before} -> {status}"))
        };
        self.log(kind, by, "Lead", lead, message, None);
    }

    /// `DELETE /api/leads/:id`.
    pub fn archive(&mut self, by: ObjectId, lead: ObjectId) {
        self.wait(1_000);
        self.happened(lead, "archived", by, None, doc! { "archived": true });
        let message = format!("Lead archived: {}", self.name_of(lead));
        self.log("lead_archived", by, "Lead", lead, message, None);
    }

    /// `POST /api/leads/:id/reassign`.
    pub fn reassign(&mut self, by: ObjectId, lead: ObjectId, to: ObjectId) {
        self.wait(1_000);
        let from = self.lead(lead).get_object_id("assignedAgent").ok();
        // The one is a document's reference, the other what the client sent.
        let meta = doc! { "from": from, "to": to.to_hex() };
        self.happened(lead, "reassigned", by, Some(meta.clone()), doc! { "assignedAgent": to });
        let message = format!("Lead reassigned: {}", self.name_of(lead));
        self.log("lead_reassigned", by, "Lead", lead, message, Some(meta));
    }

    /// `POST /api/leads/:id/convert`, which makes another customer each time.
    pub fn convert(&mut self, by: ObjectId, lead: ObjectId) -> ObjectId {
        self.wait(1_000);
        let id = self.id();
        let of = self.lead(lead).clone();
        let owner = of.get_object_id("assignedAgent").unwrap_or(by);
        let name = of.get_str("name").expect("it has one").to_owned();
        self.customers.push(doc! {
            "_id": id, "name": &name, "company": "", "email": of.get("email").cloned(),
            "phone": of.get("phone").cloned(), "notes": [], "tags": ["converted"], "owner": owner, "deals": [],
            "createdAt": self.now(), "updatedAt": self.now(), "__v": 0,
        });
        // It was told of the lead, not of the customer.
        self.facts += 1;
        let meta = doc! { "customerId": id };
        self.happened(lead, "converted", by, Some(meta.clone()), doc! { "status": "Closed Won" });
        self.log("lead_converted", by, "Lead", lead, format!("Converted to customer: {name}"), Some(meta));
        id
    }

    /// `POST /api/customers`.
    pub fn create_customer(&mut self, owner: ObjectId, name: &str) -> ObjectId {
        self.wait(1_000);
        let id = self.id();
        self.customers.push(doc! {
            "_id": id, "name": name, "company": "Engines Ltd", "email": "office@example.com", "phone": "112",
            "notes": [], "tags": ["vip"], "owner": owner, "deals": [],
            "createdAt": self.now(), "updatedAt": self.now(), "__v": 0,
        });
        self.log("customer_created", owner, "Customer", id, format!("Customer created: {name}"), None);
        id
    }

    /// `POST /api/customers/:id/notes`. The newest stands first.
    pub fn add_note(&mut self, by: ObjectId, customer: ObjectId, text: &str) {
        self.wait(1_000);
        let id = self.id();
        let note = doc! { "text": text, "author": by, "createdAt": self.now(), "_id": id };
        self.wait(2);
        let now = self.now();
        let found = find(&mut self.customers, customer);
        found.get_array_mut("notes").expect("a list").insert(0, Bson::Document(note));
        found.insert("updatedAt", now);
        let message = format!("Note added to {}", found.get_str("name").expect("it has one"));
        self.log("customer_note_added", by, "Customer", customer, message, None);
    }

    /// A deal, which no route ever made.
    pub fn add_deal(&mut self, customer: ObjectId, title: &str, value: i32, stage: &str) {
        let id = self.id();
        let deal = doc! { "title": title, "value": value, "stage": stage, "_id": id };
        let found = find(&mut self.customers, customer);
        found.get_array_mut("deals").expect("a list").push(Bson::Document(deal));
    }

    /// `POST /api/tasks`.
    pub fn create_task(
        &mut self,
        owner: ObjectId,
        title: &str,
        related: (&str, ObjectId),
        status: &str,
    ) -> ObjectId {
        self.wait(1_000);
        let id = self.id();
        self.tasks.push(doc! {
            "_id": id, "title": title, "dueDate": DateTime::from_millis(self.now + 86_400_000), "status": status,
            "priority": "Medium", "relatedType": related.0, "relatedId": related.1, "owner": owner,
            "createdAt": self.now(), "updatedAt": self.now(), "__v": 0,
        });
        self.log("task_created", owner, "Task", id, format!("Task created: {title}"), None);
        id
    }

    /// `PATCH /api/tasks/:id` with `Done`.
    pub fn finish_task(&mut self, by: ObjectId, task: ObjectId) {
        self.wait(1_000);
        let now = self.now();
        let found = find(&mut self.tasks, task);
        found.insert("status", "Done");
        found.insert("updatedAt", now);
        let message = format!("Task updated: {}", found.get_str("title").expect("it has one"));
        self.log("task_updated", by, "Task", task, message, None);
    }

    /// A lead's document.
    ///
    /// # Panics
    /// If there is none.
    pub fn lead(&mut self, id: ObjectId) -> &mut Document {
        find(&mut self.leads, id)
    }

    /// A customer's document.
    ///
    /// # Panics
    /// If there is none.
    pub fn customer(&mut self, id: ObjectId) -> &mut Document {
        find(&mut self.customers, id)
    }

    /// An event of the feed, if it could be written: the old backend went on without it where it could not.
    pub fn log(
        &mut self,
        kind: &str,
        actor: ObjectId,
        entity_type: &str,
        entity: ObjectId,
        message: String,
        meta: Option<Document>,
    ) {
        self.wait(5);
        self.facts += 1;
        let id = self.id();
        let mut event = doc! {
            "_id": id, "type": kind, "actor": actor, "entityType": entity_type, "entityId": entity,
            "message": message,
        };
        // Mongoose leaves empty objects out.
        if let Some(meta) = meta {
            event.insert("meta", meta);
        }
        event.insert("createdAt", self.now());
        event.insert("updatedAt", self.now());
        event.insert("__v", 0);
        self.activities.push(event);
    }

    /// Writes everything into this database.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn store(&self, uri: &str, database: &str) {
        let client = Client::with_uri_str(uri).await.expect("an address");
        let database = client.database(database);
        for (name, documents) in [
            ("users", &self.users),
            ("leads", &self.leads),
            ("customers", &self.customers),
            ("tasks", &self.tasks),
            ("activities", &self.activities),
        ] {
            for some in documents.chunks(1_000) {
                database.collection::<Document>(name).insert_many(some).await.expect("they can be written");
            }
        }
    }

    fn entry(&mut self, action: &str, by: ObjectId, meta: Option<Document>) -> Document {
        let mut entry = doc! { "action": action, "by": by };
        if let Some(meta) = meta {
            entry.insert("meta", meta);
        }
        entry.insert("_id", self.id());
        entry.insert("at", self.now());
        entry
    }

    fn happened(
        &mut self,
        lead: ObjectId,
        action: &str,
        by: ObjectId,
        meta: Option<Document>,
        changed: Document,
    ) {
        let entry = self.entry(action, by, meta);
        self.wait(2);
        let now = self.now();
        let found = find(&mut self.leads, lead);
        found.get_array_mut("history").expect("a list").push(Bson::Document(entry));
        found.extend(changed);
        found.insert("updatedAt", now);
    }

    fn name_of(&mut self, lead: ObjectId) -> String {
        self.lead(lead).get_str("name").expect("it has one").to_owned()
    }
}

fn find(documents: &mut [Document], id: ObjectId) -> &mut Document {
    let found =
        documents.iter_mut().rev().find(|document| document.get_object_id("_id").is_ok_and(|own| own == id));
    found.expect("it is there")
}
