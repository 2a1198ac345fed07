//! Everything out of a store and into another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crm_app::archive::{Batch, Kind};
use crm_app::commit::change::Change;
use crm_app::commit::{Commit, Verdict};
use crm_app::error::StoreError;
use crm_app::ports::archive::{Archive, Arrival, Import};
use crm_app::ports::commits::Commits;
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::role::Role;
use crm_domain::calendar::Calendar;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::ids::CustomerId;
use crm_domain::transfer::{Moved, Transfer};
use crm_domain::version::Versioned;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::replays::replay;
use super::support::observation::observe;
use super::support::operations::write_randomly;
use super::support::world::World;
use super::{FullStore, StoreBuilder};
use crate::random::Random;

/// What a store exports, another one imports: the two then hold the same, down to ids, versions, commits and what is
/// held in memory; counters and search are right.
pub async fn what_was_exported_and_imported_is_the_same<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    let known = fill(&mut world, &mut random).await;
    let exported = export(world.store()).await;
    let copy = copy_of(&world, exported.clone()).await;
    assert_eq!(export(copy.store()).await, exported);
    assert_eq!(observe(&copy).await, observe(&world).await);
    assert_eq!(copy.mirror().calendar(), world.mirror().calendar());
    assert_eq!(copy.store().recount(false).await.unwrap(), []);
    assert_eq!(copy.store().check().await.unwrap(), Vec::<String>::new());
    // Also in what is held by whoever opens it now.
    let copy = copy.reopened().await;
    assert_eq!(observe(&copy).await, observe(&world).await);
    // A commit is recognised that was applied before it was exported.
    for commit in known {
        assert_eq!(copy.commit(commit).await, Verdict::Applied);
    }
    assert_eq!(export(copy.store()).await, exported);
}

/// Writes go on in an imported store as if it had always been there.
pub async fn an_imported_store_goes_on_as_any_other<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    fill(&mut world, &mut random).await;
    let mut copy = copy_of(&world, export(world.store()).await).await;
    write_randomly(&mut copy, &mut random, 60).await;
    assert_eq!(copy.store().recount(false).await.unwrap(), []);
    assert_eq!(copy.store().check().await.unwrap(), Vec::<String>::new());
}

/// Kinds come in their order, records of a kind by id, and no batch is larger than it may be.
pub async fn an_archive_is_in_order_and_in_small_batches<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    fill(&mut world, &mut random).await;
    let make = world.make.clone();
    let lead = || make.commit().insert_lead(&make.lead("one of many", None)).done();
    world.load((0..=2 * Kind::Lead.batch()).map(|_| lead()).collect()).await;
    let exported = export(world.store()).await;
    let kinds: Vec<Kind> = exported.iter().map(Batch::kind).collect();
    assert!(kinds.is_sorted(), "{kinds:?}");
    assert_eq!(Kind::ALL.iter().filter(|kind| !kinds.contains(kind)).count(), 0, "{kinds:?}");
    assert!(exported.iter().all(|batch| !batch.is_empty() && batch.len() <= batch.kind().batch()));
    for kind in Kind::ALL {
        let ids: Vec<String> =
            exported.iter().filter(|batch| batch.kind() == kind).flat_map(ids_of).collect();
        assert!(ids.is_sorted_by(|one, next| one < next), "{kind:?}: {ids:?}");
    }
    assert_eq!(u64::try_from(count(&exported, Kind::Event)).unwrap(), {
        world.store().inventory().await.unwrap().activities
    });
}

