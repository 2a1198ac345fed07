//! Nobody writes a field by naming it: every route that takes a body is sent every stored field under many names, one at
//! a time beside what it takes, and what is in the store afterwards is what it would be without.
//!
//! The fields are those of the records themselves, as an archive holds them, with those that the API shows: a new one is
//! tried without anybody thinking of it.

mod cases;
mod hashing;
mod members;
mod stored;

use std::collections::BTreeSet;

use crm_http::app::routes;
use crm_http::route::Verb;
use serde_json::{Value, json};

use self::cases::{Case, FOR_ADMINS, Target, cases, shown_at};
use self::members::{Fields, sent_name, with};
use self::stored::Record;
use crate::support::client::Reply;
use crate::support::server::{SETUP_TOKEN, TestServer};
use crate::support::world::{PASSWORD, World};

/// The least that are tried; a few thousand are.
const LEAST: usize = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_member_of_a_body_changes_a_field_that_it_is_not_for() {
    let world = World::new().await;
    let mut counts = Counts::default();
    for case in cases() {
        let mut trial = Trial::begin(&world, case).await;
        let tried = counts.tried;
        for (name, value) in trial.fields.members(trial.case.kind) {
            if !trial.case.takes(sent_name(&name)) {
                trial.send(sent_name(&name), &value, &mut counts).await;
            }
        }
        let route = format!("{} {}", trial.case.method, trial.case.route);
        println!("{route}: {} fields, {} members", trial.fields.len(), counts.tried - tried);
        assert!(counts.tried - tried >= 80, "{route}");
        assert_eq!(trial.totals().await, trial.expected, "{route} made something");
    }
    println!("{counts:?}");
    assert!(counts.tried >= LEAST && counts.ignored >= 50 && counts.forbidden >= 4, "{counts:?}");
}

#[tokio::test]
async fn the_first_admin_is_made_of_nothing_but_what_the_form_asks_for() {
    let server = TestServer::start().await;
    server.offer_setup().await;
    let nobody = server.nobody();
    let form =
        json!({ "name": "Ada", "email": "ada@example.com", "password": PASSWORD, "setupToken": SETUP_TOKEN });
    let other = World::new().await;
    let mut fields = Fields::default();
    for line in Record::User(other.owner_id.clone()).lines(other.server.ctx()).await {
        fields.of(&line, &other.admin_id);
    }
    let mut tried = 0;
    for (name, value) in fields.members("user") {
        let name = sent_name(&name);
        if form[name].is_null() {
            let reply = nobody.post("/api/auth/bootstrap", &with(&form, name, &value)).await;
            assert!(is_named(&reply, name), "{name}: {}", reply.text);
            tried += 1;
        }
    }
    assert!(tried >= 80, "{tried}");
    let check = nobody.get("/api/auth/bootstrap/check").await;
    assert_eq!(check.body["canBootstrap"], true, "nobody was made");
    nobody.post("/api/auth/bootstrap", &form).await.expect(201);
}

#[test]
fn every_route_that_takes_a_body_is_tried() {
    let tried = cases().into_iter().map(|case| format!("{} {}", case.method, case.route));
    let tried: BTreeSet<String> = tried.chain(["POST /api/auth/bootstrap".to_owned()]).collect();
    let takes_a_body = |verb| matches!(verb, Verb::Post | Verb::Patch);
    let all = routes().into_iter().filter(|route| takes_a_body(route.verb));
    let all: BTreeSet<String> = all.map(|route| format!("{} {}", route.verb.as_str(), route.path)).collect();
    assert_eq!(tried, all);
}

/// What became of the members.
#[derive(Debug, Default)]
struct Counts {
    tried: usize,
    /// Refused by name.
    refused: usize,
    /// Refused as no right of whoever asks.
    forbidden: usize,
    /// Taken without effect.
    ignored: usize,
}

/// One route, while it is sent its members.
struct Trial<'a> {
    world: &'a World,
    case: Case,
    fields: Fields,
    target: Target,
    /// What is in the store of the target and of those whom no request is about.
    before: Vec<Value>,
    /// What there is after the body without any more, with ids taken out: in the store, and as it is shown.
    control: (String, String),
    /// How many records of each kind there ought to be.
    expected: [u64; 4],
}

/// The lists that tell how many records there are.
const LISTS: [&str; 4] = ["/api/leads", "/api/customers", "/api/tasks", "/api/auth"];

impl<'a> Trial<'a> {
    async fn begin(world: &'a World, case: Case) -> Self {
        let target = case.target(world).await;
        let (fields, before, control) = (Fields::default(), Vec::new(), (String::new(), String::new()));
        let mut trial = Self { world, case, fields, target, before, control, expected: [0; 4] };
        let reply = trial.ask(&trial.target.body).await;
        assert!(reply.status < 300, "{} is not right: {}", trial.case.route, reply.text);
        trial.control = trial.outcome(&reply).await;
        trial.learn_fields(&reply).await;
        trial.target = trial.case.target(world).await;
        trial.expected = trial.totals().await;
        trial.before = trial.now().await;
        trial
    }

