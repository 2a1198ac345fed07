//! The import itself: look into the store, plan, and write batch by batch.

use std::sync::Arc;

use crm_app::commit::Commit;
use crm_app::error::StoreError;
use crm_app::ports::maintenance::Maintenance;

use crate::plan::NewRecord;

/// How much is written in one transaction, in changes and events. Small enough for the transactions of MongoDB, which
/// last a minute at most.
const BATCH: usize = 4_000;

/// Writes records batch by batch, each whole or not at all. What an earlier import wrote is known by its commits and not
/// written again, so that an interrupted import is simply begun anew. `written` is told how many records each batch had.
///
/// # Errors
/// [`StoreError`]. What was written until then stays.
pub async fn write(
    maintenance: &dyn Maintenance,
    records: Vec<NewRecord>,
    mut written: impl FnMut(u64),
) -> Result<(), StoreError> {
    let (mut batch, mut weight) = (Vec::new(), 0);
    for record in records {
        weight += record.weight();
        batch.push(Arc::new(record.into_commit()));
        if weight >= BATCH {
            written(load(maintenance, std::mem::take(&mut batch)).await?);
            weight = 0;
        }
    }
    written(load(maintenance, batch).await?);
    Ok(())
}

async fn load(maintenance: &dyn Maintenance, batch: Vec<Arc<Commit>>) -> Result<u64, StoreError> {
    let records = u64::try_from(batch.len()).unwrap_or(u64::MAX);
    if !batch.is_empty() {
        maintenance.load(batch).await?;
    }
    Ok(records)
}
