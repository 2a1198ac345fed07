//! Writing a note on a customer.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::{Denied, authorize};
use crm_domain::form::Form;
use crm_domain::ids::CustomerId;
use crm_domain::note::Note;
use crm_domain::raw::Members;
use crm_domain::values::prose::Prose;
use crm_domain::version::Replace;

use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::customers::events;
use crate::customers::read::{CustomerDetail, LATEST_NOTES, find};
use crate::decide::{Decision, decide};
use crate::error::AppError;
use crate::input::path_id;
use crate::notes::form::{READ_ONLY, WRITABLE};
use crate::precondition::Precondition;

/// A note that was written, and the customer's latest notes with it among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteAdded {
    /// The note.
    pub note: Note,
    /// The latest five, newest first.
    pub latest: Vec<Note>,
}

/// Writes a note.
///
/// # Errors
/// [`AppError::Invalid`], [`AppError::NotFound`], [`AppError::NotOwner`], [`AppError::VersionMismatch`].
pub async fn add(
    ctx: &Ctx,
    actor: &Actor,
    customer: &str,
    body: Members,
    precondition: &Precondition,
) -> Result<NoteAdded, AppError> {
    authorize(actor, Action::WriteNote)?;
    let mut form = Form::body(body, WRITABLE, READ_ONLY);
    let customer = path_id::<crm_domain::ids::CustomerKind>(&mut form, "id", customer);
    let text = form.required("text", Prose::parse);
    let (id, text): (CustomerId, Prose) = form.finish_with(customer.zip(text))?;
    let text = &text;
    decide(ctx, actor, &[id.uuid()], |actor| async move {
        let grant = authorize(&actor, Action::WriteNote)?;
        let author = actor.user_id().ok_or(AppError::Denied(Denied))?;
        let CustomerDetail { customer: before, notes } = find(ctx, grant.scope(), id).await?;
        precondition.check(before.version())?;
        let after = before.record().clone().note_added(ctx.now());
        let note = Note {
            id: ctx.mint(),
            customer: id,
            author,
            text: Prose::clone(text),
            created_at: after.updated_at,
            edited_at: None,
        };
        let put = Replace { before, after };
        let commit = Commit::new(ctx.commit_id())
            .event(events::note_added(ctx, &actor, &put, &note))
            .change(Change::PutCustomer(put))
            .change(Change::InsertNote(note.clone()));
        let mut latest = notes;
        latest.insert(0, note.clone());
        latest.truncate(LATEST_NOTES as usize);
        Ok(Decision::commit(commit, NoteAdded { note, latest }))
    })
    .await
}
