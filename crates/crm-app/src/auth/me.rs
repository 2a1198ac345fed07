//! One's own account.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::access::role::Role;
use crm_domain::flaw::{FieldErrors, Flaw};
use crm_domain::form::Form;
use crm_domain::patch::Patch;
use crm_domain::raw::Members;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::version::Versioned;

use crate::commit::Commit;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::seen;
use crate::precondition::Precondition;
use crate::users::change::put;

/// The members of the request.
pub const WRITABLE: &[&str] = &["name"];

/// The members that are read: those beside the writable ones may be sent back as they are, and only an admin changes
/// them, elsewhere.
const KNOWN: &[&str] = &["name", "email", "role", "isActive"];

/// The members that a client may send back and that change nothing.
pub const READ_ONLY: &[&str] = &["id", "_id", "__v", "createdAt", "updatedAt", "version"];

/// Reads one's own account.
///
/// # Errors
/// [`AppError::Store`].
pub async fn read(ctx: &Ctx, actor: &Actor) -> Result<Versioned<User>, AppError> {
    let grant = authorize(actor, Action::ManageSelf)?;
    let id = actor.user_id().ok_or(AppError::Denied(Denied))?;
    seen(ctx.stores.users.user(grant.scope(), id).await?, "user")
}

/// Changes one's own name.
///
/// # Errors
/// [`AppError::Invalid`], also if an email, role or active flag is sent that is not what it is;
/// [`AppError::VersionMismatch`].
pub async fn rename(
    ctx: &Ctx,
    actor: &Actor,
    body: Members,
    precondition: &Precondition,
) -> Result<Versioned<User>, AppError> {
    authorize(actor, Action::ManageSelf)?;
    let id = actor.user_id().ok_or(AppError::Denied(Denied))?;
    let mut form = Form::body(body, KNOWN, READ_ONLY);
    let name = form.patch("name", PersonName::parse);
    let others = Others {
        email: form.patch("email", Email::parse),
        role: form.patch("role", Role::parse),
        active: form.patch_flag("isActive"),
    };
    form.finish()?;
    let (name, others) = (&name, &others);
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let before = read(ctx, &actor).await?;
        others.check(before.record())?;
        precondition.check(before.version())?;
        let after = match name {
            Patch::Set(name) => before.record().clone().rename(name.clone(), ctx.now()),
            Patch::Keep => return Ok(Decision::Answer(before)),
        };
        Ok(put(ctx, &actor, Commit::new(ctx.commit_id()), before, after))
    })
    .await
}

/// What nobody changes of their own account.
struct Others {
    email: Patch<Email>,
    role: Patch<Role>,
    active: Patch<bool>,
}

impl Others {
    /// Checks that each is what it is already.
    fn check(&self, user: &User) -> Result<(), AppError> {
        let mut errors = FieldErrors::new();
        let mut refuse = |member: &str, differs: bool| {
            if differs {
                errors.push(member, Flaw::new("not_yours_to_change", "is for an admin to change"));
            }
        };
        refuse("email", matches!(&self.email, Patch::Set(email) if *email != user.email));
        refuse("role", matches!(&self.role, Patch::Set(role) if *role != user.role));
        refuse("isActive", matches!(&self.active, Patch::Set(active) if *active != user.active));
        if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
    }
}