/// What is exported is of one moment, whatever others write while it goes on.
pub async fn an_archive_is_of_one_moment_while_others_write<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let author = world.add_user("author", Role::Agent).await.record().id;
    let mut before = world.add_customer("x", author).await;
    let mut commits = Vec::new();
    for _ in 0..150 {
        let note = make.note(before.record().id, author, "x");
        commits.push(make.commit().add_note(&before, &note).done());
        let after = before.record().clone().note_added(make.now());
        before = Versioned::stored(after, before.version().next());
    }
    let store = world.shared();
    let writing = tokio::spawn(async move {
        for commit in commits {
            assert_eq!(store.commit(commit).await.expect("the store answers"), Verdict::Applied);
        }
    });
    let (mut violations, mut exports) = (0, 0);
    while !writing.is_finished() || exports == 0 {
        exports += 1;
        violations += torn(&export(world.store()).await);
    }
    writing.await.expect("all commits are applied");
    assert_eq!(violations, 0, "in {exports} exports");
}

/// A store that holds anything, or was ever set up, takes nothing and stays as it is.
pub async fn an_import_into_a_store_that_holds_something_is_refused<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut other = World::new(builder).await;
    write_randomly(&mut other, &mut random, 10).await;
    let foreign = export(other.store()).await;
    let world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.user("user", Role::Admin);
    let (from, to, by) = (make.mint(), make.mint(), make.mint());
    let transfer =
        Transfer { from, to, by, begun_at: make.now(), moved: Moved::default(), finished_at: None };
    for something in [
        make.commit().insert_lead(&make.lead("lead", None)).done(),
        make.commit().insert_session(&make.session(&user)).done(),
        make.commit().change(Change::PutTransfer(transfer)).done(),
        make.commit().change(Change::MarkSetUp).done(),
    ] {
        assert_eq!(world.commit(something).await, Verdict::Applied);
        let before = export(world.store()).await;
        let imported = import(world.store(), &arrival(1), foreign.clone()).await;
        assert_eq!(imported.unwrap(), Import::NotEmpty);
        assert_eq!(export(world.store()).await, before);
        assert_eq!(world.store().unfinished_import().await.unwrap(), None);
        world.store().clear().await.unwrap();
    }
}

/// An import that broke off leaves a mark, also for whoever opens the store later; the next import throws away what
/// there is and takes everything. Only its own try finishes it.
pub async fn an_unfinished_import_is_recognised_and_begun_anew<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    fill(&mut world, &mut random).await;
    let exported = export(world.store()).await;
    let copy = World::new(builder).await;
    assert_eq!(copy.store().unfinished_import().await.unwrap(), None);
    let half = exported[..exported.len() - 2].to_vec();
    assert_eq!(import(copy.store(), &arrival(1), half).await.unwrap(), Import::Taken);
    let copy = copy.reopened().await;
    assert_eq!(copy.store().unfinished_import().await.unwrap(), Some(arrival(1)));
    assert_eq!(import(copy.store(), &arrival(2), exported.clone()).await.unwrap(), Import::Taken);
    assert_eq!(export(copy.store()).await, exported);
    assert!(!copy.store().finish_import(arrival(1).id).await.unwrap());
    assert_eq!(copy.store().unfinished_import().await.unwrap(), Some(arrival(2)));
    assert!(copy.store().finish_import(arrival(2).id).await.unwrap());
    assert_eq!(copy.store().unfinished_import().await.unwrap(), None);
    let again = import(copy.store(), &arrival(3), exported).await;
    assert_eq!(again.unwrap(), Import::NotEmpty);
}

/// Of two imports into one store the later one goes through, and the earlier one fails and adds nothing.
pub async fn an_import_that_was_overtaken_fails<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    fill(&mut world, &mut random).await;
    let exported = export(world.store()).await;
    let copy = World::new(builder).await;
    let (to, from) = mpsc::channel(1);
    let store = copy.shared();
    let earlier = tokio::spawn(async move { store.import(&arrival(1), from).await });
    while copy.store().unfinished_import().await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(import(copy.store(), &arrival(2), exported.clone()).await.unwrap(), Import::Taken);
    // It may have failed by then, and receive nothing more.
    for batch in exported.clone() {
        drop(to.send(batch).await);
    }
    drop(to);
    let failed = earlier.await.unwrap();
    assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    assert_eq!(export(copy.store()).await, exported);
}

