//! Choosing another password for oneself.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::flaw::{FieldErrors, Flaw};
use crm_domain::form::Form;
use crm_domain::raw::Members;
use crm_domain::session::end::EndReason;
use crm_domain::throttle::Judgement;
use crm_domain::values::password::NewPassword;
use secrecy::SecretString;

use crate::auth::login::{check_password, of_hasher};
use crate::auth::me;
use crate::auth::sessions::ending_others;
use crate::commit::Commit;
use crate::context::Ctx;
use crate::decide::decide;
use crate::error::AppError;
use crate::users::change::put;

/// The members of the request.
pub const WRITABLE: &[&str] = &["currentPassword", "newPassword"];

/// Sets another password and ends the user's other sessions; this one lives on. One that begins with the old password
/// just before is over too, since it carries the access version of then.
///
/// # Errors
/// [`AppError::Invalid`] if the new password is too weak, or on `currentPassword` if that is wrong;
/// [`AppError::Throttled`] if it was wrong too often.
pub async fn change(ctx: &Ctx, actor: &Actor, body: Members) -> Result<(), AppError> {
    authorize(actor, Action::ManageSelf)?;
    let user = actor.user_id().and_then(|id| ctx.mirror.user(id)).ok_or(AppError::Denied(Denied))?;
    let mut form = Form::body(body, WRITABLE, &[]);
    let current = form.secret_required("currentPassword");
    let new = form.secret_required("newPassword").and_then(|new| {
        NewPassword::parse(&new, &user.email, &user.name)
            .map_err(|flaw| form.reject("newPassword", flaw))
            .ok()
    });
    let (current, new) = form.finish_with(current.zip(new))?;
    let current = &SecretString::from(current);
    let before = me::read(ctx, actor).await?;
    let attempt = ctx.guard.admit_own(user.email.as_str(), user.access_version, ctx.now())?;
    let fits = check_password(ctx, current, Some(before.record().password.clone())).await;
    let judgement = match &fits {
        Ok(true) => Judgement::Right,
        Ok(false) => Judgement::Wrong,
        Err(_) => Judgement::Unjudged,
    };
    attempt.settle(judgement, ctx.now());
    if !fits? {
        return Err(wrong_password());
    }
    let hash = ctx.passwords.hash(SecretString::from(new.expose())).await.map_err(of_hasher)?;
    let (checked, hash) = (&before.record().password, &hash);
    decide(ctx, actor, &[user.id.uuid()], |actor| async move {
        let before = me::read(ctx, &actor).await?;
        let kept = &before.record().password;
        // Another hash may be of the same password: a sign-in makes an outdated one anew.
        if kept != checked && !check_password(ctx, current, Some(kept.clone())).await? {
            return Err(wrong_password());
        }
        let session = actor.user().ok_or(AppError::Denied(Denied))?.session;
        let after = before.record().clone().choose_password(hash.clone(), session, ctx.now());
        let commit =
            ending_others(ctx, &actor, Commit::new(ctx.commit_id()), EndReason::PasswordChanged).await?;
        Ok(put(ctx, &actor, commit, before, after))
    })
    .await?;
    Ok(())
}

fn wrong_password() -> AppError {
    FieldErrors::one("currentPassword", Flaw::new("wrong_password", "is not your password")).into()
}
