//! Reading leads.

use async_trait::async_trait;
use crm_domain::access::scope::{Scope, Sight};
use crm_domain::activity::HistoryEntry;
use crm_domain::ids::LeadId;
use crm_domain::lead::Lead;
use crm_domain::values::name::Name;
use crm_domain::version::Versioned;

use crate::error::StoreError;
use crate::paging::Counted;
use crate::query::leads::LeadQuery;

/// Reads leads.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Leads: Send + Sync {
    /// One lead. A lead that exists outside the scope MUST come out as [`Sight::Hidden`].
    ///
    /// # Errors
    /// [`StoreError`]; a row that cannot be read MUST be `Corrupt`, never absent.
    async fn lead(&self, scope: &Scope, id: LeadId) -> Result<Sight<Versioned<Lead>>, StoreError>;

    /// One lead with its last `limit` events, newest version first, as of one moment.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn lead_with_history(
        &self,
        scope: &Scope,
        id: LeadId,
        limit: u32,
    ) -> Result<Sight<(Versioned<Lead>, Vec<HistoryEntry>)>, StoreError>;

    /// One page of the leads in the scope, in the query's order (ties by id, in the sort's direction), and how many
    /// there are in all, as of one moment. MUST hold nothing outside the scope, whatever the filter says.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn leads(&self, scope: &Scope, query: &LeadQuery) -> Result<Counted<Versioned<Lead>>, StoreError>;

    /// The names of those of these leads that the scope admits, in any order.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn lead_names(&self, scope: &Scope, ids: &[LeadId]) -> Result<Vec<(LeadId, Name)>, StoreError>;
}
