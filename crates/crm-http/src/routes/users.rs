//! `/api/auth/users` and `/api/auth/register`: managing accounts.

use crm_app::users::{change, deactivate, list, read, register};
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::done::DeactivatedBody;
use crate::dto::page::PageBody;
use crate::dto::user::UserBody;
use crate::route::Outcome;

/// `POST /api/auth/register`
pub(crate) async fn register(mut call: Call, actor: Actor) -> Outcome {
    let body = call.body().await?;
    let user = register::register(call.ctx(), &actor, body).await?;
    let location = format!("/api/auth/users/{}", user.record().id);
    Ok(Answer::created(&location, &UserBody::of(&user))?.versioned(user.version()))
}

/// `GET /api/auth/users`
pub(crate) async fn list(call: Call, actor: Actor) -> Outcome {
    let page = list::list(call.ctx(), &actor, call.query()?).await?;
    let next = call.next_page(page.next_cursor.as_deref())?;
    Ok(Answer::ok(&PageBody::of(&page, UserBody::of))?.tagged().next(next))
}

/// `GET /api/auth/users/{id}`
pub(crate) async fn read(call: Call, actor: Actor) -> Outcome {
    let user = read::read(call.ctx(), &actor, call.path("id")).await?;
    Ok(Answer::ok(&UserBody::of(&user))?.versioned(user.version()))
}

/// `PATCH /api/auth/users/{id}`
pub(crate) async fn change(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let user = change::change(call.ctx(), &actor, call.path("id"), body, &precondition).await?;
    Ok(Answer::ok(&UserBody::of(&user))?.versioned(user.version()))
}

/// `DELETE /api/auth/users/{id}`
pub(crate) async fn deactivate(call: Call, actor: Actor) -> Outcome {
    let (precondition, query) = (call.precondition()?, call.query()?);
    let moved = deactivate::deactivate(call.ctx(), &actor, call.path("id"), query, &precondition).await?;
    Answer::ok(&DeactivatedBody::of(moved))
}
