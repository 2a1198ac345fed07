//! Everybody but the walking agent, and their records: they go on working on what is theirs, and whatever they write
//! holds a mark.
//!
//! The `other` agent never has anything to do with the walking one, so that its name and email are hidden too. The
//! `third` is given what was the walking agent's, and writes marks into it then.

use crm_testkit::random::Random;
use serde_json::{Value, json};

use super::marks::{DUE, Marks, cursors};
use super::own::{Kind, Own};
use crate::support::client::{Client, Reply};
use crate::support::server::{TestServer, login};
use crate::support::world::{PASSWORD, make_user};

/// How many leads the others have at most; then they only change them.
const MOST: usize = 150;

/// Whose something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Admins,
    Others,
    Thirds,
}

/// Everybody else.
pub(super) struct Hidden {
    pub(super) marks: Marks,
    pub(super) other_email: String,
    pub(super) other_id: String,
    /// How many keys they used for requests that may be repeated: `shared-0` and so on.
    pub(super) keys: usize,
    /// How often they did something.
    pub(super) acts: usize,
    /// How many of those gave away what was the agent's.
    pub(super) handed_over: usize,
    /// Cursors of lists that the admin and the other agent read.
    pub(super) cursors: Vec<String>,
    /// Customers' ids with the ids of their notes.
    pub(super) notes: Vec<(String, String)>,
    records: Vec<(Kind, String, Whose)>,
    admin: Client,
    other: Client,
    third: Client,
    third_id: String,
    nobody: Client,
}

impl Hidden {
    /// Everybody, with a few records of each.
    pub(super) async fn new(server: &TestServer, random: &mut Random) -> Self {
        let mut marks = Marks::new(random);
        let (admin_email, other_email, third_email) = (marks.email(), marks.email(), marks.email());
        let other_name = marks.text("user");
        let admin_id = make_user(server, "Ada Admin", &admin_email, "admin").await;
        let other_id = make_user(server, &other_name, &other_email, "agent").await;
        let third_id = make_user(server, "Thea Third", &third_email, "agent").await;
        marks.ids.extend([other_id.clone()]);
        let mut hidden = Self {
            marks,
            keys: 0,
            acts: 0,
            handed_over: 0,
            cursors: Vec::new(),
            notes: Vec::new(),
            records: vec![
                (Kind::User, admin_id, Whose::Admins),
                (Kind::User, other_id.clone(), Whose::Others),
            ],
            admin: server.sign_in(&admin_email, PASSWORD).await,
            other: server.sign_in(&other_email, PASSWORD).await,
            third: server.sign_in(&third_email, PASSWORD).await,
            nobody: server.nobody(),
            other_email,
            other_id,
            third_id,
        };
        let mut nothing = Own::default();
        for _ in 0..4 {
            for deed in 0..DEEDS {
                hidden.act_by(random, &mut nothing, deed).await;
            }
        }
        hidden
    }

    /// The hidden ids of this kind.
    pub(super) fn ids(&self, kind: Kind) -> Vec<&str> {
        self.records.iter().filter(|(own, _, _)| *own == kind).map(|(_, id, _)| id.as_str()).collect()
    }

    /// One of them does something.
    pub(super) async fn act(&mut self, random: &mut Random, own: &mut Own) {
        let deed = random.below(DEEDS);
        self.act_by(random, own, deed).await;
        self.acts += 1;
    }

    async fn act_by(&mut self, random: &mut Random, own: &mut Own, deed: usize) {
        match deed {
            0 if self.ids(Kind::Lead).len() < MOST => self.make(random, Kind::Lead, Whose::Others).await,
            1 if self.ids(Kind::Lead).len() < MOST => self.make(random, Kind::Lead, Whose::Admins).await,
            2 if self.ids(Kind::Customer).len() < MOST => {
                self.make(random, Kind::Customer, Whose::Others).await;
            }
            3 if self.ids(Kind::Task).len() < MOST => self.make(random, Kind::Task, Whose::Others).await,
            0..=4 => self.change(random).await,
            5 => self.archive(random).await,
            6 => self.convert(random).await,
            7 => self.write_note(random).await,
            8 => self.edit_note(random).await,
            9 => self.delete(random).await,
            10 => self.read_lists(random).await,
            11 => self.sign_in_and_rename().await,
            12 => self.plan_about(random, own).await,
            13 | 14 => self.hand_over(random, own).await,
            deed => panic!("nobody does {deed}"),
        }
    }

