//! Walking a list sees each record once, also while others are written.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crm_app::paging::{Sort, Start};
use crm_app::ports::activities::Activities;
use crm_app::query::activities::{ActivityFilter, ActivityQuery, place};
use crm_domain::version::Versioned;
use uuid::Uuid;

use super::StoreBuilder;
use super::support::listing::customers::CustomerList;
use super::support::listing::leads::LeadList;
use super::support::listing::tasks::TaskList;
use super::support::listing::users::UserList;
use super::support::listing::{Ask, Listing, expected_all, orders};
use super::support::operations::write_randomly;
use super::support::population::populate;
use super::support::world::{World, everything};
use crate::random::Random;

/// Page by page, in every order, every list holds each record once, in order.
pub async fn a_page_walk_sees_each_record_once<B: StoreBuilder>(builder: &B) {
    let world = populated(builder).await;
    walks_once::<LeadList, B>(&world, Way::Pages).await;
    walks_once::<CustomerList, B>(&world, Way::Pages).await;
    walks_once::<TaskList, B>(&world, Way::Pages).await;
    walks_once::<UserList, B>(&world, Way::Pages).await;
}

/// Cursor by cursor, in every order, every list holds each record once, in order.
pub async fn a_cursor_walk_sees_each_record_once<B: StoreBuilder>(builder: &B) {
    let world = populated(builder).await;
    walks_once::<LeadList, B>(&world, Way::Cursors).await;
    walks_once::<CustomerList, B>(&world, Way::Cursors).await;
    walks_once::<TaskList, B>(&world, Way::Cursors).await;
    walks_once::<UserList, B>(&world, Way::Cursors).await;
}

/// A cursor whose record is gone by now goes on where it stood.
pub async fn a_cursor_outlives_its_record<B: StoreBuilder>(builder: &B) {
    let mut world = populated(builder).await;
    let make = world.make.clone();
    for sort in orders::<TaskList>() {
        let all = expected_all::<TaskList>(&world.model, &everything(), &TaskList::everything(), sort);
        let gone = &all[all.len() / 2];
        let start = Start::After(TaskList::place(sort.by, gone.record(), world.model.calendar));
        world.write(make.commit().delete_task(gone).done()).await;
        let ask = Ask { filter: TaskList::everything(), sort, start, limit: 100 };
        let found = TaskList::list(world.store(), &everything(), ask).await;
        assert_eq!(found.slice.items, all[all.len() / 2 + 1..], "{sort:?}");
    }
}

/// While other leads are written, a cursor walk sees each lead that does not change once.
pub async fn a_walk_over_leads_sees_each_unchanged_one_once_while_others_are_written<B: StoreBuilder>(
    builder: &B,
) {
    walks_while_written::<LeadList, B>(builder).await;
}

/// While other customers are written, a cursor walk sees each customer that does not change once.
pub async fn a_walk_over_customers_sees_each_unchanged_one_once_while_others_are_written<B: StoreBuilder>(
    builder: &B,
) {
    walks_while_written::<CustomerList, B>(builder).await;
}

/// While other tasks are written, a cursor walk sees each task that does not change once.
pub async fn a_walk_over_tasks_sees_each_unchanged_one_once_while_others_are_written<B: StoreBuilder>(
    builder: &B,
) {
    walks_while_written::<TaskList, B>(builder).await;
}

/// While things happen, a walk through the feed sees each event that was there at its start once.
pub async fn a_walk_through_the_feed_sees_each_event_once_while_others_are_written<B: StoreBuilder>(
    builder: &B,
) {
    let mut random = Random::new();
    let mut world = populated(builder).await;
    let at_first: BTreeSet<_> = world.model.events.iter().map(|event| event.id).collect();
    let mut seen: BTreeMap<_, u32> = BTreeMap::new();
    let mut start = Start::Offset(0);
    loop {
        let query = ActivityQuery { filter: ActivityFilter::default(), start: start.clone(), limit: 20 };
        let slice = world.store().activities(&everything(), &query).await.unwrap();
        for event in &slice.items {
            *seen.entry(event.id).or_default() += 1;
        }
        let (Some(last), true) = (slice.items.last(), slice.more) else { break };
        start = Start::After(place(last));
        write_randomly(&mut world, &mut random, 3).await;
    }
    assert!(seen.values().all(|times| *times == 1), "{seen:?}");
    assert!(at_first.iter().all(|id| seen.contains_key(id)), "{seen:?}");
}

#[derive(Clone, Copy)]
enum Way {
    Pages,
    Cursors,
}

async fn populated<B: StoreBuilder>(builder: &B) -> World<'_, B> {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    populate(&mut world, &mut random, (60, 60, 60)).await;
    world
}

async fn walks_once<L: Listing, B: StoreBuilder>(world: &World<'_, B>, way: Way) {
    for sort in orders::<L>() {
        for limit in [1, 7, 60] {
            let mut seen = Vec::new();
            loop {
                let start = match (way, seen.last()) {
                    (Way::Pages, _) | (Way::Cursors, None) => {
                        Start::Offset(u64::try_from(seen.len()).unwrap())
                    }
                    (Way::Cursors, Some(last)) => after::<L, B>(world, sort, last),
                };
                let ask = Ask { filter: L::everything(), sort, start, limit };
                let page = L::list(world.store(), &everything(), ask).await;
                assert!(!page.slice.more || page.slice.items.len() == usize::try_from(limit).unwrap());
                seen.extend(page.slice.items.into_iter().map(Versioned::into_record));
                if !page.slice.more {
                    break;
                }
            }
            let all = expected_all::<L>(&world.model, &everything(), &L::everything(), sort);
            let all: Vec<_> = all.into_iter().map(Versioned::into_record).collect();
            assert_eq!(seen, all, "{sort:?} {limit}");
        }
    }
}

async fn walks_while_written<L: Listing, B: StoreBuilder>(builder: &B) {
    for sort in orders::<L>() {
        let mut random = Random::new();
        let mut world = populated(builder).await;
        // Later than all that was made with the world, so that what changes moves.
        world.make.clock.advance(Duration::from_hours(24));
        let before: BTreeMap<Uuid, _> = by_id::<L, B>(&world);
        let mut seen: BTreeMap<Uuid, u32> = BTreeMap::new();
        let mut start = Start::Offset(0);
        loop {
            let ask = Ask { filter: L::everything(), sort, start: start.clone(), limit: 9 };
            let page = L::list(world.store(), &everything(), ask).await;
            for found in &page.slice.items {
                *seen.entry(L::id(found.record())).or_default() += 1;
            }
            let (Some(last), true) = (page.slice.items.last(), page.slice.more) else { break };
            start = after::<L, B>(&world, sort, last.record());
            // What is written moves only a few hours ahead, so that the walk comes to an end.
            if seen.len() < 300 {
                write_randomly(&mut world, &mut random, 8).await;
            }
        }
        let now = by_id::<L, B>(&world);
        for (id, record) in before {
            if now.get(&id) == Some(&record) {
                assert_eq!(seen.get(&id), Some(&1), "{sort:?} {record:?}");
            }
        }
    }
}

fn after<L: Listing, B: StoreBuilder>(world: &World<'_, B>, sort: Sort<L::By>, last: &L::Record) -> Start {
    Start::After(L::place(sort.by, last, world.model.calendar))
}

fn by_id<L: Listing, B: StoreBuilder>(world: &World<'_, B>) -> BTreeMap<Uuid, Versioned<L::Record>> {
    L::all(&world.model).into_iter().map(|found| (L::id(found.record()), found)).collect()
}
