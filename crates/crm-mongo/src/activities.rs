//! Reading what happened.

pub(crate) mod listing;

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::paging::Slice;
use crm_app::ports::activities::Activities;
use crm_app::query::activities::ActivityQuery;
use crm_domain::access::scope::Scope;
use crm_domain::activity::Activity;

use crate::list;
use crate::store::MongoStore;

#[async_trait]
impl Activities for MongoStore {
    async fn activities(&self, scope: &Scope, query: &ActivityQuery) -> Result<Slice<Activity>, StoreError> {
        let listing = listing::of(scope.reach(), query);
        let found = self.snapshot(move |mut reader| async move { list::find(&mut reader, &listing).await });
        Ok(found.await?.slice)
    }
}
