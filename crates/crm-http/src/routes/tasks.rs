//! `/api/tasks`.

use crm_app::tasks::{change, create, delete, list, read};
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::page::PageBody;
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
    let body = call.body().await?;
    let view = create::create(call.ctx(), &actor, body).await?;
    let location = format!("/api/tasks/{}", view.task.record().id);
    Ok(Answer::created(&location, &TaskBody::of(&view, &call.people()))?.versioned(view.task.version()))
}

/// `GET /api/tasks/{id}`
pub(crate) async fn read(call: Call, actor: Actor) -> Outcome {
    let view = read::read(call.ctx(), &actor, call.path("id")).await?;
    Ok(Answer::ok(&TaskBody::of(&view, &call.people()))?.versioned(view.task.version()))
}

/// `PATCH /api/tasks/{id}`
pub(crate) async fn change(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let view = change::change(call.ctx(), &actor, call.path("id"), body, &precondition).await?;
    Ok(Answer::ok(&TaskBody::of(&view, &call.people()))?.versioned(view.task.version()))
}

/// `DELETE /api/tasks/{id}`
pub(crate) async fn delete(call: Call, actor: Actor) -> Outcome {
    let precondition = call.precondition()?;
    delete::delete(call.ctx(), &actor, call.path("id"), &precondition).await?;
    Ok(Answer::done())
}
