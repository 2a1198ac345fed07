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
use crate::list::{self, Counting, Listing, Walk};
use crate::reader::{Find, Reader};
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
        self.snapshot(move |mut reader| async move {
            Ok(match customers::one(&mut reader, &scope, customer).await? {
                Sight::Seen(found) => Sight::Seen((found, page(&mut reader, customer, start, limit).await?)),
                Sight::Hidden => Sight::Hidden,
                Sight::Absent => Sight::Absent,
            })
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
        self.snapshot(move |mut reader| async move {
            Ok(match customers::one(&mut reader, &scope, customer).await? {
                Sight::Seen(found) => {
                    let its = Find::all(doc! { "_id": id(note), "customer": id(customer) });
                    let note = reader.one("notes", its).await?;
                    let note = note.map(|document| documents::read(&document)).transpose()?;
                    Sight::Seen((found, note))
                }
                Sight::Hidden => Sight::Hidden,
                Sight::Absent => Sight::Absent,
            })
        })
        .await
    }

    async fn note_ids(
        &self,
        scope: &Scope,
        customer: CustomerId,
        limit: u32,
    ) -> Result<Vec<NoteId>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move {
            let its = Find::all(doc! { "customer": id(customer) }).by(BY_CUSTOMER).at_most(limit);
            let notes = reader.all("notes", its).await?;
            let notes =
                notes.iter().map(|document| documents::read(document)).collect::<Result<Vec<Note>, _>>()?;
            Ok(notes.iter().filter(|note| scope.admits(Some(note.author))).map(|note| note.id).collect())
        })
        .await
    }
}

/// A customer's latest notes.
pub(crate) async fn latest(
    reader: &mut Reader,
    customer: CustomerId,
    limit: u32,
) -> Result<Vec<Note>, StoreError> {
    Ok(page(reader, customer, Start::Offset(0), limit).await?.items)
}

/// One page of a customer's notes, newest first.
async fn page(
    reader: &mut Reader,
    customer: CustomerId,
    start: Start,
    limit: u32,
) -> Result<Slice<Note>, StoreError> {
    let arm = doc! { "customer": id(customer) };
    let listing = Listing {
        collection: "notes",
        walk: Walk { index: BY_CUSTOMER, key: "created_at", arms: vec![arm], window: None },
        residual: Vec::new(),
        filters: Vec::new(),
        ways: Vec::new(),
        total: Counting::Spare,
        direction: Direction::Descending,
        start,
        limit,
    };
    Ok(list::find(reader, &listing).await?.slice)
}