/// Keys that no two records share keep them apart here too; the store stays marked.
pub async fn what_holds_a_key_twice_is_not_imported<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.user("user", Role::Admin);
    let lead = Versioned::stored(make.lead("lead", None), crm_domain::version::Version::FIRST);
    let namesake = crm_domain::user::User { id: make.mint(), ..user.clone() };
    let [user, namesake] = [user, namesake].map(|user| Versioned::stored(user, lead.version()));
    for twice in [Batch::Leads(vec![lead.clone(), lead.clone()]), Batch::Users(vec![user, namesake])] {
        let failed = import(world.store(), &arrival(1), vec![twice]).await;
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
        assert_eq!(world.store().unfinished_import().await.unwrap(), Some(arrival(1)));
    }
}

/// An export whose receiver has gone ends with an error.
pub async fn an_export_that_nobody_receives_ends<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    world.add_lead("x", None).await;
    let (to, from) = mpsc::channel(1);
    drop(from);
    let failed = world.store().export(to).await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    assert_eq!(count(&export(world.store()).await, Kind::Lead), 1);
}

/// Something of every kind; gives two of the commits.
async fn fill<B: StoreBuilder>(world: &mut World<'_, B>, random: &mut Random) -> [Arc<Commit>; 2] {
    let calendar = Calendar::parse("Asia/Kathmandu").unwrap();
    world.store().set_calendar(calendar).await.unwrap();
    world.model.calendar = calendar;
    write_randomly(world, random, 120).await;
    let make = world.make.clone();
    let admin = world.add_user("admin", Role::Admin).await.into_record();
    let customer = world.add_customer("with a note", admin.id).await;
    let note = make.note(customer.record().id, admin.id, "a note");
    world.write(make.commit().add_note(&customer, &note).done()).await;
    let deleted = world.add_customer("deleted with a note", admin.id).await;
    let note = make.note(deleted.record().id, admin.id, "waits to be removed");
    world.write(make.commit().add_note(&deleted, &note).done()).await;
    let deleted = world.customer(deleted.record().id).await;
    let cleanup =
        CustomerCleanup { customer: deleted.record().id, deleted_by: admin.id, deleted_at: make.now() };
    let deletion = make.commit().delete_customer(&deleted, &[]).change(Change::InsertCleanup(cleanup));
    world.write(deletion.done()).await;
    let task = make.full_task(admin.id);
    world.write(make.commit().insert_task(&task).done()).await;
    let (from, to, by) = (make.mint(), make.mint(), admin.id);
    let moved = Moved { leads: 1, customers: 2, tasks: 3 };
    let transfer = Transfer { from, to, by, begun_at: make.now(), moved, finished_at: None };
    let [live, over] = [make.session(&admin), make.full_session(&admin)];
    let signed_in = make.commit().insert_session(&live).done();
    let lead = make.full_lead(admin.id);
    let kept = replay(&make, admin.id, "key");
    let answered = make.commit().insert_lead(&lead).replay(kept).done();
    for commit in [
        Arc::clone(&signed_in),
        Arc::clone(&answered),
        make.commit().insert_session(&over).change(Change::PutTransfer(transfer)).done(),
        make.commit().insert_lead(&make.lead("other", None)).replay(replay(&make, admin.id, "kex")).done(),
        make.commit().change(Change::MarkSetUp).done(),
        make.commit()
            .change(Change::TouchSession { id: live.id, at: make.now().plus(Duration::from_secs(1)) })
            .done(),
    ] {
        world.write(commit).await;
    }
    [signed_in, answered]
}

/// Another world whose store has imported all of this.
async fn copy_of<'b, B: StoreBuilder>(world: &World<'b, B>, batches: Vec<Batch>) -> World<'b, B> {
    let mut copy = World::new(world.builder).await;
    let imported = import(copy.store(), &arrival(1), batches).await;
    assert_eq!(imported.expect("the store takes it"), Import::Taken);
    assert!(copy.store().finish_import(arrival(1).id).await.unwrap());
    copy.make = world.make.clone();
    copy.model = world.model.clone();
    copy
}

