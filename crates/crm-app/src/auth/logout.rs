//! Signing out.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::form::Form;
use crm_domain::raw::Members;

use crate::auth::refresh::WRITABLE;
use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;

/// Ends the session of a refresh token, its access tokens included. An unknown token is as good as signed out.
///
/// # Errors
/// [`AppError::Invalid`] if the token is missing or no text; [`AppError::Store`].
pub async fn logout(ctx: &Ctx, body: Members) -> Result<(), AppError> {
    let mut form = Form::body(body, WRITABLE, &[]);
    let token = form.secret_required("refreshToken");
    let fingerprint = ctx.tokens.fingerprint(&form.finish_with(token)?);
    let system = Actor::system("sign-out");
    decide(ctx, &system, &[], |system| async move {
        let grant = authorize(&system, Action::ReadUsers)?;
        let session = ctx.stores.sessions.session_by_fingerprint(grant.scope(), &fingerprint).await?;
        Ok(match session {
            Some(session) if session.ended_at.is_none() => {
                let end = Change::EndSession { id: session.id, at: ctx.now() };
                Decision::commit(Commit::new(ctx.commit_id()).change(end), ())
            }
            Some(_) | None => Decision::Answer(()),
        })
    })
    .await
}
