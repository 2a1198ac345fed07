//! The events of leads.

use crm_domain::access::actor::Actor;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::ids::UserId;
use crm_domain::lead::Lead;
use crm_domain::meta::Meta;
use crm_domain::version::{Replace, Version};

use crate::context::Ctx;
use crate::events::{Happening, event};

/// A lead was made.
pub fn created(ctx: &Ctx, actor: &Actor, lead: &Lead) -> Activity {
    event(
        ctx,
        actor,
        Happening {
            kind: ActivityType::LeadCreated,
            entity: EntityRef::Lead(lead.id),
            version: Version::FIRST,
            message: format!("Lead \"{}\" created", lead.name.as_str()),
            meta: Meta::new(),
            at: lead.created_at,
            owners: [None, lead.owner],
        },
    )
}

/// A lead changed: the most specific type that fits what differs.
pub fn changed(ctx: &Ctx, actor: &Actor, put: &Replace<Lead>) -> Activity {
    let meta = put.before.record().differences(&put.after);
    let kind = kind_of(&meta, &put.after);
    let what = if kind == ActivityType::LeadStatusChanged {
        format!("moved from {} to {}", put.before.record().status.as_str(), put.after.status.as_str())
    } else if kind == ActivityType::LeadReassigned {
        format!("assigned to {}", name_of(ctx, put.after.owner))
    } else if kind == ActivityType::LeadArchived {
        "archived".to_owned()
    } else if kind == ActivityType::LeadUnarchived {
        "taken out of the archive".to_owned()
    } else {
        "updated".to_owned()
    };
    let message = format!("Lead \"{}\" {what}", put.after.name.as_str());
    with_kind(ctx, actor, put, kind, message, meta)
}

/// A lead became a customer.
pub fn converted(ctx: &Ctx, actor: &Actor, put: &Replace<Lead>) -> Activity {
    let meta = put.before.record().differences(&put.after);
    let message = format!("Lead \"{}\" converted to a customer", put.after.name.as_str());
    with_kind(ctx, actor, put, ActivityType::LeadConverted, message, meta)
}

fn with_kind(
    ctx: &Ctx,
    actor: &Actor,
    put: &Replace<Lead>,
    kind: ActivityType,
    message: String,
    meta: Meta,
) -> Activity {
    event(
        ctx,
        actor,
        Happening {
            kind,
            entity: EntityRef::Lead(put.after.id),
            version: put.version(),
            message,
            meta,
            at: put.after.updated_at,
            owners: [put.before.record().owner, put.after.owner],
        },
    )
}

fn name_of(ctx: &Ctx, owner: Option<UserId>) -> String {
    let card = owner.and_then(|owner| ctx.mirror.user(owner));
    card.map_or_else(|| "nobody".to_owned(), |card| card.name.as_str().to_owned())
}

fn kind_of(meta: &Meta, after: &Lead) -> ActivityType {
    if meta.is_only("status") {
        ActivityType::LeadStatusChanged
    } else if meta.is_only("assignedAgent") {
        ActivityType::LeadReassigned
    } else if meta.is_only("archived") {
        if after.archived { ActivityType::LeadArchived } else { ActivityType::LeadUnarchived }
    } else {
        ActivityType::LeadUpdated
    }
}
