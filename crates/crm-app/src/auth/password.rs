//! Choosing another password for oneself.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::form::Form;
use crm_domain::password_hash::PasswordHash;
use crm_domain::raw::Members;
use crm_domain::values::password::NewPassword;
use secrecy::SecretString;

use crate::auth::login::{MOST_CHECKS, hash_password};
use crate::auth::me;
use crate::auth::own_password::{self, CurrentPassword};
use crate::commit::Commit;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::users::change::put;

/// The members of the request.
pub const WRITABLE: &[&str] = &[own_password::MEMBER, "newPassword"];

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
    let current = form.secret_required(own_password::MEMBER);
    let new = form.secret_required("newPassword").and_then(|new| {
        NewPassword::parse(&new, &user.email, &user.name)
            .map_err(|flaw| form.reject("newPassword", flaw))
            .ok()
    });
    let (current, new) = form.finish_with(current.zip(new))?;
    let before = me::read(ctx, actor).await?;
    let mut current = CurrentPassword::check(ctx, before.record(), SecretString::from(current)).await?;
    let hash = hash_password(ctx, &new).await?;
    for _ in 0..MOST_CHECKS {
        let Some(other) = replace(ctx, actor, &current, &hash).await? else {
            return Ok(());
        };
        current = current.check_again(ctx, other).await?;
    }
    Err(AppError::Busy)
}

/// Puts `hash` in the place of the hash that the current password was checked with. If the user has another one by then,
/// nothing is written and the answer is that one, to be checked outside the transaction.
async fn replace(
    ctx: &Ctx,
    actor: &Actor,
    current: &CurrentPassword,
    hash: &PasswordHash,
) -> Result<Option<PasswordHash>, AppError> {
    let user = actor.user_id().ok_or(AppError::Denied(Denied))?;
    decide(ctx, actor, &[user.uuid()], |actor| async move {
        let before = me::read(ctx, &actor).await?;
        if !current.is_of(before.record()) {
            return Ok(Decision::Answer(Some(before.into_record().password)));
        }
        let session = actor.user().ok_or(AppError::Denied(Denied))?.session;
        let after = before.record().clone().choose_password(hash.clone(), session, ctx.now());
        Ok(put(ctx, &actor, Commit::new(ctx.commit_id()), before, after).map(|_| None))
    })
    .await
}
