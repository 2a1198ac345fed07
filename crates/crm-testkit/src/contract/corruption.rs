//! A stored record that cannot be read is corrupt: never absent, never a panic.

use std::fmt::Debug;
use std::sync::Arc;

use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::error::StoreError;
use crm_app::paging::Start;
use crm_app::ports::activities::Activities;
use crm_app::ports::audits::Audits;
use crm_app::ports::customers::Customers;
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_app::ports::notes::Notes;
use crm_app::ports::sessions::Sessions;
use crm_app::ports::tasks::Tasks;
use crm_app::ports::users::Users;
use crm_app::query::activities::{ActivityFilter, ActivityQuery};
use crm_app::query::audits::{AuditFilter, AuditQuery};
use crm_app::query::customers::{CustomerFilter, CustomerQuery};
use crm_app::query::leads::{LeadFilter, LeadQuery};
use crm_app::query::tasks::{TaskFilter, TaskQuery};
use crm_app::query::users::{UserFilter, UserQuery};
use crm_domain::access::role::Role;
use crm_domain::audit::AuditKind;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::ids::{CustomerKind, UserId, UserKind};
use crm_domain::task::{Related, Task};
use crm_domain::transfer::{Moved, Transfer};
use uuid::Uuid;

use super::support::listing::customers::CustomerList;
use super::support::listing::leads::LeadList;
use super::support::listing::orders;
use super::support::listing::tasks::TaskList;
use super::support::listing::users::UserList;
use super::support::world::{World, everything};
use super::{RecordKind, StoreBuilder};
use crate::fixtures::audits::audit_key;

const START: Start = Start::Offset(0);

/// A lead that cannot be read is corrupt, alone, with its history and in lists.
pub async fn an_unreadable_lead_is_corrupt<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let lead = world.add_lead("lead", None).await.record().id;
    spoil(&world, RecordKind::Lead, lead.uuid()).await;
    let (store, scope) = (world.shared(), everything());
    is_corrupt(store.lead(&scope, lead).await, lead.uuid());
    is_corrupt(store.lead_with_history(&scope, lead, 50).await, lead.uuid());
    let sort = orders::<LeadList>().next().unwrap();
    let query = LeadQuery { filter: LeadFilter::everything(), sort, start: START, limit: 10 };
    is_corrupt(store.leads(&scope, &query).await, lead.uuid());
    is_reported(&world).await;
}

/// A customer that cannot be read is corrupt, alone, with its notes and in lists.
pub async fn an_unreadable_customer_is_corrupt<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let customer = world.add_customer("customer", world.make.mint()).await.record().id;
    spoil(&world, RecordKind::Customer, customer.uuid()).await;
    let (store, scope) = (world.shared(), everything());
    is_corrupt(store.customer(&scope, customer).await, customer.uuid());
    is_corrupt(store.customer_with_notes(&scope, customer, 5).await, customer.uuid());
    is_corrupt(store.notes(&scope, customer, &START, 5).await, customer.uuid());
    is_corrupt(store.note(&scope, customer, world.make.mint()).await, customer.uuid());
    let sort = orders::<CustomerList>().next().unwrap();
    let query = CustomerQuery { filter: CustomerFilter::everything(), sort, start: START, limit: 10 };
    is_corrupt(store.customers(&scope, &query).await, customer.uuid());
    is_reported(&world).await;
}

/// A note that cannot be read is corrupt, alone and among the others.
pub async fn an_unreadable_note_is_corrupt<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let author: UserId = world.make.mint();
    let customer = world.add_customer("customer", author).await;
    let id = customer.record().id;
    let note = world.make.note(id, author, "note");
    world.write(world.make.commit().add_note(&customer, &note).done()).await;
    spoil(&world, RecordKind::Note, note.id.uuid()).await;
    let (store, scope) = (world.shared(), everything());
    is_corrupt(store.note(&scope, id, note.id).await, note.id.uuid());
    is_corrupt(store.notes(&scope, id, &START, 5).await, note.id.uuid());
    is_corrupt(store.customer_with_notes(&scope, id, 5).await, note.id.uuid());
    is_reported(&world).await;
}

/// A task that cannot be read is corrupt, alone, in lists and among the open ones about a customer.
pub async fn an_unreadable_task_is_corrupt<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let customer = world.make.mint();
    let task =
        Task { related: Some(Related::Customer(customer)), ..world.make.task("task", world.make.mint()) };
    world.add_task(&task).await;
    spoil(&world, RecordKind::Task, task.id.uuid()).await;
    let (store, scope) = (world.shared(), everything());
    is_corrupt(store.task(&scope, task.id).await, task.id.uuid());
    is_corrupt(store.open_tasks_about(&scope, customer, 9).await, task.id.uuid());
    let sort = orders::<TaskList>().next().unwrap();
    let query = TaskQuery { filter: TaskFilter::everything(), sort, start: START, limit: 10 };
    is_corrupt(store.tasks(&scope, &query).await, task.id.uuid());
    is_reported(&world).await;
}

