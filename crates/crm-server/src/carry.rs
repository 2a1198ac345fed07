//! Everything from one place that holds records to another, and the proof that it has arrived.
//!
//! What is read is summed up on its way; then the other place is read anew and its sums are compared, by number and by
//! hash, for each kind. Until that is done the other place is marked as unfinished.

use std::fmt::Display;
use std::sync::Arc;

use crm_app::archive::Batch;
use crm_app::archive::sums::{Sum, Summing, Sums};
use crm_app::error::StoreError;
use crm_app::ports::archive::{Archive, Arrival, Import};
use indicatif::ProgressBar;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinHandle;

use crate::command_error::{Cause, CommandError};

/// Batches that wait for whoever is slower.
const WAITING: usize = 16;

/// Why a copy was not made.
pub enum Stopped {
    /// The target has something of its own.
    NotEmpty,
    /// The two are not the same.
    Differs(String),
    /// A store failed.
    Failed(&'static str, Cause),
}

impl Stopped {
    /// The same for whoever typed the command; `from` and `to` name the two.
    pub fn told(self, from: &impl Display, to: &impl Display, arrival: &Arrival) -> CommandError {
        let again = format!("`{}` begins anew", arrival.command);
        match self {
            Self::NotEmpty => CommandError::Usage(format!(
                "{to} is not empty and was left as it was; a copy needs a store that holds nothing"
            )),
            Self::Differs(how) => {
                CommandError::failed(format!("{to} is not the same as {from}; {again}"), how)
            }
            Self::Failed(what, cause) => CommandError::failed(format!("{what}; {again}"), cause),
        }
    }
}

/// Takes everything from one to the other, reads the other anew and compares, and takes its mark away.
///
/// # Errors
/// [`Stopped`]; what was written stays marked.
pub async fn carry_and_compare(
    source: &Arc<dyn Archive>,
    target: &Arc<dyn Archive>,
    arrival: &Arrival,
    bar: &ProgressBar,
) -> Result<Sums, Stopped> {
    let sums = carry(source, target, arrival, bar).await?;
    bar.set_length(sums.total());
    bar.set_position(0);
    bar.set_message("comparing");
    let unread = |error: Cause| Stopped::Failed("the copy cannot be read", error);
    let (mut batches, exporting) = export(target);
    let mut summing = Summing::new();
    while let Some(batch) = batches.recv().await {
        summing.add(&batch).map_err(|error| unread(error.into()))?;
        advance(bar, &batch);
    }
    ended(exporting).await.map_err(unread)?;
    let differences = sums.differences(&summing.finish());
    if !differences.is_empty() {
        let told = |sum: Option<_>| sum.map_or_else(|| "none".to_owned(), |sum: Sum| sum.to_string());
        let lines: Vec<String> = differences
            .into_iter()
            .map(|(kind, read, kept)| format!("{}: read {}, kept {}", kind.plural(), told(read), told(kept)))
            .collect();
        return Err(Stopped::Differs(lines.join("; ")));
    }
    match target.finish_import(arrival.id).await {
        Ok(true) => Ok(sums),
        Ok(false) => Err(Stopped::Differs("another copy into it was begun meanwhile".to_owned())),
        Err(error) => Err(Stopped::Failed("the copy is whole and still marked", error.into())),
    }
}

/// Takes everything from one to the other, and sums it up on the way.
async fn carry(
    source: &Arc<dyn Archive>,
    target: &Arc<dyn Archive>,
    arrival: &Arrival,
    bar: &ProgressBar,
) -> Result<Sums, Stopped> {
    let (mut batches, exporting) = export(source);
    let (onwards, into) = mpsc::channel(WAITING);
    let (importer, mark) = (Arc::clone(target), arrival.clone());
    let importing = tokio::spawn(async move { importer.import(&mark, into).await });
    let mut summing = Summing::new();
    while let Some(batch) = batches.recv().await {
        summing.add(&batch).map_err(|error| Stopped::Failed("the source cannot be read", error.into()))?;
        bar.set_message(batch.kind().plural());
        advance(bar, &batch);
        // Whoever takes nothing more says why when it is asked for its end.
        if onwards.send(batch).await.is_err() {
            break;
        }
    }
    drop(batches);
    let exported = ended(exporting).await;
    if exported.is_err() && !onwards.is_closed() {
        // What has arrived is not all, and need not be made ready.
        importing.abort();
    }
    drop(onwards);
    bar.set_message("indexes");
    match importing.await {
        Ok(Ok(Import::Taken)) => {}
        Ok(Ok(Import::NotEmpty)) => return Err(Stopped::NotEmpty),
        Ok(Err(error)) => return Err(Stopped::Failed("the copy cannot be written", error.into())),
        Err(gone) if gone.is_cancelled() => {}
        Err(panicked) => return Err(Stopped::Failed("the copy cannot be written", panicked.into())),
    }
    exported.map_err(|error| Stopped::Failed("the source cannot be read", error))?;
    Ok(summing.finish())
}

/// What reads, until it has read everything.
type Exporting = JoinHandle<Result<(), StoreError>>;

/// Everything that a place holds, as it comes.
fn export(store: &Arc<dyn Archive>) -> (Receiver<Batch>, Exporting) {
    let (to, from) = mpsc::channel(WAITING);
    let store = Arc::clone(store);
    (from, tokio::spawn(async move { store.export(to).await }))
}

async fn ended(exporting: Exporting) -> Result<(), Cause> {
    Ok(exporting.await??)
}

fn advance(bar: &ProgressBar, batch: &Batch) {
    bar.inc(u64::try_from(batch.len()).unwrap_or(u64::MAX));
}
