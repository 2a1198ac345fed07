//! `/api/auth/bootstrap`: the first admin of a store.

use crm_app::setup::{check, first_admin};

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::done::BootstrapCheckBody;
use crate::dto::user::UserBody;
use crate::route::Outcome;

/// `GET /api/auth/bootstrap/check`
pub(crate) async fn check(call: Call) -> Outcome {
    let can_bootstrap = check::can_set_up(call.ctx()).await?;
    Answer::ok(&BootstrapCheckBody { can_bootstrap })
}

/// `POST /api/auth/bootstrap`
pub(crate) async fn set_up(mut call: Call) -> Outcome {
    let body = call.body().await?;
    let address = call.device().address;
    let user = first_admin::set_up(call.ctx(), body, address.as_deref()).await?;
    let location = format!("/api/auth/users/{}", user.record().id);
    Ok(Answer::created(&location, &UserBody::of(&user))?.versioned(user.version()))
}