/// A user that cannot be read is corrupt, by id, by email and in lists.
pub async fn an_unreadable_user_is_corrupt<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let user = world.add_user("user", Role::Admin).await.into_record();
    spoil(&world, RecordKind::User, user.id.uuid()).await;
    let (store, scope) = (world.shared(), everything());
    is_corrupt(store.user(&scope, user.id).await, user.id.uuid());
    is_corrupt(store.user_by_email(&scope, &user.email).await, user.id.uuid());
    let sort = orders::<UserList>().next().unwrap();
    let query = UserQuery { filter: UserFilter::default(), sort, start: START, limit: 10 };
    is_corrupt(store.users(&scope, &query).await, user.id.uuid());
    is_reported(&world).await;
}

/// A session that cannot be read is corrupt, however it is looked up.
pub async fn an_unreadable_session_is_corrupt<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let user = world.add_user("user", Role::Agent).await.into_record();
    let session = world.make.session(&user);
    world.write(world.make.commit().insert_session(&session).done()).await;
    spoil(&world, RecordKind::Session, session.id.uuid()).await;
    let (store, scope) = (world.shared(), everything());
    is_corrupt(store.session(&scope, session.id).await, session.id.uuid());
    is_corrupt(store.session_by_fingerprint(&scope, &session.fingerprint).await, session.id.uuid());
    is_corrupt(store.open_sessions(&scope, user.id, world.make.now()).await, session.id.uuid());
    is_reported(&world).await;
}

/// An event that cannot be read is corrupt, in the feed and in a history.
pub async fn an_unreadable_event_is_corrupt<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let lead = world.add_lead("lead", None).await.record().id;
    let event = world.model.events[0].id.uuid();
    spoil(&world, RecordKind::Activity, event).await;
    let (store, scope) = (world.shared(), everything());
    let query = ActivityQuery { filter: ActivityFilter::default(), start: START, limit: 10 };
    is_corrupt(store.activities(&scope, &query).await, event);
    is_corrupt(store.lead_with_history(&scope, lead, 50).await, event);
    is_reported(&world).await;
}

/// A hand-over that cannot be read is corrupt.
pub async fn an_unreadable_transfer_is_corrupt<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let (from, to, by) = (make.mint::<UserKind>(), make.mint(), make.mint());
    let transfer =
        Transfer { from, to, by, begun_at: make.now(), moved: Moved::default(), finished_at: None };
    world.write(make.commit().change(Change::PutTransfer(transfer)).done()).await;
    spoil(&world, RecordKind::Transfer, from.uuid()).await;
    is_corrupt(world.store().transfers(&everything()).await, from.uuid());
    is_reported(&world).await;
}

/// A clean-up after a deleted customer that cannot be read is corrupt.
pub async fn an_unreadable_cleanup_is_corrupt<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let (customer, deleted_by) = (make.mint::<CustomerKind>(), make.mint());
    let cleanup = CustomerCleanup { customer, deleted_by, deleted_at: make.now() };
    world.write(make.commit().change(Change::InsertCleanup(cleanup)).done()).await;
    spoil(&world, RecordKind::Cleanup, customer.uuid()).await;
    is_corrupt(world.store().cleanups(&everything()).await, customer.uuid());
    is_reported(&world).await;
}

/// An entry of the audit log that cannot be read is corrupt, in pages and for whoever checks the log.
pub async fn an_unreadable_audit_entry_is_corrupt<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let event = world.make.full_audit(AuditKind::SignInOk);
    let commit = Commit { audit: vec![event.clone()], ..Commit::clone(&world.make.commit().done()) };
    world.write(Arc::new(commit.sealed_with(&audit_key()))).await;
    spoil(&world, RecordKind::Audit, event.id.uuid()).await;
    let query = AuditQuery { filter: AuditFilter::default(), start: START, limit: 10 };
    is_corrupt(world.store().entries(&everything(), &query).await, event.id.uuid());
    is_corrupt(world.store().stretch(0, 10).await, event.id.uuid());
    is_reported(&world).await;
}

/// One record that cannot be read is in nobody's way but its own.
pub async fn an_unreadable_record_leaves_the_others_readable<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let spoilt = world.add_lead("spoilt", None).await.record().id;
    let other = world.add_lead("other", None).await;
    spoil(&world, RecordKind::Lead, spoilt.uuid()).await;
    assert_eq!(world.lead(other.record().id).await, other);
    let put = world.make.commit().put_lead(&other, other.record().clone().archive(world.make.now()));
    world.write(put.done()).await;
}

async fn spoil<B: StoreBuilder>(world: &World<'_, B>, kind: RecordKind, id: Uuid) {
    assert_eq!(world.store().check().await.unwrap(), Vec::<String>::new());
    world.builder.corrupt(&world.place, kind, id).await;
}

async fn is_reported<B: StoreBuilder>(world: &World<'_, B>) {
    let problems = world.store().check().await.expect("a check goes on");
    assert_ne!(problems, Vec::<String>::new());
}

fn is_corrupt<T: Debug>(answer: Result<T, StoreError>, record: Uuid) {
    match answer {
        Err(StoreError::Corrupt { id, .. }) => assert!(id.contains(&record.to_string()), "{id} is {record}"),
        other => panic!("{record} is corrupt, but the answer was {other:?}"),
    }
}
