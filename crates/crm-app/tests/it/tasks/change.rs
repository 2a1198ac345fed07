use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, Verdict};
use crm_app::precondition::Precondition;
use crm_app::tasks::change::change;
use crm_app::tasks::read::TaskView;
use crm_domain::access::scope::Sight;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::raw::{Members, Raw};
use crm_domain::task::{Priority, Progress, Related, Task};
use crm_domain::values::name::Name;
use crm_domain::version::{Replace, Version, Versioned};

use crate::support::said::{corrupt, why};
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, texts, unknown};

/// A task of Ann's at version 4, in the store.
fn held(stage: &mut Stage) -> Versioned<Task> {
    let task = stored(&stage.make.task("Call", stage.ann.id), 4);
    stage.holds_task(&task);
    task
}

fn id_of(task: &Versioned<Task>) -> String {
    task.record().id.to_string()
}

#[tokio::test]
async fn a_completed_task_is_written_upon_what_was_read_with_one_event() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let written = stage.applies();
    let now = stage.make.tick();
    let body = texts([("status", "Done"), ("priority", "High")]);
    let view = change(&stage.ctx(), &stage.ann(), &id_of(&before), body, &Precondition::None).await.unwrap();
    let after = Task {
        progress: Progress::Done { at: now },
        priority: Priority::High,
        updated_at: now,
        ..before.record().clone()
    };
    assert_eq!(view, TaskView { task: stored(&after, 5), related_name: None, overdue: false });
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            expects: vec![stands(&stage.ann)],
            events: vec![Activity {
                id: minted(2),
                meta: before.record().differences(&after),
                ..stage.event(
                    &stage.ann,
                    ActivityType::TaskCompleted,
                    (EntityRef::Task(after.id), 5),
                    "Task \"Call\" completed",
                )
            }],
            changes: vec![Change::PutTask(Replace { before, after })],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn what_changes_nothing_is_not_written_and_needs_no_right() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let due = before.record().due.to_string();
    let same = texts([("title", "Call"), ("status", "Open"), ("dueDate", &due), ("relatedName", "x")])
        .with("owner", Raw::Object(texts([("id", &stage.ann.id.to_string())])))
        .with("completedAt", Raw::Null)
        .with("relatedType", Raw::Null);
    for body in [same, Members::new()] {
        let view = change(&ctx, &ann, &id_of(&before), body, &Precondition::None).await.unwrap();
        assert_eq!(view.task, before);
    }
}

#[tokio::test]
async fn a_task_that_was_done_and_is_reopened_is_updated() {
    let mut stage = Stage::new();
    let done = Task { progress: Progress::Done { at: stage.now() }, ..stage.make.task("Call", stage.ann.id) };
    stage.holds_task(&stored(&done, 2));
    let written = stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    let (ctx, ann, id) = (stage.ctx(), stage.ann(), done.id.to_string());
    let view = change(&ctx, &ann, &id, texts([("status", "Open")]), &Precondition::None).await.unwrap();
    assert_eq!(view.task.record().progress, Progress::Open);
    change(&ctx, &ann, &id, texts([("title", "Write")]), &Precondition::None).await.unwrap();
    for commit in written.all() {
        assert_eq!(commit.events[0].kind, ActivityType::TaskUpdated, "it was done before");
    }
}

#[tokio::test]
async fn a_task_gets_another_record_only_if_the_caller_may_see_it() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let (own, bobs) = (stage.make.customer("Ada", stage.ann.id), stage.make.lead("Bo", Some(stage.bob.id)));
    stage.holds_customer(&stored(&own, 7), &[]);
    stage.holds_lead(&stored(&bobs, 1));
    let name = (own.id, own.name.clone());
    stage.customers.expect_customer_names().returning(move |_, _| Ok(vec![name.clone()]));
    let written = stage.applies();
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let about = |kind: &str, id: &str| texts([("relatedType", kind), ("relatedId", id)]);
    let body = about("Lead", &bobs.id.to_string());
    let answer = change(&ctx, &ann, &id_of(&before), body, &Precondition::None).await;
    assert_eq!(why(answer), "relatedId: unknown_record");
    let body = about("Customer", &own.id.to_string());
    let view = change(&ctx, &ann, &id_of(&before), body, &Precondition::None).await.unwrap();
    assert_eq!(view.task.record().related, Some(Related::Customer(own.id)));
    assert_eq!(view.related_name, Some(Name::parse("Ada").unwrap()));
    let unchanged = Expect::Unchanged(EntityRef::Customer(own.id), Version::new(7));
    assert_eq!(written.only().expects, [unchanged, stands(&stage.ann)]);
}

