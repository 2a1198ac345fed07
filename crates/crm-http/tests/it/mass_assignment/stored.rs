//! Records straight from the store, as the lines in which an archive holds them: each field under its name.

use crm_app::archive::lines;
use crm_app::archive::{Batch, SignIn};
use crm_app::context::Ctx;
use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Grant, authorize};
use crm_domain::ids::{CommitId, CustomerId, LeadId, NoteId, TaskId, UserId};
use serde_json::Value;
use uuid::Uuid;

/// A record to be looked at.
#[derive(Debug, Clone)]
pub(super) enum Record {
    Lead(String),
    Customer(String),
    /// By its customer.
    Note(String, String),
    Task(String),
    User(String),
    /// The sessions that this user has open.
    SessionsOf(String),
}

impl Record {
    /// Its id: of sessions, that of their user.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Lead(id)
            | Self::Customer(id)
            | Self::Note(_, id)
            | Self::Task(id)
            | Self::User(id)
            | Self::SessionsOf(id) => id,
        }
    }

    /// All that the store has of it.
    pub(super) async fn lines(&self, ctx: &Ctx) -> Vec<Value> {
        let stores = &ctx.stores;
        let batch = match self {
            Self::Lead(id) => {
                let scope = *everything(Action::ReadLeads).scope();
                let lead = stores.leads.lead(&scope, LeadId::parse(id).unwrap()).await.unwrap();
                Batch::Leads(lead.seen().into_iter().collect())
            }
            Self::Customer(id) => {
                let scope = *everything(Action::ReadCustomers).scope();
                let id = CustomerId::parse(id).unwrap();
                let customer = stores.customers.customer(&scope, id).await.unwrap();
                Batch::Customers(customer.seen().into_iter().collect())
            }
            Self::Note(customer, id) => {
                let scope = *everything(Action::ReadCustomers).scope();
                let (customer, id) = (CustomerId::parse(customer).unwrap(), NoteId::parse(id).unwrap());
                let found = stores.notes.note(&scope, customer, id).await.unwrap().seen();
                Batch::Notes(found.and_then(|(_, note)| note).into_iter().collect())
            }
            Self::Task(id) => {
                let scope = *everything(Action::ReadTasks).scope();
                let task = stores.tasks.task(&scope, TaskId::parse(id).unwrap()).await.unwrap();
                Batch::Tasks(task.seen().into_iter().collect())
            }
            Self::User(id) => {
                let scope = *everything(Action::ReadUsers).scope();
                let user = stores.users.user(&scope, UserId::parse(id).unwrap()).await.unwrap();
                Batch::Users(user.seen().into_iter().collect())
            }
            Self::SessionsOf(id) => {
                let scope = *everything(Action::ReadUsers).scope();
                let id = UserId::parse(id).unwrap();
                let sessions = stores.sessions.open_sessions(&scope, id, ctx.now()).await.unwrap();
                // Which commit made a session is not told by it.
                let commit = CommitId::from_uuid(Uuid::nil());
                let sign_in = |session| SignIn { session, commit };
                Batch::Sessions(sessions.into_iter().map(sign_in).collect())
            }
        };
        let mut bytes = Vec::new();
        lines::write(&batch, &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn everything(action: Action) -> Grant {
    authorize(&Actor::system("tests"), action).unwrap()
}
