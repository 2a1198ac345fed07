//! The whole import as a value: what will be written, and what became of everything that was read. Nothing here reads or
//! writes anything.

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_domain::activity::Activity;
use crm_domain::customer::Customer;
use crm_domain::ids::CommitId;
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::password_hash::PasswordHash;
use crm_domain::task::Task;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::version::{Replace, Version, Versioned};
use thiserror::Error;

use crate::here::Here;
use crate::planner::Planner;
use crate::records::users;
use crate::report::Report;
use crate::source::Source;

/// What whoever imports decides.
#[derive(Clone)]
pub struct Choices {
    /// The email of who gets the customers and tasks that would be nobody's.
    pub orphans_to: Option<Email>,
    /// Whether sign-in can check a password against this hash.
    pub can_be_checked: fn(&PasswordHash) -> bool,
}

/// Who is to get what would be nobody's has no account, neither here nor in the old database.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no account with the email {0}, neither in the store nor among those that are taken over")]
pub struct NoSuchAccount(pub String);

/// What an import will do.
pub struct Plan {
    /// The records that are new, in the order in which they are written.
    pub records: Vec<NewRecord>,
    /// What became of everything that was read.
    pub report: Report,
}

/// A record that is new, with the events of all its versions.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRecord {
    pub(crate) commit: CommitId,
    pub(crate) what: What,
    pub(crate) events: Vec<Activity>,
    /// Whether the store has its first admin by it.
    pub(crate) sets_up: bool,
}

/// The record itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    /// A user.
    User(User),
    /// A lead.
    Lead(Lead),
    /// A customer with its notes.
    Customer(Customer, Vec<Note>),
    /// A task.
    Task(Task),
}

impl NewRecord {
    /// How much there is to write, roughly: changes and events.
    pub fn weight(&self) -> usize {
        let notes = if let What::Customer(_, notes) = &self.what { notes.len() } else { 0 };
        2 * self.events.len() + notes
    }

    /// The commit that writes it: the record as it is, once more for each further version, since what it looked like
    /// before nobody knows; and one event for each.
    pub fn into_commit(self) -> Commit {
        let Self { commit, what, events, sets_up } = self;
        let puts = events.len().saturating_sub(1);
        let mut made = Commit::new(commit);
        made.changes = match what {
            What::User(user) => changes(user, puts, Change::InsertUser, Change::PutUser),
            What::Lead(lead) => changes(lead, puts, Change::InsertLead, Change::PutLead),
            What::Customer(customer, notes) => {
                let mut changes = changes(customer, puts, Change::InsertCustomer, Change::PutCustomer);
                changes.extend(notes.into_iter().map(Change::InsertNote));
                changes
            }
            What::Task(task) => changes(task, puts, Change::InsertTask, Change::PutTask),
        };
        if sets_up {
            made.changes.push(Change::MarkSetUp);
        }
        made.events = events;
        made
    }
}

fn changes<T: Clone>(
    record: T,
    puts: usize,
    insert: impl Fn(T) -> Change,
    put: impl Fn(Replace<T>) -> Change,
) -> Vec<Change> {
    let mut version = Version::FIRST;
    let mut changes = vec![insert(record.clone())];
    for _ in 0..puts {
        let before = Versioned::stored(record.clone(), version);
        version = version.next();
        changes.push(put(Replace { before, after: record.clone() }));
    }
    changes
}

/// Plans the import of everything that the old database holds into a store that holds this already.
///
/// # Errors
/// [`NoSuchAccount`].
pub fn plan(source: Source, here: &Here, choices: &Choices) -> Result<Plan, NoSuchAccount> {
    let Source { users, leads, customers, tasks, activities, left_out, .. } = source;
    let mut report = Report::new();
    for (item, why) in left_out {
        report.left_out(item, why);
    }
    let (people, new_users) = users::convert(users, here, choices.can_be_checked, &mut report);
    let adopter = match &choices.orphans_to {
        Some(email) => {
            let account = people.with_email(email).or_else(|| here.accounts.get(email).copied());
            Some(account.ok_or_else(|| NoSuchAccount(email.to_string()))?)
        }
        None => None,
    };
    let mut planner = Planner::new(here, adopter, people, report);
    planner.feed(activities);
    planner.users(new_users);
    planner.expect_customers(&customers);
    for lead in leads {
        planner.lead(lead);
    }
    for customer in customers {
        planner.customer(customer);
    }
    for task in tasks {
        planner.task(task);
    }
    Ok(planner.finish())
}
