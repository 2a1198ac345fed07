use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::precondition::Precondition;
use crm_app::tasks::delete::delete;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::version::Version;

use crate::support::said::why;
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, unknown};

#[tokio::test]
async fn a_deleted_task_leaves_an_event_that_its_owner_sees() {
    let mut stage = Stage::new();
    let task = stored(&stage.make.task("Call", stage.ann.id), 4);
    stage.holds_task(&task);
    let written = stage.applies();
    let id = task.record().id;
    delete(&stage.ctx(), &stage.root(), &id.to_string(), &Precondition::None).await.unwrap();
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![Change::DeleteTask(task)],
            expects: vec![stands(&stage.root)],
            events: vec![Activity {
                id: minted(2),
                audience: vec![stage.root.id, stage.ann.id],
                ..stage.event(
                    &stage.root,
                    ActivityType::TaskDeleted,
                    (EntityRef::Task(id), 5),
                    "Task \"Call\" deleted",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn nobody_deletes_what_is_not_theirs_not_there_or_not_as_they_know_it() {
    let mut stage = Stage::new();
    let task = stage.make.task("Call", stage.ann.id);
    stage.holds_task(&stored(&task, 2));
    let (ctx, ann, bob, id) = (stage.ctx(), stage.ann(), stage.bob(), task.id.to_string());
    let outdated = Precondition::OneOf(vec![Version::FIRST]);
    assert_eq!(why(delete(&ctx, &bob, &id, &outdated).await), "not owner of task");
    assert_eq!(why(delete(&ctx, &ann, &id, &outdated).await), "at version 2");
    let unknown = unknown();
    assert_eq!(why(delete(&ctx, &ann, &unknown, &outdated).await), "no task");
    assert_eq!(why(delete(&ctx, &ann, "7", &outdated).await), "id: invalid");
}
