//! The events of customers and of their notes.

use crm_domain::access::actor::Actor;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::customer::Customer;
use crm_domain::meta::{Meta, MetaValue};
use crm_domain::note::Note;
use crm_domain::timestamp::Timestamp;
use crm_domain::version::{Replace, Version, Versioned};

use crate::context::Ctx;
use crate::events::{Happening, event};

/// A customer was made, perhaps of a lead.
pub fn created(ctx: &Ctx, actor: &Actor, customer: &Customer) -> Activity {
    let lead = customer.lead.map(|lead| lead.to_string());
    event(
        ctx,
        actor,
        Happening {
            kind: ActivityType::CustomerCreated,
            entity: EntityRef::Customer(customer.id),
            version: Version::FIRST,
            message: format!("Customer \"{}\" created", customer.name.as_str()),
            meta: Meta::new().compare("leadId", None, lead),
            at: customer.created_at,
            owners: [None, Some(customer.owner)],
        },
    )
}

/// A customer changed.
pub fn changed(ctx: &Ctx, actor: &Actor, put: &Replace<Customer>) -> Activity {
    let meta = put.before.record().differences(&put.after);
    let message = format!("Customer \"{}\" updated", put.after.name.as_str());
    of_put(ctx, actor, put, ActivityType::CustomerUpdated, message, meta)
}

/// A customer was deleted.
pub fn deleted(ctx: &Ctx, actor: &Actor, customer: &Versioned<Customer>, now: Timestamp) -> Activity {
    let record = customer.record();
    event(
        ctx,
        actor,
        Happening {
            kind: ActivityType::CustomerDeleted,
            entity: EntityRef::Customer(record.id),
            version: customer.version().next(),
            message: format!("Customer \"{}\" deleted", record.name.as_str()),
            meta: Meta::new(),
            at: record.updated_at.later_of(now),
            owners: [Some(record.owner), None],
        },
    )
}

/// A note was written.
pub fn note_added(ctx: &Ctx, actor: &Actor, put: &Replace<Customer>, note: &Note) -> Activity {
    let meta = Meta::new().compare("noteId", MetaValue::Nothing, note.id.to_string().into());
    let message = format!("Note added to customer \"{}\"", put.after.name.as_str());
    of_put(ctx, actor, put, ActivityType::CustomerNoteAdded, message, counted(meta, put))
}

/// A note was edited.
pub fn note_edited(
    ctx: &Ctx,
    actor: &Actor,
    put: &Replace<Customer>,
    before: &Note,
    after: &Note,
) -> Activity {
    let meta = Meta::new().compare("text", before.text.as_str(), after.text.as_str());
    let message = format!("Note on customer \"{}\" edited", put.after.name.as_str());
    of_put(ctx, actor, put, ActivityType::CustomerNoteEdited, message, meta)
}

/// A note was deleted.
pub fn note_deleted(ctx: &Ctx, actor: &Actor, put: &Replace<Customer>, note: &Note) -> Activity {
    let meta = Meta::new().compare("noteId", note.id.to_string().into(), MetaValue::Nothing);
    let message = format!("Note on customer \"{}\" deleted", put.after.name.as_str());
    of_put(ctx, actor, put, ActivityType::CustomerNoteDeleted, message, counted(meta, put))
}

fn counted(meta: Meta, put: &Replace<Customer>) -> Meta {
    meta.compare("notesCount", put.before.record().notes_count, put.after.notes_count)
}

fn of_put(
    ctx: &Ctx,
    actor: &Actor,
    put: &Replace<Customer>,
    kind: ActivityType,
    message: String,
    meta: Meta,
) -> Activity {
    event(
        ctx,
        actor,
        Happening {
            kind,
            entity: EntityRef::Customer(put.after.id),
            version: put.version(),
            message,
            meta,
            at: put.after.updated_at,
            owners: [Some(put.before.record().owner), Some(put.after.owner)],
        },
    )
}
