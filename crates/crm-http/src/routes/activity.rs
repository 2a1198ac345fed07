//! `/api/activity`.

use crm_app::activity::list;
use crm_domain::access::actor::Actor;

use crate::answer::Answer;
use crate::call::Call;
use crate::dto::activity::ActivityBody;
use crate::route::Outcome;

/// `GET /api/activity`: a plain array; the next page is in the header `Link` only.
pub(crate) async fn list(call: Call, actor: Actor) -> Outcome {
    let feed = list::list(call.ctx(), &actor, call.query()?).await?;
    let next = call.next_page(feed.next_cursor.as_deref())?;
    let events: Vec<ActivityBody<'_>> = feed.items.iter().map(ActivityBody::of).collect();
    Ok(Answer::ok(&events)?.tagged().next(next))
}
