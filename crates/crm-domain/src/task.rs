//! Something that somebody has to do by some day.

use crate::due::DueDate;
use crate::flaw::Flaw;
use crate::fold::SearchField;
use crate::ids::{CustomerId, LeadId, TaskId, UserId};
use crate::meta::Meta;
use crate::patch::{NullablePatch, Patch};
use crate::timestamp::Timestamp;
use crate::values::prose::Prose;
use crate::values::title::Title;

/// How far a task has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskStatus {
    /// Not begun.
    Open,
    /// Begun.
    InProgress,
    /// Done.
    Done,
}

impl TaskStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Open, Self::InProgress, Self::Done];

    /// The status's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::InProgress => "In Progress",
            Self::Done => "Done",
        }
    }

    /// Reads a status's name.
    ///
    /// # Errors
    /// `invalid` if it is none of them.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| Flaw::new("invalid", "must be one of: Open, In Progress, Done"))
    }
}

/// How far a task has come, with what is known there: a done task has the moment it was done, no other has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Not begun.
    Open,
    /// Begun.
    InProgress,
    /// Done.
    Done {
        /// When.
        at: Timestamp,
    },
}

impl Progress {
    /// Its status.
    pub fn status(self) -> TaskStatus {
        match self {
            Self::Open => TaskStatus::Open,
            Self::InProgress => TaskStatus::InProgress,
            Self::Done { .. } => TaskStatus::Done,
        }
    }

    /// When it was done, if it is.
    pub fn completed_at(self) -> Option<Timestamp> {
        match self {
            Self::Open | Self::InProgress => None,
            Self::Done { at } => Some(at),
        }
    }

    /// The progress of a task that gets this status now. A done task that gets `Done` again keeps its moment.
    #[must_use]
    pub fn move_to(self, status: TaskStatus, now: Timestamp) -> Self {
        match status {
            TaskStatus::Open => Self::Open,
            TaskStatus::InProgress => Self::InProgress,
            TaskStatus::Done => match self {
                Self::Done { at } => Self::Done { at },
                Self::Open | Self::InProgress => Self::Done { at: now },
            },
        }
    }
}

/// How urgent a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Can wait.
    Low,
    /// As usual.
    Medium,
    /// First.
    High,
}

impl Priority {
    /// Every priority, lowest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The priority's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
        }
    }

    /// Reads a priority's name.
    ///
    /// # Errors
    /// `invalid` if it is none of them.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        Self::ALL
            .into_iter()
            .find(|priority| priority.as_str() == text)
            .ok_or_else(|| Flaw::new("invalid", "must be one of: Low, Medium, High"))
    }
}

/// What kind of record a task is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelatedKind {
    /// A lead.
    Lead,
    /// A customer.
    Customer,
}

impl RelatedKind {
    /// The kind's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "Lead",
            Self::Customer => "Customer",
        }
    }

    /// Reads a kind's name.
    ///
    /// # Errors
    /// `invalid` if it is neither.
    pub fn parse(text: &str) -> Result<Self, Flaw> {
        [Self::Lead, Self::Customer]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| Flaw::new("invalid", "must be one of: Lead, Customer"))
    }
}

/// The record that a task is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Related {
    /// A lead.
    Lead(LeadId),
    /// A customer.
    Customer(CustomerId),
}

impl Related {
    /// What kind of record it is.
    pub fn kind(self) -> RelatedKind {
        match self {
            Self::Lead(_) => RelatedKind::Lead,
            Self::Customer(_) => RelatedKind::Customer,
        }
    }

    /// Its id, whatever the kind.
    pub fn uuid(self) -> uuid::Uuid {
        match self {
            Self::Lead(id) => id.uuid(),
            Self::Customer(id) => id.uuid(),
        }
    }
}

