//! `/api/customers`.

use crm_app::customers::read::{self, CustomerDetail};
use crm_app::customers::{change, create, delete, list};
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::customer::{CustomerBody, CustomerDetailBody};
use crate::dto::page::PageBody;
use crate::dto::people::People;
use crate::route::Outcome;

/// `GET /api/customers`
pub(crate) async fn list(call: Call, actor: Actor) -> Outcome {
    let page = list::list(call.ctx(), &actor, call.query()?).await?;
    let (people, next) = (call.people(), call.next_page(page.next_cursor.as_deref())?);
    Ok(Answer::ok(&PageBody::of(&page, |customer| CustomerBody::of(customer, &people)))?.tagged().next(next))
}

/// `POST /api/customers`
pub(crate) async fn create(mut call: Call, actor: Actor) -> Outcome {
    let (body, reply) = (call.body().await?, call.reply(made));
    reply.answer(&create::create(call.ctx(), &actor, body).await?)
}

/// `GET /api/customers/{id}`
pub(crate) async fn read(call: Call, actor: Actor) -> Outcome {
    shown(&read::read(call.ctx(), &actor, call.path("id")).await?, &call.people())
}

/// `PATCH /api/customers/{id}`
pub(crate) async fn change(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let reply = call.reply(shown);
    reply.answer(&change::change(call.ctx(), &actor, call.path("id"), body, &precondition).await?)
}

/// `DELETE /api/customers/{id}`
pub(crate) async fn delete(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, reply) = (call.precondition()?, call.reply_done());
    reply.answer(&delete::delete(call.ctx(), &actor, call.path("id"), &precondition).await?)
}

fn made(detail: &CustomerDetail, people: &People) -> Outcome {
    let location = format!("/api/customers/{}", detail.customer.record().id);
    let answer = Answer::created(&location, &CustomerDetailBody::of(detail, people))?;
    Ok(answer.versioned(detail.customer.version()))
}

fn shown(detail: &CustomerDetail, people: &People) -> Outcome {
    let answer = Answer::ok(&CustomerDetailBody::of(detail, people))?;
    Ok(answer.versioned(detail.customer.version()))
}
