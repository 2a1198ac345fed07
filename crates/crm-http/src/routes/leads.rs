//! `/api/leads`.

use crm_app::leads::{archive, change, convert, create, form, list, read, reassign};
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::conversion::ConversionBody;
use crate::dto::lead::{LeadBody, LeadDetailBody};
use crate::dto::page::PageBody;
use crate::route::Outcome;

/// What an action ignores: a client may send back the lead that it read.
const SHOWN: [&[&str]; 2] = [form::WRITABLE, form::READ_ONLY];

/// `GET /api/leads`
pub(crate) async fn list(call: Call, actor: Actor) -> Outcome {
    let page = list::list(call.ctx(), &actor, call.query()?).await?;
    let (people, next) = (call.people(), call.next_page(page.next_cursor.as_deref())?);
    Ok(Answer::ok(&PageBody::of(&page, |lead| LeadBody::of(lead, &people)))?.tagged().next(next))
}

/// `POST /api/leads`
pub(crate) async fn create(mut call: Call, actor: Actor) -> Outcome {
    let body = call.body().await?;
    let lead = create::create(call.ctx(), &actor, body).await?;
    let location = format!("/api/leads/{}", lead.record().id);
    Ok(Answer::created(&location, &LeadBody::of(&lead, &call.people()))?.versioned(lead.version()))
}

/// `GET /api/leads/{id}`
pub(crate) async fn read(call: Call, actor: Actor) -> Outcome {
    let detail = read::read(call.ctx(), &actor, call.path("id")).await?;
    Ok(Answer::ok(&LeadDetailBody::of(&detail, &call.people()))?.versioned(detail.lead.version()))
}

/// `PATCH /api/leads/{id}`
pub(crate) async fn change(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let lead = change::change(call.ctx(), &actor, call.path("id"), body, &precondition).await?;
    Ok(Answer::ok(&LeadBody::of(&lead, &call.people()))?.versioned(lead.version()))
}

/// `DELETE /api/leads/{id}`: puts it away, as `archive` does.
pub(crate) async fn delete(call: Call, actor: Actor) -> Outcome {
    let precondition = call.precondition()?;
    archive::archive(call.ctx(), &actor, call.path("id"), &precondition).await?;
    Ok(Answer::done())
}

/// `PATCH /api/leads/{id}/archive`
pub(crate) async fn archive(mut call: Call, actor: Actor) -> Outcome {
    let precondition = call.precondition()?;
    call.empty_body(&SHOWN).await?;
    archive::archive(call.ctx(), &actor, call.path("id"), &precondition).await?;
    Ok(Answer::done())
}

/// `PATCH /api/leads/{id}/unarchive`
pub(crate) async fn unarchive(mut call: Call, actor: Actor) -> Outcome {
    let precondition = call.precondition()?;
    call.empty_body(&SHOWN).await?;
    archive::unarchive(call.ctx(), &actor, call.path("id"), &precondition).await?;
    Ok(Answer::done())
}

/// `POST /api/leads/{id}/reassign`
pub(crate) async fn reassign(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let lead = reassign::reassign(call.ctx(), &actor, call.path("id"), body, &precondition).await?;
    Ok(Answer::ok(&LeadBody::of(&lead, &call.people()))?.versioned(lead.version()))
}

/// `POST /api/leads/{id}/convert`
pub(crate) async fn convert(mut call: Call, actor: Actor) -> Outcome {
    let precondition = call.precondition()?;
    call.empty_body(&SHOWN).await?;
    let conversion = convert::convert(call.ctx(), &actor, call.path("id"), &precondition).await?;
    let answer = Answer::ok(&ConversionBody::of(&conversion, &call.people()))?;
    Ok(answer.versioned(conversion.lead.version()))
}
