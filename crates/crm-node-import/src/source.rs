//! The old database, read whole: what the Node.js backend kept, in types of its own, with all that is odd about it
//! noted and nothing decided yet.

pub mod database;

pub(crate) mod activity;
pub(crate) mod customer;
pub(crate) mod fields;
pub(crate) mod lead;
pub(crate) mod task;
pub(crate) mod user;

use bson::raw::RawDocument;
use bson::{Bson, Document};

use self::activity::NodeActivity;
use self::customer::NodeCustomer;
use self::lead::NodeLead;
use self::task::NodeTask;
use self::user::NodeUser;
use crate::report::{Item, Kind};

/// The collections of the Node.js backend, in the order in which they are read.
pub const COLLECTIONS: [(&str, Kind); 5] = [
    ("users", Kind::User),
    ("leads", Kind::Lead),
    ("customers", Kind::Customer),
    ("tasks", Kind::Task),
    ("activities", Kind::Activity),
];

/// Everything that the old database holds.
#[derive(Default)]
pub struct Source {
    pub(crate) users: Vec<NodeUser>,
    pub(crate) leads: Vec<NodeLead>,
    pub(crate) customers: Vec<NodeCustomer>,
    pub(crate) tasks: Vec<NodeTask>,
    pub(crate) activities: Vec<NodeActivity>,
    /// What could not be read, and why.
    pub(crate) left_out: Vec<(Item, String)>,
    /// Collections that nothing is read from.
    pub other_collections: Vec<String>,
}

impl Source {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many documents were read.
    pub fn documents(&self) -> usize {
        self.users.len()
            + self.leads.len()
            + self.customers.len()
            + self.tasks.len()
            + self.activities.len()
            + self.left_out.len()
    }

    /// Takes one document as the server sent it.
    pub fn add_raw(&mut self, kind: Kind, raw: &RawDocument) {
        if let Ok(document) = Document::try_from(raw) {
            self.add(kind, &document);
        } else {
            let id = raw.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok());
            let id = id.map_or_else(String::new, |id| id.to_string());
            self.left_out.push((Item::new(kind, id), "it is damaged and cannot be read".to_owned()));
        }
    }

    /// Takes one document of a collection.
    pub fn add(&mut self, kind: Kind, document: &Document) {
        let read = match kind {
            Kind::User => user::read(document).map(|user| self.users.push(user)),
            Kind::Lead => lead::read(document).map(|lead| self.leads.push(lead)),
            Kind::Customer => customer::read(document).map(|customer| self.customers.push(customer)),
            Kind::Task => task::read(document).map(|task| self.tasks.push(task)),
            Kind::Activity => activity::read(document).map(|activity| self.activities.push(activity)),
            Kind::HistoryEntry | Kind::Note | Kind::Deal => Ok(()),
        };
        if let Err(left_out) = read {
            self.left_out.push(left_out);
        }
    }
}
