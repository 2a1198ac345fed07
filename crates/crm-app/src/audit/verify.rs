//! Checking that nobody has meddled with the audit log.

use crm_domain::audit::chain::{AuditHead, AuditKey, AuditKeyId, Mark};
use crm_domain::audit::verdict::{Damage, DamageKind, Inspection};

use crate::context::Ctx;
use crate::error::{AppError, StoreError};

/// How many entries are read at once.
const STRETCH: u32 = 1_000;

/// How often the check begins anew when the log is pruned meanwhile.
const TRIES: u32 = 3;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// The log is whole.
    Whole {
        /// The last entry that was pruned.
        anchor: Mark,
        /// The last entry.
        last: Mark,
    },
    /// There is none yet: nothing has happened since the store was made.
    Nothing,
    /// Somebody has meddled with it.
    Damaged(Damage),
    /// The log names another key, and this one has sealed neither the head nor any entry. Whether somebody has meddled
    /// with it cannot be told.
    OtherKey {
        /// The key that the log names.
        named: AuditKeyId,
    },
}

/// Checks every entry from the beginning with the key of [`Ctx::trail`], and the head last, so that a server may go on writing. `noted` is a place in
/// the log that was written down outside: only it tells a store that was put back to an older copy of itself.
///
/// # Errors
/// [`AppError::Internal`] without a key; [`AppError::Store`] if it cannot be read for other reasons than damage.
pub async fn verify(ctx: &Ctx, noted: Option<Mark>) -> Result<Finding, AppError> {
    let key = ctx.trail.key()?;
    let mut tries = 0;
    loop {
        let anchor = ctx.stores.audits.head().await?.map(|head| head.anchor);
        let finding = inspect(ctx, key, noted).await?;
        tries += 1;
        let Finding::Damaged(damage) = finding else { return Ok(finding) };
        if let Some(named) = other_key(ctx, key, damage).await? {
            return Ok(Finding::OtherKey { named });
        }
        let was_pruned = ctx.stores.audits.head().await?.map(|head| head.anchor) != anchor;
        if !was_pruned || tries == TRIES {
            return Ok(finding);
        }
    }
}

/// The key that the log names, if it is another one and nothing of the log was sealed with this one.
///
/// To make damage look like another key, somebody has to replace the seal of the head and to break every link between two
/// entries.
async fn other_key(ctx: &Ctx, key: &AuditKey, damage: Damage) -> Result<Option<AuditKeyId>, AppError> {
    let audits = &ctx.stores.audits;
    match damage.kind {
        DamageKind::Altered | DamageKind::HeadAltered => {}
        // These show in the numbers, whatever the key.
        DamageKind::Removed
        | DamageKind::Doubled
        | DamageKind::CutOff
        | DamageKind::Added
        | DamageKind::Unreadable
        | DamageKind::HeadGone
        | DamageKind::PutBack => return Ok(None),
    }
    let head = audits.head().await?.filter(|head| head.key_id() != key.id());
    let Some(AuditHead { anchor, .. }) = head else { return Ok(None) };
    // From the beginning: what the head says of it may be altered too.
    let mut before = Mark { sequence: 0, ..anchor };
    loop {
        let entries = match audits.stretch(before.sequence, STRETCH).await {
            Ok(entries) => entries,
            Err(StoreError::Corrupt { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if entries.is_empty() {
            return Ok(head.map(|head| head.key_id()));
        }
        for entry in &entries {
            if key.has_sealed(before.seal, entry) {
                return Ok(None);
            }
            before = Mark { sequence: entry.sequence, seal: entry.seal };
        }
    }
}

async fn inspect(ctx: &Ctx, key: &AuditKey, noted: Option<Mark>) -> Result<Finding, AppError> {
    let audits = &ctx.stores.audits;
    let found = |kind, sequence| Ok(Finding::Damaged(Damage { sequence, kind }));
    let Some(head) = audits.head().await? else {
        return match (audits.stretch(0, 1).await, noted) {
            (Ok(entries), None) if entries.is_empty() => Ok(Finding::Nothing),
            (Ok(entries), Some(noted)) if entries.is_empty() => found(DamageKind::PutBack, noted.sequence),
            (Ok(_) | Err(StoreError::Corrupt { .. }), _) => found(DamageKind::HeadGone, 1),
            (Err(error), _) => Err(error.into()),
        };
    };
    let mut inspection = match Inspection::begin(key, &head, noted) {
        Ok(inspection) => inspection,
        Err(damage) => return Ok(Finding::Damaged(damage)),
    };
    // What is before the beginning should be gone: the walk begins with everything there is.
    let mut after = 0;
    loop {
        let entries = match audits.stretch(after, STRETCH).await {
            Ok(entries) => entries,
            Err(StoreError::Corrupt { .. }) => {
                let sequence = unreadable(ctx, after).await;
                return found(DamageKind::Unreadable, sequence);
            }
            Err(error) => return Err(error.into()),
        };
        for entry in &entries {
            if let Err(damage) = inspection.step(entry) {
                return Ok(Finding::Damaged(damage));
            }
        }
        match entries.last() {
            Some(last) => after = last.sequence,
            None => break,
        }
    }
    let Some(head) = audits.head().await? else {
        return found(DamageKind::HeadGone, inspection.reached().sequence);
    };
    // A server may have written since: what it wrote is looked at too.
    let mut left = audits.stretch(inspection.reached().sequence, STRETCH).await?;
    left.retain(|entry| entry.sequence <= head.last.sequence);
    for entry in &left {
        if let Err(damage) = inspection.step(entry) {
            return Ok(Finding::Damaged(damage));
        }
    }
    match inspection.end(&head) {
        Ok(()) => Ok(Finding::Whole { anchor: head.anchor, last: head.last }),
        Err(damage) => Ok(Finding::Damaged(damage)),
    }
}

/// The number of the first entry in this stretch that cannot be read.
async fn unreadable(ctx: &Ctx, after: u64) -> u64 {
    let mut sequence = after;
    while let Ok(entries) = ctx.stores.audits.stretch(sequence, 1).await {
        match entries.last() {
            Some(entry) => sequence = entry.sequence,
            None => break,
        }
    }
    sequence.saturating_add(1)
}
