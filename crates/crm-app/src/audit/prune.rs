//! Letting go of what the audit log has kept long enough.

use std::time::Duration;

use crm_domain::access::actor::Actor;
use crm_domain::audit::AuditKind;
use crm_domain::audit::chain::Mark;
use crm_domain::audit::verdict::{Damage, DamageKind, Inspection};
use crm_domain::timestamp::Timestamp;

use crate::audit::note::Note;
use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;
use crate::decide::{Decision, decide};
use crate::error::AppError;

/// How many entries go in one commit.
const AT_ONCE: u32 = 2_000;

/// Removes the entries from the beginning on that are older than this, and says so in the log, which stays whole: its
/// head names the last entry that was removed. How many were removed.
///
/// Each is checked first: whoever made an entry look older than it is does not get it removed.
///
/// # Errors
/// [`AppError::Internal`] with the [`Damage`] if the log is not whole up to there; [`AppError::Store`]. What was
/// removed until then stays removed.
pub async fn prune(ctx: &Ctx, keep: Duration) -> Result<u64, AppError> {
    let system = Actor::system("retention");
    let before = ctx.now().minus(keep);
    let mut removed = 0;
    loop {
        let gone = decide(ctx, &system, &[], |system| async move {
            let Some((count, last)) = oldest(ctx, before).await? else {
                return Ok(Decision::Answer(0));
            };
            let note = Note::new(AuditKind::LogPruned)
                .by(&system)
                .with("entries", &count.to_string())
                .with("last", &last.to_string())
                .with("before", &before.to_string());
            let commit = Commit::new(ctx.commit_id()).change(Change::PruneAudit(last)).audit(note.event(ctx));
            Ok(Decision::commit(commit, count))
        })
        .await?;
        removed += gone;
        if gone < u64::from(AT_ONCE) {
            return Ok(removed);
        }
    }
}

/// How many of the first entries are sound and older than this, and the last of them.
async fn oldest(ctx: &Ctx, before: Timestamp) -> Result<Option<(u64, Mark)>, AppError> {
    let Some(head) = ctx.stores.audits.head().await? else { return Ok(None) };
    let damaged = |damage: Damage| AppError::Internal(Box::new(damage));
    let key = ctx.trail.key()?;
    if !key.is_sound(&head) {
        return Err(damaged(Damage { sequence: head.last.sequence, kind: DamageKind::HeadAltered }));
    }
    let mut inspection = Inspection::begin(key, &head, None).map_err(damaged)?;
    let mut count = 0;
    for entry in ctx.stores.audits.stretch(head.anchor.sequence, AT_ONCE).await? {
        if entry.event.at >= before {
            break;
        }
        inspection.step(&entry).map_err(damaged)?;
        count += 1;
    }
    Ok((count > 0).then(|| (count, inspection.reached())))
}
