use std::sync::Arc;

use crm_app::paging::{Direction, Sort, Start};
use crm_app::query::users::{UserFilter, UserQuery, UserSort};
use crm_app::users::list::list;
use crm_domain::access::role::Role;
use crm_domain::raw::Members;
use crm_domain::values::search_query::SearchQuery;
use parking_lot::Mutex;

use crate::support::said::why;
use crate::support::stage::Stage;
use crate::support::{all, nothing, stored, texts};

async fn asked(sent: Members) -> UserQuery {
    let mut stage = Stage::new();
    let asked = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&asked);
    stage.users.expect_users().returning(move |_, query| {
        *seen.lock() = Some(query.clone());
        Ok(nothing())
    });
    list(&stage.ctx(), &stage.root(), sent).await.unwrap();
    let query = asked.lock().take();
    query.unwrap()
}

#[tokio::test]
async fn a_plain_list_is_the_ten_newest_users_active_or_not() {
    let sort = Sort { by: UserSort::CreatedAt, direction: Direction::Descending };
    let query = UserQuery { filter: UserFilter::default(), sort, start: Start::Offset(0), limit: 10 };
    assert_eq!(asked(Members::new()).await, query);
}

#[tokio::test]
async fn every_parameter_reaches_the_store() {
    let sent =
        texts([("q", "ann"), ("role", "agent"), ("active", "false"), ("page", "2"), ("sort", "-email")]);
    let filter = UserFilter {
        role: Some(Role::Agent),
        active: Some(false),
        search: Some(SearchQuery::parse("ann").unwrap()),
    };
    let sort = Sort { by: UserSort::Email, direction: Direction::Descending };
    assert_eq!(asked(sent).await, UserQuery { filter, sort, start: Start::Offset(10), limit: 10 });
    let by_name = Sort { by: UserSort::Name, direction: Direction::Ascending };
    assert_eq!(asked(texts([("sort", "name")])).await.sort, by_name);
}

#[tokio::test]
async fn only_admins_list_users() {
    let mut stage = Stage::new();
    let users = vec![stored(&stage.ann, 1), stored(&stage.root, 2)];
    let found = all(users.clone());
    stage.users.expect_users().returning(move |_, _| Ok(found.clone()));
    let ctx = stage.ctx();
    assert_eq!(list(&ctx, &stage.root(), Members::new()).await.unwrap().items, users);
    assert_eq!(why(list(&ctx, &stage.ann(), texts([("role", "boss")])).await), "denied");
    let bad = texts([("role", "boss"), ("active", "1"), ("sort", "role"), ("isActive", "true")]);
    assert_eq!(
        why(list(&ctx, &stage.root(), bad).await),
        "isActive: unknown_parameter, role: invalid, active: wrong_type, sort: invalid"
    );
}
