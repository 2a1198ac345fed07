//! Databases to import, stores to import into, and what is in them then.

use std::sync::Arc;

use bson::Document;
use crm_app::context::Stores;
use crm_app::mirror::Mirror;
use crm_app::paging::Start;
use crm_app::ports::maintenance::Maintenance;
use crm_app::query::activities::{ActivityFilter, ActivityQuery, place};
use crm_domain::activity::{Activity, EntityRef};
use crm_domain::customer::Customer;
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::password_hash::PasswordHash;
use crm_domain::task::Task;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::version::Versioned;
use crm_node_import::here::Here;
use crm_node_import::import;
use crm_node_import::plan::{Choices, plan};
use crm_node_import::report::{Kind, Outcome, Report};
use crm_node_import::source::Source;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::options::Options;
use crm_sqlite::store::SqliteStore;
use crm_testkit::actors::everything;
use crm_testkit::node_backend::NodeBackend;

/// A store to import into.
pub(crate) struct Target {
    pub(crate) stores: Stores,
    pub(crate) maintenance: Arc<dyn Maintenance>,
    pub(crate) mirror: Arc<Mirror>,
}

/// Everything that a store holds.
#[derive(Debug, PartialEq)]
pub(crate) struct Content {
    pub(crate) users: Vec<Versioned<User>>,
    pub(crate) leads: Vec<Versioned<Lead>>,
    pub(crate) customers: Vec<(Versioned<Customer>, Vec<Note>)>,
    pub(crate) tasks: Vec<Versioned<Task>>,
    pub(crate) events: Vec<Activity>,
}

/// Whether a hash looks like one of bcrypt: whether it can be checked is another crate's business.
fn is_bcrypt(hash: &PasswordHash) -> bool {
    hash.expose().starts_with("$2") && hash.expose().len() == 60
}

impl Target {
    /// An empty embedded store.
    pub(crate) fn embedded() -> Self {
        let mirror = Arc::new(Mirror::empty());
        let store = SqliteStore::open(&Location::Memory, &Options::default(), Arc::clone(&mirror)).unwrap();
        Self { stores: Stores::of(Arc::clone(&store)), maintenance: store, mirror }
    }

    /// Imports a database and checks that the store is sound afterwards.
    pub(crate) async fn import(&self, source: Source) -> Report {
        self.import_for(source, None).await
    }

    /// The same, with somebody who gets what would be nobody's.
    pub(crate) async fn import_for(&self, source: Source, orphans_to: Option<&str>) -> Report {
        let orphans_to = orphans_to.map(|email| Email::parse(email).unwrap());
        let here = Here::look(&self.stores, self.maintenance.as_ref(), &source, orphans_to.as_ref());
        let here = here.await.unwrap();
        let planned = plan(source, &here, &Choices { orphans_to, can_be_checked: is_bcrypt }).unwrap();
        let mut written = 0;
        let records = u64::try_from(planned.records.len()).unwrap();
        import::write(self.maintenance.as_ref(), planned.records, |some| written += some).await.unwrap();
        assert_eq!(written, records);
        assert_eq!(self.maintenance.check().await.unwrap(), Vec::<String>::new());
        assert_eq!(self.maintenance.recount(false).await.unwrap(), []);
        for kind in Kind::ALL {
            let counts = planned.report.counts(kind);
            assert_eq!(counts.read, counts.taken + counts.already_there + counts.left_out, "{kind:?}");
        }
        planned.report
    }

