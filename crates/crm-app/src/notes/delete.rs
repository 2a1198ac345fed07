//! Deleting a note.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::form::Form;
use crm_domain::ids::{CustomerId, NoteId};
use crm_domain::raw::Members;
use crm_domain::version::Replace;

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::customers::events;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::path_id;
use crate::notes::form::find_own;
use crate::precondition::Precondition;

/// Deletes a note.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`];
/// [`AppError::Denied`] if somebody else wrote it and the actor is no admin.
pub async fn delete(
    ctx: &Ctx,
    actor: &Actor,
    customer: &str,
    note: &str,
    precondition: &Precondition,
) -> Result<(), AppError> {
    authorize(actor, Action::WriteNote)?;
    let mut form = Form::body(Members::new(), &[], &[]);
    let customer = path_id(&mut form, "id", customer);
    let note = path_id(&mut form, "noteId", note);
    let (customer, note): (CustomerId, NoteId) = form.finish_with(customer.zip(note))?;
    decide(ctx, actor, &[customer.uuid()], |actor| async move {
        let (before, note) = find_own(ctx, &actor, customer, note).await?;
        precondition.check(before.version())?;
        let after = before.record().clone().note_deleted(ctx.now());
        let put = Replace { before, after };
        let commit = Commit::new(ctx.commit_id())
            .event(events::note_deleted(ctx, &actor, &put, &note))
            .change(Change::PutCustomer(put))
            .change(Change::DeleteNote(note));
        Ok(Decision::commit(commit, ()))
    })
    .await
}
