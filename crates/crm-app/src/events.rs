//! Writing down what happened: one event for each record that gets a new version.

use crm_domain::access::actor::Actor;
use crm_domain::access::role::Role;
use crm_domain::activity::{Activity, ActivityActor, ActivityType, EntityRef};
use crm_domain::ids::UserId;
use crm_domain::meta::Meta;
use crm_domain::timestamp::Timestamp;
use crm_domain::version::Version;
use uuid::Uuid;

use crate::context::Ctx;

/// What happened to one record, before it is known by whom and under which id.
#[derive(Debug)]
pub struct Happening {
    /// What happened.
    pub kind: ActivityType,
    /// The record it happened to.
    pub entity: EntityRef,
    /// The version that the record gets by it.
    pub version: Version,
    /// What happened, for people.
    pub message: String,
    /// The fields that changed.
    pub meta: Meta,
    /// The record's new `updated_at`, so that its events stand in the order of its versions.
    pub at: Timestamp,
    /// Who owned the record just before and just after.
    pub owners: [Option<UserId>; 2],
}

/// The event: the happening with its actor, its id and its audience.
pub fn event(ctx: &Ctx, actor: &Actor, happening: Happening) -> Activity {
    let mut audience = Vec::with_capacity(3);
    for user in [actor.user_id()].into_iter().chain(happening.owners).flatten() {
        if !audience.contains(&user) {
            audience.push(user);
        }
    }
    Activity {
        id: ctx.mint(),
        kind: happening.kind,
        actor: actor_of(actor),
        entity: happening.entity,
        entity_version: happening.version,
        message: happening.message,
        meta: happening.meta,
        at: happening.at,
        audience,
    }
}

fn actor_of(actor: &Actor) -> ActivityActor {
    match actor {
        Actor::User(user) => {
            ActivityActor { id: user.id, name: user.name.as_str().to_owned(), role: user.role }
        }
        Actor::System { why } => ActivityActor {
            id: UserId::from_uuid(Uuid::nil()),
            name: format!("system ({why})"),
            role: Role::Admin,
        },
    }
}