fn arrival(number: u128) -> Arrival {
    Arrival { id: Uuid::from_u128(number), command: format!("store copy, try {number}") }
}

async fn export<S: FullStore>(store: &S) -> Vec<Batch> {
    let (to, mut from) = mpsc::channel(1);
    let mut all = Vec::new();
    let receive = async {
        while let Some(batch) = from.recv().await {
            all.push(batch);
            // Others may come in between.
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
        }
    };
    let (exported, ()) = tokio::join!(store.export(to), receive);
    exported.expect("the store exports");
    all
}

async fn import<S: FullStore>(
    store: &S,
    arrival: &Arrival,
    batches: Vec<Batch>,
) -> Result<Import, StoreError> {
    let (to, from) = mpsc::channel(1);
    let send = async {
        for batch in batches {
            // A store that refuses receives nothing more.
            if to.send(batch).await.is_err() {
                break;
            }
        }
        drop(to);
    };
    let (imported, ()) = tokio::join!(store.import(arrival, from), send);
    imported
}

/// How many records of this kind there are.
fn count(batches: &[Batch], kind: Kind) -> usize {
    batches.iter().filter(|batch| batch.kind() == kind).map(Batch::len).sum()
}

/// How much of it is not of one moment: customers that do not have as many notes and events as they say.
fn torn(batches: &[Batch]) -> usize {
    let mut customers = Vec::new();
    let mut notes: BTreeMap<CustomerId, u64> = BTreeMap::new();
    let mut events: BTreeMap<Uuid, u64> = BTreeMap::new();
    for batch in batches {
        match batch {
            Batch::Customers(some) => customers.extend(some.iter().cloned()),
            Batch::Notes(some) => some.iter().for_each(|note| *notes.entry(note.customer).or_default() += 1),
            Batch::Events(some) => {
                for event in some {
                    *events.entry(event.activity.entity.uuid()).or_default() += 1;
                }
            }
            Batch::Workspace(_)
            | Batch::Leads(_)
            | Batch::Tasks(_)
            | Batch::Cleanups(_)
            | Batch::Transfers(_)
            | Batch::Replays(_)
            | Batch::Users(_)
            | Batch::Sessions(_) => {}
        }
    }
    let is_torn = |customer: &&Versioned<crm_domain::customer::Customer>| {
        let (record, version) = (customer.record(), customer.version().number());
        let has = |map: &BTreeMap<Uuid, u64>| map.get(&record.id.uuid()).copied().unwrap_or(0);
        notes.get(&record.id).copied().unwrap_or(0) != record.notes_count || has(&events) != version
    };
    customers.iter().filter(is_torn).count()
}

/// What each record of a batch is sorted by.
fn ids_of(batch: &Batch) -> Vec<String> {
    match batch {
        Batch::Workspace(_) => vec![String::new()],
        Batch::Leads(some) => some.iter().map(|one| one.record().id.to_string()).collect(),
        Batch::Customers(some) => some.iter().map(|one| one.record().id.to_string()).collect(),
        Batch::Cleanups(some) => some.iter().map(|one| one.customer.to_string()).collect(),
        Batch::Notes(some) => some.iter().map(|one| one.id.to_string()).collect(),
        Batch::Tasks(some) => some.iter().map(|one| one.record().id.to_string()).collect(),
        Batch::Transfers(some) => some.iter().map(|one| one.from.to_string()).collect(),
        Batch::Events(some) => some.iter().map(|one| one.activity.id.to_string()).collect(),
        Batch::Replays(some) => {
            some.iter().map(|one| format!("{}{}\0{}", one.key.user, one.key.target, one.key.key)).collect()
        }
        Batch::Users(some) => some.iter().map(|one| one.record().id.to_string()).collect(),
        Batch::Sessions(some) => some.iter().map(|one| one.session.id.to_string()).collect(),
    }
}
