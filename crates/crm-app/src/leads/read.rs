//! Reading one lead with its history.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::activity::HistoryEntry;
use crm_domain::lead::Lead;
use crm_domain::version::Versioned;

use crate::context::Ctx;
use crate::error::AppError;
use crate::input::{only_id, seen};

/// How many events the history shows.
pub const HISTORY: u32 = 50;

/// A lead and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadDetail {
    /// The lead.
    pub lead: Versioned<Lead>,
    /// Its last [`HISTORY`] events, newest first. Who may see the lead sees them all.
    pub history: Vec<HistoryEntry>,
}

/// Reads a lead.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::NotOwner`]; [`AppError::Invalid`] for a malformed id.
pub async fn read(ctx: &Ctx, actor: &Actor, id: &str) -> Result<LeadDetail, AppError> {
    let grant = authorize(actor, Action::ReadLeads)?;
    let id = only_id("id", id)?;
    let (lead, history) =
        seen(ctx.stores.leads.lead_with_history(grant.scope(), id, HISTORY).await?, "lead")?;
    Ok(LeadDetail { lead, history })
}
