//! The list of users.

use crm_app::paging::{Counted, Position};
use crm_app::query::users::{UserFilter, UserQuery, UserSort};
use crm_domain::access::role::Role;
use crm_domain::access::scope::Scope;
use crm_domain::calendar::Calendar;
use crm_domain::ids::UserId;
use crm_domain::user::User;
use crm_domain::version::Versioned;
use uuid::Uuid;

use super::{Ask, Listing};
use crate::contract::FullStore;
use crate::contract::support::found::fits;
use crate::contract::support::model::Model;
use crate::random::Random;

pub(in crate::contract) struct UserList;

impl Listing for UserList {
    type Record = User;
    type Filter = UserFilter;
    type By = UserSort;
    const ORDERS: &'static [UserSort] = &[UserSort::CreatedAt, UserSort::Name, UserSort::Email];

    fn all(model: &Model) -> Vec<Versioned<User>> {
        model.users.values().cloned().collect()
    }

    fn id(user: &User) -> Uuid {
        user.id.uuid()
    }

    /// A user belongs to themselves.
    fn owner(user: &User) -> Option<UserId> {
        Some(user.id)
    }

    fn searched(user: &User) -> Vec<String> {
        vec![user.name.as_str().to_owned(), user.email.as_str().to_owned()]
    }

    fn everything() -> UserFilter {
        UserFilter::default()
    }

    fn random(random: &mut Random, model: &Model) -> UserFilter {
        let texts: Vec<_> = model.users.values().flat_map(|user| Self::searched(user.record())).collect();
        UserFilter {
            role: random.maybe(0.3, |random| *random.pick(&Role::ALL)),
            active: random.maybe(0.3, |random| random.chance(0.5)),
            search: random.maybe(0.4, |random| random.search(&texts)),
        }
    }

    fn admits(filter: &UserFilter, user: &User, _: Calendar) -> bool {
        filter.role.is_none_or(|role| user.role == role)
            && filter.active.is_none_or(|active| user.active == active)
            && fits(filter.search.as_ref(), &[user.name.as_str().into(), user.email.as_str().into()])
    }

    /// Users are so few that they are counted one by one.
    fn is_tallied(_: &UserFilter) -> bool {
        false
    }

    fn place(by: UserSort, user: &User, _: Calendar) -> Position {
        by.place(user)
    }

    async fn list<S: FullStore>(
        store: &S,
        scope: &Scope,
        ask: Ask<UserFilter, UserSort>,
    ) -> Counted<Versioned<User>> {
        let Ask { filter, sort, start, limit } = ask;
        store.users(scope, &UserQuery { filter, sort, start, limit }).await.expect("the store answers")
    }
}
