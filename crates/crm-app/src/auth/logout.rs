//! Signing out.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::form::Form;
use crm_domain::raw::Members;
use crm_domain::session::end::EndReason;

use crate::auth::refresh::{WRITABLE, find, record};
use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;

/// Ends the session of a refresh token, its access tokens included. Any token of the session will do, also one that was
/// replaced; an unknown token is as good as signed out.
///
/// # Errors
/// [`AppError::Invalid`] if the token is missing or no text; [`AppError::Store`].
pub async fn logout(ctx: &Ctx, body: Members) -> Result<(), AppError> {
    let mut form = Form::body(body, WRITABLE, &[]);
    let token = form.secret_required("refreshToken");
    let Ok(shown) = ctx.tokens.read_refresh(&form.finish_with(token)?) else { return Ok(()) };
    let system = Actor::system("sign-out");
    decide(ctx, &system, record(shown).as_slice(), |system| async move {
        let grant = authorize(&system, Action::ReadUsers)?;
        Ok(match find(ctx, grant.scope(), shown).await? {
            Some((session, _)) if session.ended.is_none() => {
                let end = Change::EndSession {
                    id: session.id,
                    user: session.user,
                    at: ctx.now(),
                    why: EndReason::SignedOut,
                };
                Decision::commit(Commit::new(ctx.commit_id()).change(end), ())
            }
            Some(_) | None => Decision::Answer(()),
        })
    })
    .await
}
