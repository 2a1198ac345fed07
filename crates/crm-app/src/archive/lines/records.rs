//! Leads, customers, notes and tasks.

use crm_domain::customer::Customer;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::due::DueDate;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::note::Note;
use crm_domain::task::{Priority, Progress, Related, RelatedKind, Task, TaskStatus};
use crm_domain::values::company::Company;
use crm_domain::values::email::Email;
use crm_domain::values::name::Name;
use crm_domain::values::phone::Phone;
use crm_domain::values::prose::Prose;
use crm_domain::values::source::Source;
use crm_domain::values::title::Title;
use crm_domain::version::{Version, Versioned};
use serde::{Deserialize, Serialize};

use super::fields::{BadField, Read, id, id_opt, parse, parse_opt, tag_texts, tags, time, time_opt};

/// A lead.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeadLine {
    id: String,
    version: u64,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    company: Option<String>,
    status: String,
    source: String,
    tags: Vec<String>,
    owner: Option<String>,
    archived: bool,
    customer: Option<String>,
    created_at: String,
    updated_at: String,
}

impl LeadLine {
    pub(super) fn of(lead: &Versioned<Lead>) -> Self {
        let (lead, version) = (lead.record(), lead.version());
        Self {
            id: lead.id.to_string(),
            version: version.number(),
            name: lead.name.as_str().to_owned(),
            email: lead.email.as_ref().map(|email| email.as_str().to_owned()),
            phone: lead.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            company: lead.company.as_ref().map(|company| company.as_str().to_owned()),
            status: lead.status.as_str().to_owned(),
            source: lead.source.as_str().to_owned(),
            tags: tag_texts(&lead.tags),
            owner: lead.owner.map(|owner| owner.to_string()),
            archived: lead.archived,
            customer: lead.customer.map(|customer| customer.to_string()),
            created_at: lead.created_at.to_string(),
            updated_at: lead.updated_at.to_string(),
        }
    }

    pub(super) fn read(self) -> Read<Versioned<Lead>> {
        let lead = Lead {
            id: id("id", &self.id)?,
            name: parse("name", &self.name, Name::parse)?,
            email: parse_opt("email", self.email.as_deref(), Email::parse)?,
            phone: parse_opt("phone", self.phone.as_deref(), Phone::parse)?,
            company: parse_opt("company", self.company.as_deref(), Company::parse)?,
            status: parse("status", &self.status, LeadStatus::parse)?,
            source: parse("source", &self.source, Source::parse)?,
            tags: tags(&self.tags)?,
            owner: id_opt("owner", self.owner.as_deref())?,
            archived: self.archived,
            customer: id_opt("customer", self.customer.as_deref())?,
            created_at: time("created_at", &self.created_at)?,
            updated_at: time("updated_at", &self.updated_at)?,
        };
        Ok(Versioned::stored(lead, Version::new(self.version)))
    }
}

/// A customer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerLine {
    id: String,
    version: u64,
    name: String,
    company: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    tags: Vec<String>,
    owner: String,
    lead: Option<String>,
    notes_count: u64,
    created_at: String,
    updated_at: String,
}

impl CustomerLine {
    pub(super) fn of(customer: &Versioned<Customer>) -> Self {
        let (customer, version) = (customer.record(), customer.version());
        Self {
            id: customer.id.to_string(),
            version: version.number(),
            name: customer.name.as_str().to_owned(),
            company: customer.company.as_ref().map(|company| company.as_str().to_owned()),
            email: customer.email.as_ref().map(|email| email.as_str().to_owned()),
            phone: customer.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            tags: tag_texts(&customer.tags),
            owner: customer.owner.to_string(),
            lead: customer.lead.map(|lead| lead.to_string()),
            notes_count: customer.notes_count,
            created_at: customer.created_at.to_string(),
            updated_at: customer.updated_at.to_string(),
        }
    }

    pub(super) fn read(self) -> Read<Versioned<Customer>> {
        let customer = Customer {
            id: id("id", &self.id)?,
            name: parse("name", &self.name, Name::parse)?,
            company: parse_opt("company", self.company.as_deref(), Company::parse)?,
            email: parse_opt("email", self.email.as_deref(), Email::parse)?,
            phone: parse_opt("phone", self.phone.as_deref(), Phone::parse)?,
            tags: tags(&self.tags)?,
            owner: id("owner", &self.owner)?,
            lead: id_opt("lead", self.lead.as_deref())?,
            notes_count: self.notes_count,
            created_at: time("created_at", &self.created_at)?,
            updated_at: time("updated_at", &self.updated_at)?,
        };
        Ok(Versioned::stored(customer, Version::new(self.version)))
    }
}

