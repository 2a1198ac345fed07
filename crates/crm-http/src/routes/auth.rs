//! `/api/auth`: signing in and out, and one's own account.

use crm_app::auth::outcome::SignInOutcome;
use crm_app::auth::{login, logout, me, password, refresh};
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::token::{SignInBody, TokenPairBody};
use crate::dto::user::UserBody;
use crate::route::Outcome;

/// `POST /api/auth/login`
pub(crate) async fn login(mut call: Call) -> Outcome {
    let body = call.body().await?;
    let signed_in = login::login(call.ctx(), body, call.device()).await;
    metrics::counter!("crm_logins_total", "outcome" => SignInOutcome::of(&signed_in).as_str()).increment(1);
    Ok(Answer::ok(&SignInBody::of(&signed_in?))?.secret())
}

/// `POST /api/auth/refresh`
pub(crate) async fn refresh(mut call: Call) -> Outcome {
    let body = call.body().await?;
    let tokens = refresh::refresh(call.ctx(), body, &call.device()).await?;
    Ok(Answer::ok(&TokenPairBody::of(&tokens))?.secret())
}

/// `POST /api/auth/logout`
pub(crate) async fn logout(mut call: Call) -> Outcome {
    let body = call.body().await?;
    logout::logout(call.ctx(), body).await?;
    Ok(Answer::done())
}

/// `GET /api/auth/me`
pub(crate) async fn me(call: Call, actor: Actor) -> Outcome {
    let user = me::read(call.ctx(), &actor).await?;
    Ok(Answer::ok(&UserBody::of(&user))?.versioned(user.version()))
}

/// `PATCH /api/auth/me`
pub(crate) async fn rename_me(mut call: Call, actor: Actor) -> Outcome {
    let (precondition, body) = (call.precondition()?, call.body().await?);
    let user = me::rename(call.ctx(), &actor, body, &precondition).await?;
    Ok(Answer::ok(&UserBody::of(&user))?.versioned(user.version()))
}

/// `POST /api/auth/password`
pub(crate) async fn change_password(mut call: Call, actor: Actor) -> Outcome {
    let body = call.body().await?;
    password::change(call.ctx(), &actor, body).await?;
    Ok(Answer::done())
}
