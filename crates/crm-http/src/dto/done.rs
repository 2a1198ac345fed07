//! Short answers.

use crm_domain::transfer::{Moved, Transfer};
use serde::Serialize;
use utoipa::ToSchema;

/// It is done, or was already.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Done)]
pub struct DoneBody {
    /// Always `true`.
    pub ok: bool,
}

/// The server can do its work.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Ready)]
pub struct ReadyBody {
    /// Always `true`.
    pub ok: bool,
    /// The kind of store that answered: `sqlite` (embedded) or `mongodb`.
    #[schema(example = "sqlite")]
    pub store: &'static str,
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

/// How a hand-over stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Transfer)]
pub struct TransferBody {
    /// `running`, or `done`: then nothing moves any more.
    pub state: TransferState,
    /// How many records have moved so far.
    pub moved: MovedBody,
}

/// Whether a hand-over goes on.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    /// Batches are still to be moved.
    Running,
    /// It is finished.
    Done,
}

impl DeactivatedBody {
    pub(crate) fn of(moved: Option<Moved>) -> Self {
        Self { ok: true, moved: moved.map(MovedBody::of) }
    }
}

impl MovedBody {
    fn of(moved: Moved) -> Self {
        Self { leads: moved.leads, customers: moved.customers, tasks: moved.tasks }
    }
}

impl TransferBody {
    pub(crate) fn of(transfer: &Transfer) -> Self {
        let state = if transfer.is_running() { TransferState::Running } else { TransferState::Done };
        Self { state, moved: MovedBody::of(transfer.moved) }
    }
}
