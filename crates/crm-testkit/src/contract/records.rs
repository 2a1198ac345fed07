//! What was written is what is read.

use chrono::NaiveDate;
use crm_app::ports::customers::Customers;
use crm_app::ports::notes::Notes;
use crm_app::ports::sessions::Sessions;
use crm_app::ports::users::Users;
use crm_domain::access::role::Role;
use crm_domain::activity::{ActivityActor, ActivityType, EntityKind, EntityRef};
use crm_domain::customer::Customer;
use crm_domain::due::DueDate;
use crm_domain::ids::LeadKind;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::meta::Meta;
use crm_domain::note::Note;
use crm_domain::session::Session;
use crm_domain::task::{Priority, Progress, Related, Task};
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_domain::version::{Version, Versioned};

use super::StoreBuilder;
use super::support::observation::feed;
use super::support::world::{World, everything, seen};
use crate::fixtures::commits::Draft;
use crate::fixtures::events::nobody;

/// A record of every kind with a value in every field comes back as it was, at version 1.
pub async fn a_full_record_of_every_kind_reads_back_equal<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.full_user();
    let customer = make.full_customer(user.id);
    let written = Written {
        session: make.full_session(&user),
        lead: make.full_lead(user.id),
        note: make.full_note(customer.id, user.id),
        task: make.full_task(user.id),
        customer,
        user,
    };
    reads_back(&mut world, &written).await;
}

/// A record of every kind with nothing in it that it could do without comes back as it was, at version 1.
pub async fn a_minimal_record_of_every_kind_reads_back_equal<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.minimal_user();
    let customer = make.minimal_customer(user.id);
    let written = Written {
        session: make.minimal_session(&user),
        lead: make.minimal_lead(None),
        note: make.minimal_note(customer.id, user.id),
        task: make.minimal_task(user.id),
        customer,
        user,
    };
    reads_back(&mut world, &written).await;
}

/// An event with a meta value of every kind, and one with nothing, come back as they were.
pub async fn a_full_and_a_minimal_event_read_back_equal<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let lead = make.lead("x", None);
    let readers = [make.mint(), make.mint(), make.mint()];
    world.write(make.commit().insert_lead(&lead).done()).await;
    let minimal = make.minimal_event(lead.id, Version::new(2));
    let full = make.full_event(lead.id, Version::new(3), &readers);
    for event in [minimal, full] {
        let before = world.lead(lead.id).await;
        let mut commit = (*make.commit().put_lead(&before, lead.clone()).done()).clone();
        commit.events = vec![event];
        world.write(commit.into()).await;
    }
    let mut expected = world.model.events.clone();
    expected.reverse();
    assert_eq!(feed(world.store(), &everything()).await, expected);
}

/// A change of every field, from all to none and back, comes back as it was, one version later each time.
pub async fn a_change_of_every_field_reads_back_equal<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let user = make.minimal_user();
    let customer = make.minimal_customer(user.id);
    let (lead, task) = (make.minimal_lead(None), make.minimal_task(user.id));
    let insert = make.commit().insert_user(&user).insert_customer(&customer).insert_lead(&lead);
    world.write(insert.insert_task(&task).done()).await;
    let full = (
        User { id: user.id, ..make.full_user() },
        Customer { id: customer.id, ..make.full_customer(owner) },
        Lead { id: lead.id, ..make.full_lead(owner) },
        Task { id: task.id, ..make.full_task(owner) },
    );
    for (version, (user, customer, lead, task)) in (2..).zip([full, (user, customer, lead, task)]) {
        let version = Version::new(version);
        let put = make
            .commit()
            .put_user(&world.user(user.id).await, user.clone())
            .put_customer(&world.customer(customer.id).await, customer.clone())
            .put_lead(&world.lead(lead.id).await, lead.clone())
            .put_task(&world.task(task.id).await, task.clone());
        world.write(put.done()).await;
        assert_eq!(world.user(user.id).await, Versioned::stored(user, version));
        assert_eq!(world.customer(customer.id).await, Versioned::stored(customer, version));
        assert_eq!(world.lead(lead.id).await, Versioned::stored(lead, version));
        assert_eq!(world.task(task.id).await, Versioned::stored(task, version));
    }
}

