//! Reading customers.

pub(crate) mod listing;

use async_trait::async_trait;
use bson::{Document, doc};
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::customers::Customers;
use crm_app::query::customers::CustomerQuery;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::customer::Customer;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::ids::CustomerId;
use crm_domain::note::Note;
use crm_domain::task::{RelatedKind, Task, TaskStatus};
use crm_domain::values::name::Name;
use crm_domain::version::Versioned;

use crate::documents::{self, Stored, id, record_only};
use crate::reader::{Find, Reader};
use crate::store::MongoStore;
use crate::tasks::listing::BY_RELATED;
use crate::{list, notes};

#[async_trait]
impl Customers for MongoStore {
    async fn customer(
        &self,
        scope: &Scope,
        id: CustomerId,
    ) -> Result<Sight<Versioned<Customer>>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move { one(&mut reader, &scope, id).await }).await
    }

    async fn customer_with_notes(
        &self,
        scope: &Scope,
        id: CustomerId,
        limit: u32,
    ) -> Result<Sight<(Versioned<Customer>, Vec<Note>)>, StoreError> {
        let scope = *scope;
        self.snapshot(move |mut reader| async move {
            Ok(match one(&mut reader, &scope, id).await? {
                Sight::Seen(customer) => {
                    Sight::Seen((customer, notes::latest(&mut reader, id, limit).await?))
                }
                Sight::Hidden => Sight::Hidden,
                Sight::Absent => Sight::Absent,
            })
        })
        .await
    }

    async fn customers(
        &self,
        scope: &Scope,
        query: &CustomerQuery,
    ) -> Result<Counted<Versioned<Customer>>, StoreError> {
        let range = scope.narrow(query.filter.owner);
        let query = query.clone();
        self.snapshot(move |mut reader| async move {
            let listing = listing::of(&mut reader, range, &query).await?;
            list::find(&mut reader, &listing).await
        })
        .await
    }

    async fn customer_names(
        &self,
        scope: &Scope,
        ids: &[CustomerId],
    ) -> Result<Vec<(CustomerId, Name)>, StoreError> {
        let scope = *scope;
        let keys: Vec<bson::Uuid> = ids.iter().map(|id| documents::key(*id)).collect();
        self.read(move |mut reader| async move {
            let find = Find::all(doc! { "_id": { "$in": keys } }).by("_id_").fields(record_only());
            let mut names = Vec::new();
            for document in reader.all("customers", find).await? {
                let customer = documents::read::<Versioned<Customer>>(&document)?.into_record();
                if scope.admits(Some(customer.owner)) {
                    names.push((customer.id, customer.name));
                }
            }
            Ok(names)
        })
        .await
    }

    async fn open_tasks_about(
        &self,
        scope: &Scope,
        customer: CustomerId,
        limit: u32,
    ) -> Result<Vec<Versioned<Task>>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move {
            let open = [TaskStatus::Open.as_str(), TaskStatus::InProgress.as_str()];
            let about = doc! {
                "related_id": id(customer),
                "status": { "$in": open.to_vec() },
                "related_kind": RelatedKind::Customer.as_str(),
            };
            let find = Find::all(about).by(BY_RELATED).fields(record_only()).at_most(limit);
            let found = reader.all("tasks", find).await?;
            let mut tasks: Vec<Versioned<Task>> =
                found.iter().map(|document| documents::read(document)).collect::<Result<_, _>>()?;
            tasks.retain(|task| scope.admits(Some(task.record().owner)));
            tasks.sort_by_key(|task| task.record().id);
            Ok(tasks)
        })
        .await
    }

    async fn cleanups(&self, scope: &Scope) -> Result<Vec<CustomerCleanup>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move {
            let found = reader.all(CustomerCleanup::COLLECTION, Find::all(Document::new())).await?;
            let mut cleanups: Vec<CustomerCleanup> =
                found.iter().map(|document| documents::read(document)).collect::<Result<_, _>>()?;
            cleanups.retain(|cleanup| scope.admits(Some(cleanup.deleted_by)));
            cleanups.sort_by_key(|cleanup| (cleanup.deleted_at, cleanup.customer));
            Ok(cleanups)
        })
        .await
    }
}

/// One customer, as far as the scope reaches.
pub(crate) async fn one(
    reader: &mut Reader,
    scope: &Scope,
    customer: CustomerId,
) -> Result<Sight<Versioned<Customer>>, StoreError> {
    let find = Find::all(doc! { "_id": id(customer) }).fields(record_only());
    Ok(match reader.one("customers", find).await? {
        Some(document) => {
            let customer: Versioned<Customer> = documents::read(&document)?;
            Sight::judge(scope, Some(customer.record().owner), customer)
        }
        None => Sight::Absent,
    })
}
