//! Reading notes: who may see a customer sees its notes.

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::paging::{Direction, Slice, Start};
use crm_app::ports::notes::Notes;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::customer::Customer;
use crm_domain::ids::{CustomerId, NoteId};
use crm_domain::note::Note;
use crm_domain::version::Versioned;

use crate::customers;
use crate::db::{Db, Outcome};
use crate::list::condition::Condition;
use crate::list::{self, Columns, Counting, Listing, Walk};
use crate::rows::{int, key, note};
use crate::store::SqliteStore;

#[async_trait]
impl Notes for SqliteStore {
    async fn notes(
        &self,
        scope: &Scope,
        customer: CustomerId,
        start: &Start,
        limit: u32,
    ) -> Result<Sight<(Versioned<Customer>, Slice<Note>)>, StoreError> {
        let scope = *scope;
        let start = start.clone();
        self.glance(move |db| {
            Ok(match customers::one(db, &scope, customer)? {
                Sight::Seen(found) => Sight::Seen((found, page(db, customer, start, limit)?)),
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
        id: NoteId,
    ) -> Result<Sight<(Versioned<Customer>, Option<Note>)>, StoreError> {
        let scope = *scope;
        self.glance(move |db| {
            Ok(match customers::one(db, &scope, customer)? {
                Sight::Seen(found) => {
                    let note = db.one(note::BY_ID, [key(id), key(customer)], note::read)?;
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
        self.read(move |db| {
            let ids = db.all(note::IDS, (key(customer), int(limit.into())), note::read_id)?;
            Ok(ids.into_iter().filter(|(_, author)| scope.admits(Some(*author))).map(|(id, _)| id).collect())
        })
        .await
    }
}

/// One page of a customer's notes, newest first.
pub(crate) fn page(db: &Db<'_>, customer: CustomerId, start: Start, limit: u32) -> Outcome<Slice<Note>> {
    let columns = Columns { key: "note.created_at", id: "note.id", n: "note.n" };
    let found = list::find(
        db,
        &Listing {
            walk: Walk {
                from: "note INDEXED BY note_by_customer",
                columns,
                arms: vec![vec![Condition::one("note.customer = ?", key(customer).to_vec())]],
                window: None,
            },
            residual: Vec::new(),
            columns,
            ways: Vec::new(),
            total: Counting::Spare,
            direction: Direction::Descending,
            start,
            limit,
        },
    )?;
    list::records(db, found.rows, note::BY_ROW, note::read)
}