/// A note.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteLine {
    id: String,
    customer: String,
    author: String,
    text: String,
    created_at: String,
    edited_at: Option<String>,
}

impl NoteLine {
    pub(super) fn of(note: &Note) -> Self {
        Self {
            id: note.id.to_string(),
            customer: note.customer.to_string(),
            author: note.author.to_string(),
            text: note.text.as_str().to_owned(),
            created_at: note.created_at.to_string(),
            edited_at: note.edited_at.map(|at| at.to_string()),
        }
    }

    pub(super) fn read(self) -> Read<Note> {
        Ok(Note {
            id: id("id", &self.id)?,
            customer: id("customer", &self.customer)?,
            author: id("author", &self.author)?,
            text: parse("text", &self.text, Prose::parse)?,
            created_at: time("created_at", &self.created_at)?,
            edited_at: time_opt("edited_at", self.edited_at.as_deref())?,
        })
    }
}

/// The clean-up after a deleted customer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CleanupLine {
    customer: String,
    deleted_by: String,
    deleted_at: String,
}

impl CleanupLine {
    pub(super) fn of(cleanup: &CustomerCleanup) -> Self {
        Self {
            customer: cleanup.customer.to_string(),
            deleted_by: cleanup.deleted_by.to_string(),
            deleted_at: cleanup.deleted_at.to_string(),
        }
    }

    pub(super) fn read(self) -> Read<CustomerCleanup> {
        Ok(CustomerCleanup {
            customer: id("customer", &self.customer)?,
            deleted_by: id("deleted_by", &self.deleted_by)?,
            deleted_at: time("deleted_at", &self.deleted_at)?,
        })
    }
}

/// A task.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskLine {
    id: String,
    version: u64,
    title: String,
    description: Option<String>,
    /// As it was meant: an instant, or a plain date.
    due: String,
    status: String,
    completed_at: Option<String>,
    priority: String,
    related: Option<(String, String)>,
    owner: String,
    created_at: String,
    updated_at: String,
}

impl TaskLine {
    pub(super) fn of(task: &Versioned<Task>) -> Self {
        let (task, version) = (task.record(), task.version());
        let related = |related: Related| (related.kind().as_str().to_owned(), related.uuid().to_string());
        Self {
            id: task.id.to_string(),
            version: version.number(),
            title: task.title.as_str().to_owned(),
            description: task.description.as_ref().map(|text| text.as_str().to_owned()),
            due: task.due.to_string(),
            status: task.progress.status().as_str().to_owned(),
            completed_at: task.progress.completed_at().map(|at| at.to_string()),
            priority: task.priority.as_str().to_owned(),
            related: task.related.map(related),
            owner: task.owner.to_string(),
            created_at: task.created_at.to_string(),
            updated_at: task.updated_at.to_string(),
        }
    }

    pub(super) fn read(self) -> Read<Versioned<Task>> {
        let status = parse("status", &self.status, TaskStatus::parse)?;
        let task = Task {
            id: id("id", &self.id)?,
            title: parse("title", &self.title, Title::parse)?,
            description: parse_opt("description", self.description.as_deref(), Prose::parse)?,
            due: parse("due", &self.due, DueDate::parse)?,
            progress: match (status, time_opt("completed_at", self.completed_at.as_deref())?) {
                (TaskStatus::Open, None) => Progress::Open,
                (TaskStatus::InProgress, None) => Progress::InProgress,
                (TaskStatus::Done, Some(at)) => Progress::Done { at },
                (TaskStatus::Open | TaskStatus::InProgress, Some(_)) | (TaskStatus::Done, None) => {
                    return Err(BadField::new("completed_at", "does not fit the status"));
                }
            },
            priority: parse("priority", &self.priority, Priority::parse)?,
            related: self.related.map(related).transpose()?,
            owner: id("owner", &self.owner)?,
            created_at: time("created_at", &self.created_at)?,
            updated_at: time("updated_at", &self.updated_at)?,
        };
        Ok(Versioned::stored(task, Version::new(self.version)))
    }
}

fn related((kind, of): (String, String)) -> Read<Related> {
    Ok(match parse("related", &kind, RelatedKind::parse)? {
        RelatedKind::Lead => Related::Lead(id("related", &of)?),
        RelatedKind::Customer => Related::Customer(id("related", &of)?),
    })
}
