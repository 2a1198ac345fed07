//! The activity feed.

use crm_app::paging::{Direction, Slice, Start};
use crm_app::ports::activities::Activities;
use crm_app::query::activities::{ActivityFilter, ActivityQuery, place};
use crm_domain::access::role::Role;
use crm_domain::access::scope::{Reach, Scope};
use crm_domain::activity::{Activity, ActivityType, EntityKind};

use super::StoreBuilder;
use super::support::listing::{cut, order};
use super::support::model::Model;
use super::support::observation::feed;
use super::support::operations::write_randomly;
use super::support::world::{World, everything};
use crate::actors::own;
use crate::random::Random;

/// A scope that is not everything sees the events whose audience its owner is in: those they caused, and those about
/// what was theirs just before or just after.
pub async fn an_agent_sees_the_events_whose_audience_they_are_in<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let one = world.add_user("one", Role::Agent).await.into_record();
    let two = world.add_user("two", Role::Agent).await.into_record();
    let three = world.add_user("three", Role::Agent).await.into_record();
    let make = world.make.clone();
    let lead = make.lead("of one", Some(one.id));
    world.write(make.commit_by(&one).insert_lead(&lead).done()).await;
    let created = world.model.events.last().unwrap().clone();
    make.tick();
    let before = world.lead(lead.id).await;
    let moved = before.record().clone().reassign(Some(two.id), make.now());
    world.write(make.commit_by(&three).put_lead(&before, moved).done()).await;
    let reassigned = world.model.events.last().unwrap().clone();
    for (user, expected) in [
        (one.id, vec![reassigned.clone(), created]),
        (two.id, vec![reassigned.clone()]),
        (three.id, vec![reassigned]),
        (make.mint(), vec![]),
    ] {
        assert_eq!(feed(world.store(), &own(user)).await, expected);
    }
}

/// Any filter, stretch and scope gives what a naive filter over all events gives, newest first.
pub async fn the_feed_equals_a_naive_filter<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    write_randomly(&mut world, &mut random, 150).await;
    let users: Vec<_> = world.model.users.keys().copied().collect();
    for _ in 0..250 {
        let some = random.pick(&world.model.events).clone();
        let filter = ActivityFilter {
            entity_kind: random.maybe(0.25, |random| *random.pick(&EntityKind::ALL)),
            entity_id: random.maybe(0.2, |_| some.entity.uuid()),
            actor: random
                .maybe(0.2, |random| if random.chance(0.5) { some.actor.id } else { *random.pick(&users) }),
            kind: random.maybe(0.25, |random| *random.pick(ActivityType::ALL)),
        };
        let scope = if random.chance(0.5) { everything() } else { own(*random.pick(&users)) };
        let start = if random.chance(0.5) {
            Start::Offset(u64::try_from(random.below(8)).unwrap())
        } else {
            Start::After(place(&some))
        };
        let query = ActivityQuery { filter, start, limit: u32::try_from(1 + random.below(30)).unwrap() };
        let found = world.store().activities(&scope, &query).await.unwrap();
        assert_eq!(found, expected(&world.model, &scope, &query), "{scope:?} {query:?}");
    }
}

/// Events of one moment stand in the order of their ids, the latest first.
pub async fn events_of_one_moment_stand_by_id<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    for number in 0..30 {
        world.add_lead(&format!("lead {number}"), None).await;
    }
    let ids: Vec<_> = feed(world.store(), &everything()).await.into_iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), 30);
    assert!(ids.is_sorted_by(|one, next| one > next), "{ids:?}");
}

fn expected(model: &Model, scope: &Scope, query: &ActivityQuery) -> Slice<Activity> {
    let ActivityFilter { entity_kind, entity_id, actor, kind } = query.filter.clone();
    let mut found: Vec<Activity> = model
        .events
        .iter()
        .filter(|event| match scope.reach() {
            Reach::Everything => true,
            Reach::OwnedBy(user) => event.audience.contains(&user),
        })
        .filter(|event| entity_kind.is_none_or(|kind| event.entity.kind() == kind))
        .filter(|event| entity_id.is_none_or(|id| event.entity.uuid() == id))
        .filter(|event| actor.is_none_or(|actor| event.actor.id == actor))
        .filter(|event| kind.is_none_or(|kind| event.kind == kind))
        .cloned()
        .collect();
    found.sort_by(|one, other| order(Direction::Descending, &place(one), &place(other)));
    let places: Vec<_> = found.iter().map(place).collect();
    cut(found, &places, Direction::Descending, &query.start, query.limit)
}
