//! Reads of many records hold nothing outside the scope.

use crm_app::paging::{Start, Total};
use crm_app::ports::activities::Activities;
use crm_app::ports::customers::Customers;
use crm_app::ports::dashboard::{Dashboard, DashboardQuery};
use crm_app::ports::leads::Leads;
use crm_app::query::activities::{ActivityFilter, ActivityQuery};
use crm_domain::access::role::Role;
use crm_domain::access::scope::Scope;
use crm_domain::task::{Progress, Related, Task};

use super::StoreBuilder;
use super::support::listing::customers::CustomerList;
use super::support::listing::leads::LeadList;
use super::support::listing::tasks::TaskList;
use super::support::listing::users::UserList;
use super::support::listing::{Ask, Listing, orders};
use super::support::population::populate;
use super::support::world::{World, everything};
use crate::actors::own;
use crate::random::Random;

/// A list of leads holds nothing outside the scope, whatever the filter says.
pub async fn a_list_of_leads_holds_nothing_outside_the_scope<B: StoreBuilder>(builder: &B) {
    holds_nothing_outside::<LeadList, B>(builder).await;
}

/// A list of customers holds nothing outside the scope, whatever the filter says.
pub async fn a_list_of_customers_holds_nothing_outside_the_scope<B: StoreBuilder>(builder: &B) {
    holds_nothing_outside::<CustomerList, B>(builder).await;
}

/// A list of tasks holds nothing outside the scope, whatever the filter says.
pub async fn a_list_of_tasks_holds_nothing_outside_the_scope<B: StoreBuilder>(builder: &B) {
    holds_nothing_outside::<TaskList, B>(builder).await;
}

/// A list of users holds nothing outside the scope, whatever the filter says.
pub async fn a_list_of_users_holds_nothing_outside_the_scope<B: StoreBuilder>(builder: &B) {
    holds_nothing_outside::<UserList, B>(builder).await;
}

/// Who owns nothing gets empty lists, zeros and an empty feed from a full store.
pub async fn who_owns_nothing_sees_nothing<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    populate(&mut world, &mut random, (60, 40, 40)).await;
    let stranger = world.make.mint();
    let scope = own(stranger);
    is_empty::<LeadList, B>(&world, &scope).await;
    is_empty::<CustomerList, B>(&world, &scope).await;
    is_empty::<TaskList, B>(&world, &scope).await;
    is_empty::<UserList, B>(&world, &scope).await;
    let query = ActivityQuery { filter: ActivityFilter::default(), start: Start::Offset(0), limit: 100 };
    let feed = world.store().activities(&scope, &query).await.unwrap();
    assert_eq!((feed.items, feed.more), (Vec::new(), false));
    let now = world.make.now();
    let days = world.model.calendar.last_days(now, 14);
    let query = DashboardQuery { me: Some(stranger), days, now };
    let figures = world.store().dashboard(&scope, &query).await.unwrap();
    let sum = figures.leads_by_status.iter().chain(&figures.leads_per_day).sum::<u64>();
    assert_eq!((sum, figures.customers, figures.open_tasks, figures.overdue_tasks), (0, 0, 0, 0));
    assert_eq!((figures.my_open_tasks, figures.leads_per_day.len()), (0, 14));
}

