//! Reading leads.

pub(crate) mod listing;

use async_trait::async_trait;
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::leads::Leads;
use crm_app::query::leads::LeadQuery;
use crm_domain::access::scope::{OwnerRange, Scope, Sight};
use crm_domain::activity::HistoryEntry;
use crm_domain::ids::{LeadId, UserId};
use crm_domain::lead::Lead;
use crm_domain::values::name::Name;
use crm_domain::version::Versioned;
use rusqlite::Row;

use crate::db::{Db, Outcome};
use crate::list;
use crate::rows::{activity, fields, int, key, lead};
use crate::store::SqliteStore;

#[async_trait]
impl Leads for SqliteStore {
    async fn lead(&self, scope: &Scope, id: LeadId) -> Result<Sight<Versioned<Lead>>, StoreError> {
        let scope = *scope;
        self.glance(move |db| one(db, &scope, id)).await
    }

    async fn lead_with_history(
        &self,
        scope: &Scope,
        id: LeadId,
        limit: u32,
    ) -> Result<Sight<(Versioned<Lead>, Vec<HistoryEntry>)>, StoreError> {
        let scope = *scope;
        self.glance(move |db| {
            Ok(match one(db, &scope, id)? {
                Sight::Seen(lead) => Sight::Seen((lead, history(db, id, limit)?)),
                Sight::Hidden => Sight::Hidden,
                Sight::Absent => Sight::Absent,
            })
        })
        .await
    }

    async fn leads(&self, scope: &Scope, query: &LeadQuery) -> Result<Counted<Versioned<Lead>>, StoreError> {
        let range = scope.narrow(query.filter.owner);
        let query = query.clone();
        if listing::is_glance(&query) {
            return self.glance(move |db| page(db, range, &query)).await;
        }
        self.snapshot(move |db| page(db, range, &query)).await
    }

    async fn lead_names(&self, scope: &Scope, ids: &[LeadId]) -> Result<Vec<(LeadId, Name)>, StoreError> {
        let scope = *scope;
        let ids = ids.to_vec();
        self.glance(move |db| {
            let mut names = Vec::with_capacity(ids.len());
            for id in ids {
                let found = db.one("SELECT id, name, owner FROM lead WHERE id = ?1", [key(id)], name)?;
                names.extend(found.filter(|(_, owner)| scope.admits(*owner)).map(|(name, _)| (id, name)));
            }
            Ok(names)
        })
        .await
    }
}

/// One lead, as far as the scope reaches.
fn one(db: &Db<'_>, scope: &Scope, id: LeadId) -> Outcome<Sight<Versioned<Lead>>> {
    Ok(match db.one(lead::BY_ID, [key(id)], lead::read)? {
        Some(lead) => Sight::judge(scope, lead.record().owner, lead),
        None => Sight::Absent,
    })
}

/// A lead's latest events.
pub(crate) fn history(db: &Db<'_>, id: LeadId, limit: u32) -> Outcome<Vec<HistoryEntry>> {
    db.all(activity::HISTORY, (key(id), int(limit.into())), activity::read_entry)
}

/// One page and the total.
pub(crate) fn page(db: &Db<'_>, range: OwnerRange, query: &LeadQuery) -> Outcome<Counted<Versioned<Lead>>> {
    let found = list::find(db, &listing::of(db, range, query)?)?;
    Ok(Counted { slice: list::records(db, found.rows, lead::BY_ROW, lead::read)?, total: found.total })
}

fn name(row: &Row<'_>) -> Outcome<(Name, Option<UserId>)> {
    fields::read(row, "lead", |fields| {
        fields.id::<crm_domain::ids::LeadKind>()?;
        Ok((fields.parse(Name::parse)?, fields.id_opt()?))
    })
}