#[tokio::test]
async fn a_record_that_the_task_is_about_already_need_not_be_seen() {
    let mut stage = Stage::new();
    let bobs = stage.make.lead("Bo", Some(stage.bob.id));
    let task = Task { related: Some(Related::Lead(bobs.id)), ..stage.make.task("Call", stage.ann.id) };
    stage.holds_task(&stored(&task, 1));
    stage.leads.expect_lead_names().returning(|_, _| Ok(Vec::new()));
    stage.applies();
    let body = texts([("relatedType", "Lead"), ("relatedId", &bobs.id.to_string()), ("title", "Write")]);
    let view = change(&stage.ctx(), &stage.ann(), &task.id.to_string(), body, &Precondition::None).await;
    let view = view.unwrap();
    assert_eq!((view.task.record().related, view.related_name), (task.related, None));
}

#[tokio::test]
async fn a_task_is_taken_off_its_record_by_clearing_both_members() {
    let mut stage = Stage::new();
    let lead = stage.make.lead("Ada", Some(stage.ann.id));
    let task = Task { related: Some(Related::Lead(lead.id)), ..stage.make.task("Call", stage.ann.id) };
    stage.holds_task(&stored(&task, 1));
    stage.applies();
    let (ctx, ann, id) = (stage.ctx(), stage.ann(), task.id.to_string());
    let half = Members::new().with("relatedType", Raw::Null);
    let answer = change(&ctx, &ann, &id, half.clone(), &Precondition::None).await;
    assert_eq!(why(answer), "relatedType: required");
    let half_of_other = texts([("relatedId", "")]);
    let answer = change(&ctx, &ann, &id, half_of_other, &Precondition::None).await;
    assert_eq!(why(answer), "relatedId: required");
    let view = change(&ctx, &ann, &id, half.with("relatedId", Raw::Null), &Precondition::None).await.unwrap();
    assert_eq!(view.task.record().related, None);
}

#[tokio::test]
async fn an_admin_gives_a_task_to_somebody_active() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let written = stage.applies();
    let (ctx, root, bob, id) = (stage.ctx(), stage.root(), stage.bob.id, id_of(&before));
    let to = |owner: &str| texts([("owner", owner)]);
    let answer = change(&ctx, &root, &id, to(&stage.gone.id.to_string()), &Precondition::None).await;
    assert_eq!(why(answer), "owner: inactive_user");
    assert_eq!(why(change(&ctx, &root, &id, to(""), &Precondition::None).await), "owner: required");
    change(&ctx, &root, &id, to(&bob.to_string()), &Precondition::None).await.unwrap();
    assert_eq!(written.only().expects, [Expect::UserActive(bob), stands(&stage.root)]);
    assert_eq!(written.only().events[0].audience, [stage.root.id, stage.ann.id, bob]);
}

#[tokio::test]
async fn checks_come_in_order_and_the_version_last() {
    let mut stage = Stage::new();
    let before = held(&mut stage);
    let outdated = Precondition::OneOf(vec![Version::new(3)]);
    let (ctx, ann, bob, id) = (stage.ctx(), stage.ann(), stage.bob(), id_of(&before));
    let give = texts([("owner", &stage.bob.id.to_string())]);
    let bad = texts([("title", ""), ("dueDate", ""), ("status", "x"), ("priority", ""), ("relatedId", "x")]);
    assert_eq!(
        why(change(&ctx, &bob, "x", bad, &outdated).await),
        "id: invalid, title: required, dueDate: required, status: invalid, priority: required, \
         relatedId: invalid"
    );
    let unknown = unknown();
    assert_eq!(why(change(&ctx, &ann, &unknown, give.clone(), &outdated).await), "no task");
    assert_eq!(why(change(&ctx, &bob, &id, give.clone(), &outdated).await), "not owner of task");
    assert_eq!(why(change(&ctx, &ann, &id, give, &outdated).await), "denied");
    assert_eq!(why(change(&ctx, &ann, &id, Members::new(), &outdated).await), "at version 4");
}

#[tokio::test]
async fn a_stale_decision_is_made_anew_upon_what_there_is_by_then() {
    let mut stage = Stage::new();
    let old = stored(&stage.make.task("Call", stage.ann.id), 4);
    let rival = Task { priority: Priority::High, ..old.record().clone() };
    let first = old.clone();
    stage.tasks.expect_task().times(1).returning(move |_, _| Ok(Sight::Seen(first.clone())));
    stage.holds_task(&stored(&rival, 5));
    stage.answers([Ok(Verdict::Stale), Ok(Verdict::Applied)]);
    let body = texts([("status", "In Progress")]);
    let view = change(&stage.ctx(), &stage.ann(), &id_of(&old), body, &Precondition::None).await.unwrap();
    assert_eq!(view.task, stored(&Task { progress: Progress::InProgress, ..rival }, 6));
}

#[tokio::test]
async fn a_task_that_cannot_be_read_is_not_absent() {
    let mut stage = Stage::new();
    stage.tasks.expect_task().returning(|_, _| Err(corrupt("task")));
    let id = unknown();
    let answer = change(&stage.ctx(), &stage.ann(), &id, Members::new(), &Precondition::None).await;
    assert_eq!(why(answer), "corrupt task x");
}
