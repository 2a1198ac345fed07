//! Who is meant: the owner that a client names, found among the users held in process.

use crm_domain::flaw::{FieldErrors, Flaw};
use crm_domain::form::{Form, Reference};
use crm_domain::ids::UserId;

use crate::context::Ctx;
use crate::error::AppError;

/// Reads the member that names the owner of a new record; flaws go to the form.
pub fn read_owner(ctx: &Ctx, form: &mut Form, member: &str) -> Option<UserId> {
    let user = form.reference(member, UserId::parse).into_id()?;
    match check_active(ctx, user) {
        Ok(()) => Some(user),
        Err(flaw) => {
            form.reject(member, flaw);
            None
        }
    }
}

/// What a change says about a record's owner.
#[derive(Debug, Clone, Copy)]
pub struct OwnerChange {
    /// Whom it names.
    pub reference: Reference<UserId>,
    member: &'static str,
}

/// Reads the member that names another owner. An unknown user is a flaw at once; an inactive one only if they do not
/// own the record already, which [`OwnerChange::check`] tells once the record was read.
pub fn read_owner_change(ctx: &Ctx, form: &mut Form, member: &'static str) -> OwnerChange {
    let reference = form.reference(member, UserId::parse);
    if let Reference::Is(user) = reference
        && ctx.mirror.user(user).is_none()
    {
        form.reject(member, Flaw::unknown_user());
    }
    OwnerChange { reference, member }
}

impl OwnerChange {
    /// Checks it against the owner that the record has.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with `inactive_user` if the record would go to somebody who is deactivated by now.
    pub fn check(&self, ctx: &Ctx, owner: Option<UserId>) -> Result<(), AppError> {
        match self.reference {
            Reference::Is(user) if owner != Some(user) => still_active(ctx, self.member, user),
            Reference::Is(_) | Reference::Absent | Reference::Nobody => Ok(()),
        }
    }
}

/// Checks again, in each attempt, that the user who is to own a record is active.
///
/// # Errors
/// [`AppError::Invalid`] on `member`.
pub fn still_active(ctx: &Ctx, member: &'static str, user: UserId) -> Result<(), AppError> {
    check_active(ctx, user).map_err(|flaw| FieldErrors::one(member, flaw).into())
}

/// Checks that the user exists and is active.
///
/// # Errors
/// `unknown_user` or `inactive_user`.
pub fn check_active(ctx: &Ctx, user: UserId) -> Result<(), Flaw> {
    match ctx.mirror.user(user) {
        None => Err(Flaw::unknown_user()),
        Some(card) if !card.active => Err(Flaw::inactive_user()),
        Some(_) => Ok(()),
    }
}
