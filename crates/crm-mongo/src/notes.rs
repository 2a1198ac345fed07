//! Reading notes: who may see a customer sees its notes.

use async_trait::async_trait;
use bson::doc;
use crm_app::error::StoreError;
use crm_app::paging::{Direction, Slice, Start};
use crm_app::ports::notes::Notes;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::customer::Customer;
use crm_domain::ids::{CustomerId, NoteId};
use crm_domain::note::Note;
use crm_domain::version::Versioned;

use crate::customers;
use crate::documents::{self, id};
use crate::list::{Counting, Listing, Walk};
use crate::reader::Find;
use crate::schema::Index;
use crate::store::MongoStore;

/// A customer's notes, newest first; their deletion with it.
const BY_CUSTOMER: &str = "notes_by_customer";
pub(crate) const INDEXES: &[Index] = &[Index::on("notes", BY_CUSTOMER, &["customer", "created_at", "_id"])];

#[async_trait]
impl Notes for MongoStore {
    async fn notes(
        &self,
        scope: &Scope,
        customer: CustomerId,
        start: &Start,
        limit: u32,
    ) -> Result<Sight<(Versioned<Customer>, Slice<Note>)>, StoreError> {
        let scope = *scope;
        let start = start.clone();
        self.read(move |mut reader| async move {
            let found = customers::with_notes(&mut reader, customer, start, limit).await?;
            Ok(customers::judged(&scope, found))
        })
        .await
    }

    async fn note(
        &self,
        scope: &Scope,
        customer: CustomerId,
        note: NoteId,
    ) -> Result<Sight<(Versioned<Customer>, Option<Note>)>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move {
            let its = Find::all(doc! { "_id": id(note), "customer": id(customer) }).by("_id_");
            let theirs = ("customers", customers::question(customer));
            let [notes, customers] = reader.together([("notes", its), theirs]).await?;
            let Some(document) = customers.first() else { return Ok(Sight::Absent) };
            let found: Versioned<Customer> = documents::read(document)?;
            let note = notes.first().map(|document| documents::read(document)).transpose()?;
            Ok(customers::judged(&scope, Some((found, note))))
        })
        .await
    }
}

/// One page of a customer's notes, newest first.
pub(crate) fn listing(customer: CustomerId, start: Start, limit: u32) -> Listing {
    let arm = doc! { "customer": id(customer) };
    Listing {
        collection: "notes",
        walk: Walk { index: BY_CUSTOMER, key: "created_at", arms: vec![arm], window: None },
        residual: Vec::new(),
        filters: Vec::new(),
        ways: Vec::new(),
        total: Counting::Spare,
        direction: Direction::Descending,
        start,
        limit,
    }
}
