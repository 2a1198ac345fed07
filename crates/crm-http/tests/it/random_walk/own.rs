//! What the walking agent owns, by what the answers said: what its totals are held against.

use std::collections::HashSet;

use serde_json::Value;

use crate::support::ask::Ask;
use crate::support::client::Reply;

/// A kind of thing with an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Lead,
    Customer,
    Task,
    Note,
    Session,
    User,
}

/// A lead of the agent's.
#[derive(Debug, Clone)]
pub(super) struct OwnLead {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) archived: bool,
}

/// A task of the agent's.
#[derive(Debug, Clone)]
pub(super) struct OwnTask {
    pub(super) id: String,
    pub(super) status: String,
    related: Option<String>,
}

/// Everything that the agent owns, and what it once had.
#[derive(Debug, Default)]
pub(super) struct Own {
    pub(super) leads: Vec<OwnLead>,
    pub(super) customers: Vec<String>,
    pub(super) tasks: Vec<OwnTask>,
    /// Customers' ids with the ids of their notes.
    pub(super) notes: Vec<(String, String)>,
    pub(super) sessions: Vec<String>,
    /// What was deleted, or given to somebody else.
    pub(super) lost: Vec<(Kind, String)>,
    /// Every id that the agent ever owned something by.
    pub(super) ever: HashSet<String>,
}

impl Own {
    /// The ids of this kind.
    pub(super) fn ids(&self, kind: Kind) -> Vec<&str> {
        match kind {
            Kind::Lead => self.leads.iter().map(|lead| lead.id.as_str()).collect(),
            Kind::Customer => self.customers.iter().map(String::as_str).collect(),
            Kind::Task => self.tasks.iter().map(|task| task.id.as_str()).collect(),
            Kind::Note => self.notes.iter().map(|(_, note)| note.as_str()).collect(),
            Kind::Session => self.sessions.iter().map(String::as_str).collect(),
            Kind::User => Vec::new(),
        }
    }

    /// Forgets what was given to somebody else or deleted.
    pub(super) fn lose(&mut self, kind: Kind, id: &str) {
        match kind {
            Kind::Lead => self.leads.retain(|lead| lead.id != id),
            Kind::Customer => {
                self.customers.retain(|customer| customer != id);
                self.notes.retain(|(customer, _)| customer != id);
            }
            Kind::Task => self.tasks.retain(|task| task.id != id),
            Kind::Note => self.notes.retain(|(_, note)| note != id),
            Kind::Session | Kind::User => {}
        }
        self.lost.push((kind, id.to_owned()));
    }

    /// Takes in what an answer to the agent says.
    pub(super) fn learn(&mut self, ask: &Ask, reply: &Reply) {
        if reply.status >= 300 {
            return;
        }
        let path = ask.path.to_lowercase();
        let parts: Vec<&str> = path.trim_start_matches("/api/").split('/').collect();
        match (ask.method.as_str(), parts.as_slice()) {
            ("POST", ["leads"]) | ("PATCH", ["leads", _]) => self.see_lead(&reply.body),
            ("DELETE", ["leads", id]) | ("PATCH", ["leads", id, "archive"]) => self.archive(id, true),
            ("PATCH", ["leads", id, "unarchive"]) => self.archive(id, false),
            ("POST", ["leads", _, "convert"]) => {
                self.see_lead(&reply.body["lead"]);
                self.see_customer(&reply.body["customer"]);
            }
            ("POST", ["customers"]) => self.see_customer(&reply.body),
            ("DELETE", ["customers", id]) => self.delete_customer(id),
            ("POST", ["customers", id, "notes"]) => {
                let note = reply.body["note"]["id"].as_str().unwrap().to_owned();
                self.notes.push(((*id).to_owned(), note));
            }
            ("DELETE", ["customers", _, "notes", note]) => self.lose(Kind::Note, note),
            ("POST", ["tasks"]) | ("PATCH", ["tasks", _]) => self.see_task(&reply.body),
            ("DELETE", ["tasks", id]) => self.lose(Kind::Task, id),
            ("GET", ["auth", "sessions"]) => self.sessions = reply.items("id"),
            (_, _) => {}
        }
    }

    fn see_lead(&mut self, body: &Value) {
        let lead = OwnLead {
            id: body["id"].as_str().unwrap().to_owned(),
            status: body["status"].as_str().unwrap().to_owned(),
            archived: body["archived"] == true,
        };
        self.ever.insert(lead.id.clone());
        match self.leads.iter_mut().find(|own| own.id == lead.id) {
            Some(own) => *own = lead,
            None => self.leads.push(lead),
        }
    }

    fn archive(&mut self, id: &str, archived: bool) {
        self.leads.iter_mut().find(|own| own.id == id).unwrap().archived = archived;
    }

    /// There is none if the customer that a lead became is somebody else's by now.
    fn see_customer(&mut self, body: &Value) {
        let Some(id) = body["id"].as_str() else { return };
        self.ever.insert(id.to_owned());
        if !self.customers.iter().any(|own| own == id) {
            self.customers.push(id.to_owned());
        }
    }

    fn delete_customer(&mut self, id: &str) {
        self.lose(Kind::Customer, id);
        for task in self.tasks.iter_mut().filter(|task| task.related.as_deref() == Some(id)) {
            "Done".clone_into(&mut task.status);
        }
    }

    fn see_task(&mut self, body: &Value) {
        let task = OwnTask {
            id: body["id"].as_str().unwrap().to_owned(),
            status: body["status"].as_str().unwrap().to_owned(),
            related: body["relatedId"].as_str().map(str::to_owned),
        };
        self.ever.insert(task.id.clone());
        match self.tasks.iter_mut().find(|own| own.id == task.id) {
            Some(own) => *own = task,
            None => self.tasks.push(task),
        }
    }
}
