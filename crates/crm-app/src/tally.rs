//! The counters behind totals and dashboard: what a commit changes in them is a pure function of the commit.
//!
//! A store keeps each counter beside the records and changes it in the transaction that changes them, so that a total
//! costs the same at a thousand records and at ten million. After any sequence of commits the counters equal a
//! recount; the contract suite holds every store to that.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use crm_domain::calendar::Calendar;
use crm_domain::customer::Customer;
use crm_domain::ids::UserId;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::task::{Task, TaskStatus};

use crate::commit::change::Change;

/// One counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TallyKey {
    /// Leads of an owner with this status, put away or not.
    Leads {
        /// Whose; `None` for nobody's.
        owner: Option<UserId>,
        /// With this status.
        status: LeadStatus,
        /// Put away or not.
        archived: bool,
    },
    /// Leads of an owner that were created on this local day and are not archived.
    LeadsCreated {
        /// Whose; `None` for nobody's.
        owner: Option<UserId>,
        /// The local day.
        day: NaiveDate,
    },
    /// Customers of an owner.
    Customers {
        /// Whose.
        owner: UserId,
    },
    /// Tasks of an owner with this status.
    Tasks {
        /// Whose.
        owner: UserId,
        /// With this status.
        status: TaskStatus,
    },
    /// Tasks of an owner that are due on this local day and not done.
    TasksDue {
        /// Whose.
        owner: UserId,
        /// The local day.
        day: NaiveDate,
    },
    /// Those of them that are due after so many whole hours of that day and before the next one is over.
    TasksDueWithin {
        /// Whose.
        owner: UserId,
        /// The local day.
        day: NaiveDate,
        /// The whole hours of it that are over.
        hour: u32,
    },
}

/// How much each counter changes; none by nothing.
pub type Deltas = BTreeMap<TallyKey, i64>;

/// What these changes do to the counters, under this calendar.
pub fn deltas(changes: &[Change], calendar: &Calendar) -> Deltas {
    let mut deltas = Deltas::new();
    for change in changes {
        match change {
            Change::InsertLead(lead) => count_lead(&mut deltas, lead, calendar, 1),
            Change::PutLead(put) => {
                count_lead(&mut deltas, put.before.record(), calendar, -1);
                count_lead(&mut deltas, &put.after, calendar, 1);
            }
            Change::InsertCustomer(customer) => count_customer(&mut deltas, customer, 1),
            Change::PutCustomer(put) => {
                count_customer(&mut deltas, put.before.record(), -1);
                count_customer(&mut deltas, &put.after, 1);
            }
            Change::DeleteCustomer(customer) => count_customer(&mut deltas, customer.record(), -1),
            Change::InsertTask(task) => count_task(&mut deltas, task, calendar, 1),
            Change::PutTask(put) => {
                count_task(&mut deltas, put.before.record(), calendar, -1);
                count_task(&mut deltas, &put.after, calendar, 1);
            }
            Change::DeleteTask(task) => count_task(&mut deltas, task.record(), calendar, -1),
            Change::InsertUser(_)
            | Change::PutUser(_)
            | Change::RenewHash { .. }
            | Change::InsertSession(_)
            | Change::TouchSession { .. }
            | Change::RotateSession { .. }
            | Change::EndSession { .. }
            | Change::InsertNote(_)
            | Change::PutNote(_)
            | Change::DeleteNote(_)
            | Change::DeleteNotes(_)
            | Change::InsertCleanup(_)
            | Change::DeleteCleanup(_)
            | Change::PutTransfer(_)
            | Change::MarkSetUp
            | Change::OfferSetUp(_)
            | Change::ForgetSession(_)
            | Change::PruneAudit(_) => {}
        }
    }
    deltas.retain(|_, by| *by != 0);
    deltas
}

/// Counts one lead, so many times.
pub fn count_lead(deltas: &mut Deltas, lead: &Lead, calendar: &Calendar, times: i64) {
    let key = TallyKey::Leads { owner: lead.owner, status: lead.status, archived: lead.archived };
    add(deltas, key, times);
    if !lead.archived {
        let day = calendar.local_day(lead.created_at);
        add(deltas, TallyKey::LeadsCreated { owner: lead.owner, day }, times);
    }
}

/// Counts one customer, so many times.
pub fn count_customer(deltas: &mut Deltas, customer: &Customer, times: i64) {
    add(deltas, TallyKey::Customers { owner: customer.owner }, times);
}

/// Counts one task, so many times.
pub fn count_task(deltas: &mut Deltas, task: &Task, calendar: &Calendar, times: i64) {
    let status = task.progress.status();
    add(deltas, TallyKey::Tasks { owner: task.owner, status }, times);
    if status != TaskStatus::Done {
        let (owner, (day, hour)) = (task.owner, calendar.local_hour(task.due.moment(calendar)));
        add(deltas, TallyKey::TasksDue { owner, day }, times);
        add(deltas, TallyKey::TasksDueWithin { owner, day, hour }, times);
    }
}

fn add(deltas: &mut Deltas, key: TallyKey, times: i64) {
    let counter = deltas.entry(key).or_default();
    *counter = counter.saturating_add(times);
}