/// Names are told of those leads and customers that the scope admits, and of no others.
pub async fn names_outside_the_scope_are_not_told<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let one = world.add_user("one", Role::Agent).await.record().id;
    let two = world.add_user("two", Role::Agent).await.record().id;
    let leads = [
        world.add_lead("of one", Some(one)).await.into_record(),
        world.add_lead("of two", Some(two)).await.into_record(),
        world.add_lead("of nobody", None).await.into_record(),
    ];
    let customers = [
        world.add_customer("of one", one).await.into_record(),
        world.add_customer("of two", two).await.into_record(),
    ];
    let mut lead_ids: Vec<_> = leads.iter().map(|lead| lead.id).collect();
    lead_ids.push(world.make.mint());
    let mut customer_ids: Vec<_> = customers.iter().map(|customer| customer.id).collect();
    customer_ids.push(world.make.mint());
    for scope in [everything(), own(one), own(two)] {
        let mut found = world.store().lead_names(&scope, &lead_ids).await.unwrap();
        found.sort();
        let admitted = leads.iter().filter(|lead| scope.admits(lead.owner));
        assert_eq!(found, admitted.map(|lead| (lead.id, lead.name.clone())).collect::<Vec<_>>());
        let mut found = world.store().customer_names(&scope, &customer_ids).await.unwrap();
        found.sort();
        let admitted = customers.iter().filter(|customer| scope.admits(Some(customer.owner)));
        assert_eq!(found, admitted.map(|customer| (customer.id, customer.name.clone())).collect::<Vec<_>>());
    }
    assert_eq!(world.store().lead_names(&everything(), &[]).await.unwrap(), Vec::new());
    assert_eq!(world.store().customer_names(&everything(), &[]).await.unwrap(), Vec::new());
}

/// The open tasks about a customer come in the order of their ids; a scope that is not everything sees its owner's.
pub async fn the_open_tasks_about_a_customer_are_all_that_are_not_done<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let one = world.add_user("one", Role::Agent).await.record().id;
    let two = world.add_user("two", Role::Agent).await.record().id;
    let customer = world.add_customer("theirs", one).await.record().id;
    let other = world.add_customer("other", one).await.record().id;
    let now = world.make.now();
    let about = Some(Related::Customer(customer));
    let make = world.make.clone();
    let open = world.add_task(&Task { related: about, ..make.task("open", two) }).await;
    let begun = Task { related: about, progress: Progress::InProgress, ..make.task("begun", one) };
    let begun = world.add_task(&begun).await;
    for task in [
        Task { related: about, progress: Progress::Done { at: now }, ..make.task("done", one) },
        Task { related: Some(Related::Customer(other)), ..make.task("about another", one) },
        make.task("about nothing", one),
    ] {
        world.add_task(&task).await;
    }
    let store = world.shared();
    let both = [open.clone(), begun.clone()];
    assert_eq!(store.open_tasks_about(&everything(), customer, 9).await.unwrap(), both);
    assert_eq!(store.open_tasks_about(&own(one), customer, 9).await.unwrap(), [begun]);
    assert_eq!(store.open_tasks_about(&own(two), customer, 9).await.unwrap(), [open]);
    assert_eq!(store.open_tasks_about(&everything(), make.mint(), 9).await.unwrap(), []);
    assert_eq!(store.open_tasks_about(&everything(), customer, 1).await.unwrap().len(), 1);
}

async fn holds_nothing_outside<L: Listing, B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    let users = populate(&mut world, &mut random, (60, 60, 60)).await;
    for _ in 0..150 {
        let user = *random.pick(&users);
        let scope = own(user);
        let orders: Vec<_> = orders::<L>().collect();
        let filter = L::random(&mut random, &world.model);
        let ask = Ask { filter, sort: *random.pick(&orders), start: Start::Offset(0), limit: 100 };
        let page = L::list(world.store(), &scope, ask.clone()).await;
        for found in &page.slice.items {
            assert_eq!(L::owner(found.record()), Some(user), "{ask:?}");
        }
        assert_eq!(page.total, Total::exact(u64::try_from(page.slice.items.len()).unwrap()), "{ask:?}");
    }
}

async fn is_empty<L: Listing, B: StoreBuilder>(world: &World<'_, B>, scope: &Scope) {
    for sort in orders::<L>() {
        let ask = Ask { filter: L::everything(), sort, start: Start::Offset(0), limit: 100 };
        let page = L::list(world.store(), scope, ask).await;
        assert_eq!((page.slice.items, page.slice.more, page.total), (Vec::new(), false, Total::exact(0)));
    }
}
