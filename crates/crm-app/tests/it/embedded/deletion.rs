use std::time::Duration;

use crm_app::precondition::Precondition;
use crm_app::{customers, dashboard, notes, tasks};
use crm_domain::access::role::Role;
use crm_domain::activity::ActivityType;
use crm_domain::raw::Members;
use crm_domain::task::Progress;

use super::office::{Office, id_of};
use crate::support::said::why;
use crate::support::texts;

#[tokio::test]
async fn a_deleted_customer_is_gone_and_its_open_tasks_are_done_whoever_owns_them() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let (ann, bob) = (office.hire("ann", Role::Agent).await, office.hire("bob", Role::Agent).await);
    let (ctx, customer) = (&office.ctx, office.customer(&ann, "Ada").await);
    let id = customer.record().id.to_string();
    let own = office.task(&ann, "Call", &customer).await;
    let other = office.task(&ann, "Write", &customer).await;
    let to_bob = texts([("owner", &id_of(&bob))]);
    let bobs = other.record().id.to_string();
    tasks::change::change(ctx, &root, &bobs, to_bob, &Precondition::None).await.unwrap();
    let done = office.task(&ann, "Done before", &customer).await.record().id.to_string();
    tasks::change::change(ctx, &ann, &done, texts([("status", "Done")]), &Precondition::None).await.unwrap();
    let note = notes::add::add(ctx, &ann, &id, texts([("text", "met")]), &Precondition::None).await.unwrap();
    let before = tasks::read::read(ctx, &ann, &done).await.unwrap();

    let now = office.clock.advance(Duration::from_mins(1));
    customers::delete::delete(ctx, &ann, &id, &Precondition::None).await.unwrap();

    assert_eq!(why(customers::read::read(ctx, &ann, &id).await), "no customer");
    assert_eq!(why(customers::delete::delete(ctx, &root, &id, &Precondition::None).await), "no customer");
    let (of_note, text) = (note.note.id.to_string(), texts([("text", "x")]));
    let edited = notes::edit::edit(ctx, &root, &id, &of_note, text, &Precondition::None).await;
    assert_eq!(why(edited), "no customer");
    assert_eq!(customers::list::list(ctx, &root, Members::new()).await.unwrap().total.count, 0);
    for (reader, task) in [(&ann, own.record().id.to_string()), (&bob, bobs)] {
        let view = tasks::read::read(ctx, reader, &task).await.unwrap();
        assert_eq!(view.task.record().progress, Progress::Done { at: now });
        assert_eq!(view.related_name, None);
        assert!(view.task.record().related.is_some(), "it still says what it was about");
    }
    let after = tasks::read::read(ctx, &ann, &done).await.unwrap();
    assert_eq!(after.task, before.task, "a task that was done stays as it was");
    let figures = dashboard::show::show(ctx, &root).await.unwrap().figures;
    assert_eq!((figures.customers, figures.open_tasks, figures.overdue_tasks), (0, 0, 0));
    let told = office.feed(&bob, Members::new()).await;
    assert_eq!(
        told.iter().map(|event| event.kind).collect::<Vec<_>>(),
        [ActivityType::TaskCompleted, ActivityType::TaskUpdated]
    );
}

#[tokio::test]
async fn a_task_keeps_living_after_its_customer() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let (ctx, customer) = (&office.ctx, office.customer(&ann, "Ada").await);
    let task = office.task(&ann, "Call", &customer).await.record().id.to_string();
    let id = customer.record().id.to_string();
    customers::delete::delete(ctx, &ann, &id, &Precondition::None).await.unwrap();
    let sent_back = texts([("status", "Open"), ("relatedType", "Customer"), ("relatedId", &id)]);
    let view = tasks::change::change(ctx, &ann, &task, sent_back, &Precondition::None).await.unwrap();
    assert_eq!((view.task.record().progress, view.related_name), (Progress::Open, None));
    let new =
        texts([("title", "x"), ("dueDate", "2026-04-01"), ("relatedType", "Customer"), ("relatedId", &id)]);
    assert_eq!(why(tasks::create::create(ctx, &ann, new).await), "relatedId: unknown_record");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_open_task_is_left_about_a_customer_that_is_deleted_while_tasks_are_made() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    for _ in 0..10 {
        let customer = office.customer(&ann, "Ada").await;
        let id = customer.record().id.to_string();
        let makers = (0..4).map(|_| {
            let (ctx, ann, id) = (office.ctx.clone(), ann.clone(), id.clone());
            tokio::spawn(async move {
                let body = texts([
                    ("title", "x"),
                    ("dueDate", "2026-04-01"),
                    ("relatedType", "Customer"),
                    ("relatedId", &id),
                ]);
                tasks::create::create(&ctx, &ann, body).await.is_ok()
            })
        });
        let makers: Vec<_> = makers.collect();
        let deleted = customers::delete::delete(&office.ctx, &ann, &id, &Precondition::None).await;
        deleted.unwrap();
        for maker in makers {
            maker.await.unwrap();
        }
        let open = texts([("relatedId", &id), ("status", "Open,In Progress")]);
        assert_eq!(tasks::list::list(&office.ctx, &ann, open).await.unwrap().total.count, 0);
    }
}

#[tokio::test]
async fn notes_are_added_edited_deleted_and_counted() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let (ctx, customer) = (&office.ctx, office.customer(&ann, "Ada").await);
    let id = customer.record().id.to_string();
    let mut written = Vec::new();
    for count in 1..=7 {
        let body = texts([("text", &format!("note {count}"))]);
        written.push(notes::add::add(ctx, &ann, &id, body, &Precondition::None).await.unwrap());
    }
    let latest: Vec<_> = written[6].latest.iter().map(|note| note.text.as_str().to_owned()).collect();
    assert_eq!(latest, ["note 7", "note 6", "note 5", "note 4", "note 3"]);
    let first = written[0].note.id.to_string();
    let text = texts([("text", "edited")]);
    notes::edit::edit(ctx, &ann, &id, &first, text, &Precondition::None).await.unwrap();
    notes::delete::delete(ctx, &ann, &id, &written[6].note.id.to_string(), &Precondition::None)
        .await
        .unwrap();
    let detail = customers::read::read(ctx, &ann, &id).await.unwrap();
    assert_eq!(detail.customer.record().notes_count, 6);
    assert_eq!(detail.customer.version().number(), 10, "each change of a note is one of its customer");
    assert_eq!(detail.notes[..], written[5].latest[..]);
    let page = notes::list::list(ctx, &ann, &id, texts([("page", "2"), ("limit", "4")])).await.unwrap();
    let texts: Vec<_> = page.items.iter().map(|note| note.text.as_str()).collect();
    assert_eq!((texts, page.total.count), (vec!["note 2", "edited"], 6));
}