    /// Everything that is in it, found by its events.
    pub(crate) async fn content(&self) -> Content {
        let scope = everything();
        let events = self.events().await;
        let mut records: Vec<EntityRef> = events.iter().map(|event| event.entity).collect();
        records.sort_by_key(|record| (record.kind(), record.uuid()));
        records.dedup();
        let (mut users, mut leads, mut customers, mut tasks) = (vec![], vec![], vec![], vec![]);
        for record in records {
            match record {
                EntityRef::User(id) => users.extend(self.stores.users.user(&scope, id).await.unwrap().seen()),
                EntityRef::Lead(id) => leads.extend(self.stores.leads.lead(&scope, id).await.unwrap().seen()),
                EntityRef::Task(id) => tasks.extend(self.stores.tasks.task(&scope, id).await.unwrap().seen()),
                EntityRef::Customer(id) => {
                    let found = self.stores.notes.notes(&scope, id, &Start::Offset(0), 1_000).await.unwrap();
                    customers.extend(found.seen().map(|(customer, notes)| (customer, notes.items)));
                }
            }
        }
        let held = self.maintenance.inventory().await.unwrap();
        let count = |records: usize| u64::try_from(records).unwrap();
        assert_eq!((held.users, held.leads), (count(users.len()), count(leads.len())));
        assert_eq!((held.customers, held.tasks), (count(customers.len()), count(tasks.len())));
        assert_eq!(held.activities, count(events.len()));
        Content { users, leads, customers, tasks, events }
    }

    async fn events(&self) -> Vec<Activity> {
        let (mut events, mut start) = (Vec::new(), Start::Offset(0));
        loop {
            let query = ActivityQuery { filter: ActivityFilter::default(), start, limit: 1_000 };
            let found = self.stores.activities.activities(&everything(), &query).await.unwrap();
            events.extend(found.items);
            if !found.more {
                return events;
            }
            start = Start::After(place(events.last().unwrap()));
        }
    }
}

impl Content {
    /// The lead of this name.
    pub(crate) fn lead(&self, name: &str) -> &Lead {
        let mut found = self.leads.iter().filter(|lead| lead.record().name.as_str() == name);
        found.next().unwrap_or_else(|| panic!("no lead {name}")).record()
    }

    /// The customer of this name, with its notes, the newest first.
    pub(crate) fn customer(&self, name: &str) -> (&Customer, &[Note]) {
        let mut found = self.customers.iter().filter(|(customer, _)| customer.record().name.as_str() == name);
        let (customer, notes) = found.next().unwrap_or_else(|| panic!("no customer {name}"));
        (customer.record(), notes)
    }

    /// The task of this title.
    pub(crate) fn task(&self, title: &str) -> &Task {
        let mut found = self.tasks.iter().filter(|task| task.record().title.as_str() == title);
        found.next().unwrap_or_else(|| panic!("no task {title}")).record()
    }

    /// The user with this email.
    pub(crate) fn user(&self, email: &str) -> &User {
        let mut found = self.users.iter().filter(|user| user.record().email.as_str() == email);
        found.next().unwrap_or_else(|| panic!("no user {email}")).record()
    }

    /// The events about a record, the first version first.
    pub(crate) fn history(&self, id: uuid::Uuid) -> Vec<&Activity> {
        let mut events: Vec<_> = self.events.iter().filter(|event| event.entity.uuid() == id).collect();
        events.sort_by_key(|event| event.entity_version);
        events
    }

    /// The types of the events about a record, the first version first.
    pub(crate) fn told(&self, id: uuid::Uuid) -> Vec<&'static str> {
        self.history(id).iter().map(|event| event.kind.as_str()).collect()
    }
}

/// A database as the server would send it.
pub(crate) fn source(node: &NodeBackend) -> Source {
    let mut source = Source::new();
    for (kind, documents) in [
        (Kind::User, &node.users),
        (Kind::Lead, &node.leads),
        (Kind::Customer, &node.customers),
        (Kind::Task, &node.tasks),
        (Kind::Activity, &node.activities),
    ] {
        for document in documents {
            source.add(kind, document);
        }
    }
    source
}

/// What is told of the record with this id: outcome, field, and why.
pub(crate) fn told(report: &Report, id: &str) -> Vec<(Outcome, String, String)> {
    let findings = report.findings().iter().filter(|finding| finding.id == id);
    findings
        .map(|finding| (finding.outcome, finding.field.clone().unwrap_or_default(), finding.why.clone()))
        .collect()
}

/// The one thing that is told of a document.
pub(crate) fn only(report: &Report, document: &Document) -> (Outcome, String, String) {
    let id = document.get_object_id("_id").unwrap().to_hex();
    let told = told(report, &id);
    assert_eq!(told.len(), 1, "{told:#?}");
    told.into_iter().next().unwrap()
}
