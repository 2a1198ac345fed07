//! One thing that a client asks for: the request, and what it does if it is done.
//!
//! Whatever makes or changes a record carries a mark, a text that no other request has, so that what is there later can
//! be told apart.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Request, text};
use crate::effect::{Effect, Kind, On};

/// Something that a client asks for. Texts are ids and marks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the fields say what they are")]
pub enum Deed {
    /// A new lead.
    CreateLead { mark: String },
    /// A lead gets another source, status and name.
    ChangeLead { lead: String, mark: String, status: &'static str },
    /// A lead goes to another agent.
    GiveLead { lead: String, to: String },
    /// A lead is put away.
    ArchiveLead { lead: String, by_delete: bool },
    /// A lead is taken back.
    UnarchiveLead { lead: String },
    /// A lead becomes a customer.
    Convert { lead: String },
    /// A new customer.
    CreateCustomer { mark: String },
    /// A customer gets another name.
    ChangeCustomer { customer: String, mark: String },
    /// A customer is deleted, and these tasks about it are done with that.
    DeleteCustomer { customer: String, tasks: Vec<String> },
    /// A new note.
    AddNote { customer: String, mark: String },
    /// A note gets another text.
    EditNote { customer: String, note: String, mark: String },
    /// A note is deleted.
    DeleteNote { customer: String, note: String },
    /// A new task, about a customer or about nothing.
    CreateTask { mark: String, customer: Option<String> },
    /// A task gets another title.
    ChangeTask { task: String, mark: String },
    /// A task is done.
    CompleteTask { task: String },
    /// A task is deleted.
    DeleteTask { task: String },
    /// A new lead with a status that there is not: 400.
    CreateFlawed { mark: String },
    /// A change of a version of a lead that it never had: 412.
    ChangeOutdated { lead: String, mark: String },
    /// A change of a lead by somebody whose it is not: 403.
    ChangeForbidden { lead: String, mark: String },
}

impl Deed {
    /// What is sent.
    pub fn request(&self) -> Request {
        let of = |method, path: String| Request::new(method, path);
        let patch = |path: String, body| Request::new(Method::PATCH, path).saying(body);
        let post = |path: String, body| Request::new(Method::POST, path).saying(body);
        match self {
            Self::CreateLead { mark } => {
                post("/api/leads".to_owned(), json!({ "name": mark, "company": mark, "tags": ["faults"] }))
            }
            Self::ChangeLead { lead, mark, status } => patch(
                format!("/api/leads/{lead}"),
                json!({ "source": mark, "name": format!("{mark} changed"), "status": status }),
            ),
            Self::GiveLead { lead, to } => {
                post(format!("/api/leads/{lead}/reassign"), json!({ "assignedAgent": to }))
            }
            Self::ArchiveLead { lead, by_delete: true } => of(Method::DELETE, format!("/api/leads/{lead}")),
            Self::ArchiveLead { lead, by_delete: false } => {
                of(Method::PATCH, format!("/api/leads/{lead}/archive"))
            }
            Self::UnarchiveLead { lead } => of(Method::PATCH, format!("/api/leads/{lead}/unarchive")),
            Self::Convert { lead } => of(Method::POST, format!("/api/leads/{lead}/convert")),
            Self::CreateCustomer { mark } => {
                post("/api/customers".to_owned(), json!({ "name": mark, "company": mark }))
            }
            Self::ChangeCustomer { customer, mark } => {
                patch(format!("/api/customers/{customer}"), json!({ "name": mark, "phone": "+1 555 0100" }))
            }
            Self::DeleteCustomer { customer, .. } => of(Method::DELETE, format!("/api/customers/{customer}")),
            Self::AddNote { customer, mark } => {
                post(format!("/api/customers/{customer}/notes"), json!({ "text": mark }))
            }
            Self::EditNote { customer, note, mark } => {
                patch(format!("/api/customers/{customer}/notes/{note}"), json!({ "text": mark }))
            }
            Self::DeleteNote { customer, note } => {
                of(Method::DELETE, format!("/api/customers/{customer}/notes/{note}"))
            }
            Self::CreateTask { mark, customer } => {
                let mut body = json!({ "title": mark, "description": mark, "dueDate": "2030-01-31" });
                if let Some(customer) = customer {
                    body["relatedType"] = json!("Customer");
                    body["relatedId"] = json!(customer);
                }
                post("/api/tasks".to_owned(), body)
            }
            Self::ChangeTask { task, mark } => patch(format!("/api/tasks/{task}"), json!({ "title": mark })),
            Self::CompleteTask { task } => patch(format!("/api/tasks/{task}"), json!({ "status": "Done" })),
            Self::DeleteTask { task } => of(Method::DELETE, format!("/api/tasks/{task}")),
            Self::CreateFlawed { mark } => post(
                "/api/leads".to_owned(),
                json!({ "name": mark, "company": mark, "status": "Nearly Won" }),
            ),
            Self::ChangeOutdated { lead, mark } => Request {
                if_match: Some("\"999999999\"".to_owned()),
                ..patch(format!("/api/leads/{lead}"), json!({ "source": mark }))
            },
            Self::ChangeForbidden { lead, mark } => {
                patch(format!("/api/leads/{lead}"), json!({ "source": mark }))
            }
        }
    }

