//! Reading the audit log. It is written by commits ([`crate::commit::Commit::audit`]).

use async_trait::async_trait;
use crm_domain::access::scope::Scope;
use crm_domain::audit::chain::{AuditEntry, AuditHead};

use crate::error::StoreError;
use crate::paging::Counted;
use crate::query::audits::AuditQuery;

/// Reads the audit log.
///
/// The entries of a commit MUST be sealed in the transaction that writes them, so that each follows on the one before
/// ([`crm_domain::audit::chain::AuditKey::follow`]) however many commits are applied at once and by however many
/// servers. [`crate::ports::maintenance::Maintenance::clear`] leaves the log as it is.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Audits: Send + Sync {
    /// One page of the log, newest first (by moment, then id), and how many entries there are in all. A scope that is
    /// not everything MUST see only the entries that are about its owner.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn entries(&self, scope: &Scope, query: &AuditQuery) -> Result<Counted<AuditEntry>, StoreError>;

    /// At most so many entries behind this number, in the order of their numbers: all that there are, as they are, for
    /// whoever checks them.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with the number, if one cannot be read.
    async fn stretch(&self, after: u64, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// The head, if there is one. It MUST be as new as every entry that was read before.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn head(&self) -> Result<Option<AuditHead>, StoreError>;
}
