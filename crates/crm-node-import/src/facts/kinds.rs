//! Types of events: from the old backend's words to those that exist here.

use crm_domain::activity::{ActivityType, EntityKind};
use crm_domain::text;

use crate::report::Item;

/// The event that a record was made.
pub(crate) fn created(kind: EntityKind) -> ActivityType {
    match kind {
        EntityKind::User => ActivityType::UserCreated,
        EntityKind::Lead => ActivityType::LeadCreated,
        EntityKind::Customer => ActivityType::CustomerCreated,
        EntityKind::Task => ActivityType::TaskCreated,
    }
}

/// The event that a record changed, however.
pub(crate) fn updated(kind: EntityKind) -> ActivityType {
    match kind {
        EntityKind::User => ActivityType::UserUpdated,
        EntityKind::Lead => ActivityType::LeadUpdated,
        EntityKind::Customer => ActivityType::CustomerUpdated,
        EntityKind::Task => ActivityType::TaskUpdated,
    }
}

/// The type of an event about a record of this kind. One that does not exist here is told and becomes an update: the
/// event's message says what it was.
pub(super) fn of_activity(item: &mut Item, kind: EntityKind, name: Option<&str>) -> ActivityType {
    find(item, kind, "type", name)
}

/// The type of an entry in a lead's history.
pub(super) fn of_action(item: &mut Item, action: Option<&str>) -> ActivityType {
    find(item, EntityKind::Lead, "action", action)
}

/// Whether two types can be tellings of one fact: a lead's history calls every change an update.
pub(super) fn is_same(one: ActivityType, other: ActivityType) -> bool {
    let plain = |kind| if kind == ActivityType::LeadStatusChanged { ActivityType::LeadUpdated } else { kind };
    plain(one) == plain(other)
}

fn find(item: &mut Item, kind: EntityKind, field: &str, name: Option<&str>) -> ActivityType {
    let otherwise = updated(kind);
    let Some(name) = name.filter(|name| !text::is_blank(name)) else {
        item.field(field, None, format!("is missing and became {:?}", otherwise.as_str()));
        return otherwise;
    };
    let word = name.trim().to_lowercase().replace([' ', '-', '.'], "_");
    let prefix = format!("{}_", kind.as_str().to_lowercase());
    let full = if word.starts_with(&prefix) { word } else { format!("{prefix}{word}") };
    match ActivityType::parse(&full) {
        Ok(found) if !is_the_end(found) => found,
        Ok(_) | Err(_) => {
            let why = format!("is none that exists here and became {:?}", otherwise.as_str());
            item.field(field, Some(name), why);
            otherwise
        }
    }
}

/// Whether nothing can happen to a record after it: what is there cannot have been deleted.
fn is_the_end(kind: ActivityType) -> bool {
    matches!(kind, ActivityType::CustomerDeleted | ActivityType::TaskDeleted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Kind, Report};

    fn kind(kind: EntityKind, name: Option<&str>) -> (ActivityType, usize) {
        let mut item = Item::new(Kind::Activity, "1");
        let found = of_activity(&mut item, kind, name);
        let mut report = Report::new();
        report.taken(item);
        (found, report.findings().len())
    }

    #[test]
    fn the_old_backends_types_are_ours() {
        for name in [
            "lead_created",
            "lead_updated",
            "lead_status_changed",
            "lead_reassigned",
            "lead_archived",
            "lead_unarchived",
            "lead_converted",
        ] {
            assert_eq!(kind(EntityKind::Lead, Some(name)), (ActivityType::parse(name).unwrap(), 0));
        }
        let note = (ActivityType::CustomerNoteAdded, 0);
        assert_eq!(kind(EntityKind::Customer, Some("customer_note_added")), note);
        assert_eq!(kind(EntityKind::Customer, Some("note_added")), note);
        assert_eq!(kind(EntityKind::Task, Some("Created")), (ActivityType::TaskCreated, 0));
    }

    #[test]
    fn what_does_not_exist_here_is_told_and_is_an_update() {
        for name in [None, Some(" "), Some("lead_scored"), Some("login"), Some("task_created")] {
            assert_eq!(kind(EntityKind::Lead, name), (ActivityType::LeadUpdated, 1), "{name:?}");
        }
        assert_eq!(kind(EntityKind::Task, Some("task_deleted")), (ActivityType::TaskUpdated, 1));
    }

    #[test]
    fn a_history_calls_a_change_of_status_an_update() {
        assert!(is_same(ActivityType::LeadStatusChanged, ActivityType::LeadUpdated));
        assert!(is_same(ActivityType::LeadArchived, ActivityType::LeadArchived));
        assert!(!is_same(ActivityType::LeadArchived, ActivityType::LeadUpdated));
    }
}
