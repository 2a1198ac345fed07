//! Everything that can be seen of a store, to compare before and after.

use std::sync::Arc;

use crm_app::mirror::UserCard;
use crm_app::paging::Start;
use crm_app::ports::dashboard::{Dashboard, DashboardFigures, DashboardQuery};
use crm_app::ports::maintenance::{Inventory, Maintenance};
use crm_app::ports::notes::Notes;
use crm_app::ports::sessions::Sessions;
use crm_app::ports::users::Users;
use crm_app::ports::workspace::{Workspace, Workspaces};
use crm_app::query::activities::{ActivityFilter, ActivityQuery, place};
use crm_domain::access::scope::Scope;
use crm_domain::activity::Activity;
use crm_domain::customer::Customer;
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::session::Session;
use crm_domain::task::Task;
use crm_domain::timestamp::Timestamp;
use crm_domain::transfer::Transfer;
use crm_domain::user::User;
use crm_domain::version::Versioned;

use super::listing::customers::CustomerList;
use super::listing::leads::LeadList;
use super::listing::tasks::TaskList;
use super::listing::users::UserList;
use super::listing::{Ask, Listing, orders};
use super::world::{World, everything, seen};
use crate::contract::{FullStore, StoreBuilder};

/// Everything that can be seen of a store.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::contract) struct Observation {
    pub(in crate::contract) inventory: Inventory,
    pub(in crate::contract) users: Vec<Versioned<User>>,
    pub(in crate::contract) leads: Vec<Versioned<Lead>>,
    pub(in crate::contract) customers: Vec<Versioned<Customer>>,
    pub(in crate::contract) tasks: Vec<Versioned<Task>>,
    pub(in crate::contract) notes: Vec<Note>,
    pub(in crate::contract) events: Vec<Activity>,
    pub(in crate::contract) sessions: Vec<Session>,
    pub(in crate::contract) transfers: Vec<Transfer>,
    pub(in crate::contract) dashboard: DashboardFigures,
    pub(in crate::contract) workspace: Workspace,
    pub(in crate::contract) cards: Vec<Option<Arc<UserCard>>>,
}

/// Looks at everything.
pub(in crate::contract) async fn observe<B: StoreBuilder>(world: &World<'_, B>) -> Observation {
    let (store, scope) = (world.store(), everything());
    let users = walk::<UserList, _>(store, &scope).await;
    let customers = walk::<CustomerList, _>(store, &scope).await;
    let now = world.make.now();
    let mut notes = Vec::new();
    for customer in &customers {
        let found = store.notes(&scope, customer.record().id, &Start::Offset(0), 1_000).await;
        notes.extend(seen(found.expect("the store answers")).1.items);
    }
    let mut sessions = Vec::new();
    for user in &users {
        let open = store.open_sessions(&scope, user.record().id, Timestamp::MIN).await;
        sessions.extend(open.expect("the store answers"));
    }
    let days = world.mirror().calendar().last_days(now, 14);
    let query = DashboardQuery { me: users.first().map(|user| user.record().id), days, now };
    Observation {
        inventory: store.inventory().await.expect("the store answers"),
        leads: walk::<LeadList, _>(store, &scope).await,
        tasks: walk::<TaskList, _>(store, &scope).await,
        events: feed(store, &scope).await,
        transfers: store.transfers(&scope).await.expect("the store answers"),
        dashboard: store.dashboard(&scope, &query).await.expect("the store answers"),
        workspace: store.workspace().await.expect("the store answers"),
        cards: users.iter().map(|user| world.mirror().user(user.record().id)).collect(),
        users,
        customers,
        notes,
        sessions,
    }
}

/// All records of a list, in its first order.
pub(in crate::contract) async fn walk<L: Listing, S: FullStore>(
    store: &S,
    scope: &Scope,
) -> Vec<Versioned<L::Record>> {
    let sort = orders::<L>().next().expect("every list has an order");
    let mut all = Vec::new();
    loop {
        let start = Start::Offset(u64::try_from(all.len()).unwrap());
        let ask = Ask { filter: L::everything(), sort, start, limit: 1_000 };
        let page = L::list(store, scope, ask).await;
        all.extend(page.slice.items);
        if !page.slice.more {
            return all;
        }
    }
}

/// The whole feed.
pub(in crate::contract) async fn feed<S: FullStore>(store: &S, scope: &Scope) -> Vec<Activity> {
    let mut all: Vec<Activity> = Vec::new();
    loop {
        let start = all.last().map_or(Start::Offset(0), |last| Start::After(place(last)));
        let query = ActivityQuery { filter: ActivityFilter::default(), start, limit: 1_000 };
        let slice = store.activities(scope, &query).await.expect("the store answers");
        all.extend(slice.items);
        if !slice.more {
            return all;
        }
    }
}
