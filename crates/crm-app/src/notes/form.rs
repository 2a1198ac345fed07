//! What clients may say about a note, and how one of theirs is found.

use crm_domain::access::action::Action;
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::customer::Customer;
use crm_domain::ids::{CustomerId, NoteId};
use crm_domain::note::Note;
use crm_domain::version::Versioned;

use crate::context::Ctx;
use crate::error::AppError;
use crate::input::seen;

/// The members that a client may write.
pub const WRITABLE: &[&str] = &["text"];

/// The members that a client may send back and that change nothing.
pub const READ_ONLY: &[&str] = &["id", "_id", "__v", "author", "createdAt", "editedAt", "version"];

/// Reads the customer and the note that the actor wants to change.
///
/// # Errors
/// [`AppError::NotFound`] for either, [`AppError::NotOwner`] of the customer, [`AppError::Denied`] if somebody else
/// wrote the note and the actor is no admin.
pub async fn find_own(
    ctx: &Ctx,
    actor: &Actor,
    customer: CustomerId,
    note: NoteId,
) -> Result<(Versioned<Customer>, Note), AppError> {
    let grant = authorize(actor, Action::WriteNote)?;
    let (customer, note) = seen(ctx.stores.notes.note(grant.scope(), customer, note).await?, "customer")?;
    let note = note.ok_or(AppError::NotFound("note"))?;
    if actor.user_id() != Some(note.author) {
        authorize(actor, Action::ModerateNote)?;
    }
    Ok((customer, note))
}
