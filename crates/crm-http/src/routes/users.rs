//! `/api/auth/users` and `/api/auth/register`: managing accounts.

use crm_app::users::deactivate::{self, Deactivation};
use crm_app::users::{change, list, read, register, transfer};
use crm_domain::access::actor::Actor;
use crm_domain::user::User;
use crm_domain::version::Versioned;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::done::{DeactivatedBody, TransferBody};
use crate::dto::page::PageBody;
use crate::dto::people::People;
use crate::dto::user::UserBody;
use crate::route::Outcome;

/// `POST /api/auth/register`
pub(crate) async fn register(mut call: Call, actor: Actor) -> Outcome {
    let (body, reply) = (call.body().await?, call.reply(made));
    reply.answer(&register::register(call.ctx(), &actor, body).await?)
}

/// `GET /api/auth/users`
pub(crate) async fn list(call: Call, actor: Actor) -> Outcome {
    let page = list::list(call.ctx(), &actor, call.query()?).await?;
    let next = call.next_page(page.next_cursor.as_deref())?;
    Ok(Answer::ok(&PageBody::of(&page, UserBody::of))?.tagged().next(next))
}

/// `GET /api/auth/users/{id}`
pub(crate) async fn read(call: Call, actor: Actor) -> Outcome {
    shown(&read::read(call.ctx(), &actor, call.path("id")).await?, &call.people())
}

/// `PATCH /api/auth/users/{id}`
pub(crate) async fn change(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let reply = call.reply(shown);
    reply.answer(&change::change(call.ctx(), &actor, call.path("id"), body, &precondition).await?)
}

/// `DELETE /api/auth/users/{id}`
pub(crate) async fn deactivate(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, query) = (call.precondition()?, call.query()?);
    let reply = call.reply(deactivated);
    reply.answer(&deactivate::deactivate(call.ctx(), &actor, call.path("id"), query, &precondition).await?)
}

/// `GET /api/auth/users/{id}/transfer`
pub(crate) async fn transfer(call: Call, actor: Actor) -> Outcome {
    let found = transfer::read(call.ctx(), &actor, call.path("id")).await?;
    Ok(Answer::ok(&TransferBody::of(&found))?.tagged())
}

fn deactivated(deactivation: &Deactivation, _: &People) -> Outcome {
    match deactivation {
        Deactivation::Deactivated => Answer::ok(&DeactivatedBody::of(None)),
        Deactivation::HandedOver(transfer) if transfer.is_running() => {
            let location = format!("/api/auth/users/{}/transfer", transfer.from);
            Answer::accepted(&location, &TransferBody::of(transfer))
        }
        Deactivation::HandedOver(transfer) => Answer::ok(&DeactivatedBody::of(Some(transfer.moved))),
    }
}

fn made(user: &Versioned<User>, _: &People) -> Outcome {
    let location = format!("/api/auth/users/{}", user.record().id);
    Ok(Answer::created(&location, &UserBody::of(user))?.versioned(user.version()))
}

fn shown(user: &Versioned<User>, _: &People) -> Outcome {
    Ok(Answer::ok(&UserBody::of(user))?.versioned(user.version()))
}
