use std::sync::Arc;

use crm_app::commit::Verdict;
use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::query::leads::Archived;
use crm_app::users::transfer::resume;
use crm_domain::access::scope::OwnerFilter;
use crm_domain::customer::Customer;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::task::{Task, TaskStatus};
use crm_domain::transfer::{Moved, Transfer};
use crm_domain::version::Replace;
use parking_lot::Mutex;

use crate::support::said::{unavailable, why};
use crate::support::stage::Stage;
use crate::support::written::{Written, last_transfer};
use crate::support::{all, nothing, stored};

fn from_ann_to_bob(stage: &Stage) -> Transfer {
    Transfer {
        from: stage.ann.id,
        to: stage.bob.id,
        by: stage.root.id,
        begun_at: stage.now(),
        moved: Moved::default(),
        finished_at: None,
    }
}

/// The hand-over is on record and running; later as it was written last.
fn holds_transfer(stage: &mut Stage, begun: Transfer, written: &Written) {
    let written = written.clone();
    stage.users.expect_transfers().returning(move |_| Ok(vec![begun]));
    stage.users.expect_transfer().returning(move |_, from| {
        assert_eq!(from, begun.from);
        Ok(last_transfer(&written).or(Some(begun)))
    });
}

#[tokio::test]
async fn leads_move_first_then_customers_then_tasks_each_batch_with_the_count_so_far() {
    let mut stage = Stage::new();
    let (ann, bob) = (stage.ann.id, stage.bob.id);
    let lead = stored(&stage.make.lead("Ada", Some(ann)), 2);
    let customer = stored(&stage.make.customer("Bo", ann), 3);
    let task = stored(&stage.make.task("Call", ann), 4);
    let mut leads = vec![all(vec![lead.clone()])];
    stage.leads.expect_leads().returning(move |scope, query| {
        assert!(scope.admits(Some(ann)) && scope.admits(None));
        assert_eq!(query.filter.owner, OwnerFilter::User(ann));
        assert_eq!(query.filter.statuses, [LeadStatus::New, LeadStatus::InProgress]);
        assert_eq!((query.filter.archived, query.limit), (Archived::No, 100));
        Ok(leads.pop().unwrap_or_else(nothing))
    });
    let mut customers = vec![all(vec![customer.clone()])];
    stage.customers.expect_customers().returning(move |_, query| {
        assert_eq!(query.filter.owner, OwnerFilter::User(ann));
        Ok(customers.pop().unwrap_or_else(nothing))
    });
    let mut tasks = vec![all(vec![task.clone()])];
    stage.tasks.expect_tasks().returning(move |_, query| {
        assert_eq!(query.filter.owner, OwnerFilter::User(ann));
        assert_eq!(query.filter.statuses, [TaskStatus::Open, TaskStatus::InProgress]);
        Ok(tasks.pop().unwrap_or_else(nothing))
    });
    let written = stage.answers((0..4).map(|_| Ok(Verdict::Applied)));
    let transfer = from_ann_to_bob(&stage);
    holds_transfer(&mut stage, transfer, &written);
    resume(&stage.ctx()).await.unwrap();
    let so_far = |leads, customers, tasks| {
        let moved = Moved { leads, customers, tasks };
        Transfer { moved, ..transfer }
    };
    let put = Change::PutTransfer;
    let end = Transfer { finished_at: Some(stage.now()), ..so_far(1, 1, 1) };
    let after_lead = Lead { owner: Some(bob), ..lead.record().clone() };
    let after_customer = Customer { owner: bob, ..customer.record().clone() };
    let after_task = Task { owner: bob, ..task.record().clone() };
    let commits = written.all();
    let changes: Vec<_> = commits.iter().map(|commit| commit.changes.clone()).collect();
    assert_eq!(
        changes,
        [
            vec![Change::PutLead(Replace { before: lead, after: after_lead }), put(so_far(1, 0, 0))],
            vec![
                Change::PutCustomer(Replace { before: customer, after: after_customer }),
                put(so_far(1, 1, 0))
            ],
            vec![Change::PutTask(Replace { before: task, after: after_task }), put(so_far(1, 1, 1))],
            vec![put(end)],
        ]
    );
    let read = [so_far(0, 0, 0), so_far(1, 0, 0), so_far(1, 1, 0)];
    for (commit, read) in commits.iter().zip(read) {
        assert_eq!(commit.expects, [Expect::TransferAt(read), Expect::UserActive(bob)]);
        let [event] = &commit.events[..] else { panic!("one event for one record") };
        assert_eq!((event.actor.id, event.actor.name.as_str()), (stage.root.id, "root"));
        assert_eq!(event.audience, [stage.root.id, ann, bob]);
    }
    assert_eq!(commits[3].expects, [Expect::TransferAt(so_far(1, 1, 1))]);
}

