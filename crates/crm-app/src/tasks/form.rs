//! What clients may say about a task.

use crm_domain::due::DueDate;
use crm_domain::flaw::Flaw;
use crm_domain::form::Form;
use crm_domain::ids::{CustomerId, LeadId};
use crm_domain::patch::{NullablePatch, Patch};
use crm_domain::task::{Priority, Related, RelatedKind, TaskDraft, TaskPatch, TaskStatus};
use crm_domain::values::prose::Prose;
use crm_domain::values::title::Title;
use uuid::Uuid;

use crate::input::any_id;

/// The members that a client may write.
pub const WRITABLE: &[&str] =
    &["title", "description", "dueDate", "status", "priority", "relatedType", "relatedId", "owner"];

/// The members that a client may send back and that change nothing.
pub const READ_ONLY: &[&str] = &[
    "id",
    "_id",
    "__v",
    "createdAt",
    "updatedAt",
    "version",
    "history",
    "notes",
    "deals",
    "relatedName",
    "overdue",
    "completedAt",
];

/// Reads a new task about this record, all but its owner. Flaws go to the form; without a title and a due date there is
/// no draft.
pub fn draft(form: &mut Form, related: Option<Related>) -> Option<TaskDraft> {
    let title = form.required("title", Title::parse);
    let description = form.optional("description", Prose::parse);
    let due = form.required("dueDate", DueDate::parse);
    let status = form.optional("status", TaskStatus::parse).unwrap_or(TaskStatus::Open);
    let priority = form.optional("priority", Priority::parse).unwrap_or(Priority::Medium);
    Some(TaskDraft { title: title?, description, due: due?, status, priority, related })
}

/// Reads what a new task is about. Flaws go to the form.
pub fn related(form: &mut Form) -> Option<Related> {
    let change = related_change(form);
    match change.applied_to(None) {
        Ok(related) => related,
        Err((member, flaw)) => {
            if !change.is_broken(form) {
                form.reject(member, flaw);
            }
            None
        }
    }
}

/// Reads a change of a task, all but its owner and what it is about. Flaws go to the form.
pub fn patch(form: &mut Form) -> TaskPatch {
    TaskPatch {
        title: form.patch("title", Title::parse),
        description: form.nullable_patch("description", Prose::parse),
        due: form.patch("dueDate", DueDate::parse),
        status: form.patch("status", TaskStatus::parse),
        priority: form.patch("priority", Priority::parse),
        related: NullablePatch::Keep,
        owner: Patch::Keep,
    }
}

/// What a client says about the record that a task is about: two members that only make sense together.
#[derive(Debug, Clone, Copy)]
pub struct RelatedChange {
    kind: NullablePatch<RelatedKind>,
    id: NullablePatch<Uuid>,
}

/// Reads `relatedType` and `relatedId`. Flaws go to the form.
pub fn related_change(form: &mut Form) -> RelatedChange {
    let kind = form.nullable_patch("relatedType", RelatedKind::parse);
    let id = form.nullable_patch("relatedId", any_id);
    RelatedChange { kind, id }
}

impl RelatedChange {
    /// What the task is about once the change is merged into what it was about.
    ///
    /// # Errors
    /// The member that is missing if only one of the two would be left.
    pub fn applied_to(&self, related: Option<Related>) -> Result<Option<Related>, (&'static str, Flaw)> {
        let mut kind = related.map(Related::kind);
        let mut id = related.map(Related::uuid);
        self.kind.apply(&mut kind);
        self.id.apply(&mut id);
        let together = || Flaw::new("required", "relatedType and relatedId are given together or not at all");
        match (kind, id) {
            (None, None) => Ok(None),
            (Some(RelatedKind::Lead), Some(id)) => Ok(Some(Related::Lead(LeadId::from_uuid(id)))),
            (Some(RelatedKind::Customer), Some(id)) => Ok(Some(Related::Customer(CustomerId::from_uuid(id)))),
            (None, Some(_)) => Err(("relatedType", together())),
            (Some(_), None) => Err(("relatedId", together())),
        }
    }

    /// Whether a member was sent but could not be read, so that its flaw is known already.
    fn is_broken(&self, form: &Form) -> bool {
        (form.has("relatedType") && self.kind.is_keep()) || (form.has("relatedId") && self.id.is_keep())
    }
}
