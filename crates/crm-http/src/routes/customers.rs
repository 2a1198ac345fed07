//! `/api/customers`.

use crm_app::customers::{change, create, delete, list, read};
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::customer::{CustomerBody, CustomerDetailBody};
use crate::dto::page::PageBody;
use crate::route::Outcome;

/// `GET /api/customers`
pub(crate) async fn list(call: Call, actor: Actor) -> Outcome {
    let page = list::list(call.ctx(), &actor, call.query()?).await?;
    let (people, next) = (call.people(), call.next_page(page.next_cursor.as_deref())?);
    Ok(Answer::ok(&PageBody::of(&page, |customer| CustomerBody::of(customer, &people)))?.tagged().next(next))
}

/// `POST /api/customers`
pub(crate) async fn create(mut call: Call, actor: Actor) -> Outcome {
    let body = call.body().await?;
    let detail = create::create(call.ctx(), &actor, body).await?;
    let location = format!("/api/customers/{}", detail.customer.record().id);
    let answer = Answer::created(&location, &CustomerDetailBody::of(&detail, &call.people()))?;
    Ok(answer.versioned(detail.customer.version()))
}

/// `GET /api/customers/{id}`
pub(crate) async fn read(call: Call, actor: Actor) -> Outcome {
    let detail = read::read(call.ctx(), &actor, call.path("id")).await?;
    let answer = Answer::ok(&CustomerDetailBody::of(&detail, &call.people()))?;
    Ok(answer.versioned(detail.customer.version()))
}

/// `PATCH /api/customers/{id}`
pub(crate) async fn change(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let detail = change::change(call.ctx(), &actor, call.path("id"), body, &precondition).await?;
    let answer = Answer::ok(&CustomerDetailBody::of(&detail, &call.people()))?;
    Ok(answer.versioned(detail.customer.version()))
}

/// `DELETE /api/customers/{id}`
pub(crate) async fn delete(call: Call, actor: Actor) -> Outcome {
    let precondition = call.precondition()?;
    delete::delete(call.ctx(), &actor, call.path("id"), &precondition).await?;
    Ok(Answer::done())
}
