//! Background jobs: the rest of a request's work, recorded in the commit that answers the request and done in batches.
//!
//! There are two kinds, hand-overs ([`crate::users::transfer`]) and clean-ups after deleted customers
//! ([`crate::customers::cleanup`]). Each batch is one commit of bounded size. A job that its server did not finish is
//! resumed by any server; two servers may work on one job at once.

use crm_domain::access::actor::{Actor, SignedIn};
use crm_domain::ids::{SessionId, UserId};

use crate::context::Ctx;
use crate::customers::cleanup;
use crate::error::AppError;
use crate::users::transfer;

/// The most records of one kind that a batch in the background writes in one commit. It is small, since other writers of
/// the embedded store wait for each batch.
pub const BATCH: u32 = 100;

/// Resumes every job that is on record, one after the other.
///
/// # Errors
/// The first error; the other jobs were resumed all the same, and the failed ones stay on record.
pub async fn resume(ctx: &Ctx) -> Result<(), AppError> {
    let (transfers, cleanups) = (transfer::resume(ctx).await, cleanup::resume(ctx).await);
    transfers.and(cleanups)
}

/// The user who asked for a job, as the actor of its events; the system, for this reason, if their account is gone.
pub(crate) fn requester(ctx: &Ctx, user: UserId, reason: &'static str) -> Actor {
    ctx.mirror.user(user).map_or(Actor::system(reason), |card| {
        Actor::User(SignedIn {
            id: card.id,
            name: card.name.clone(),
            role: card.role,
            access_version: card.access_version,
            session: SessionId::from_uuid(user.uuid()),
        })
    })
}
