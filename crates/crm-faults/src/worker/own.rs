//! What a worker made and nobody else changes.

use serde_json::json;

use crate::client::text;
use crate::deed::Deed;
use crate::ledger::Answer;

/// A lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OwnLead {
    pub(super) id: String,
    pub(super) archived: bool,
    pub(super) agent: Option<String>,
    pub(super) converted: bool,
}

/// A customer, with its notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OwnCustomer {
    pub(super) id: String,
    pub(super) notes: Vec<String>,
}

/// A task, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OwnTask {
    pub(super) id: String,
    pub(super) open: bool,
    pub(super) customer: Option<String>,
}

/// All of it. What nobody said is done is as good as gone.
#[derive(Debug, Default)]
pub(super) struct Own {
    pub(super) leads: Vec<OwnLead>,
    pub(super) customers: Vec<OwnCustomer>,
    pub(super) tasks: Vec<OwnTask>,
}

impl Own {
    /// The open tasks about a customer.
    pub(super) fn open_about(&self, customer: &str) -> Vec<String> {
        let about = |task: &&OwnTask| task.open && task.customer.as_deref() == Some(customer);
        self.tasks.iter().filter(about).map(|task| task.id.clone()).collect()
    }

    /// Takes in what came of a request.
    pub(super) fn learn(&mut self, deed: &Deed, answer: &Answer) {
        match answer {
            Answer::Refused(_) => {}
            Answer::Unknown => self.forget(deed),
            Answer::Acknowledged(body) => match deed {
                Deed::CreateLead { .. } => self.leads.push(OwnLead {
                    id: text(&body["id"]),
                    archived: false,
                    agent: body["assignedAgent"]["id"].as_str().map(str::to_owned),
                    converted: false,
                }),
                Deed::GiveLead { lead, to } => self.lead(lead, |lead| lead.agent = Some(to.clone())),
                Deed::ArchiveLead { lead, .. } => self.lead(lead, |lead| lead.archived = true),
                Deed::UnarchiveLead { lead } => self.lead(lead, |lead| lead.archived = false),
                Deed::Convert { lead } => self.lead(lead, |lead| lead.converted = true),
                Deed::CreateCustomer { .. } => {
                    self.customers.push(OwnCustomer { id: text(&body["id"]), notes: Vec::new() });
                }
                Deed::DeleteCustomer { customer, .. } => {
                    self.customers.retain(|own| own.id != *customer);
                    for task in self.tasks.iter_mut().filter(|task| task.customer.as_ref() == Some(customer))
                    {
                        task.open = false;
                    }
                }
                Deed::AddNote { customer, .. } => {
                    self.customer(customer, |own| own.notes.push(text(&body["note"]["id"])));
                }
                Deed::DeleteNote { customer, note } => {
                    self.customer(customer, |own| own.notes.retain(|id| id != note));
                }
                Deed::CreateTask { customer, .. } => self.tasks.push(OwnTask {
                    id: text(&body["id"]),
                    open: body["status"] != json!("Done"),
                    customer: customer.clone(),
                }),
                Deed::CompleteTask { task } => {
                    for own in self.tasks.iter_mut().filter(|own| own.id == *task) {
                        own.open = false;
                    }
                }
                Deed::DeleteTask { task } => self.tasks.retain(|own| own.id != *task),
                Deed::ChangeLead { .. }
                | Deed::ChangeCustomer { .. }
                | Deed::EditNote { .. }
                | Deed::ChangeTask { .. }
                | Deed::CreateFlawed { .. }
                | Deed::ChangeOutdated { .. }
                | Deed::ChangeForbidden { .. } => {}
            },
        }
    }

    /// Leaves alone what a request without an answer was about: its records, and what hangs on them.
    fn forget(&mut self, deed: &Deed) {
        match deed {
            Deed::ChangeLead { lead, .. }
            | Deed::GiveLead { lead, .. }
            | Deed::ArchiveLead { lead, .. }
            | Deed::UnarchiveLead { lead }
            | Deed::Convert { lead } => self.leads.retain(|own| own.id != *lead),
            Deed::ChangeCustomer { customer, .. }
            | Deed::DeleteCustomer { customer, .. }
            | Deed::AddNote { customer, .. }
            | Deed::EditNote { customer, .. }
            | Deed::DeleteNote { customer, .. }
            | Deed::CreateTask { customer: Some(customer), .. } => {
                self.customers.retain(|own| own.id != *customer);
                self.tasks.retain(|own| own.customer.as_ref() != Some(customer));
            }
            Deed::ChangeTask { task, .. } | Deed::CompleteTask { task } | Deed::DeleteTask { task } => {
                let about =
                    self.tasks.iter().find(|own| own.id == *task).and_then(|own| own.customer.clone());
                self.tasks.retain(|own| own.id != *task);
                // Whether it is still open decides what a deletion of its customer does.
                self.customers.retain(|own| Some(&own.id) != about.as_ref());
            }
            Deed::CreateLead { .. }
            | Deed::CreateCustomer { .. }
            | Deed::CreateTask { customer: None, .. }
            | Deed::CreateFlawed { .. }
            | Deed::ChangeOutdated { .. }
            | Deed::ChangeForbidden { .. } => {}
        }
    }

    fn lead(&mut self, id: &str, change: impl FnOnce(&mut OwnLead)) {
        if let Some(lead) = self.leads.iter_mut().find(|lead| lead.id == id) {
            change(lead);
        }
    }

    fn customer(&mut self, id: &str, change: impl FnOnce(&mut OwnCustomer)) {
        if let Some(customer) = self.customers.iter_mut().find(|customer| customer.id == id) {
            change(customer);
        }
    }
}
