//! Reading leads.

pub(crate) mod listing;

use async_trait::async_trait;
use bson::doc;
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::leads::Leads;
use crm_app::query::leads::LeadQuery;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::activity::{Activity, EntityKind};
use crm_domain::ids::LeadId;
use crm_domain::lead::Lead;
use crm_domain::values::name::Name;
use crm_domain::version::Versioned;

use crate::activities::listing::BY_ENTITY;
use crate::documents::{self, id, without_keys};
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
    ) -> Result<Sight<(Versioned<Lead>, Vec<Activity>)>, StoreError> {
        let scope = *scope;
        self.snapshot(move |mut reader| async move {
            Ok(match one(&mut reader, &scope, id).await? {
                Sight::Seen(lead) => Sight::Seen((lead, history(&mut reader, id, limit).await?)),
                Sight::Hidden => Sight::Hidden,
                Sight::Absent => Sight::Absent,
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
            let find = Find::all(doc! { "_id": { "$in": keys } }).by("_id_").fields(without_keys());
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
    let find = Find::all(doc! { "_id": id(lead) }).fields(without_keys());
    Ok(match reader.one("leads", find).await? {
        Some(document) => {
            let lead: Versioned<Lead> = documents::read(&document)?;
            Sight::judge(scope, lead.record().owner, lead)
        }
        None => Sight::Absent,
    })
}

/// A lead's latest events.
pub(crate) async fn history(
    reader: &mut Reader,
    lead: LeadId,
    limit: u32,
) -> Result<Vec<Activity>, StoreError> {
    let its = doc! { "entity_id": id(lead), "entity_kind": EntityKind::Lead.as_str() };
    let find = Find::all(its).by(BY_ENTITY).sorted(doc! { "entity_version": -1 }).at_most(limit);
    reader.all("activities", find).await?.iter().map(|document| documents::read(document)).collect()
}