    fn client(&self, whose: Whose) -> &Client {
        match whose {
            Whose::Admins => &self.admin,
            Whose::Others => &self.other,
            Whose::Thirds => &self.third,
        }
    }

    fn pick(&self, random: &mut Random, kinds: &[Kind]) -> Option<(Kind, String, Whose)> {
        let fits: Vec<_> = self.records.iter().filter(|(kind, _, _)| kinds.contains(kind)).collect();
        (!fits.is_empty()).then(|| (*random.pick(&fits)).clone())
    }

    fn keep(&mut self, kind: Kind, id: String, whose: Whose) {
        self.marks.ids.insert(id.clone());
        self.records.push((kind, id, whose));
    }

    /// Every text that such a record has, each with a mark of its own.
    fn marked(&mut self, kind: Kind) -> Value {
        match kind {
            Kind::Lead => json!({
                "name": self.marks.text("name"), "email": self.marks.email(), "phone": self.marks.phone(),
                "company": self.marks.text("company"), "source": self.marks.text("source"),
                "tags": [self.marks.text("tag"), self.marks.text("tag")],
            }),
            Kind::Customer => json!({
                "name": self.marks.text("name"), "email": self.marks.email(), "phone": self.marks.phone(),
                "company": self.marks.text("company"), "tags": [self.marks.text("tag")],
            }),
            Kind::Task => json!({
                "title": self.marks.text("title"), "description": self.marks.text("description"), "dueDate": DUE,
            }),
            Kind::Note => json!({ "text": self.marks.text("note") }),
            Kind::Session | Kind::User => json!({}),
        }
    }

    async fn make(&mut self, random: &mut Random, kind: Kind, whose: Whose) {
        let mut body = self.marked(kind);
        if kind == Kind::Task
            && let Some((Kind::Lead, related, Whose::Others)) = self.pick(random, &[Kind::Lead])
        {
            (body["relatedType"], body["relatedId"]) = (json!("Lead"), json!(related));
        }
        let client = self.client(whose);
        let request = client.request(reqwest::Method::POST, base(kind)).json(&body);
        let request = request.header("idempotency-key", format!("shared-{}", self.keys));
        let made = client.send(request).await.expect(201);
        self.keys += 1;
        self.keep(kind, made.id(), whose);
    }

    /// Writes new marks over those that a record has, or over what the walking agent wrote when it was theirs.
    async fn change(&mut self, random: &mut Random) {
        let kinds = [Kind::Lead, Kind::Customer, Kind::Task];
        let Some((kind, id, whose)) = self.pick(random, &kinds) else { return };
        let mut body = self.marked(kind);
        match kind {
            Kind::Lead => body["status"] = json!(random.word(&["New", "In Progress", "Closed Lost"])),
            Kind::Task => body["status"] = json!(random.word(&["Open", "In Progress", "Done"])),
            Kind::Customer | Kind::Note | Kind::Session | Kind::User => {}
        }
        let path = format!("{}/{id}", base(kind));
        let reply = self.client(whose).patch(&path, &body).await;
        if reply.verdict() == (409, "already_converted") {
            body.as_object_mut().unwrap().remove("status");
            self.client(whose).patch(&path, &body).await.expect(200);
        } else {
            reply.expect(200);
        }
    }

    async fn archive(&mut self, random: &mut Random) {
        let Some((_, id, whose)) = self.pick(random, &[Kind::Lead]) else { return };
        let deed = random.word(&["archive", "archive", "unarchive"]);
        let path = format!("/api/leads/{id}/{deed}");
        self.client(whose).bare(reqwest::Method::PATCH, &path).await.expect(200);
    }

    async fn convert(&mut self, random: &mut Random) {
        let Some((_, id, whose @ Whose::Others)) = self.pick(random, &[Kind::Lead]) else { return };
        let reply = self.client(whose).post(&format!("/api/leads/{id}/convert"), &json!({})).await;
        assert!(matches!(reply.status, 200 | 409), "{}", reply.text);
        if let Some(customer) = reply.body["customer"]["id"].as_str()
            && reply.body["alreadyConverted"] != true
        {
            self.keep(Kind::Customer, customer.to_owned(), whose);
        }
    }

