//! The small numbers that stand for one of a few values. A number that was given is never given again.

use crm_domain::access::role::Role;
use crm_domain::activity::EntityKind;
use crm_domain::lead::LeadStatus;
use crm_domain::session::end::EndReason;
use crm_domain::task::{Priority, RelatedKind, TaskStatus};

/// The number of a role.
pub(crate) fn role(role: Role) -> i64 {
    match role {
        Role::Admin => 0,
        Role::Agent => 1,
    }
}

/// The number of a lead's status.
pub(crate) fn lead_status(status: LeadStatus) -> i64 {
    match status {
        LeadStatus::New => 0,
        LeadStatus::InProgress => 1,
        LeadStatus::ClosedWon => 2,
        LeadStatus::ClosedLost => 3,
    }
}

/// The number of a task's status.
pub(crate) fn task_status(status: TaskStatus) -> i64 {
    match status {
        TaskStatus::Open => 0,
        TaskStatus::InProgress => 1,
        TaskStatus::Done => 2,
    }
}

/// The number of a priority; it sorts as priorities do.
pub(crate) fn priority(priority: Priority) -> i64 {
    match priority {
        Priority::Low => 0,
        Priority::Medium => 1,
        Priority::High => 2,
    }
}

/// The number of a kind of record that tasks are about.
pub(crate) fn related_kind(kind: RelatedKind) -> i64 {
    match kind {
        RelatedKind::Lead => 0,
        RelatedKind::Customer => 1,
    }
}

/// The number of a kind of record that events are about.
pub(crate) fn entity_kind(kind: EntityKind) -> i64 {
    match kind {
        EntityKind::Lead => 0,
        EntityKind::Customer => 1,
        EntityKind::Task => 2,
        EntityKind::User => 3,
    }
}

/// The number of a reason for a session's end.
pub(crate) fn end_reason(reason: EndReason) -> i64 {
    match reason {
        EndReason::SignedOut => 0,
        EndReason::Ended => 1,
        EndReason::Theft => 3,
        EndReason::SessionLimit => 4,
    }
}

/// What a number of [`role`] stands for.
pub(crate) fn role_of(code: i64) -> Option<Role> {
    Role::ALL.into_iter().find(|value| role(*value) == code)
}

/// What a number of [`lead_status`] stands for.
pub(crate) fn lead_status_of(code: i64) -> Option<LeadStatus> {
    LeadStatus::ALL.into_iter().find(|value| lead_status(*value) == code)
}

/// What a number of [`task_status`] stands for.
pub(crate) fn task_status_of(code: i64) -> Option<TaskStatus> {
    TaskStatus::ALL.into_iter().find(|value| task_status(*value) == code)
}

/// What a number of [`priority`] stands for.
pub(crate) fn priority_of(code: i64) -> Option<Priority> {
    Priority::ALL.into_iter().find(|value| priority(*value) == code)
}

/// What a number of [`related_kind`] stands for.
pub(crate) fn related_kind_of(code: i64) -> Option<RelatedKind> {
    [RelatedKind::Lead, RelatedKind::Customer].into_iter().find(|value| related_kind(*value) == code)
}

/// What a number of [`entity_kind`] stands for.
pub(crate) fn entity_kind_of(code: i64) -> Option<EntityKind> {
    EntityKind::ALL.into_iter().find(|value| entity_kind(*value) == code)
}

/// What a number of [`end_reason`] stands for.
pub(crate) fn end_reason_of(code: i64) -> Option<EndReason> {
    EndReason::ALL.into_iter().find(|value| end_reason(*value) == code)
}
