//! Short answers.

use crm_domain::transfer::Moved;
use serde::Serialize;
use utoipa::ToSchema;

/// It is done, or was already.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Done)]
pub struct DoneBody {
    /// Always `true`.
    pub ok: bool,
}

/// The user is signed out everywhere.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Revoked)]
pub struct RevokedBody {
    /// Always `true`.
    pub ok: bool,
    /// How many sessions that ended.
    pub ended: u64,
}

/// The user is deactivated.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Deactivated)]
pub struct DeactivatedBody {
    /// Always `true`.
    pub ok: bool,
    /// Only there if what was theirs went to somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub moved: Option<MovedBody>,
}

/// How many records moved.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Moved)]
pub struct MovedBody {
    /// Leads that were neither closed nor archived.
    pub leads: u64,
    /// Customers.
    pub customers: u64,
    /// Tasks that were not done.
    pub tasks: u64,
}

/// Whether the first admin is still to be set up.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = BootstrapCheck)]
pub struct BootstrapCheckBody {
    /// Whether `POST /api/auth/bootstrap` can work.
    pub can_bootstrap: bool,
}

impl DeactivatedBody {
    pub(crate) fn of(moved: Option<Moved>) -> Self {
        let body =
            |moved: Moved| MovedBody { leads: moved.leads, customers: moved.customers, tasks: moved.tasks };
        Self { ok: true, moved: moved.map(body) }
    }
}
