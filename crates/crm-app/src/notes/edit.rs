//! Editing a note.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::form::Form;
use crm_domain::ids::{CustomerId, NoteId};
use crm_domain::note::Note;
use crm_domain::patch::Patch;
use crm_domain::raw::Members;
use crm_domain::values::prose::Prose;
use crm_domain::version::Replace;

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::customers::events;
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::path_id;
use crate::notes::form::{READ_ONLY, WRITABLE, find_own};
use crate::precondition::Precondition;

/// Gives a note another text. The same text changes nothing.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`];
/// [`AppError::Denied`] if somebody else wrote it and the actor is no admin.
pub async fn edit(
    ctx: &Ctx,
    actor: &Actor,
    customer: &str,
    note: &str,
    body: Members,
    precondition: &Precondition,
) -> Result<Note, AppError> {
    authorize(actor, Action::WriteNote)?;
    let mut form = Form::body(body, WRITABLE, READ_ONLY);
    let customer = path_id(&mut form, "id", customer);
    let note = path_id(&mut form, "noteId", note);
    let text = form.patch("text", Prose::parse);
    let (customer, note): (CustomerId, NoteId) = form.finish_with(customer.zip(note))?;
    let text = &text;
    decide(ctx, actor, &[customer.uuid()], |actor| async move {
        let (before, old) = find_own(ctx, &actor, customer, note).await?;
        precondition.check(before.version())?;
        let text = match text {
            Patch::Set(text) if *text != old.text => Prose::clone(text),
            Patch::Set(_) | Patch::Keep => return Ok(Decision::Answer(old)),
        };
        let after = before.record().clone().note_edited(ctx.now());
        let new = old.clone().edit(text, after.updated_at);
        let put = Replace { before, after };
        let commit = Commit::new(ctx.commit_id())
            .event(events::note_edited(ctx, &actor, &put, &old, &new))
            .change(Change::PutCustomer(put))
            .change(Change::PutNote(new.clone()));
        Ok(Decision::commit(commit, new))
    })
    .await
}
