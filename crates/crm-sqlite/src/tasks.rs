//! Reading tasks.

pub(crate) mod listing;

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::tasks::Tasks;
use crm_app::query::tasks::TaskQuery;
use crm_domain::access::scope::{OwnerRange, Scope, Sight};
use crm_domain::ids::TaskId;
use crm_domain::task::Task;
use crm_domain::version::Versioned;

use crate::db::{Db, Outcome};
use crate::list;
use crate::rows::{key, task};
use crate::store::SqliteStore;

#[async_trait]
impl Tasks for SqliteStore {
    async fn task(&self, scope: &Scope, id: TaskId) -> Result<Sight<Versioned<Task>>, StoreError> {
        let scope = *scope;
        self.glance(move |db| {
            Ok(match db.one(task::BY_ID, [key(id)], task::read)? {
                Some(task) => Sight::judge(&scope, Some(task.record().owner), task),
                None => Sight::Absent,
            })
        })
        .await
    }

    async fn tasks(&self, scope: &Scope, query: &TaskQuery) -> Result<Counted<Versioned<Task>>, StoreError> {
        let range = scope.narrow(query.filter.owner);
        let query = query.clone();
        if listing::is_glance(&query) {
            return self.glance(move |db| page(db, range, &query)).await;
        }
        self.snapshot(move |db| page(db, range, &query)).await
    }
}

/// One page and the total.
pub(crate) fn page(db: &Db<'_>, range: OwnerRange, query: &TaskQuery) -> Outcome<Counted<Versioned<Task>>> {
    let found = list::find(db, &listing::of(db, range, query)?)?;
    Ok(Counted { slice: list::records(db, found.rows, task::BY_ROW, task::read)?, total: found.total })
}
