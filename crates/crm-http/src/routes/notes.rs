//! `/api/customers/{id}/notes`.

use crm_app::notes::{add, delete, edit, list};
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::note::{NoteAddedBody, NoteBody};
use crate::dto::page::PageBody;
use crate::route::Outcome;

/// `GET /api/customers/{id}/notes`
pub(crate) async fn list(call: Call, actor: Actor) -> Outcome {
    let page = list::list(call.ctx(), &actor, call.path("id"), call.query()?).await?;
    let (people, next) = (call.people(), call.next_page(page.next_cursor.as_deref())?);
    Ok(Answer::ok(&PageBody::of(&page, |note| NoteBody::of(note, &people)))?.tagged().next(next))
}

/// `POST /api/customers/{id}/notes`
pub(crate) async fn add(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let reply = call.reply(|added, people| Answer::added(&NoteAddedBody::of(added, people)));
    reply.answer(&add::add(call.ctx(), &actor, call.path("id"), body, &precondition).await?)
}

/// `PATCH /api/customers/{id}/notes/{noteId}`
pub(crate) async fn edit(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let reply = call.reply(|note, people| Answer::ok(&NoteBody::of(note, people)));
    let (id, note_id) = (call.path("id"), call.path("noteId"));
    reply.answer(&edit::edit(call.ctx(), &actor, id, note_id, body, &precondition).await?)
}

/// `DELETE /api/customers/{id}/notes/{noteId}`
pub(crate) async fn delete(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, reply) = (call.precondition()?, call.reply_done());
    let (id, note_id) = (call.path("id"), call.path("noteId"));
    reply.answer(&delete::delete(call.ctx(), &actor, id, note_id, &precondition).await?)
}
