//! `/api/auth/sessions` and `/api/auth/users/{id}/sessions`: where somebody is signed in.

use crm_app::auth::sessions;
use crm_app::users;
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::done::RevokedBody;
use crate::dto::session::SessionsBody;
use crate::route::Outcome;

/// `GET /api/auth/sessions`
pub(crate) async fn list(call: Call, actor: Actor) -> Outcome {
    let sessions = sessions::list(call.ctx(), &actor).await?;
    let current = actor.user().map(|user| user.session);
    Ok(Answer::ok(&SessionsBody::of(&sessions, current))?.tagged())
}

/// `GET /api/auth/users/{id}/sessions`
pub(crate) async fn list_of_user(call: Call, actor: Actor) -> Outcome {
    let sessions = users::sessions::list(call.ctx(), &actor, call.path("id")).await?;
    let current = actor.user().map(|user| user.session);
    Ok(Answer::ok(&SessionsBody::of(&sessions, current))?.tagged())
}

/// `DELETE /api/auth/sessions/{id}`
pub(crate) async fn end(call: Call, actor: Actor) -> Outcome {
    sessions::end(call.ctx(), &actor, call.path("id")).await?;
    Ok(Answer::done())
}

/// `DELETE /api/auth/sessions`
pub(crate) async fn end_others(call: Call, actor: Actor) -> Outcome {
    sessions::end_others(call.ctx(), &actor).await?;
    Ok(Answer::done())
}

/// `POST /api/auth/users/{id}/sessions/revoke`
pub(crate) async fn revoke(mut call: Call, actor: Actor) -> Outcome {
    call.empty_body(&[]).await?;
    let reply = call.reply(|ended: &u64, _| Answer::ok(&RevokedBody { ok: true, ended: *ended }));
    reply.answer(&users::revoke::revoke(call.ctx(), &actor, call.path("id")).await?)
}