#[tokio::test]
async fn a_batch_that_went_stale_is_decided_anew_and_counted_once() {
    let mut stage = Stage::new();
    let (one, two) = (stage.make.lead("Ada", Some(stage.ann.id)), stage.make.lead("Bo", Some(stage.ann.id)));
    let batches = [nothing(), all(vec![stored(&two, 2)]), all(vec![stored(&one, 1), stored(&two, 1)])];
    let batches = Arc::new(Mutex::new(batches.to_vec()));
    stage.leads.expect_leads().returning(move |_, _| Ok(batches.lock().pop().unwrap()));
    stage.customers.expect_customers().returning(|_, _| Ok(nothing()));
    stage.tasks.expect_tasks().returning(|_, _| Ok(nothing()));
    let written = stage.answers([Ok(Verdict::Stale), Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    let begun = from_ann_to_bob(&stage);
    stage.users.expect_transfers().returning(move |_| Ok(vec![begun]));
    let (kept, moved) = (written.clone(), Moved { leads: 1, ..Moved::default() });
    // What was stale was not written.
    stage.users.expect_transfer().returning(move |_, _| {
        Ok(Some(if kept.all().len() < 2 { begun } else { Transfer { moved, ..begun } }))
    });
    resume(&stage.ctx()).await.unwrap();
    assert_eq!(last_transfer(&written).map(|last| last.moved), Some(moved));
}

#[tokio::test]
async fn a_hand_over_ends_when_whoever_was_to_get_it_all_is_deactivated() {
    let mut stage = Stage::new();
    let written = stage.applies();
    let moved = Moved { leads: 7, ..Moved::default() };
    let transfer = Transfer { to: stage.gone.id, moved, ..from_ann_to_bob(&stage) };
    holds_transfer(&mut stage, transfer, &written);
    resume(&stage.ctx()).await.unwrap();
    let end = Transfer { finished_at: Some(stage.now()), ..transfer };
    assert_eq!(written.only().changes, [Change::PutTransfer(end)]);
}

#[tokio::test]
async fn what_was_begun_before_a_restart_goes_on_from_the_count_so_far() {
    let mut stage = Stage::new();
    let moved = Moved { leads: 100, ..Moved::default() };
    let transfer = Transfer { moved, by: stage.make.mint(), ..from_ann_to_bob(&stage) };
    let lead = stored(&stage.make.lead("Ada", Some(stage.ann.id)), 2);
    let mut leads = vec![all(vec![lead])];
    stage.leads.expect_leads().returning(move |_, _| Ok(leads.pop().unwrap_or_else(nothing)));
    stage.customers.expect_customers().returning(|_, _| Ok(nothing()));
    stage.tasks.expect_tasks().returning(|_, _| Ok(nothing()));
    let written = stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    holds_transfer(&mut stage, transfer, &written);
    resume(&stage.ctx()).await.unwrap();
    let [batch, _] = written.all().try_into().unwrap();
    let moved = Moved { leads: 101, ..Moved::default() };
    assert_eq!(batch.changes[1], Change::PutTransfer(Transfer { moved, ..transfer }));
    assert_eq!(batch.events[0].actor.name, "system (hand-over)", "whoever asked is not known any more");
}

#[tokio::test]
async fn a_hand_over_that_fails_stays_on_record() {
    let mut stage = Stage::new();
    let begun = from_ann_to_bob(&stage);
    holds_transfer(&mut stage, begun, &Written::default());
    stage.leads.expect_leads().returning(|_, _| Err(unavailable()));
    assert_eq!(why(resume(&stage.ctx()).await), "store unavailable");
}