    fn bystanders(&self) -> Vec<Record> {
        let World { admin_id, owner_id, other_id, .. } = self.world;
        let users = [admin_id, owner_id, other_id].map(|id| Record::User(id.clone()));
        users.into_iter().chain([Record::SessionsOf(owner_id.clone())]).collect()
    }

    /// The fields of what the request makes or changes, as it is stored and as it is shown; those of accounts and
    /// sessions where it is about them.
    async fn learn_fields(&mut self, reply: &Reply) {
        let mut records = self.target.records.clone();
        records.extend(self.case.made(&self.target, reply));
        let shown_at = shown_at(&records);
        if self.case.kind == "user" || self.case.kind == "session" {
            records.extend(self.bystanders());
        }
        for line in self.lines(&records).await {
            self.fields.of(&line, &self.world.other_id);
        }
        if let Some(path) = shown_at {
            let shown = self.world.admin.get(&path).await.expect(200);
            self.fields.of(&shown.body, &self.world.other_id);
        }
    }

    async fn ask(&self, body: &Value) -> Reply {
        let client = self.case.client(self.world);
        client.send(client.request(self.case.method.clone(), &self.target.path).json(body)).await
    }

    /// Sends the body with this member beside, and looks at what became of it.
    async fn send(&mut self, name: &str, value: &Value, counts: &mut Counts) {
        let what = format!("{} {} with {name}: {value}", self.case.method, self.case.route);
        let reply = self.ask(&with(&self.target.body, name, value)).await;
        counts.tried += 1;
        if reply.status < 300 {
            assert!(self.case.ignores(name), "{what} was taken");
            assert_eq!(self.outcome(&reply).await, self.control, "{what} changed something else");
            let bystanders = self.lines(&self.bystanders()).await;
            assert!(self.before.ends_with(&bystanders), "{what} changed somebody's account");
            counts.ignored += 1;
            self.count_what_was_made();
            self.target = self.case.target(self.world).await;
            self.before = self.now().await;
            return;
        }
        if FOR_ADMINS.contains(&name) && reply.status == 403 {
            assert_eq!(reply.verdict(), (403, "forbidden"), "{what}");
            counts.forbidden += 1;
        } else {
            assert!(is_named(&reply, name), "{what}: {}", reply.text);
            counts.refused += 1;
        }
        assert_eq!(self.now().await, self.before, "{what} was refused and changed something");
    }

    /// What is in the store of the target and the bystanders, in this order.
    async fn now(&self) -> Vec<Value> {
        let mut records = self.target.records.clone();
        records.extend(self.bystanders());
        self.lines(&records).await
    }

    async fn lines(&self, records: &[Record]) -> Vec<Value> {
        let mut lines = Vec::new();
        for record in records {
            lines.extend(record.lines(self.world.server.ctx()).await);
        }
        lines
    }

    /// What a request that was taken left behind, the same for all targets: in the store, and as an admin is shown it.
    async fn outcome(&self, reply: &Reply) -> (String, String) {
        let mut records = self.target.records.clone();
        records.extend(self.case.made(&self.target, reply));
        let shown = match shown_at(&records) {
            Some(path) => self.world.admin.get(&path).await.expect(200).text,
            None => String::new(),
        };
        let lines = self.lines(&records).await;
        let own =
            lines.iter().filter(|line| line["kind"] == "user").filter_map(|line| line["email"].as_str());
        let own: Vec<&str> = records.iter().map(Record::id).chain(own).collect();
        (alike(&json!(lines).to_string(), &own), alike(&shown, &own))
    }

    /// A request that was taken made a record, or was about one that was made for it; a conversion both.
    fn count_what_was_made(&mut self) {
        let own = LISTS.iter().position(|list| self.case.route.starts_with(list)).unwrap();
        let is_about_oneself = self.case.route == "/api/auth/me";
        self.expected[own] += u64::from(!is_about_oneself);
        self.expected[1] += u64::from(self.case.route.ends_with("/convert"));
    }

    /// How many leads, customers, tasks and users there are.
    async fn totals(&self) -> [u64; 4] {
        let mut totals = [0; 4];
        for (at, list) in LISTS.into_iter().enumerate() {
            let path = match list {
                "/api/leads" => "/api/leads?archived=all&limit=1".to_owned(),
                "/api/auth" => "/api/auth/users?limit=1".to_owned(),
                list => format!("{list}?limit=1"),
            };
            let reply = self.world.admin.get(&path).await.expect(200);
            totals[at] = reply.body["total"].as_u64().unwrap();
        }
        totals
    }
}

/// The text without what tells one target from another.
fn alike(text: &str, own: &[&str]) -> String {
    let numbered = own.iter().enumerate();
    numbered.fold(text.to_owned(), |text, (number, own)| text.replace(own, &format!("own {number}")))
}

/// Whether the answer refuses the body for this member.
fn is_named(reply: &Reply, name: &str) -> bool {
    reply.verdict() == (400, "invalid_input")
        && reply.bad_fields().iter().any(|field| field.split(' ').next() == Some(name))
}
