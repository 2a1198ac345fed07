//! Reading what holds for the whole store.

use async_trait::async_trait;
use crm_domain::calendar::Calendar;

use crate::error::StoreError;
use crate::setup::token::SetupFingerprint;

/// What holds for the whole store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workspace {
    /// The calendar that decides what a day is.
    pub calendar: Calendar,
    /// Whether the store has ever had an admin.
    pub set_up: bool,
    /// What is kept of the newest setup token; none once there was an admin.
    pub setup_token: Option<SetupFingerprint>,
}

/// Reads the workspace.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Workspaces: Send + Sync {
    /// The workspace as it is now.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn workspace(&self) -> Result<Workspace, StoreError>;

    /// Whether the store can do its work. MUST NOT wait for other calls nor be refused because of them, so that a busy
    /// store is told from one that is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn ping(&self) -> Result<(), StoreError>;
}
