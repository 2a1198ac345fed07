//! The audit log.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crm_app::commit::change::Change;
use crm_app::commit::{Commit, Verdict};
use crm_app::error::StoreError;
use crm_app::paging::{Counted, Direction, Start, Total};
use crm_app::ports::audits::Audits;
use crm_app::ports::commits::Commits;
use crm_app::ports::maintenance::Maintenance;
use crm_app::query::audits::{AuditFilter, AuditQuery, place};
use crm_domain::access::role::Role;
use crm_domain::access::scope::{Reach, Scope};
use crm_domain::audit::chain::{AuditEntry, Mark};
use crm_domain::audit::verdict::{Damage, Inspection};
use crm_domain::audit::{AuditActor, AuditEvent, AuditKind};
use crm_domain::ids::UserId;

use super::support::listing::{cut, order};
use super::support::race::{applied, race_on};
use super::support::world::{World, everything};
use super::{FullStore, StoreBuilder};
use crate::actors::own;
use crate::fixtures::Maker;
use crate::fixtures::audits::audit_key;
use crate::random::Random;

/// What is written with a commit is in the log when it answers, everything of it, sealed in its place.
pub async fn the_entries_of_a_commit_are_sealed_with_it<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    assert_eq!(world.store().head().await.unwrap(), None);
    let events: Vec<AuditEvent> =
        AuditKind::ALL.iter().flat_map(|kind| [make.full_audit(*kind), make.minimal_audit(*kind)]).collect();
    let by_the_system = Some(AuditActor { id: None, name: "system (tests)".to_owned() });
    let system = AuditEvent { actor: by_the_system, ..make.minimal_audit(AuditKind::KeysRotated) };
    let user = make.user("user", Role::Agent);
    let commit = with(&make.commit().insert_user(&user).done(), &events);
    world.write(commit).await;
    world.write(alone(&make, std::slice::from_ref(&system))).await;
    let entries = all(world.store()).await;
    let written: Vec<AuditEvent> = entries.iter().map(|entry| entry.event.clone()).collect();
    assert_eq!(written, [events, vec![system]].concat());
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.sequence).collect();
    assert_eq!(numbers, (1..=u64::try_from(written.len()).unwrap()).collect::<Vec<_>>());
    assert_eq!(inspect(world.store()).await, Ok(place_of(entries.last().unwrap())));
    let world = world.reopened().await;
    assert_eq!(all(world.store()).await, entries);
}

/// A commit that does not hold leaves no entry, and one without a key writes nothing at all.
pub async fn a_commit_that_is_not_applied_leaves_no_entry<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let lead = world.add_lead("there", None).await.into_record();
    let event = make.minimal_audit(AuditKind::UserCreated);
    let refused = with(&make.commit().insert_lead(&lead).done(), std::slice::from_ref(&event));
    assert_ne!(world.commit(refused).await, Verdict::Applied);
    let user = make.user("user", Role::Agent);
    let keyless = Commit { audit: vec![event], ..Commit::clone(&make.commit().insert_user(&user).done()) };
    let answer = world.store().commit(Arc::new(keyless)).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    assert_eq!(world.mirror().user(user.id), None);
    assert_eq!((all(world.store()).await, world.store().head().await.unwrap()), (vec![], None));
}

/// However often a commit is handed in, and by however many at once, its entries are in the log once; also if it has
/// nothing else.
pub async fn entries_that_are_handed_in_again_are_in_the_log_once<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let commit = alone(
        &make,
        &[make.minimal_audit(AuditKind::AccessRefused), make.full_audit(AuditKind::SignInFailed)],
    );
    let racers = (0..8).map(|_| (world.shared(), Arc::clone(&commit))).collect();
    let verdicts = race_on(racers).await;
    assert_eq!(applied(&verdicts), verdicts.len(), "{verdicts:?}");
    world.write(Arc::clone(&commit)).await;
    assert_eq!(all(world.store()).await.len(), 2);
    assert!(inspect(world.store()).await.is_ok());
}

/// Of many commits at once, through two handles as two servers have them, each entry gets its place, and none is lost.
pub async fn entries_of_racing_commits_follow_one_another<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let stores = [world.shared(), world.another().await.store];
    let mut expected = BTreeSet::new();
    let racers: Vec<_> = (0..40)
        .map(|number| {
            let events = vec![make.minimal_audit(AuditKind::AccessRefused); 1 + number % 3];
            let events: Vec<AuditEvent> =
                events.into_iter().map(|event| AuditEvent { id: make.mint(), ..event }).collect();
            expected.extend(events.iter().map(|event| event.id));
            (Arc::clone(&stores[number % 2]), alone(&make, &events))
        })
        .collect();
    let verdicts = race_on(racers).await;
    assert_eq!(applied(&verdicts), verdicts.len(), "{verdicts:?}");
    let entries = all(world.store()).await;
    let written: BTreeSet<_> = entries.iter().map(|entry| entry.event.id).collect();
    assert_eq!((written, entries.len()), (expected.clone(), expected.len()));
    assert_eq!(inspect(world.store()).await, Ok(place_of(entries.last().unwrap())));
}

