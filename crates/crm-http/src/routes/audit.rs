//! `/api/audit` and `/api/auth/history`: what bears on security.

use crm_app::audit::list;
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::audit::AuditEntryBody;
use crate::dto::page::PageBody;
use crate::route::Outcome;

/// `GET /api/audit`
pub(crate) async fn list(call: Call, actor: Actor) -> Outcome {
    let page = list::list(call.ctx(), &actor, call.query()?).await?;
    let next = call.next_page(page.next_cursor.as_deref())?;
    Ok(Answer::ok(&PageBody::of(&page, AuditEntryBody::of))?.tagged().next(next))
}

/// `GET /api/auth/history`
pub(crate) async fn history(call: Call, actor: Actor) -> Outcome {
    let page = list::history(call.ctx(), &actor, call.query()?).await?;
    let next = call.next_page(page.next_cursor.as_deref())?;
    Ok(Answer::ok(&PageBody::of(&page, AuditEntryBody::of))?.tagged().next(next))
}