/// A task. There is always somebody who owns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What is to be done.
    pub title: Title,
    /// More about it.
    pub description: Option<Prose>,
    /// By when.
    pub due: DueDate,
    /// How far it has come.
    pub progress: Progress,
    /// How urgent it is.
    pub priority: Priority,
    /// What it is about.
    pub related: Option<Related>,
    /// Whose it is.
    pub owner: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed; never goes backwards.
    pub updated_at: Timestamp,
}

/// Checked input for a new task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDraft {
    /// What is to be done.
    pub title: Title,
    /// More about it.
    pub description: Option<Prose>,
    /// By when.
    pub due: DueDate,
    /// How far it has come.
    pub status: TaskStatus,
    /// How urgent it is.
    pub priority: Priority,
    /// What it is about.
    pub related: Option<Related>,
}

/// A checked change of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPatch {
    /// Another title.
    pub title: Patch<Title>,
    /// Another description, or none.
    pub description: NullablePatch<Prose>,
    /// Another due date.
    pub due: Patch<DueDate>,
    /// Another status.
    pub status: Patch<TaskStatus>,
    /// Another priority.
    pub priority: Patch<Priority>,
    /// About another record, or about none.
    pub related: NullablePatch<Related>,
    /// Another owner.
    pub owner: Patch<UserId>,
}

impl Task {
    /// A new task.
    pub fn create(id: TaskId, draft: TaskDraft, owner: UserId, now: Timestamp) -> Self {
        Self {
            id,
            title: draft.title,
            description: draft.description,
            due: draft.due,
            progress: Progress::Open.move_to(draft.status, now),
            priority: draft.priority,
            related: draft.related,
            owner,
            created_at: now,
            updated_at: now,
        }
    }

    /// The task as the patch makes it.
    #[must_use]
    pub fn edit(mut self, patch: TaskPatch, now: Timestamp) -> Self {
        patch.title.apply(&mut self.title);
        patch.description.apply(&mut self.description);
        patch.due.apply(&mut self.due);
        if let Patch::Set(status) = patch.status {
            self.progress = self.progress.move_to(status, self.updated_at.later_of(now));
        }
        patch.priority.apply(&mut self.priority);
        patch.related.apply(&mut self.related);
        patch.owner.apply(&mut self.owner);
        self.touch(now)
    }

    /// The task, done. Completing a done task keeps the moment it was done.
    #[must_use]
    pub fn complete(mut self, now: Timestamp) -> Self {
        self.progress = self.progress.move_to(TaskStatus::Done, self.updated_at.later_of(now));
        self.touch(now)
    }

    /// The task in somebody else's hands.
    #[must_use]
    pub fn reassign(mut self, owner: UserId, now: Timestamp) -> Self {
        self.owner = owner;
        self.touch(now)
    }

    /// What differs in `after`, as an event tells it.
    pub fn differences(&self, after: &Self) -> Meta {
        let related = |task: &Self| task.related.map(|related| related.uuid().to_string());
        Meta::new()
            .compare("title", self.title.as_str(), after.title.as_str())
            .compare(
                "description",
                self.description.as_ref().map(Prose::as_str),
                after.description.as_ref().map(Prose::as_str),
            )
            .compare("dueDate", self.due.to_string(), after.due.to_string())
            .compare("status", self.progress.status().as_str(), after.progress.status().as_str())
            .compare("priority", self.priority.as_str(), after.priority.as_str())
            .compare(
                "relatedType",
                self.related.map(|to| to.kind().as_str()),
                after.related.map(|to| to.kind().as_str()),
            )
            .compare("relatedId", related(self), related(after))
            .compare("owner", self.owner.to_string(), after.owner.to_string())
    }

    /// The texts that a search looks into.
    pub fn search_fields(&self) -> [SearchField<'_>; 2] {
        [
            SearchField::Text(self.title.as_str()),
            SearchField::Text(self.description.as_ref().map_or("", Prose::as_str)),
        ]
    }

    fn touch(mut self, now: Timestamp) -> Self {
        self.updated_at = self.updated_at.later_of(now);
        self
    }
}

#[cfg(test)]
mod tests;
