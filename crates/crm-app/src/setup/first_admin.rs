//! Setting up the first admin: once per store, for ever.

use crm_domain::access::actor::Actor;
use crm_domain::access::role::Role;
use crm_domain::audit::AuditKind;
use crm_domain::flaw::{FieldErrors, Flaw};
use crm_domain::form::Form;
use crm_domain::raw::Members;
use crm_domain::refusal::Refusal;
use crm_domain::throttle::Judgement;
use crm_domain::user::User;
use crm_domain::version::{Version, Versioned};

use crate::audit::note::Note;
use crate::auth::login::hash_password;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::setup::token;
use crate::users::register::{NewUser, inserting};

/// The members of the request.
pub const WRITABLE: &[&str] = &["name", "email", "password", "setupToken"];

/// Makes the first admin for whoever shows the newest setup token within the hour that it works. Of many at once one
/// wins.
///
/// # Errors
/// [`Refusal::AlreadySetUp`]; [`AppError::Invalid`], also on `setupToken` if it is not the one;
/// [`AppError::Throttled`] if the address showed too many others.
pub async fn set_up(ctx: &Ctx, body: Members, address: Option<&str>) -> Result<Versioned<User>, AppError> {
    let mut form = Form::body(body, WRITABLE, &[]);
    let token = form.secret_required("setupToken");
    let new = NewUser::read(&mut form, Role::Admin);
    let (token, new) = form.finish_with(token.zip(new))?;
    let workspace = ctx.stores.workspaces.workspace().await?;
    if workspace.set_up {
        return Err(Refusal::AlreadySetUp.into());
    }
    let fits =
        workspace.setup_token.is_some_and(|kept| kept.fits(&token)) && !token::has_expired(&token, ctx.now());
    // Counted by address alone: with waits for all strangers together, any of them could keep the first admin out, and
    // the token is too long to be guessed from many addresses.
    let attempt = ctx.guard.admit_address(address, ctx.now()).await?;
    let judgement = if fits { Judgement::Right } else { Judgement::Wrong };
    attempt.settle(judgement, ctx.now());
    if !fits {
        ctx.trail.record(ctx, Note::new(AuditKind::AccessRefused).with("code", "wrong_setup_token"));
        let flaw = Flaw::new(
            "wrong_setup_token",
            "is not the newest setup token, or has expired; `crm-server setup-token` prints a new one",
        );
        return Err(FieldErrors::one("setupToken", flaw).into());
    }
    let hash = hash_password(ctx, &new.password).await?;
    let (new, hash) = (&new, &hash);
    decide(ctx, &Actor::system("first admin"), &[], |system| async move {
        let user = new.user(ctx.mint(), hash.clone(), ctx.now());
        let commit = inserting(ctx, &system, &user).change(Change::MarkSetUp);
        Ok(Decision::commit(commit, Versioned::stored(user, Version::FIRST)))
    })
    .await
}
