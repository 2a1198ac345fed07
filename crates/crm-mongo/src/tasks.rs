//! Reading tasks.

pub(crate) mod listing;

use async_trait::async_trait;
use bson::doc;
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::tasks::Tasks;
use crm_app::query::tasks::TaskQuery;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::ids::TaskId;
use crm_domain::task::Task;
use crm_domain::version::Versioned;

use crate::documents::{self, record_only};
use crate::list;
use crate::reader::Find;
use crate::store::MongoStore;

#[async_trait]
impl Tasks for MongoStore {
    async fn task(&self, scope: &Scope, id: TaskId) -> Result<Sight<Versioned<Task>>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move {
            let find = Find::all(doc! { "_id": documents::id(id) }).fields(record_only());
            Ok(match reader.one("tasks", find).await? {
                Some(document) => {
                    let task: Versioned<Task> = documents::read(&document)?;
                    Sight::judge(&scope, Some(task.record().owner), task)
                }
                None => Sight::Absent,
            })
        })
        .await
    }

    async fn tasks(&self, scope: &Scope, query: &TaskQuery) -> Result<Counted<Versioned<Task>>, StoreError> {
        let range = scope.narrow(query.filter.owner);
        let query = query.clone();
        self.snapshot(move |mut reader| async move {
            let listing = listing::of(&mut reader, range, &query).await?;
            list::find(&mut reader, &listing).await
        })
        .await
    }
}
