//! What a store should hold, kept in maps.

use std::collections::BTreeMap;

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_domain::activity::Activity;
use crm_domain::calendar::Calendar;
use crm_domain::customer::Customer;
use crm_domain::ids::{CustomerId, LeadId, NoteId, TaskId, UserId};
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::task::Task;
use crm_domain::user::User;
use crm_domain::version::{Version, Versioned};

/// Everything that lists, counts and feeds are made of.
#[derive(Debug, Clone)]
pub(in crate::contract) struct Model {
    pub(in crate::contract) users: BTreeMap<UserId, Versioned<User>>,
    pub(in crate::contract) leads: BTreeMap<LeadId, Versioned<Lead>>,
    pub(in crate::contract) customers: BTreeMap<CustomerId, Versioned<Customer>>,
    pub(in crate::contract) notes: BTreeMap<NoteId, Note>,
    pub(in crate::contract) tasks: BTreeMap<TaskId, Versioned<Task>>,
    pub(in crate::contract) events: Vec<Activity>,
    pub(in crate::contract) calendar: Calendar,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            users: BTreeMap::new(),
            leads: BTreeMap::new(),
            customers: BTreeMap::new(),
            notes: BTreeMap::new(),
            tasks: BTreeMap::new(),
            events: Vec::new(),
            calendar: Calendar::utc(),
        }
    }
}

impl Model {
    /// Takes over a commit that holds.
    pub(in crate::contract) fn apply(&mut self, commit: &Commit) {
        for change in &commit.changes {
            self.take_over(change);
        }
        self.events.extend(commit.events.iter().cloned());
    }

    fn take_over(&mut self, change: &Change) {
        match change {
            Change::InsertUser(user) => {
                self.users.insert(user.id, first(user));
            }
            Change::PutUser(put) => {
                self.users.insert(put.after.id, put.outcome());
            }
            Change::RenewHash { user, from, to } => {
                if let Some(known) = self.users.get_mut(user)
                    && known.record().password == *from
                {
                    let renewed = User { password: to.clone(), ..known.record().clone() };
                    *known = Versioned::stored(renewed, known.version());
                }
            }
            Change::InsertLead(lead) => {
                self.leads.insert(lead.id, first(lead));
            }
            Change::PutLead(put) => {
                self.leads.insert(put.after.id, put.outcome());
            }
            Change::InsertCustomer(customer) => {
                self.customers.insert(customer.id, first(customer));
            }
            Change::PutCustomer(put) => {
                self.customers.insert(put.after.id, put.outcome());
            }
            Change::DeleteCustomer(customer) => {
                self.customers.remove(&customer.record().id);
            }
            Change::InsertNote(note) | Change::PutNote(note) => {
                self.notes.insert(note.id, note.clone());
            }
            Change::DeleteNote(note) => {
                self.notes.remove(&note.id);
            }
            Change::DeleteNotes(ids) => self.notes.retain(|id, _| !ids.contains(id)),
            Change::InsertTask(task) => {
                self.tasks.insert(task.id, first(task));
            }
            Change::PutTask(put) => {
                self.tasks.insert(put.after.id, put.outcome());
            }
            Change::DeleteTask(task) => {
                self.tasks.remove(&task.record().id);
            }
            Change::InsertSession(_)
            | Change::TouchSession { .. }
            | Change::RotateSession { .. }
            | Change::EndSession { .. }
            | Change::InsertCleanup(_)
            | Change::DeleteCleanup(_)
            | Change::PutTransfer(_)
            | Change::MarkSetUp
            | Change::OfferSetUp(_)
            | Change::ForgetSession(_)
            | Change::PruneAudit(_) => {}
        }
    }
}

fn first<T: Clone>(record: &T) -> Versioned<T> {
    Versioned::stored(record.clone(), Version::FIRST)
}