    /// What it does; ids that only the answer tells are taken from there.
    pub fn effects(&self, answer: Option<&Value>) -> Vec<Effect> {
        let told = |made: Option<&Value>, mark: &str| match made {
            Some(made) => On::Id(text(&made["id"])),
            None => On::Marked(mark.to_owned()),
        };
        let on = |kind, id: &str, event| Effect::new(kind, On::Id(id.to_owned()), event);
        match self {
            Self::CreateLead { mark } => {
                vec![Effect::new(Kind::Lead, told(answer, mark), Kind::Lead.created())]
            }
            Self::ChangeLead { lead, mark, .. } => {
                vec![on(Kind::Lead, lead, "lead_updated").to("source", mark)]
            }
            Self::GiveLead { lead, to } => {
                vec![on(Kind::Lead, lead, "lead_reassigned").to("assignedAgent", to)]
            }
            Self::ArchiveLead { lead, .. } => vec![on(Kind::Lead, lead, "lead_archived")],
            Self::UnarchiveLead { lead } => vec![on(Kind::Lead, lead, "lead_unarchived")],
            Self::Convert { lead } => converted(lead, answer),
            Self::CreateCustomer { mark } => {
                vec![Effect::new(Kind::Customer, told(answer, mark), Kind::Customer.created())]
            }
            Self::ChangeCustomer { customer, mark } => {
                vec![on(Kind::Customer, customer, "customer_updated").to("name", mark)]
            }
            Self::DeleteCustomer { customer, tasks } => {
                let done = tasks.iter().map(|task| on(Kind::Task, task, "task_completed"));
                std::iter::once(on(Kind::Customer, customer, "customer_deleted")).chain(done).collect()
            }
            Self::AddNote { customer, .. } => {
                let added = on(Kind::Customer, customer, "customer_note_added");
                vec![match answer {
                    Some(answer) => added.to("noteId", &text(&answer["note"]["id"])),
                    None => added,
                }]
            }
            Self::EditNote { customer, mark, .. } => {
                vec![on(Kind::Customer, customer, "customer_note_edited").to("text", mark)]
            }
            Self::DeleteNote { customer, note } => {
                vec![on(Kind::Customer, customer, "customer_note_deleted").from("noteId", note)]
            }
            Self::CreateTask { mark, .. } => {
                vec![Effect::new(Kind::Task, told(answer, mark), Kind::Task.created())]
            }
            Self::ChangeTask { task, mark } => vec![on(Kind::Task, task, "task_updated").to("title", mark)],
            Self::CompleteTask { task } => vec![on(Kind::Task, task, "task_completed")],
            Self::DeleteTask { task } => vec![on(Kind::Task, task, "task_deleted")],
            Self::CreateFlawed { .. } | Self::ChangeOutdated { .. } | Self::ChangeForbidden { .. } => {
                Vec::new()
            }
        }
    }