    async fn write_note(&mut self, random: &mut Random) {
        let Some((_, customer, whose)) = self.pick(random, &[Kind::Customer]) else { return };
        let body = self.marked(Kind::Note);
        let path = format!("/api/customers/{customer}/notes");
        let reply = self.client(whose).post(&path, &body).await.expect(201);
        let note = reply.body["note"]["id"].as_str().unwrap().to_owned();
        self.keep(Kind::Note, note.clone(), whose);
        self.notes.push((customer, note));
    }

    async fn edit_note(&mut self, random: &mut Random) {
        if self.notes.is_empty() {
            return;
        }
        let (customer, note) = random.pick(&self.notes).clone();
        let body = self.marked(Kind::Note);
        self.admin.patch(&format!("/api/customers/{customer}/notes/{note}"), &body).await.expect(200);
    }

    /// Of the other agent's only: the walking agent's tasks may be about what the third was given.
    async fn delete(&mut self, random: &mut Random) {
        let kinds = [Kind::Customer, Kind::Task];
        let Some((kind, id, whose @ Whose::Others)) = self.pick(random, &kinds) else { return };
        if self.ids(kind).len() < 10 {
            return;
        }
        self.client(whose).delete(&format!("{}/{id}", base(kind))).await.expect(200);
        self.records.retain(|(_, own, _)| *own != id);
        self.notes.retain(|(customer, _)| *customer != id);
    }

    async fn read_lists(&mut self, random: &mut Random) {
        let list = random.word(&["leads", "customers", "tasks", "activity"]);
        let sort = if list == "leads" { "&sort=name" } else { "" };
        for client in [&self.admin, &self.other] {
            let reply = client.get(&format!("/api/{list}?limit=1{sort}")).await.expect(200);
            self.cursors.extend(cursors(&reply));
        }
        let surplus = self.cursors.len().saturating_sub(40);
        self.cursors.drain(..surplus);
    }

    /// The other agent has a marked browser, and another name each time.
    async fn sign_in_and_rename(&mut self) {
        let credentials = login(&self.other_email, PASSWORD);
        let request = self.nobody.request(reqwest::Method::POST, "/api/auth/login").json(&credentials);
        let request = request.header("user-agent", self.marks.text("browser"));
        self.nobody.send(request).await.expect(200);
        let name = self.marks.text("user");
        self.other.patch("/api/auth/me", &json!({ "name": name })).await.expect(200);
        let sessions: Reply = self.other.get("/api/auth/sessions").await.expect(200);
        for id in sessions.items("id") {
            if !self.marks.ids.contains(&id) {
                self.keep(Kind::Session, id, Whose::Others);
            }
        }
    }

    /// The admin has a task about something of the walking agent's: the record is theirs, the task is not.
    async fn plan_about(&mut self, random: &mut Random, own: &Own) {
        let (kind, name) = *random.pick(&[(Kind::Customer, "Customer"), (Kind::Lead, "Lead")]);
        let Some(id) = random.of(&own.ids(kind)).map(str::to_owned) else { return };
        let mut body = self.marked(Kind::Task);
        (body["relatedType"], body["relatedId"]) = (json!(name), json!(id));
        let made = self.admin.post("/api/tasks", &body).await.expect(201);
        self.keep(Kind::Task, made.id(), Whose::Admins);
    }

    /// The admin gives a record of the walking agent's to the third, who writes marks into it at once.
    async fn hand_over(&mut self, random: &mut Random, own: &mut Own) {
        let kind = *random.pick(&[Kind::Lead, Kind::Customer, Kind::Task]);
        let Some(id) = random.of(&own.ids(kind)).map(str::to_owned) else { return };
        let member = if kind == Kind::Lead { "assignedAgent" } else { "owner" };
        let path = format!("{}/{id}", base(kind));
        self.admin.patch(&path, &json!({ member: self.third_id })).await.expect(200);
        own.lose(kind, &id);
        self.handed_over += 1;
        let body = self.marked(kind);
        self.third.patch(&path, &body).await.expect(200);
        // The walking agent knows its id, which is in events of theirs: only the texts are hidden.
        self.records.push((kind, id, Whose::Thirds));
    }
}

/// How many things there are to do.
const DEEDS: usize = 15;

/// Where records of this kind are made.
fn base(kind: Kind) -> &'static str {
    match kind {
        Kind::Lead => "/api/leads",
        Kind::Customer => "/api/customers",
        Kind::Task => "/api/tasks",
        Kind::Note | Kind::Session | Kind::User => panic!("{kind:?} has no list of its own"),
    }
}
