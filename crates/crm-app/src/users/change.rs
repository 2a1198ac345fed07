//! Changing a user's account.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::access::role::Role;
use crm_domain::access::scope::Scope;
use crm_domain::activity::{ActivityType, EntityRef};
use crm_domain::flaw::FieldErrors;
use crm_domain::form::Form;
use crm_domain::ids::UserId;
use crm_domain::password_hash::PasswordHash;
use crm_domain::patch::Patch;
use crm_domain::raw::Members;
use crm_domain::user::{User, UserPatch};
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::values::password::NewPassword;
use crm_domain::version::{Replace, Versioned};
use secrecy::SecretString;

use crate::auth::login::{MOST_CHECKS, hash_password};
use crate::auth::own_password::{self, CurrentPassword};
use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::events::{Happening, event};
use crate::input::{path_id, seen};
use crate::precondition::Precondition;
use crate::users::guard::guard;

/// The members that a client may write.
pub const WRITABLE: &[&str] = &["name", "email", "role", "isActive", "password", own_password::MEMBER];

/// The members that a client may send back and that change nothing.
pub const READ_ONLY: &[&str] = &["id", "_id", "__v", "createdAt", "updatedAt", "version"];

/// Changes a user. A password that is set here, and a deactivation, end every session and token of theirs at once; a
/// new role counts from the next request on. Another email or password of one's own account needs `currentPassword`; of
/// another account it is ignored.
///
/// # Errors
/// [`AppError::Invalid`], also on `currentPassword` if it is missing or wrong; [`AppError::Throttled`] if that was wrong
/// too often; [`AppError::NotFound`], [`AppError::VersionMismatch`], and
/// [`AppError::Refused`] for a taken email, for the last admin, and for what nobody does to themselves.
pub async fn change(
    ctx: &Ctx,
    actor: &Actor,
    id: &str,
    body: Members,
    precondition: &Precondition,
) -> Result<Versioned<User>, AppError> {
    let grant = authorize(actor, Action::ChangeUser)?;
    let mut form = Form::body(body, WRITABLE, READ_ONLY);
    let id = path_id(&mut form, "id", id);
    let name = form.patch("name", PersonName::parse);
    let email = form.patch("email", Email::parse);
    let role = form.patch("role", Role::parse);
    let active = form.patch_flag("isActive");
    let password = form.secret_patch("password");
    let current = form.secret_patch(own_password::MEMBER);
    if let Patch::Set(raw) = &password {
        let checked = match (&email, &name) {
            (Patch::Set(email), Patch::Set(name)) => NewPassword::parse(raw, email, name).map(|_| ()),
            (_, _) => NewPassword::check(raw),
        };
        if let Err(flaw) = checked {
            form.reject("password", flaw);
        }
    }
    let id: UserId = form.finish_with(id)?;
    let mut patch = UserPatch { name, email, role, active, password: Patch::Keep };
    let mut confirmed = None;
    if actor.user_id() == Some(id) {
        let user = find(ctx, grant.scope(), id).await?;
        if !password.is_keep() || changes_email(user.record(), &patch) {
            let Patch::Set(current) = current else { return Err(own_password::missing()) };
            confirmed = Some(CurrentPassword::check(ctx, user.record(), SecretString::from(current)).await?);
        }
    }
    if let Patch::Set(raw) = password {
        let user = find(ctx, grant.scope(), id).await?;
        let after = user.into_record().edit(patch.clone(), ctx.now());
        let new = NewPassword::parse(&raw, &after.email, &after.name)
            .map_err(|flaw| FieldErrors::one("password", flaw))?;
        patch.password = Patch::Set(hash_password(ctx, &new).await?);
    }
    for _ in 0..MOST_CHECKS {
        match apply(ctx, actor, id, &patch, confirmed.as_ref(), precondition).await? {
            Applied::Changed(user) => return Ok(*user),
            Applied::PasswordChanged(hash) => {
                let current = confirmed.ok_or_else(own_password::missing)?;
                confirmed = Some(current.check_again(ctx, hash).await?);
            }
        }
    }
    Err(AppError::Busy)
}

/// What came of an attempt to change a user.
enum Applied {
    Changed(Box<Versioned<User>>),
    /// The actor changes their own account and has another password hash by now, which the current password must fit.
    PasswordChanged(PasswordHash),
}

impl Applied {
    fn changed(&self) -> Option<Versioned<User>> {
        match self {
            Self::Changed(user) => Some(Versioned::clone(user)),
            Self::PasswordChanged(_) => None,
        }
    }
}

/// Changes the user in one transaction, in which no password is checked or hashed.
async fn apply(
    ctx: &Ctx,
    actor: &Actor,
    id: UserId,
    patch: &UserPatch,
    confirmed: Option<&CurrentPassword>,
    precondition: &Precondition,
) -> Result<Applied, AppError> {
    let ctx = &ctx.keeping(ctx.keeping.part(Applied::changed));
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::ChangeUser)?;
        let before = find(ctx, grant.scope(), id).await?;
        let is_own = actor.user_id() == Some(id);
        if is_own && (!patch.password.is_keep() || changes_email(before.record(), patch)) {
            // The email may have become another one since it was looked at.
            let current = confirmed.ok_or_else(own_password::missing)?;
            if !current.is_of(before.record()) {
                return Ok(Decision::Answer(Applied::PasswordChanged(before.into_record().password)));
            }
        }
        let after = before.record().clone().edit(patch.clone(), ctx.now());
        let commit = guard(ctx, &actor, Commit::new(ctx.commit_id()), before.record(), &after).await?;
        precondition.check(before.version())?;
        Ok(put(ctx, &actor, commit, before, after).map(|user| Applied::Changed(Box::new(user))))
    })
    .await
}

fn changes_email(user: &User, patch: &UserPatch) -> bool {
    matches!(&patch.email, Patch::Set(email) if *email != user.email)
}

/// Reads the user that is to be shown or changed.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::Store`].
pub async fn find(ctx: &Ctx, scope: &Scope, id: UserId) -> Result<Versioned<User>, AppError> {
    seen(ctx.stores.users.user(scope, id).await?, "user")
}

/// Decides a change of a user: nothing to write if nothing differs, else `commit` with the user and its event.
pub fn put(
    ctx: &Ctx,
    actor: &Actor,
    commit: Commit,
    before: Versioned<User>,
    after: User,
) -> Decision<Versioned<User>> {
    let meta = before.record().differences(&after);
    if meta.is_empty() {
        return Decision::Answer(before);
    }
    let gone = before.record().active && !after.active;
    let name = after.name.as_str();
    let (kind, message) = if gone {
        (ActivityType::UserDeactivated, format!("User \"{name}\" deactivated"))
    } else {
        (ActivityType::UserUpdated, format!("User \"{name}\" updated"))
    };
    let put = Replace { before, after };
    let happening = Happening {
        kind,
        entity: EntityRef::User(put.after.id),
        version: put.version(),
        message,
        meta,
        at: put.after.updated_at,
        owners: [None, None],
    };
    let outcome = put.outcome();
    Decision::commit(commit.event(event(ctx, actor, happening)).change(Change::PutUser(put)), outcome)
}
