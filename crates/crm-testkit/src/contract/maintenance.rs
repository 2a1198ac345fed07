//! What operators do to a whole store.

use std::sync::Arc;

use crm_app::commit::Verdict;
use crm_app::commit::change::Change;
use crm_app::error::StoreError;
use crm_app::ports::maintenance::{Inventory, Maintenance};
use crm_app::ports::workspace::Workspaces;
use crm_domain::access::role::Role;
use crm_domain::calendar::Calendar;

use super::StoreBuilder;
use super::support::observation::{feed, observe};
use super::support::operations::write_randomly;
use super::support::population::populate;
use super::support::world::{World, everything};
use crate::random::Random;

/// The inventory counts what there is of each kind.
pub async fn the_inventory_counts_every_kind<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    assert_eq!(world.store().inventory().await.unwrap(), Inventory::default());
    write_randomly(&mut world, &mut random, 120).await;
    let count = |number: usize| u64::try_from(number).unwrap();
    let expected = Inventory {
        users: count(world.model.users.len()),
        leads: count(world.model.leads.len()),
        customers: count(world.model.customers.len()),
        notes: count(world.model.notes.len()),
        tasks: count(world.model.tasks.len()),
        activities: count(world.model.events.len()),
    };
    assert_eq!(world.store().inventory().await.unwrap(), expected);
}

/// After random writes a check finds nothing to complain about.
pub async fn a_sound_store_passes_its_check<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    assert_eq!(world.store().check().await.unwrap(), Vec::<String>::new());
    write_randomly(&mut world, &mut random, 120).await;
    assert_eq!(world.store().check().await.unwrap(), Vec::<String>::new());
}

/// Clearing a store deletes everything but the calendar, in memory too; it may be set up anew.
pub async fn clearing_leaves_nothing_but_the_calendar<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    let calendar = Calendar::parse("Asia/Kathmandu").unwrap();
    world.store().set_calendar(calendar).await.unwrap();
    world.model.calendar = calendar;
    write_randomly(&mut world, &mut random, 80).await;
    let user = world.add_user("user", Role::Admin).await.into_record();
    let session = world.make.session(&user);
    let commit = world.make.commit().insert_session(&session).change(Change::MarkSetUp).done();
    world.write(Arc::clone(&commit)).await;
    world.store().clear().await.unwrap();
    assert_eq!(world.mirror().user(user.id), None);
    let left = observe(&world).await;
    assert_eq!(left.inventory, Inventory::default());
    assert_eq!((left.users, left.leads, left.customers, left.tasks), (vec![], vec![], vec![], vec![]));
    assert_eq!((left.events, left.transfers), (vec![], vec![]));
    assert_eq!((left.workspace.calendar, left.workspace.set_up), (calendar, false));
    assert_eq!(left.dashboard.leads_by_status, [0; 4]);
    assert_eq!(world.mirror().calendar(), calendar);
    assert_eq!(world.store().recount(false).await.unwrap(), []);
    // Nothing of it stands in the way of the same records again, the commit's id included.
    world.write(world.make.commit().insert_user(&user).done()).await;
    assert_eq!(world.commit(commit).await, Verdict::Applied);
    assert!(world.store().workspace().await.unwrap().set_up);
}

/// What is loaded is there as if it had been committed one by one: records, events, tallies, what is held in process.
pub async fn what_is_loaded_is_as_if_committed<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    let users = populate(&mut world, &mut random, (40, 20, 20)).await;
    assert_eq!(world.store().recount(false).await.unwrap(), []);
    assert_eq!(world.store().check().await.unwrap(), Vec::<String>::new());
    for user in users {
        assert!(world.mirror().user(user).is_some());
    }
    assert_eq!(feed(world.store(), &everything()).await.len(), world.model.events.len());
    write_randomly(&mut world, &mut random, 40).await;
}

/// One commit that does not hold, and nothing is loaded.
pub async fn one_that_does_not_hold_and_nothing_is_loaded<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let there = world.add_lead("there", None).await.into_record();
    let before = observe(&world).await;
    let stranger = make.user("stranger", Role::Agent);
    let commits = vec![
        make.commit().insert_user(&stranger).done(),
        make.commit().insert_lead(&make.lead("new", None)).done(),
        make.commit().insert_lead(&there).done(),
        make.commit().insert_lead(&make.lead("newer", None)).done(),
    ];
    let refused = world.store().load(commits).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(observe(&world).await, before);
    assert_eq!(world.mirror().user(stranger.id), None);
}

/// Loading what was loaded already changes nothing: an interrupted load may be begun again.
pub async fn a_load_may_be_repeated<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let commits: Vec<_> = (0..5)
        .map(|number| make.commit().insert_lead(&make.lead(&format!("lead {number}"), None)).done())
        .collect();
    world.store().load(commits[..3].to_vec()).await.unwrap();
    world.store().load(commits).await.unwrap();
    assert_eq!(world.store().inventory().await.unwrap().leads, 5);
    assert_eq!(world.store().recount(false).await.unwrap(), []);
}

/// A repair of sound counters finds and changes nothing.
pub async fn a_repair_of_sound_counters_changes_nothing<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    write_randomly(&mut world, &mut random, 60).await;
    let before = observe(&world).await;
    assert_eq!(world.store().recount(true).await.unwrap(), []);
    assert_eq!(observe(&world).await, before);
}

/// A store that is open answers.
pub async fn an_open_store_answers_a_ping<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    assert!(world.store().ping().await.is_ok());
    let workspace = world.store().workspace().await.unwrap();
    assert_eq!((workspace.calendar, workspace.set_up), (Calendar::utc(), false));
}
