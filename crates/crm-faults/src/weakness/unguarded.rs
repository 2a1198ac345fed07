//! A store whose leads never tell that they were converted: each conversion makes another customer.

use std::sync::Arc;

use async_trait::async_trait;
use crm_app::context::Stores;
use crm_app::error::StoreError;
use crm_app::paging::Counted;
use crm_app::ports::leads::Leads;
use crm_app::query::leads::LeadQuery;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::activity::HistoryEntry;
use crm_domain::ids::LeadId;
use crm_domain::lead::Lead;
use crm_domain::values::name::Name;
use crm_domain::version::Versioned;

/// The same ports, but for the one that reads a lead before it is changed.
pub(super) fn stores(stores: Stores) -> Stores {
    Stores { leads: Arc::new(Forgetful(stores.leads)), ..stores }
}

struct Forgetful(Arc<dyn Leads>);

#[async_trait]
impl Leads for Forgetful {
    async fn lead(&self, scope: &Scope, id: LeadId) -> Result<Sight<Versioned<Lead>>, StoreError> {
        Ok(match self.0.lead(scope, id).await? {
            Sight::Seen(lead) => {
                let record = Lead { customer: None, ..lead.record().clone() };
                Sight::Seen(Versioned::stored(record, lead.version()))
            }
            other @ (Sight::Hidden | Sight::Absent) => other,
        })
    }

    async fn lead_with_history(
        &self,
        scope: &Scope,
        id: LeadId,
        limit: u32,
    ) -> Result<Sight<(Versioned<Lead>, Vec<HistoryEntry>)>, StoreError> {
        self.0.lead_with_history(scope, id, limit).await
    }

    async fn leads(&self, scope: &Scope, query: &LeadQuery) -> Result<Counted<Versioned<Lead>>, StoreError> {
        self.0.leads(scope, query).await
    }

    async fn lead_names(&self, scope: &Scope, ids: &[LeadId]) -> Result<Vec<(LeadId, Name)>, StoreError> {
        self.0.lead_names(scope, ids).await
    }
}
