//! `/api/tasks`.

use crm_app::tasks::read::{self, TaskView};
use crm_app::tasks::{change, create, delete, list};
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::page::PageBody;
use crate::dto::people::People;
use crate::dto::task::TaskBody;
use crate::route::Outcome;

/// `GET /api/tasks`
pub(crate) async fn list(call: Call, actor: Actor) -> Outcome {
    let page = list::list(call.ctx(), &actor, call.query()?).await?;
    let (people, next) = (call.people(), call.next_page(page.next_cursor.as_deref())?);
    Ok(Answer::ok(&PageBody::of(&page, |task| TaskBody::of(task, &people)))?.tagged().next(next))
}

/// `POST /api/tasks`
pub(crate) async fn create(mut call: Call, actor: Actor) -> Outcome {
    let (body, reply) = (call.body().await?, call.reply(made));
    reply.answer(&create::create(call.ctx(), &actor, body).await?)
}

/// `GET /api/tasks/{id}`
pub(crate) async fn read(call: Call, actor: Actor) -> Outcome {
    shown(&read::read(call.ctx(), &actor, call.path("id")).await?, &call.people())
}

/// `PATCH /api/tasks/{id}`
pub(crate) async fn change(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let reply = call.reply(shown);
    reply.answer(&change::change(call.ctx(), &actor, call.path("id"), body, &precondition).await?)
}

/// `DELETE /api/tasks/{id}`
pub(crate) async fn delete(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, reply) = (call.precondition()?, call.reply_done());
    reply.answer(&delete::delete(call.ctx(), &actor, call.path("id"), &precondition).await?)
}

fn made(view: &TaskView, people: &People) -> Outcome {
    let location = format!("/api/tasks/{}", view.task.record().id);
    Ok(Answer::created(&location, &TaskBody::of(view, people))?.versioned(view.task.version()))
}

fn shown(view: &TaskView, people: &People) -> Outcome {
    Ok(Answer::ok(&TaskBody::of(view, people))?.versioned(view.task.version()))
}
