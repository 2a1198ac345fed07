use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, Verdict};
use crm_app::customers::delete::{AT_ONCE, delete};
use crm_app::precondition::Precondition;
use crm_domain::access::role::Role;
use crm_domain::access::scope::Reach;
use crm_domain::activity::{Activity, ActivityActor, ActivityType, EntityRef};
use crm_domain::ids::UserId;
use crm_domain::task::{Progress, Related, Task};
use crm_domain::version::{Replace, Version};
use uuid::Uuid;

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, unknown};

#[tokio::test]
async fn a_deleted_customers_open_tasks_are_done_whoever_owns_them() {
    let mut stage = Stage::new();
    let customer = stored(&stage.make.customer("Ada", stage.ann.id), 4);
    stage.holds_customer(&customer, &[]);
    let about = |task: Task| Task { related: Some(Related::Customer(customer.record().id)), ..task };
    let own = stored(&about(stage.make.task("Call", stage.ann.id)), 1);
    let bobs = stored(&about(stage.make.task("Write", stage.bob.id)), 7);
    let open = vec![own.clone(), bobs.clone()];
    stage
        .customers
        .expect_open_tasks_about()
        .withf(|scope, _, limit| scope.reach() == Reach::Everything && *limit == AT_ONCE + 1)
        .returning(move |_, _, _| Ok(open.clone()));
    stage.notes.expect_note_ids().returning(|_, _, _| Ok(Vec::new()));
    let written = stage.applies();
    let now = stage.make.tick();
    let id = customer.record().id;
    delete(&stage.ctx(), &stage.ann(), &id.to_string(), &Precondition::None).await.unwrap();
    let done = |task: &Task| Task { progress: Progress::Done { at: now }, updated_at: now, ..task.clone() };
    let (own_done, bobs_done) = (done(own.record()), done(bobs.record()));
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            expects: vec![Expect::OpenTasks { customer: id, count: 2 }, stands(&stage.ann)],
            events: vec![
                Activity {
                    id: minted(2),
                    ..stage.event(
                        &stage.ann,
                        ActivityType::CustomerDeleted,
                        (EntityRef::Customer(id), 5),
                        "Customer \"Ada\" deleted",
                    )
                },
                Activity {
                    id: minted(3),
                    meta: own.record().differences(&own_done),
                    ..stage.event(
                        &stage.ann,
                        ActivityType::TaskCompleted,
                        (EntityRef::Task(own_done.id), 2),
                        "Task \"Call\" completed",
                    )
                },
                Activity {
                    id: minted(4),
                    meta: bobs.record().differences(&bobs_done),
                    actor: ActivityActor {
                        id: UserId::from_uuid(Uuid::nil()),
                        name: "system (tasks of a deleted customer)".to_owned(),
                        role: Role::Admin,
                    },
                    ..stage.event(
                        &stage.bob,
                        ActivityType::TaskCompleted,
                        (EntityRef::Task(bobs_done.id), 8),
                        "Task \"Write\" completed",
                    )
                },
            ],
            changes: vec![
                Change::DeleteCustomer(customer),
                Change::PutTask(Replace { before: own, after: own_done }),
                Change::PutTask(Replace { before: bobs, after: bobs_done }),
            ],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn a_task_that_is_added_meanwhile_is_done_as_well() {
    let mut stage = Stage::new();
    let customer = stored(&stage.make.customer("Ada", stage.ann.id), 4);
    stage.holds_customer(&customer, &[]);
    let task = stored(&stage.make.task("Call", stage.ann.id), 1);
    stage.customers.expect_open_tasks_about().times(1).returning(|_, _, _| Ok(Vec::new()));
    stage.customers.expect_open_tasks_about().returning(move |_, _, _| Ok(vec![task.clone()]));
    stage.notes.expect_note_ids().returning(|_, _, _| Ok(Vec::new()));
    let written = stage.answers([Ok(Verdict::Stale), Ok(Verdict::Applied)]);
    let id = customer.record().id;
    delete(&stage.ctx(), &stage.ann(), &id.to_string(), &Precondition::None).await.unwrap();
    let [first, second] = written.all().try_into().unwrap();
    assert_eq!(first.expects[0], Expect::OpenTasks { customer: id, count: 0 });
    assert_eq!(second.expects[0], Expect::OpenTasks { customer: id, count: 1 });
    assert_eq!(second.changes.len(), 2);
}

#[tokio::test]
async fn nobody_deletes_what_is_not_theirs_not_there_or_not_as_they_know_it() {
    let mut stage = Stage::new();
    let customer = stage.make.customer("Ada", stage.ann.id);
    stage.holds_customer(&stored(&customer, 2), &[]);
    let (ctx, ann, bob, id) = (stage.ctx(), stage.ann(), stage.bob(), customer.id.to_string());
    let outdated = Precondition::OneOf(vec![Version::FIRST]);
    assert_eq!(why(delete(&ctx, &bob, &id, &outdated).await), "not owner of customer");
    assert_eq!(why(delete(&ctx, &ann, &id, &outdated).await), "at version 2");
    let unknown = unknown();
    assert_eq!(why(delete(&ctx, &ann, &unknown, &outdated).await), "no customer");
    assert_eq!(why(delete(&ctx, &ann, "7", &outdated).await), "id: invalid");
}

#[tokio::test]
async fn nothing_is_deleted_while_its_tasks_cannot_be_read() {
    let mut stage = Stage::new();
    let customer = stage.make.customer("Ada", stage.ann.id);
    stage.holds_customer(&stored(&customer, 2), &[]);
    stage.customers.expect_open_tasks_about().returning(|_, _, _| Err(unavailable()));
    let answer = delete(&stage.ctx(), &stage.ann(), &customer.id.to_string(), &Precondition::None).await;
    assert_eq!(why(answer), "store unavailable");
}