    /// The text that no other request has, if it has one.
    pub fn mark(&self) -> Option<&str> {
        match self {
            Self::CreateLead { mark }
            | Self::ChangeLead { mark, .. }
            | Self::CreateCustomer { mark }
            | Self::ChangeCustomer { mark, .. }
            | Self::AddNote { mark, .. }
            | Self::EditNote { mark, .. }
            | Self::CreateTask { mark, .. }
            | Self::ChangeTask { mark, .. }
            | Self::CreateFlawed { mark }
            | Self::ChangeOutdated { mark, .. }
            | Self::ChangeForbidden { mark, .. } => Some(mark),
            Self::GiveLead { .. }
            | Self::ArchiveLead { .. }
            | Self::UnarchiveLead { .. }
            | Self::Convert { .. }
            | Self::DeleteCustomer { .. }
            | Self::DeleteNote { .. }
            | Self::CompleteTask { .. }
            | Self::DeleteTask { .. } => None,
        }
    }

    /// The status with which it has to be refused; none if it is valid.
    pub fn refused_with(&self) -> Option<u16> {
        match self {
            Self::CreateFlawed { .. } => Some(400),
            Self::ChangeOutdated { .. } => Some(412),
            Self::ChangeForbidden { .. } => Some(403),
            Self::CreateLead { .. }
            | Self::ChangeLead { .. }
            | Self::GiveLead { .. }
            | Self::ArchiveLead { .. }
            | Self::UnarchiveLead { .. }
            | Self::Convert { .. }
            | Self::CreateCustomer { .. }
            | Self::ChangeCustomer { .. }
            | Self::DeleteCustomer { .. }
            | Self::AddNote { .. }
            | Self::EditNote { .. }
            | Self::DeleteNote { .. }
            | Self::CreateTask { .. }
            | Self::ChangeTask { .. }
            | Self::CompleteTask { .. }
            | Self::DeleteTask { .. } => None,
        }
    }

    /// The record whose version the answer tells, and that version.
    pub fn version(&self, answer: &Value) -> Option<(Kind, String, u64)> {
        let of = |kind, record: &Value| Some((kind, text(&record["id"]), record["version"].as_u64()?));
        match self {
            Self::CreateLead { .. } | Self::ChangeLead { .. } | Self::GiveLead { .. } => {
                of(Kind::Lead, answer)
            }
            Self::Convert { .. } if answer["alreadyConverted"] != json!(true) => {
                of(Kind::Lead, &answer["lead"])
            }
            Self::CreateCustomer { .. } | Self::ChangeCustomer { .. } => of(Kind::Customer, answer),
            Self::CreateTask { .. } | Self::ChangeTask { .. } | Self::CompleteTask { .. } => {
                of(Kind::Task, answer)
            }
            Self::Convert { .. }
            | Self::ArchiveLead { .. }
            | Self::UnarchiveLead { .. }
            | Self::DeleteCustomer { .. }
            | Self::AddNote { .. }
            | Self::EditNote { .. }
            | Self::DeleteNote { .. }
            | Self::DeleteTask { .. }
            | Self::CreateFlawed { .. }
            | Self::ChangeOutdated { .. }
            | Self::ChangeForbidden { .. } => None,
        }
    }
}

/// The lead and its customer; nothing if it had become one before.
fn converted(lead: &str, answer: Option<&Value>) -> Vec<Effect> {
    let customer = match answer {
        Some(answer) if answer["alreadyConverted"] == json!(true) => return Vec::new(),
        Some(answer) => On::Id(text(&answer["customer"]["id"])),
        None => On::ConvertedFrom(lead.to_owned()),
    };
    let lead = lead.to_owned();
    vec![
        Effect::new(Kind::Customer, customer, Kind::Customer.created()).to("leadId", &lead),
        Effect::new(Kind::Lead, On::Id(lead), "lead_converted"),
    ]
}
