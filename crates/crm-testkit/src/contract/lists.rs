//! Lists answer what a naive filter over all records answers.

use crm_app::paging::{Start, Total};
use crm_app::query::customers::CustomerFilter;
use crm_app::query::tasks::TaskFilter;
use crm_domain::access::scope::Scope;
use crm_domain::customer::Customer;
use crm_domain::values::search_query::SearchQuery;

use super::StoreBuilder;
use super::support::listing::customers::CustomerList;
use super::support::listing::leads::LeadList;
use super::support::listing::tasks::TaskList;
use super::support::listing::users::UserList;
use super::support::listing::{Ask, Listing, expected, expected_all, orders};
use super::support::operations::write_randomly;
use super::support::population::populate;
use super::support::world::{World, everything};
use crate::actors::own;
use crate::fixtures::tags;
use crate::random::Random;

/// Any filter, order, stretch and scope of leads gives what a naive filter gives, totals included.
pub async fn leads_are_listed_as_by_a_naive_filter<B: StoreBuilder>(builder: &B) {
    agree::<LeadList, B>(builder, (200, 5, 5)).await;
}

/// Any filter, order, stretch and scope of customers gives what a naive filter gives, totals included.
pub async fn customers_are_listed_as_by_a_naive_filter<B: StoreBuilder>(builder: &B) {
    agree::<CustomerList, B>(builder, (5, 200, 5)).await;
}

/// Any filter, order, stretch and scope of tasks gives what a naive filter gives, totals included.
pub async fn tasks_are_listed_as_by_a_naive_filter<B: StoreBuilder>(builder: &B) {
    agree::<TaskList, B>(builder, (5, 5, 200)).await;
}

/// Any filter, order, stretch and scope of users gives what a naive filter gives, totals included.
pub async fn users_are_listed_as_by_a_naive_filter<B: StoreBuilder>(builder: &B) {
    agree::<UserList, B>(builder, (1, 1, 1)).await;
}

/// Every list in every order, both ways: ties stand in the order of their ids, in the sort's direction.
pub async fn every_order_breaks_ties_by_id_in_its_direction<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    populate(&mut world, &mut random, (90, 90, 90)).await;
    in_order::<LeadList, B>(&world).await;
    in_order::<CustomerList, B>(&world).await;
    in_order::<TaskList, B>(&world).await;
    in_order::<UserList, B>(&world).await;
}

/// After every few writes the lists are those that a naive filter gives: what left a filter or a scope is not found
/// there any more, and what came in is.
pub async fn lists_follow_every_change<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    populate(&mut world, &mut random, (25, 25, 25)).await;
    for _ in 0..25 {
        write_randomly(&mut world, &mut random, 12).await;
        follows::<LeadList, B>(&world, &mut random).await;
        follows::<CustomerList, B>(&world, &mut random).await;
        follows::<TaskList, B>(&world, &mut random).await;
        follows::<UserList, B>(&world, &mut random).await;
    }
}

/// What was deleted leaves nothing behind by which what comes after it could be found.
pub async fn what_was_deleted_leaves_nothing_behind<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = make.mint();
    for _ in 0..3 {
        let customer = Customer { tags: tags(&["VIP"]), ..make.customer("Old name", owner) };
        world
            .write(make.commit().insert_customer(&customer).insert_task(&make.task("Old name", owner)).done())
            .await;
        let before = world.customer(customer.id).await;
        let task = world.model.tasks.values().last().unwrap().clone();
        world.write(make.commit().delete_customer(&before, &[]).delete_task(&task).done()).await;
        world.add_customer("New name", make.mint()).await;
        let task = world.add_task(&make.task("New name", make.mint())).await;
        let search = Some(SearchQuery::parse("old").unwrap());
        let all = CustomerFilter::everything;
        let found = [
            many::<CustomerList, B>(&world, &everything(), all()).await,
            many::<CustomerList, B>(
                &world,
                &everything(),
                CustomerFilter { tag: Some("vip".to_owned()), ..all() },
            )
            .await,
            many::<CustomerList, B>(
                &world,
                &everything(),
                CustomerFilter { search: search.clone(), ..all() },
            )
            .await,
            many::<CustomerList, B>(&world, &own(owner), all()).await,
            many::<TaskList, B>(&world, &everything(), TaskFilter::everything()).await,
            many::<TaskList, B>(&world, &everything(), TaskFilter { search, ..TaskFilter::everything() })
                .await,
            many::<TaskList, B>(&world, &own(owner), TaskFilter::everything()).await,
        ];
        assert_eq!(found, [1, 0, 0, 0, 1, 0, 0]);
        let customer = world.model.customers.values().last().unwrap().clone();
        world.write(make.commit().delete_customer(&customer, &[]).delete_task(&task).done()).await;
    }
}