/// Every status, priority, kind of reference, kind of due date and type of event comes back as it was.
pub async fn every_value_of_every_enumeration_reads_back_equal<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Admin).await.record().id;
    let leads = LeadStatus::ALL.map(|status| Lead { status, ..make.minimal_lead(None) });
    let now = make.now();
    let tasks: Vec<Task> = [Progress::Open, Progress::InProgress, Progress::Done { at: now }]
        .into_iter()
        .zip(Priority::ALL)
        .zip([None, Some(Related::Lead(make.mint())), Some(Related::Customer(make.mint()))])
        .map(|((progress, priority), related)| Task {
            progress,
            priority,
            related,
            ..make.minimal_task(owner)
        })
        .collect();
    let draft = leads.iter().fold(make.commit(), Draft::insert_lead);
    let mut commit = (*tasks.iter().fold(draft, Draft::insert_task).done()).clone();
    for (number, kind) in (100..).zip(ActivityType::ALL) {
        for entity in EntityKind::ALL.map(|kind| EntityRef::of(kind, make.mint::<LeadKind>().uuid())) {
            let actor = ActivityActor { role: *Role::ALL.last().unwrap(), ..nobody() };
            let entity = (entity, Version::new(number));
            commit.events.push(make.event(actor, *kind, entity, now, [], Meta::new()));
        }
    }
    world.write(commit.into()).await;
    for lead in leads {
        assert_eq!(world.lead(lead.id).await.into_record(), lead);
    }
    for task in tasks {
        assert_eq!(world.task(task.id).await.into_record(), task);
    }
    let mut found = feed(world.store(), &everything()).await;
    let mut expected = world.model.events.clone();
    found.sort_by_key(|event| event.id);
    expected.sort_by_key(|event| event.id);
    assert_eq!(found, expected);
}

/// The first and the last instants and days that there are come back as they were.
pub async fn the_extremes_of_time_read_back_equal<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let day = |year, month, day| DueDate::On(NaiveDate::from_ymd_opt(year, month, day).unwrap());
    let dues = [DueDate::At(Timestamp::MIN), DueDate::At(Timestamp::MAX), day(1900, 1, 1), day(9999, 12, 31)];
    let tasks = dues.map(|due| Task { due, ..make.minimal_task(owner) });
    let lead =
        Lead { created_at: Timestamp::MIN, updated_at: Timestamp::MAX, ..make.minimal_lead(Some(owner)) };
    let commit = tasks.iter().fold(make.commit().insert_lead(&lead), Draft::insert_task);
    world.write(commit.done()).await;
    assert_eq!(world.lead(lead.id).await.into_record(), lead);
    for task in tasks {
        assert_eq!(world.task(task.id).await.into_record(), task);
    }
}

/// One record of each kind.
struct Written {
    user: User,
    session: Session,
    lead: Lead,
    customer: Customer,
    note: Note,
    task: Task,
}

async fn reads_back<B: StoreBuilder>(world: &mut World<'_, B>, written: &Written) {
    let make = world.make.clone();
    let Written { user, session, lead, customer, note, task } = written;
    let insert = make.commit().insert_user(user).insert_session(session).insert_lead(lead);
    world.write(insert.insert_customer(customer).insert_task(task).done()).await;
    assert_eq!(world.user(user.id).await, first(user));
    assert_eq!(world.lead(lead.id).await, first(lead));
    assert_eq!(world.customer(customer.id).await, first(customer));
    assert_eq!(world.task(task.id).await, first(task));
    let (store, scope) = (world.shared(), everything());
    assert_eq!(seen(store.session(&scope, session.id).await.unwrap()), *session);
    let found = store.session_by_fingerprint(&scope, &session.fingerprint).await.unwrap();
    assert_eq!(found.as_ref(), Some(session));
    assert_eq!(store.user_by_email(&scope, &user.email).await.unwrap(), Some(first(user)));

    world.write(make.commit().add_note(&world.customer(customer.id).await, note).done()).await;
    let (about, found) = seen(store.note(&scope, customer.id, note.id).await.unwrap());
    assert_eq!(found.as_ref(), Some(note));
    assert_eq!((about.version(), about.record().notes_count), (Version::new(2), 1));
    let (same, latest) = seen(store.customer_with_notes(&scope, customer.id, 5).await.unwrap());
    assert_eq!((same, latest), (about, vec![note.clone()]));
}

fn first<T: Clone>(record: &T) -> Versioned<T> {
    Versioned::stored(record.clone(), Version::FIRST)
}
