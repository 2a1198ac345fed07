use super::*;
use crate::meta::{FieldChange, MetaValue};
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1_000).unwrap()
}

fn user(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(number))
}

fn draft() -> TaskDraft {
    TaskDraft {
        title: Title::parse("Call").unwrap(),
        description: Some(Prose::parse("twice").unwrap()),
        due: DueDate::parse("2030-01-31").unwrap(),
        status: TaskStatus::Open,
        priority: Priority::Medium,
        related: Some(Related::Lead(LeadId::from_uuid(Uuid::from_u128(3)))),
    }
}

fn task() -> Task {
    Task::create(TaskId::from_uuid(Uuid::from_u128(1)), draft(), user(7), at(10))
}

fn keep() -> TaskPatch {
    TaskPatch {
        title: Patch::Keep,
        description: NullablePatch::Keep,
        due: Patch::Keep,
        status: Patch::Keep,
        priority: Patch::Keep,
        related: NullablePatch::Keep,
        owner: Patch::Keep,
    }
}

fn moved_to(status: TaskStatus) -> TaskPatch {
    TaskPatch { status: Patch::Set(status), ..keep() }
}

fn change(field: &str, from: impl Into<MetaValue>, to: impl Into<MetaValue>) -> FieldChange {
    FieldChange { field: field.to_owned(), from: from.into(), to: to.into() }
}

#[test]
fn a_task_that_is_made_done_was_done_when_it_was_made() {
    assert_eq!(task().progress, Progress::Open);
    let done = Task::create(task().id, TaskDraft { status: TaskStatus::Done, ..draft() }, user(7), at(10));
    assert_eq!(done.progress, Progress::Done { at: at(10) });
    let begun = TaskDraft { status: TaskStatus::InProgress, ..draft() };
    assert_eq!(Task::create(task().id, begun, user(7), at(10)).progress, Progress::InProgress);
}

#[test]
fn a_done_task_keeps_the_moment_it_was_done() {
    let done = task().edit(moved_to(TaskStatus::Done), at(11));
    assert_eq!(done.progress.completed_at(), Some(at(11)));
    assert_eq!(done.clone().edit(moved_to(TaskStatus::Done), at(12)).progress, Progress::Done { at: at(11) });
    assert_eq!(done.complete(at(13)).progress, Progress::Done { at: at(11) });
}

#[test]
fn a_task_that_is_reopened_was_never_done() {
    let done = task().complete(at(11));
    let reopened = done.clone().edit(moved_to(TaskStatus::Open), at(12));
    assert_eq!(reopened.progress.completed_at(), None);
    assert_eq!(done.edit(moved_to(TaskStatus::InProgress), at(12)).progress, Progress::InProgress);
    assert_eq!(reopened.complete(at(13)).progress, Progress::Done { at: at(13) });
}

#[test]
fn a_tasks_moment_of_change_never_goes_backwards_and_it_is_not_done_before() {
    assert_eq!(task().edit(keep(), at(9)).updated_at, at(10));
    assert_eq!(task().reassign(user(8), at(9)).updated_at, at(10));
    assert_eq!(task().complete(at(9)).progress, Progress::Done { at: at(10) });
    let done = task().edit(moved_to(TaskStatus::Done), at(9));
    assert_eq!((done.progress.completed_at(), done.updated_at), (Some(at(10)), at(10)));
}

#[test]
fn a_patch_changes_what_it_names_and_nothing_else() {
    assert_eq!(task().edit(keep(), at(11)), Task { updated_at: at(11), ..task() });
    let related = Related::Customer(CustomerId::from_uuid(Uuid::from_u128(4)));
    let patch = TaskPatch {
        title: Patch::Set(Title::parse("Write").unwrap()),
        description: NullablePatch::Clear,
        due: Patch::Set(DueDate::At(at(99))),
        status: Patch::Keep,
        priority: Patch::Set(Priority::High),
        related: NullablePatch::Set(related),
        owner: Patch::Set(user(8)),
    };
    let edited = Task {
        title: Title::parse("Write").unwrap(),
        description: None,
        due: DueDate::At(at(99)),
        priority: Priority::High,
        related: Some(related),
        owner: user(8),
        updated_at: at(11),
        ..task()
    };
    assert_eq!(task().edit(patch, at(11)), edited);
    assert_eq!(task().edit(TaskPatch { related: NullablePatch::Clear, ..keep() }, at(11)).related, None);
}

#[test]
fn differences_are_told_under_the_names_of_the_wire() {
    let uuid = Uuid::from_u128(4);
    let after = Task {
        title: Title::parse("Write").unwrap(),
        description: None,
        due: DueDate::At(at(99)),
        progress: Progress::Done { at: at(11) },
        priority: Priority::High,
        related: Some(Related::Customer(CustomerId::from_uuid(uuid))),
        owner: user(8),
        updated_at: at(11),
        ..task()
    };
    assert_eq!(
        task().differences(&after).changes(),
        [
            change("title", "Call", "Write"),
            change("description", "twice", MetaValue::Nothing),
            change("dueDate", "2030-01-31", "1970-01-01T00:01:39.000Z"),
            change("status", "Open", "Done"),
            change("priority", "Medium", "High"),
            change("relatedType", "Lead", "Customer"),
            change("relatedId", Uuid::from_u128(3).to_string(), uuid.to_string()),
            change("owner", user(7).to_string(), user(8).to_string()),
        ]
    );
}

#[test]
fn a_later_moment_alone_is_no_difference() {
    assert!(task().differences(&Task { updated_at: at(99), ..task() }).is_empty());
}

#[test]
fn another_kind_of_record_with_the_same_id_is_a_difference() {
    let customer = Related::Customer(CustomerId::from_uuid(Uuid::from_u128(3)));
    let after = Task { related: Some(customer), ..task() };
    assert_eq!(task().differences(&after).changes(), [change("relatedType", "Lead", "Customer")]);
}

#[test]
fn a_search_looks_into_title_and_description() {
    use SearchField::Text;
    assert_eq!(task().search_fields(), [Text("Call"), Text("twice")]);
    assert_eq!(Task { description: None, ..task() }.search_fields(), [Text("Call"), Text("")]);
}

#[test]
fn the_words_of_a_task_are_read_exactly_as_they_are_written() {
    for status in TaskStatus::ALL {
        assert_eq!(TaskStatus::parse(status.as_str()), Ok(status));
    }
    for priority in Priority::ALL {
        assert_eq!(Priority::parse(priority.as_str()), Ok(priority));
    }
    for kind in [RelatedKind::Lead, RelatedKind::Customer] {
        assert_eq!(RelatedKind::parse(kind.as_str()), Ok(kind));
    }
    for text in ["open", "done", "InProgress", "low", "Urgent", "lead", "User", " High", ""] {
        assert_eq!(TaskStatus::parse(text).unwrap_err().code, "invalid", "{text}");
        assert_eq!(Priority::parse(text).unwrap_err().code, "invalid", "{text}");
        assert_eq!(RelatedKind::parse(text).unwrap_err().code, "invalid", "{text}");
    }
}

#[test]
fn priorities_run_from_low_to_high() {
    assert!(Priority::ALL.is_sorted());
}
