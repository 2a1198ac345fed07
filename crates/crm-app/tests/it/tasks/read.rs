use std::time::Duration;

use crm_app::tasks::read::{TaskView, read};
use crm_domain::due::DueDate;
use crm_domain::task::{Progress, Related, Task};

use crate::support::said::why;
use crate::support::stage::Stage;
use crate::support::{stored, unknown};

#[tokio::test]
async fn the_related_name_is_left_out_for_a_reader_who_may_not_see_the_record() {
    let mut stage = Stage::new();
    let lead = stage.make.lead("Ada", Some(stage.bob.id));
    let task = Task { related: Some(Related::Lead(lead.id)), ..stage.make.task("Call", stage.ann.id) };
    let task = stored(&task, 1);
    stage.holds_task(&task);
    let (id, name) = (lead.id, lead.name.clone());
    stage.leads.expect_lead_names().returning(move |scope, ids| {
        assert_eq!(ids, [id]);
        Ok(if scope.admits(lead.owner) { vec![(id, lead.name.clone())] } else { Vec::new() })
    });
    let (ctx, id) = (stage.ctx(), task.record().id.to_string());
    let view = read(&ctx, &stage.ann(), &id).await.unwrap();
    assert_eq!(view, TaskView { task: task.clone(), related_name: None, overdue: false });
    let view = read(&ctx, &stage.root(), &id).await.unwrap();
    assert_eq!(view, TaskView { task, related_name: Some(name), overdue: false });
}

#[tokio::test]
async fn a_task_is_overdue_once_its_moment_has_passed_unless_it_is_done() {
    let mut stage = Stage::new();
    let task = Task { due: DueDate::At(stage.now()), ..stage.make.task("Call", stage.ann.id) };
    let done = Task { id: stage.make.mint(), progress: Progress::Done { at: stage.now() }, ..task.clone() };
    for (task, overdue) in [(task, true), (done, false)] {
        stage.holds_task(&stored(&task, 1));
        let (ctx, ann, id) = (stage.ctx(), stage.ann(), task.id.to_string());
        stage.make.clock.set(task.updated_at);
        assert!(!read(&ctx, &ann, &id).await.unwrap().overdue);
        stage.make.clock.advance(Duration::from_millis(1));
        assert_eq!(read(&ctx, &ann, &id).await.unwrap().overdue, overdue);
    }
}

#[tokio::test]
async fn somebody_elses_task_is_told_from_one_that_does_not_exist() {
    let mut stage = Stage::new();
    let task = stage.make.task("Call", stage.ann.id);
    stage.holds_task(&stored(&task, 1));
    let (ctx, bob) = (stage.ctx(), stage.bob());
    assert_eq!(why(read(&ctx, &bob, &task.id.to_string()).await), "not owner of task");
    let unknown = unknown();
    assert_eq!(why(read(&ctx, &bob, &unknown).await), "no task");
    assert_eq!(why(read(&ctx, &bob, "x").await), "id: invalid");
}
