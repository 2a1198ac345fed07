//! Reading leads.

pub(crate) mod listing;

use async_trait::async_trait;
use bson::{RawDocumentBuf, doc};
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::leads::Leads;
use crm_app::query::leads::LeadQuery;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::activity::{Activity, EntityKind, HistoryEntry};
use crm_domain::ids::LeadId;
use crm_domain::lead::Lead;
use crm_domain::values::name::Name;
use crm_domain::version::Versioned;

use crate::activities::listing::BY_ENTITY;
use crate::documents::{self, id, recent, record_and_recent, record_only};
use crate::list;
use crate::reader::{Find, Reader};
use crate::store::MongoStore;

#[async_trait]
impl Leads for MongoStore {
    async fn lead(&self, scope: &Scope, id: LeadId) -> Result<Sight<Versioned<Lead>>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move { one(&mut reader, &scope, id).await }).await
    }

    async fn lead_with_history(
        &self,
        scope: &Scope,
        id: LeadId,
        limit: u32,
    ) -> Result<Sight<(Versioned<Lead>, Vec<HistoryEntry>)>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move {
            Ok(match detail(&mut reader, id, limit).await? {
                Some((lead, events)) => Sight::judge(&scope, lead.record().owner, (lead, events)),
                None => Sight::Absent,
            })
        })
        .await
    }

    async fn leads(&self, scope: &Scope, query: &LeadQuery) -> Result<Counted<Versioned<Lead>>, StoreError> {
        let range = scope.narrow(query.filter.owner);
        let query = query.clone();
        self.snapshot(move |mut reader| async move {
            let listing = listing::of(&mut reader, range, &query).await?;
            list::find(&mut reader, &listing).await
        })
        .await
    }

    async fn lead_names(&self, scope: &Scope, ids: &[LeadId]) -> Result<Vec<(LeadId, Name)>, StoreError> {
        let scope = *scope;
        let keys: Vec<bson::Uuid> = ids.iter().map(|id| documents::key(*id)).collect();
        self.read(move |mut reader| async move {
            let find = Find::all(doc! { "_id": { "$in": keys } }).by("_id_").fields(record_only());
            let mut names = Vec::new();
            for document in reader.all("leads", find).await? {
                let lead = documents::read::<Versioned<Lead>>(&document)?.into_record();
                if scope.admits(lead.owner) {
                    names.push((lead.id, lead.name));
                }
            }
            Ok(names)
        })
        .await
    }
}

/// One lead, as far as the scope reaches.
async fn one(reader: &mut Reader, scope: &Scope, lead: LeadId) -> Result<Sight<Versioned<Lead>>, StoreError> {
    let find = Find::all(doc! { "_id": id(lead) }).fields(record_only());
    Ok(match reader.one("leads", find).await? {
        Some(document) => {
            let lead: Versioned<Lead> = documents::read(&document)?;
            Sight::judge(scope, lead.record().owner, lead)
        }
        None => Sight::Absent,
    })
}

/// A lead and its latest events, of one moment: from its own document if that holds enough of them, else in a second
/// look at both.
pub(crate) async fn detail(
    reader: &mut Reader,
    lead: LeadId,
    limit: u32,
) -> Result<Option<(Versioned<Lead>, Vec<HistoryEntry>)>, StoreError> {
    let its = Find::all(doc! { "_id": id(lead) });
    let alone = its.clone().fields(record_and_recent());
    let Some(document) = reader.one("leads", alone).await? else { return Ok(None) };
    let found: Versioned<Lead> = documents::read(&document)?;
    if let Some(events) = recent::latest(&document, lead, found.version(), limit) {
        return Ok(Some((found, events)));
    }
    let [events, leads] =
        reader.together([("activities", history(lead, limit)), ("leads", its.fields(record_only()))]).await?;
    let Some(document) = leads.first() else { return Ok(None) };
    let entry = |document: &RawDocumentBuf| documents::read::<Activity>(document).map(HistoryEntry::from);
    Ok(Some((documents::read(document)?, events.iter().map(entry).collect::<Result<_, _>>()?)))
}

/// A lead's latest events.
fn history(lead: LeadId, limit: u32) -> Find {
    let its = doc! { "entity_id": id(lead), "entity_kind": EntityKind::Lead.as_str() };
    Find::all(its).by(BY_ENTITY).sorted(doc! { "entity_version": -1 }).at_most(limit)
}
