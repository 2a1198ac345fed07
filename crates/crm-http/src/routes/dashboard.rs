//! `/api/dashboard`.

use crm_app::dashboard::show;
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::dashboard::DashboardBody;
use crate::route::Outcome;

/// `GET /api/dashboard`
pub(crate) async fn show(call: Call, actor: Actor) -> Outcome {
    let view = show::show(call.ctx(), &actor).await?;
    Ok(Answer::ok(&DashboardBody::of(&view))?.tagged())
}
