//! Reading what happened.

pub(crate) mod listing;

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::paging::Slice;
use crm_app::ports::activities::Activities;
use crm_app::query::activities::ActivityQuery;
use crm_domain::access::scope::{Reach, Scope};
use crm_domain::activity::Activity;

use crate::db::{Db, Outcome};
use crate::list;
use crate::rows::activity;
use crate::store::SqliteStore;

#[async_trait]
impl Activities for SqliteStore {
    async fn activities(&self, scope: &Scope, query: &ActivityQuery) -> Result<Slice<Activity>, StoreError> {
        let reach = scope.reach();
        let query = query.clone();
        if listing::is_glance(&query) {
            return self.glance(move |db| page(db, reach, &query)).await;
        }
        self.snapshot(move |db| page(db, reach, &query)).await
    }
}

/// One stretch of the feed.
pub(crate) fn page(db: &Db<'_>, reach: Reach, query: &ActivityQuery) -> Outcome<Slice<Activity>> {
    let found = list::find(db, &listing::of(reach, query))?;
    list::records(db, found.rows, activity::BY_ROW, activity::read)
}
