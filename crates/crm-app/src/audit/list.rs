//! Reading the audit log.

use std::net::IpAddr;

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::scope::Scope;
use crm_domain::audit::AuditKind;
use crm_domain::audit::chain::AuditEntry;
use crm_domain::calendar::{Calendar, parse_day};
use crm_domain::flaw::Flaw;
use crm_domain::form::Form;
use crm_domain::ids::UserId;
use crm_domain::raw::Members;
use crm_domain::timestamp::Timestamp;

use crate::audit::trail;
use crate::context::Ctx;
use crate::error::AppError;
use crate::paging::Page;
use crate::paging::request::PageRequest;
use crate::query::audits::{AuditFilter, AuditQuery, NEWEST_FIRST, place};

/// The parameters of the log.
pub const PARAMETERS: &[&str] =
    &["type", "actor", "user", "address", "from", "to", "page", "limit", "cursor"];

/// The parameters of one's own history.
pub const HISTORY_PARAMETERS: &[&str] = &["from", "to", "page", "limit", "cursor"];

/// What of the log tells a user about their own account.
const OF_ONESELF: [AuditKind; 9] = [
    AuditKind::SignInOk,
    AuditKind::SignInFailed,
    AuditKind::SignInThrottled,
    AuditKind::RefreshTheft,
    AuditKind::SessionEnded,
    AuditKind::UserCreated,
    AuditKind::UserChanged,
    AuditKind::UserDeactivated,
    AuditKind::RoleChanged,
];

/// One page of the log. What waits to be written is written first.
///
/// # Errors
/// [`AppError::Denied`] for agents; [`AppError::Invalid`] with every bad parameter.
pub async fn list(ctx: &Ctx, actor: &Actor, query: Members) -> Result<Page<AuditEntry>, AppError> {
    let grant = authorize(actor, Action::ReadAudit)?;
    let mut form = Form::query(query, PARAMETERS);
    let filter = AuditFilter {
        kinds: form.choices("type", AuditKind::parse),
        actor: form.optional("actor", UserId::parse),
        subject: form.optional("user", UserId::parse),
        address: form.optional("address", address),
        ..between(ctx, &mut form)
    };
    page(ctx, grant.scope(), form, filter).await
}

/// One page of what the log says of one's own account: sign-ins, refused ones too, ended sessions and changes.
///
/// # Errors
/// [`AppError::Invalid`] with every bad parameter.
pub async fn history(ctx: &Ctx, actor: &Actor, query: Members) -> Result<Page<AuditEntry>, AppError> {
    let grant = authorize(actor, Action::ManageSelf)?;
    let mut form = Form::query(query, HISTORY_PARAMETERS);
    let filter = AuditFilter { kinds: OF_ONESELF.into(), ..between(ctx, &mut form) };
    page(ctx, grant.scope(), form, filter).await
}

async fn page(
    ctx: &Ctx,
    scope: &Scope,
    mut form: Form,
    filter: AuditFilter,
) -> Result<Page<AuditEntry>, AppError> {
    let request = PageRequest::read_in_order(&mut form, NEWEST_FIRST);
    form.finish()?;
    if let Err(error) = trail::flush(ctx).await {
        // What is written can be read all the same.
        tracing::warn!(%error, "refusals wait to be written to the audit log");
    }
    let query = AuditQuery { filter, start: request.start.clone(), limit: request.limit };
    let found = ctx.stores.audits.entries(scope, &query).await?;
    Ok(request.page(found, place))
}

/// Reads `from` and `to`: instants, or local days, of which the last is in it; flaws go to the form.
fn between(ctx: &Ctx, form: &mut Form) -> AuditFilter {
    let calendar = ctx.calendar();
    let from = form.optional("from", |text| moment(calendar, text).map(|(from, _)| from));
    let before = form.optional("to", |text| moment(calendar, text).map(|(_, before)| before));
    AuditFilter { from, before, ..AuditFilter::default() }
}

/// The first moment that is meant, and the first one after it.
fn moment(calendar: Calendar, text: &str) -> Result<(Timestamp, Timestamp), Flaw> {
    if let Ok(day) = parse_day(text) {
        let day = calendar.day(day);
        return Ok((day.start, day.end));
    }
    let instant = Timestamp::parse(text)
        .map_err(|_| Flaw::invalid("a day like 2030-01-31, or an instant like 2030-01-31T09:00:00Z"))?;
    Ok((instant, instant.plus(std::time::Duration::from_millis(1))))
}

/// An address in the one way in which the log has it.
fn address(text: &str) -> Result<String, Flaw> {
    let address: IpAddr =
        text.trim().parse().map_err(|_| Flaw::invalid("an address such as 192.0.2.7 or 2001:db8::1"))?;
    Ok(address.to_canonical().to_string())
}
