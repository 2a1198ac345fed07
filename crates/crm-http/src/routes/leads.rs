//! `/api/leads`.

use crm_app::leads::convert::{self, Conversion};
use crm_app::leads::{archive, change, create, form, list, read, reassign};
use crm_domain::access::actor::Actor;
use crm_domain::lead::Lead;
use crm_domain::version::Versioned;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::conversion::ConversionBody;
use crate::dto::lead::{LeadBody, LeadDetailBody};
use crate::dto::page::PageBody;
use crate::dto::people::People;
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
    let (body, reply) = (call.body().await?, call.reply(made));
    reply.answer(&create::create(call.ctx(), &actor, body).await?)
}

/// `GET /api/leads/{id}`
pub(crate) async fn read(call: Call, actor: Actor) -> Outcome {
    let detail = read::read(call.ctx(), &actor, call.path("id")).await?;
    Ok(Answer::ok(&LeadDetailBody::of(&detail, &call.people()))?.versioned(detail.lead.version()))
}

/// `PATCH /api/leads/{id}`
pub(crate) async fn change(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let reply = call.reply(shown);
    reply.answer(&change::change(call.ctx(), &actor, call.path("id"), body, &precondition).await?)
}

/// `DELETE /api/leads/{id}`: puts it away, as `archive` does.
pub(crate) async fn delete(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, reply) = (call.precondition()?, call.reply_done());
    reply.answer(&archive::archive(call.ctx(), &actor, call.path("id"), &precondition).await?)
}

/// `PATCH /api/leads/{id}/archive`
pub(crate) async fn archive(mut call: Call, actor: Actor) -> Outcome {
    let precondition = call.precondition()?;
    call.empty_body(&SHOWN).await?;
    let reply = call.reply_done();
    reply.answer(&archive::archive(call.ctx(), &actor, call.path("id"), &precondition).await?)
}

/// `PATCH /api/leads/{id}/unarchive`
pub(crate) async fn unarchive(mut call: Call, actor: Actor) -> Outcome {
    let precondition = call.precondition()?;
    call.empty_body(&SHOWN).await?;
    let reply = call.reply_done();
    reply.answer(&archive::unarchive(call.ctx(), &actor, call.path("id"), &precondition).await?)
}

/// `POST /api/leads/{id}/reassign`
pub(crate) async fn reassign(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let reply = call.reply(shown);
    reply.answer(&reassign::reassign(call.ctx(), &actor, call.path("id"), body, &precondition).await?)
}

/// `POST /api/leads/{id}/convert`
pub(crate) async fn convert(mut call: Call, actor: Actor) -> Outcome {
    let precondition = call.precondition()?;
    call.empty_body(&SHOWN).await?;
    let reply = call.reply(converted);
    reply.answer(&convert::convert(call.ctx(), &actor, call.path("id"), &precondition).await?)
}

fn made(lead: &Versioned<Lead>, people: &People) -> Outcome {
    let location = format!("/api/leads/{}", lead.record().id);
    Ok(Answer::created(&location, &LeadBody::of(lead, people))?.versioned(lead.version()))
}

fn shown(lead: &Versioned<Lead>, people: &People) -> Outcome {
    Ok(Answer::ok(&LeadBody::of(lead, people))?.versioned(lead.version()))
}

fn converted(conversion: &Conversion, people: &People) -> Outcome {
    let answer = Answer::ok(&ConversionBody::of(conversion, people))?;
    Ok(answer.versioned(conversion.lead.version()))
}
