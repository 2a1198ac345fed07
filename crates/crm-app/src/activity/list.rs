//! Reading the activity feed.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::activity::{Activity, ActivityType, EntityKind};
use crm_domain::form::Form;
use crm_domain::ids::UserId;
use crm_domain::raw::Members;

use crate::context::Ctx;
use crate::error::AppError;
use crate::input::any_id;
use crate::paging::cursor;
use crate::paging::request::PageRequest;
use crate::query::activities::{ActivityFilter, ActivityQuery, NEWEST_FIRST, place};

/// The parameters of the feed.
pub const PARAMETERS: &[&str] = &["limit", "cursor", "entityType", "entityId", "actor", "type"];

/// A stretch of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The events, newest first.
    pub items: Vec<Activity>,
    /// The cursor of the next stretch, if there is one.
    pub next_cursor: Option<String>,
    /// How many events were asked for at most.
    pub limit: u32,
}

/// The latest events that the actor may see.
///
/// # Errors
/// [`AppError::Invalid`] with every bad parameter.
pub async fn list(ctx: &Ctx, actor: &Actor, query: Members) -> Result<Feed, AppError> {
    let grant = authorize(actor, Action::ReadActivity)?;
    let mut form = Form::query(query, PARAMETERS);
    let filter = ActivityFilter {
        entity_kind: form.optional("entityType", EntityKind::parse),
        entity_id: form.optional("entityId", any_id),
        actor: form.optional("actor", UserId::parse),
        kind: form.optional("type", ActivityType::parse),
    };
    let request = PageRequest::read_walk(&mut form, NEWEST_FIRST);
    form.finish()?;
    let query = ActivityQuery { filter, start: request.start, limit: request.limit };
    let slice = ctx.stores.activities.activities(grant.scope(), &query).await?;
    let next_cursor = match slice.items.last() {
        Some(last) if slice.more => Some(cursor::encode(NEWEST_FIRST, &place(last))),
        Some(_) | None => None,
    };
    Ok(Feed { items: slice.items, next_cursor, limit: query.limit })
}
