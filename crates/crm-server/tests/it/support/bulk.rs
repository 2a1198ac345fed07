//! A customer with thousands of tasks and notes, written through the store's own commits: over HTTP that would take longer
//! than what is tested.

use std::sync::Arc;

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::open_mode::OpenMode;
use crm_app::{customers, tasks};
use crm_domain::access::actor::Actor;
use crm_domain::customer::{Customer, CustomerDraft};
use crm_domain::due::DueDate;
use crm_domain::ids::{Id, UserId};
use crm_domain::note::Note;
use crm_domain::task::{Priority, Related, Task, TaskDraft, TaskStatus};
use crm_domain::values::name::Name;
use crm_domain::values::prose::Prose;
use crm_domain::values::tag::Tags;
use crm_domain::values::title::Title;
use crm_server::seed::chance::{Chance, Kind};
use crm_server::wiring::Wiring;

use super::place::Place;

/// Tasks or notes in one commit.
const AT_ONCE: usize = 500;

/// The id of a sample account in a store that `seed` has filled: 0 is the admin, 1 the first agent.
pub(crate) fn sample_user(number: u64) -> UserId {
    Id::from_uuid(Chance::of(1, Kind::User, number).id(number))
}

/// The store of this folder, opened by the test itself.
pub(crate) async fn open(place: &Place) -> Wiring {
    Wiring::open_without_secrets(&place.settings(), None, OpenMode::Existing).await.unwrap()
}

/// Writes a customer with so many open tasks, of two owners, and so many notes; gives its id. The store has the sample
/// accounts, and no server has the embedded one open.
pub(crate) async fn customer_with(place: &Place, open_tasks: u64, notes: u64) -> String {
    let wiring = open(place).await;
    let (ctx, by, now) = (&wiring.ctx, Actor::system("sample data"), wiring.ctx.now());
    let new = || Commit::new(ctx.commit_id());
    let draft = CustomerDraft {
        name: Name::parse("Crowded").unwrap(),
        company: None,
        email: None,
        phone: None,
        tags: Tags::default(),
    };
    let mut customer = Customer::create(Id::from_uuid(ctx.ids.next()), draft, sample_user(1), now);
    customer.notes_count = notes;
    let made = new().event(customers::events::created(ctx, &by, &customer));
    let mut commits = vec![made.change(Change::InsertCustomer(customer.clone()))];
    for numbers in (0..open_tasks).collect::<Vec<_>>().chunks(AT_ONCE) {
        commits.push(numbers.iter().fold(new(), |commit, number| {
            let draft = TaskDraft {
                title: Title::parse(&format!("Task {number}")).unwrap(),
                description: None,
                due: DueDate::At(now),
                status: TaskStatus::Open,
                priority: Priority::Medium,
                related: Some(Related::Customer(customer.id)),
            };
            let task = Task::create(Id::from_uuid(ctx.ids.next()), draft, sample_user(number % 2), now);
            commit.event(tasks::events::created(ctx, &by, &task)).change(Change::InsertTask(task))
        }));
    }
    for numbers in (0..notes).collect::<Vec<_>>().chunks(AT_ONCE) {
        commits.push(numbers.iter().fold(new(), |commit, number| {
            commit.change(Change::InsertNote(Note {
                id: Id::from_uuid(ctx.ids.next()),
                customer: customer.id,
                author: sample_user(1),
                text: Prose::parse(&format!("Note {number}")).unwrap(),
                created_at: now,
                edited_at: None,
            }))
        }));
    }
    for commit in commits {
        wiring.store.maintenance().load(vec![Arc::new(commit)]).await.unwrap();
    }
    wiring.close().await.unwrap();
    customer.id.to_string()
}
