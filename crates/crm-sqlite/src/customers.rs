//! Reading customers.

pub(crate) mod listing;

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::customers::Customers;
use crm_app::query::customers::CustomerQuery;
use crm_domain::access::scope::{OwnerRange, Scope, Sight};
use crm_domain::customer::Customer;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::ids::{CustomerId, CustomerKind, UserId};
use crm_domain::note::Note;
use crm_domain::task::Task;
use crm_domain::values::name::Name;
use crm_domain::version::Versioned;
use rusqlite::Row;

use crate::db::{Db, Outcome};
use crate::list;
use crate::rows::{cleanup, customer, fields, int, key, note, task};
use crate::store::SqliteStore;

#[async_trait]
impl Customers for SqliteStore {
    async fn customer(
        &self,
        scope: &Scope,
        id: CustomerId,
    ) -> Result<Sight<Versioned<Customer>>, StoreError> {
        let scope = *scope;
        self.glance(move |db| one(db, &scope, id)).await
    }

    async fn customer_with_notes(
        &self,
        scope: &Scope,
        id: CustomerId,
        limit: u32,
    ) -> Result<Sight<(Versioned<Customer>, Vec<Note>)>, StoreError> {
        let scope = *scope;
        self.glance(move |db| {
            Ok(match one(db, &scope, id)? {
                Sight::Seen(customer) => Sight::Seen((customer, latest_notes(db, id, limit)?)),
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
        if listing::is_glance(&query) {
            return self.glance(move |db| page(db, range, &query)).await;
        }
        self.snapshot(move |db| page(db, range, &query)).await
    }

    async fn customer_names(
        &self,
        scope: &Scope,
        ids: &[CustomerId],
    ) -> Result<Vec<(CustomerId, Name)>, StoreError> {
        let scope = *scope;
        let ids = ids.to_vec();
        self.glance(move |db| {
            let mut names = Vec::with_capacity(ids.len());
            for id in ids {
                let found = db.one("SELECT id, name, owner FROM customer WHERE id = ?1", [key(id)], name)?;
                names.extend(
                    found.filter(|(_, owner)| scope.admits(Some(*owner))).map(|(name, _)| (id, name)),
                );
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
        self.read(move |db| {
            let mut tasks = db.all(task::OPEN_ABOUT, (key(customer), int(limit.into())), task::read)?;
            tasks.retain(|task| scope.admits(Some(task.record().owner)));
            tasks.sort_by_key(|task| task.record().id);
            Ok(tasks)
        })
        .await
    }

    async fn cleanups(&self, scope: &Scope) -> Result<Vec<CustomerCleanup>, StoreError> {
        let scope = *scope;
        self.read(move |db| {
            let mut cleanups = db.all(cleanup::ALL, [], cleanup::read)?;
            cleanups.retain(|cleanup| scope.admits(Some(cleanup.deleted_by)));
            cleanups.sort_by_key(|cleanup| (cleanup.deleted_at, cleanup.customer));
            Ok(cleanups)
        })
        .await
    }
}

/// One customer, as far as the scope reaches.
pub(crate) fn one(db: &Db<'_>, scope: &Scope, id: CustomerId) -> Outcome<Sight<Versioned<Customer>>> {
    Ok(match db.one(customer::BY_ID, [key(id)], customer::read)? {
        Some(customer) => Sight::judge(scope, Some(customer.record().owner), customer),
        None => Sight::Absent,
    })
}

/// A customer's latest notes.
pub(crate) fn latest_notes(db: &Db<'_>, id: CustomerId, limit: u32) -> Outcome<Vec<Note>> {
    db.all(note::LATEST, (key(id), int(limit.into())), note::read)
}

/// One page and the total.
pub(crate) fn page(
    db: &Db<'_>,
    range: OwnerRange,
    query: &CustomerQuery,
) -> Outcome<Counted<Versioned<Customer>>> {
    let found = list::find(db, &listing::of(db, range, query)?)?;
    let slice = list::records(db, found.rows, customer::BY_ROW, customer::read)?;
    Ok(Counted { slice, total: found.total })
}

fn name(row: &Row<'_>) -> Outcome<(Name, UserId)> {
    fields::read(row, "customer", |fields| {
        fields.id::<CustomerKind>()?;
        Ok((fields.parse(Name::parse)?, fields.id()?))
    })
}