/// Any filter, page and scope gives what a naive filter over all entries gives, newest first.
pub async fn the_log_equals_a_naive_filter<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let world = World::new(builder).await;
    let make = world.make.clone();
    let users: Vec<UserId> = (0..3).map(|_| make.mint()).collect();
    let addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::1"];
    let kinds =
        [AuditKind::SignInOk, AuditKind::SignInFailed, AuditKind::SessionEnded, AuditKind::RoleChanged];
    for _ in 0..12 {
        let events: Vec<AuditEvent> = (0..10)
            .map(|_| {
                // Some of one moment, some out of order, as servers' clocks are.
                let at = make.now().minus(Duration::from_millis(random.below(5) as u64 * 1_000));
                let actor = random.of(&users).filter(|_| random.chance(0.6));
                AuditEvent {
                    at,
                    actor: actor.map(|id| AuditActor { id: Some(id), name: "somebody".to_owned() }),
                    subject: random.of(&users).filter(|_| random.chance(0.7)),
                    address: random.maybe(0.7, |random| random.word(&addresses).to_owned()),
                    ..make.minimal_audit(*random.pick(&kinds))
                }
            })
            .collect();
        make.tick();
        world.store().commit(alone(&make, &events)).await.unwrap();
    }
    let entries = all(world.store()).await;
    for _ in 0..200 {
        let some = random.pick(&entries).clone();
        let filter = AuditFilter {
            kinds: if random.chance(0.4) { random.some(&kinds) } else { Vec::new() },
            actor: random.maybe(0.25, |random| *random.pick(&users)),
            subject: random.maybe(0.25, |random| *random.pick(&users)),
            address: random.maybe(0.25, |random| random.word(&addresses).to_owned()),
            from: random.maybe(0.2, |_| some.event.at.minus(Duration::from_secs(2))),
            before: random.maybe(0.2, |_| some.event.at.plus(Duration::from_secs(1))),
        };
        let scope = if random.chance(0.6) { everything() } else { own(*random.pick(&users)) };
        let start = if random.chance(0.5) {
            Start::Offset(random.below(8) as u64)
        } else {
            Start::After(place(&some))
        };
        let query = AuditQuery { filter, start, limit: u32::try_from(1 + random.below(30)).unwrap() };
        let found = world.store().entries(&scope, &query).await.unwrap();
        assert_eq!(found, expected(&entries, &scope, &query), "{scope:?} {query:?}");
    }
}

/// A scope that is not everything sees the entries that are about its owner, and no others.
pub async fn a_user_sees_the_entries_about_them_only<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let (one, two) = (make.mint(), make.mint());
    let about = |subject| AuditEvent { subject, ..make.minimal_audit(AuditKind::SignInFailed) };
    let by_one =
        AuditEvent { actor: Some(AuditActor { id: Some(one), name: "one".to_owned() }), ..about(Some(two)) };
    let events = [about(Some(one)), by_one, about(None)];
    world.store().commit(alone(&make, &events)).await.unwrap();
    let query = AuditQuery { filter: AuditFilter::default(), start: Start::Offset(0), limit: 10 };
    let seen = world.store().entries(&own(one), &query).await.unwrap();
    let ids: Vec<_> = seen.slice.items.iter().map(|entry| entry.event.id).collect();
    assert_eq!((ids, seen.total), (vec![events[0].id], Total::exact(1)));
    assert_eq!(world.store().entries(&own(make.mint()), &query).await.unwrap().slice.items, []);
}

