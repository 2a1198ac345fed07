//! What some commits come to, of one kind.

use crm_app::archive::{Batch, Event, Kind};
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_domain::ids::{self, Id};
use crm_domain::version::{Version, Versioned};

/// The records of one kind, as the commits that were added leave them.
pub struct Gathered {
    kind: Kind,
    batch: Batch,
}

impl Gathered {
    /// None yet.
    pub fn of(kind: Kind) -> Self {
        Self { kind, batch: empty(kind) }
    }

    /// How many there are.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.batch.len()
    }

    /// All there are; none are left.
    pub fn take(&mut self) -> Batch {
        std::mem::replace(&mut self.batch, empty(self.kind))
    }

    /// Adds what becomes of one record, and of those that it brings along.
    pub fn add(&mut self, commits: Vec<Commit>) {
        for commit in commits {
            self.events(&commit);
            for change in commit.changes {
                self.change(change);
            }
        }
    }

    fn events(&mut self, commit: &Commit) {
        if let Batch::Events(events) = &mut self.batch {
            let numbered = (0..).zip(&commit.events);
            events.extend(numbered.map(|(ordinal, activity)| Event {
                activity: activity.clone(),
                commit: commit.id,
                ordinal,
            }));
        }
    }

    fn change(&mut self, change: Change) {
        match (&mut self.batch, change) {
            (Batch::Leads(leads), Change::InsertLead(lead)) => leads.push(first(lead)),
            (Batch::Leads(leads), Change::PutLead(put)) => {
                replace(leads, put.outcome(), |lead| lead.id);
            }
            (Batch::Customers(customers), Change::InsertCustomer(customer)) => {
                customers.push(first(customer));
            }
            (Batch::Customers(customers), Change::PutCustomer(put)) => {
                replace(customers, put.outcome(), |customer| customer.id);
            }
            (Batch::Notes(notes), Change::InsertNote(note)) => notes.push(note),
            (Batch::Tasks(tasks), Change::InsertTask(task)) => tasks.push(first(task)),
            (Batch::Tasks(tasks), Change::PutTask(put)) => {
                replace(tasks, put.outcome(), |task| task.id);
            }
            (Batch::Users(users), Change::InsertUser(user)) => users.push(first(user)),
            // Of another kind, or nothing that sample data does.
            _ => {}
        }
    }
}

fn empty(kind: Kind) -> Batch {
    match kind {
        Kind::Lead => Batch::Leads(Vec::new()),
        Kind::Customer => Batch::Customers(Vec::new()),
        Kind::Note => Batch::Notes(Vec::new()),
        Kind::Task => Batch::Tasks(Vec::new()),
        Kind::User => Batch::Users(Vec::new()),
        Kind::Workspace | Kind::Cleanup | Kind::Transfer | Kind::Event | Kind::Replay | Kind::Session => {
            Batch::Events(Vec::new())
        }
    }
}

fn first<T>(record: T) -> Versioned<T> {
    Versioned::stored(record, Version::FIRST)
}

/// A record as it is by now: one that changed was added a moment ago.
fn replace<T, K: ids::Kind>(among: &mut [Versioned<T>], now: Versioned<T>, id: fn(&T) -> Id<K>) {
    let there = among.iter_mut().rev().find(|other| id(other.record()) == id(now.record()));
    if let Some(there) = there {
        *there = now;
    }
}
