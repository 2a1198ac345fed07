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
    let added = add::add(call.ctx(), &actor, call.path("id"), body, &precondition).await?;
    Answer::added(&NoteAddedBody::of(&added, &call.people()))
}

/// `PATCH /api/customers/{id}/notes/{noteId}`
pub(crate) async fn edit(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let (id, note_id) = (call.path("id"), call.path("noteId"));
    let note = edit::edit(call.ctx(), &actor, id, note_id, body, &precondition).await?;
    Answer::ok(&NoteBody::of(&note, &call.people()))
}

/// `DELETE /api/customers/{id}/notes/{noteId}`
pub(crate) async fn delete(call: Call, actor: Actor) -> Outcome {
    let precondition = call.precondition()?;
    delete::delete(call.ctx(), &actor, call.path("id"), call.path("noteId"), &precondition).await?;
    Ok(Answer::done())
}