/// A list that is asked for nothing has nothing and still tells the total.
pub async fn a_page_beyond_the_end_is_empty_and_has_the_total<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    populate(&mut world, &mut random, (12, 0, 0)).await;
    for sort in orders::<LeadList>() {
        let ask = Ask { filter: LeadList::everything(), sort, start: Start::Offset(12), limit: 10 };
        let page = LeadList::list(world.store(), &everything(), ask).await;
        assert_eq!((page.slice.items.len(), page.slice.more, page.total.count), (0, false, 12));
    }
}

async fn agree<L: Listing, B: StoreBuilder>(builder: &B, counts: (usize, usize, usize)) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    let users = populate(&mut world, &mut random, counts).await;
    let orders: Vec<_> = orders::<L>().collect();
    for _ in 0..300 {
        let scope = if random.chance(0.6) { everything() } else { own(*random.pick(&users)) };
        let filter = L::random(&mut random, &world.model);
        let sort = *random.pick(&orders);
        let all = expected_all::<L>(&world.model, &everything(), &L::everything(), sort);
        let start = if random.chance(0.5) {
            Start::Offset(u64::try_from(random.below(12)).unwrap())
        } else {
            Start::After(L::place(sort.by, random.pick(&all).record(), world.model.calendar))
        };
        let limit = u32::try_from(1 + random.below(30)).unwrap();
        let ask = Ask { filter, sort, start, limit };
        let found = L::list(world.store(), &scope, ask.clone()).await;
        assert_eq!(found, expected::<L>(&world.model, &scope, &ask), "{scope:?} {ask:#?}");
    }
}

async fn follows<L: Listing, B: StoreBuilder>(world: &World<'_, B>, random: &mut Random) {
    let users: Vec<_> = world.model.users.keys().copied().collect();
    let orders: Vec<_> = orders::<L>().collect();
    for _ in 0..16 {
        let scope = if random.chance(0.4) { everything() } else { own(*random.pick(&users)) };
        let filter = L::random(random, &world.model);
        let ask = Ask { filter, sort: *random.pick(&orders), start: Start::Offset(0), limit: 50 };
        let found = L::list(world.store(), &scope, ask.clone()).await;
        assert_eq!(found, expected::<L>(&world.model, &scope, &ask), "{scope:?} {ask:#?}");
    }
}

async fn many<L: Listing, B: StoreBuilder>(world: &World<'_, B>, scope: &Scope, filter: L::Filter) -> usize {
    let sort = orders::<L>().next().unwrap();
    let page = L::list(world.store(), scope, Ask { filter, sort, start: Start::Offset(0), limit: 50 }).await;
    assert_eq!(page.total, Total::exact(u64::try_from(page.slice.items.len()).unwrap()));
    page.slice.items.len()
}

async fn in_order<L: Listing, B: StoreBuilder>(world: &World<'_, B>) {
    for sort in orders::<L>() {
        let ask = Ask { filter: L::everything(), sort, start: Start::Offset(0), limit: 100 };
        let found = L::list(world.store(), &everything(), ask.clone()).await;
        assert_eq!(found, expected::<L>(&world.model, &everything(), &ask), "{sort:?}");
    }
}