/// What is pruned is gone from the beginning on, and what is left is whole, also when it is pruned again, entirely, or
/// up to what was pruned before.
pub async fn what_is_pruned_leaves_the_log_whole<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let events: Vec<AuditEvent> = (0..10).map(|_| make.minimal_audit(AuditKind::SignInOk)).collect();
    world.write(alone(&make, &events)).await;
    for (last, left) in [(4, 7), (4, 8), (2, 9), (13, 1)] {
        let entries = all(world.store()).await;
        let last = entries.iter().find(|entry| entry.sequence == last);
        let anchor = world.store().head().await.unwrap().unwrap().anchor;
        let mark = last.map_or(anchor, place_of);
        let pruning = make.minimal_audit(AuditKind::LogPruned);
        let commit = make.commit().change(Change::PruneAudit(mark)).done();
        world.write(with(&commit, &[pruning])).await;
        let entries = all(world.store()).await;
        assert_eq!(entries.len(), left, "{mark}");
        assert_eq!(inspect(world.store()).await, Ok(place_of(entries.last().unwrap())));
    }
    let world = world.reopened().await;
    assert!(inspect(world.store()).await.is_ok());
}

/// The log outlives the records: clearing the store leaves it as it is.
pub async fn clearing_leaves_the_audit_log<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.user("user", Role::Admin);
    let created = [make.full_audit(AuditKind::UserCreated)];
    world.write(with(&make.commit().insert_user(&user).done(), &created)).await;
    let before = all(world.store()).await;
    world.store().clear().await.unwrap();
    assert_eq!(all(world.store()).await, before);
    world.store().commit(alone(&make, &[make.minimal_audit(AuditKind::SignInOk)])).await.unwrap();
    assert!(inspect(world.store()).await.is_ok());
    assert_eq!(world.store().check().await.unwrap(), Vec::<String>::new());
}

/// What is loaded is in the log as if it had been committed.
pub async fn entries_that_are_loaded_are_sealed<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let commits: Vec<_> = (0..5)
        .map(|number| {
            let user = make.user(&format!("user{number}"), Role::Agent);
            with(&make.commit().insert_user(&user).done(), &[make.full_audit(AuditKind::UserCreated)])
        })
        .collect();
    world.store().load(commits).await.unwrap();
    assert_eq!(all(world.store()).await.len(), 5);
    assert!(inspect(world.store()).await.is_ok());
}

/// A commit with entries of the audit log and nothing else.
fn alone(make: &Maker, events: &[AuditEvent]) -> Arc<Commit> {
    with(&make.commit().done(), events)
}

/// The commit with these entries.
fn with(commit: &Commit, events: &[AuditEvent]) -> Arc<Commit> {
    let commit = Commit { audit: events.to_vec(), ..commit.clone() };
    Arc::new(commit.sealed_with(&audit_key()))
}

/// Every entry, in order.
pub(in crate::contract) async fn all<S: FullStore>(store: &S) -> Vec<AuditEntry> {
    let mut entries: Vec<AuditEntry> = Vec::new();
    loop {
        let after = entries.last().map_or(0, |entry| entry.sequence);
        let more = store.stretch(after, 7).await.expect("the store answers");
        if more.is_empty() {
            return entries;
        }
        entries.extend(more);
    }
}

async fn inspect<S: FullStore>(store: &S) -> Result<Mark, Damage> {
    let key = audit_key();
    let head = store.head().await.expect("the store answers").expect("there is a head");
    let mut inspection = Inspection::begin(&key, &head, None)?;
    for entry in all(store).await {
        inspection.step(&entry)?;
    }
    inspection.end(&head)?;
    Ok(inspection.reached())
}

fn place_of(entry: &AuditEntry) -> Mark {
    Mark { sequence: entry.sequence, seal: entry.seal }
}

fn expected(entries: &[AuditEntry], scope: &Scope, query: &AuditQuery) -> Counted<AuditEntry> {
    let AuditFilter { kinds, actor, subject, address, from, before } = &query.filter;
    let by = |event: &AuditEvent| event.actor.as_ref().and_then(|actor| actor.id);
    let mut found: Vec<AuditEntry> = entries
        .iter()
        .filter(|entry| match scope.reach() {
            Reach::Everything => true,
            Reach::OwnedBy(user) => entry.event.subject == Some(user),
        })
        .filter(|entry| kinds.is_empty() || kinds.contains(&entry.event.kind))
        .filter(|entry| actor.is_none() || by(&entry.event) == *actor)
        .filter(|entry| subject.is_none() || entry.event.subject == *subject)
        .filter(|entry| address.is_none() || entry.event.address == *address)
        .filter(|entry| from.is_none_or(|from| entry.event.at >= from))
        .filter(|entry| before.is_none_or(|before| entry.event.at < before))
        .cloned()
        .collect();
    found.sort_by(|one, other| order(Direction::Descending, &place(one), &place(other)));
    let places: Vec<_> = found.iter().map(place).collect();
    let total = Total::exact(u64::try_from(found.len()).unwrap());
    Counted { slice: cut(found, &places, Direction::Descending, &query.start, query.limit), total }
}
