//! What was acknowledged is there for everybody, and after the store was closed.

use std::time::Duration;

use crm_app::commit::Verdict;
use crm_app::commit::change::Change;
use crm_app::ports::commits::Commits;
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::role::Role;
use crm_domain::calendar::Calendar;

use super::StoreBuilder;
use super::support::observation::observe;
use super::support::operations::write_randomly;
use super::support::race::{applied, race_on};
use super::support::world::{World, everything, seen};
use crate::random::Random;

/// A store that is closed and opened again holds all it held, in memory too.
pub async fn a_store_that_is_opened_again_holds_what_it_held<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    world.store().set_calendar(Calendar::parse("Asia/Kathmandu").unwrap()).await.unwrap();
    world.model.calendar = Calendar::parse("Asia/Kathmandu").unwrap();
    write_randomly(&mut world, &mut random, 80).await;
    let user = world.add_user("user", Role::Agent).await.into_record();
    let session = world.make.session(&user);
    world.write(world.make.commit().insert_session(&session).change(Change::MarkSetUp).done()).await;
    let before = observe(&world).await;
    let world = world.reopened().await;
    assert_eq!(observe(&world).await, before);
    assert_eq!(world.store().recount(false).await.unwrap(), []);
    assert_eq!(world.store().check().await.unwrap(), Vec::<String>::new());
}

/// A commit that was applied before the store was closed is recognised after it was opened again.
pub async fn a_commit_is_recognised_after_the_store_was_opened_again<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let lead = world.make.lead("x", None);
    let commit = world.make.commit().insert_lead(&lead).done();
    assert_eq!(world.commit(commit.clone()).await, Verdict::Applied);
    let world = world.reopened().await;
    assert_eq!(world.commit(commit).await, Verdict::Applied);
    assert_eq!(world.store().inventory().await.unwrap().leads, 1);
}

/// What one handle was told is applied, another sees, at once or as soon as the adapter says.
pub async fn what_one_handle_writes_another_reads<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let another = world.another().await;
    for number in 0..20 {
        let lead = world.add_lead(&format!("lead {number}"), None).await;
        tokio::time::sleep(B::LAG).await;
        let found = seen(another.store.lead(&everything(), lead.record().id).await.unwrap());
        assert_eq!(found, lead);
        let after = lead.record().clone().archive(world.make.now());
        let put = world.make.commit().put_lead(&lead, after.clone()).done();
        assert_eq!(another.store.commit(put).await.unwrap(), Verdict::Applied);
        tokio::time::sleep(B::LAG).await;
        assert_eq!(world.lead(lead.record().id).await.into_record(), after);
    }
}

/// Of commits that race through two handles for one lead, one is applied.
pub async fn of_racing_commits_through_two_handles_one_is_applied<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let another = world.another().await;
    let make = world.make.clone();
    let mut violations = 0;
    for round in 0..20 {
        let lead = world.add_lead(&format!("lead {round}"), None).await;
        let racers = (0..8).map(|number| {
            let store = if number % 2 == 0 { world.shared() } else { another.store.clone() };
            (store, make.commit().put_lead(&lead, lead.record().clone().archive(make.now())).done())
        });
        let verdicts = race_on(racers.collect()).await;
        violations += usize::from(applied(&verdicts) != 1);
    }
    assert_eq!(violations, 0);
    assert_eq!(world.store().recount(false).await.unwrap(), []);
}

/// What one handle changes of users and calendar another holds in process within two seconds.
pub async fn another_handle_hears_of_users_and_the_calendar<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let user = world.add_user("user", Role::Agent).await;
    let id = user.record().id;
    let another = world.another().await;
    assert!(another.mirror.user(id).is_some_and(|card| card.active));
    let gone = user.record().clone().deactivate(world.make.now());
    world.write(world.make.commit().put_user(&user, gone).done()).await;
    let calendar = Calendar::parse("Europe/Berlin").unwrap();
    world.store().set_calendar(calendar).await.unwrap();
    let heard = async {
        let mut tick = tokio::time::interval(Duration::from_millis(10));
        loop {
            tick.tick().await;
            let snapshot = another.mirror.snapshot();
            let user_heard = snapshot.user(id).is_some_and(|card| !card.active && card.access_version == 1);
            if user_heard && snapshot.calendar() == calendar {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(2), heard).await.expect("the other handle hears of it in time");
}
