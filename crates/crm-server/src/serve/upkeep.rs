//! What a server does beside answering: it writes refusals to the audit log, resumes background jobs, lets go of what was
//! kept long enough, and says in its own log how far the audit log goes.

use std::time::Duration;

use crm_app::audit::{prune, trail};
use crm_app::auth::forget;
use crm_app::context::Ctx;
use crm_app::error::AppError;
use crm_app::jobs;
use crm_app::repeat;

use crate::settings::Settings;

/// How often old entries are looked for.
const DAILY: Duration = Duration::from_hours(24);
/// How often answers and sessions are looked for that were kept long enough. Answers are large, and a busy team makes
/// many sessions.
const HOURLY: Duration = Duration::from_hours(1);
/// How long after the start, so that a server that is started again and again does it too.
const AT_FIRST: Duration = Duration::from_mins(1);

/// How often background jobs are resumed that nobody finished, such as those of another server that died. Where there are
/// none, that is two small reads.
const RESUME_EVERY: Duration = Duration::from_secs(10);

/// Does all of it for as long as the future is polled.
pub(super) async fn look_after(ctx: Ctx, keep: Option<Duration>) {
    let pruning = async {
        tokio::time::sleep(AT_FIRST).await;
        loop {
            if let Some(keep) = keep {
                prune(&ctx, keep).await;
            }
            say_where_it_ends(&ctx).await;
            tokio::time::sleep(DAILY).await;
        }
    };
    let removing = async {
        tokio::time::sleep(AT_FIRST).await;
        loop {
            forget_answers(&ctx).await;
            forget(&ctx).await;
            tokio::time::sleep(HOURLY).await;
        }
    };
    let resuming = async {
        loop {
            if let Err(error) = jobs::resume(&ctx).await {
                tracing::warn!(%error, "a background job is interrupted; trying again in ten seconds");
            }
            tokio::time::sleep(RESUME_EVERY).await;
        }
    };
    tokio::join!(trail::keep_flushing(ctx.clone()), pruning, removing, resuming);
}

/// How long the entries of the audit log are kept.
pub(super) fn retention(settings: &Settings) -> Option<Duration> {
    settings.audit.keep()
}

/// Writes what waits before the server ends.
pub(super) async fn finish(ctx: &Ctx) {
    if let Err(error) = trail::flush(ctx).await {
        tracing::error!(%error, waiting = ctx.trail.waiting(), "refusals were not written to the audit log");
    }
    say_where_it_ends(ctx).await;
}

async fn prune(ctx: &Ctx, keep: Duration) {
    match prune::prune(ctx, keep).await {
        Ok(0) => {}
        Ok(entries) => tracing::info!(entries, "old entries of the audit log were removed"),
        Err(AppError::Internal(damage)) => {
            tracing::error!(error = %damage, "the audit log is not whole; nothing was removed from it");
        }
        Err(error) => {
            tracing::warn!(%error, "old entries of the audit log could not be removed; trying again tomorrow");
        }
    }
}

async fn forget(ctx: &Ctx) {
    match forget::forget(ctx).await {
        Ok(0) => {}
        Ok(sessions) => tracing::info!(sessions, "sessions that were over were removed"),
        Err(error) => {
            tracing::warn!(%error, "sessions that are over could not be removed; trying again in an hour");
        }
    }
}

async fn forget_answers(ctx: &Ctx) {
    match repeat::forget::forget(ctx).await {
        Ok(0) => {}
        Ok(answers) => tracing::info!(answers, "answers were kept long enough and forgotten"),
        Err(error) => tracing::warn!(%error, "kept answers could not be forgotten; trying again in an hour"),
    }
}

/// For whoever keeps this log elsewhere: what was said here is found in a log that nobody put back.
async fn say_where_it_ends(ctx: &Ctx) {
    if let Ok(Some(head)) = ctx.stores.audits.head().await {
        tracing::info!(noted = %head.last, "the audit log ends here");
    }
}
