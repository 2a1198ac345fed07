use std::sync::atomic::Ordering;
use std::time::Duration;

use crm_app::context::Ctx;
use crm_app::precondition::Precondition;
use crm_app::queue::Queue;
use crm_app::{customers, dashboard, jobs, notes, tasks};
use crm_domain::access::actor::Actor;
use crm_domain::access::role::Role;
use crm_domain::activity::ActivityType;
use crm_domain::raw::Members;
use crm_domain::task::{Progress, Task};
use crm_domain::version::Versioned;
use crm_testkit::actors::everything;

use super::hand_over::Failing;
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

/// How many tasks about this customer are open, and whether each of the others was completed once.
async fn open_tasks(office: &Office, root: &Actor, customer: &str, all: &[Versioned<Task>]) -> u64 {
    let open = texts([("relatedId", customer), ("status", "Open,In Progress")]);
    let open = tasks::list::list(&office.ctx, root, open).await.unwrap().total.count;
    let mut completed = 0;
    for task in all {
        let of_task = texts([("entityId", &task.record().id.to_string()), ("type", "task_completed")]);
        let events = office.feed(root, of_task).await.len();
        assert!(events <= 1, "a task is completed once");
        completed += events as u64;
    }
    assert_eq!(completed + open, all.len() as u64);
    open
}

#[tokio::test]
async fn a_deletion_commits_a_bounded_part_and_batches_that_survive_a_restart_the_rest() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let ann = office.hire("ann", Role::Agent).await;
    let customer = office.customer(&ann, "Ada").await;
    let id = customer.record().id.to_string();
    let mut all = Vec::new();
    for number in 0..720 {
        all.push(office.task(&ann, &format!("task {number}"), &customer).await);
    }
    for _ in 0..640 {
        let body = texts([("text", "met")]);
        notes::add::add(&office.ctx, &ann, &id, body, &Precondition::None).await.unwrap();
    }
    // The store goes away after the deletion: nothing follows it until the restart.
    let (commits, failing) = Failing::after(1, &office);
    customers::delete::delete(&failing, &ann, &id, &Precondition::None).await.unwrap();
    assert_eq!(why(customers::read::read(&office.ctx, &ann, &id).await), "no customer");
    assert_eq!(why(notes::list::list(&office.ctx, &ann, &id, Members::new()).await), "no customer");
    let new =
        texts([("title", "x"), ("dueDate", "2026-04-01"), ("relatedType", "Customer"), ("relatedId", &id)]);
    assert_eq!(why(tasks::create::create(&office.ctx, &ann, new).await), "relatedId: unknown_record");
    assert_eq!(open_tasks(&office, &root, &id, &all).await, 220);
    let bound = customers::delete::AT_ONCE as usize + 3;
    assert_eq!(commits.largest.load(Ordering::Relaxed), bound, "500 tasks, and customer, notes and rest");
    assert_eq!(office.problems().await, Vec::<String>::new(), "what is left is accounted for");
    let customers = &office.ctx.stores.customers;
    assert_eq!(customers.cleanups(&everything()).await.unwrap().len(), 1);

    let (commits, counted) = Failing::after(i64::MAX, &office);
    let other = Ctx { queue: Queue::new(), ..counted.clone() };
    let (one, two) = tokio::join!(jobs::resume(&counted), jobs::resume(&other));
    one.and(two).unwrap();
    assert_eq!(open_tasks(&office, &root, &id, &all).await, 0);
    assert_eq!(customers.cleanups(&everything()).await.unwrap(), []);
    assert!(commits.largest.load(Ordering::Relaxed) <= jobs::BATCH as usize + 1);
    assert_eq!(office.problems().await, Vec::<String>::new());
    assert_eq!(office.miscounted().await, []);
    assert_eq!(office.count_of_notes().await, 0);
}

#[tokio::test]
async fn an_archive_made_between_the_batches_of_a_deletion_carries_the_rest() {
    let office = Office::open();
    let ann = office.hire("ann", Role::Agent).await;
    let customer = office.customer(&ann, "Ada").await;
    let id = customer.record().id.to_string();
    for _ in 0..600 {
        let body = texts([("text", "met")]);
        notes::add::add(&office.ctx, &ann, &id, body, &Precondition::None).await.unwrap();
    }
    let (_, failing) = Failing::after(1, &office);
    customers::delete::delete(&failing, &ann, &id, &Precondition::None).await.unwrap();
    let copy = office.copy().await;
    assert_eq!((copy.count_of_notes().await, copy.problems().await), (100, Vec::new()));
    jobs::resume(&copy.ctx).await.unwrap();
    assert_eq!((copy.count_of_notes().await, copy.problems().await), (0, Vec::new()));
    assert_eq!(office.count_of_notes().await, 100, "the copy is a store of its own");
}
