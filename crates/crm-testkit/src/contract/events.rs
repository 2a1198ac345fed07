//! Every change has its event, and every event its change.

use std::collections::BTreeMap;

use crm_app::commit::{Commit, Verdict};
use crm_app::ports::leads::Leads;
use crm_domain::activity::{EntityRef, HistoryEntry};
use crm_domain::version::Version;

use super::StoreBuilder;
use super::support::observation::feed;
use super::support::operations::write_randomly;
use super::support::world::{World, everything, seen};
use crate::actors::own;
use crate::random::Random;

/// After random writes the feed holds exactly the events that were handed in, and each version of each record that
/// there is has exactly one.
pub async fn every_version_of_every_record_has_one_event<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    write_randomly(&mut world, &mut random, 200).await;
    let found = feed(world.store(), &everything()).await;
    assert_eq!(found.len(), world.model.events.len());
    let mut versions: BTreeMap<_, Vec<Version>> = BTreeMap::new();
    for event in found {
        versions.entry((event.entity.kind(), event.entity.uuid())).or_default().push(event.entity_version);
    }
    let model = &world.model;
    let leads = model.leads.values().map(|lead| (EntityRef::Lead(lead.record().id), lead.version()));
    let customers = model
        .customers
        .values()
        .map(|customer| (EntityRef::Customer(customer.record().id), customer.version()));
    let tasks = model.tasks.values().map(|task| (EntityRef::Task(task.record().id), task.version()));
    let users = model.users.values().map(|user| (EntityRef::User(user.record().id), user.version()));
    for (entity, version) in leads.chain(customers).chain(tasks).chain(users) {
        let mut told = versions.remove(&(entity.kind(), entity.uuid())).unwrap_or_default();
        told.sort();
        let all: Vec<_> = (1..=version.number()).map(Version::new).collect();
        assert_eq!(told, all, "{entity:?}");
    }
}

/// A commit that is refused leaves no event, neither in the feed nor in a history.
pub async fn a_refused_commit_leaves_no_event<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let old = world.add_lead("x", None).await;
    world.write(make.commit().put_lead(&old, old.record().clone().archive(make.now())).done()).await;
    let before = feed(world.store(), &everything()).await;
    let stale = make.commit().put_lead(&old, old.record().clone().archive(make.now())).done();
    assert_eq!(world.commit(stale).await, Verdict::Stale);
    assert_eq!(feed(world.store(), &everything()).await, before);
    let (_, history) =
        seen(world.store().lead_with_history(&everything(), old.record().id, 50).await.unwrap());
    assert_eq!(history.len(), 2);
}

/// A lead's history is its events, the latest version first, whatever their moments and ids say, and no more than
/// were asked for.
pub async fn a_history_runs_from_the_latest_version_back<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let lead = make.lead("x", None);
    let other = world.add_lead("another", None).await;
    // The ids of its events are minted in advance, so that they run against the versions.
    let mut ids: Vec<_> = (0..8).map(|_| make.mint()).collect();
    let mut insert: Commit = (*make.commit().insert_lead(&lead).done()).clone();
    insert.events[0].id = ids.pop().unwrap();
    world.write(insert.into()).await;
    for round in 0..7 {
        let before = world.lead(lead.id).await;
        let after = if round % 2 == 0 {
            before.record().clone().archive(make.now())
        } else {
            before.record().clone().unarchive(make.now())
        };
        let mut put: Commit = (*make.commit().put_lead(&before, after).done()).clone();
        put.events[0].id = ids.pop().unwrap();
        world.write(put.into()).await;
    }
    world.write(make.commit().put_lead(&other, other.record().clone().archive(make.now())).done()).await;
    for (limit, expected) in [(50, vec![8, 7, 6, 5, 4, 3, 2, 1]), (3, vec![8, 7, 6]), (1, vec![8])] {
        let (found, history) =
            seen(world.store().lead_with_history(&everything(), lead.id, limit).await.unwrap());
        assert_eq!(found.version(), Version::new(8));
        let its = world.model.events.iter().filter(|event| event.entity == EntityRef::Lead(lead.id));
        let latest: Vec<_> = its.rev().take(expected.len()).cloned().map(HistoryEntry::from).collect();
        assert_eq!(history, latest);
        let versions: Vec<_> = history.iter().map(|entry| entry.version.number()).collect();
        assert_eq!(versions, expected);
    }
}

/// Who may see a lead sees its whole history, also what happened before it was theirs.
pub async fn a_history_is_whole_for_whoever_sees_the_lead<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let (one, two) = (make.mint(), make.mint());
    let lead = world.add_lead("x", Some(one)).await;
    world
        .write(make.commit().put_lead(&lead, lead.record().clone().reassign(Some(two), make.now())).done())
        .await;
    let scope = own(two);
    let (_, history) = seen(world.store().lead_with_history(&scope, lead.record().id, 50).await.unwrap());
    assert_eq!(history.len(), 2);
}
