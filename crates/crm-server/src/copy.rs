//! `store copy`: everything from one store into another, whichever kinds they are.
//!
//! The source is read as of one moment and may be served meanwhile. The target must be empty; it is marked until the
//! copy is known to be whole, and no command but this one takes a marked store. At the end the target is read anew, and
//! what it holds is compared with what was read of the source: by number and by hash, for each kind.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crm_app::archive::sums::{Summing, Sums};
use crm_app::archive::{Batch, Kind};
use crm_app::mirror::Mirror;
use crm_app::ports::archive::{Archive, Arrival, Import};
use crm_app::ports::ids::Ids;
use indicatif::ProgressBar;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinHandle;

use crate::cli::CopyArgs;
use crate::clock::SystemClock;
use crate::command_error::{Cause, CommandError};
use crate::ids::GrowingIds;
use crate::settings::Settings;
use crate::settings::store_url::StoreUrl;
use crate::store::Store;
use crate::{output, progress, telemetry, wiring};

/// Batches that wait for whoever is slower.
const WAITING: usize = 16;

/// Copies everything and compares.
///
/// # Errors
/// The addresses will not do, the target is served or not empty, a store fails, or the copy is not the same. The target
/// stays marked unless nothing was written to it.
pub async fn copy(settings: Settings, args: CopyArgs) -> Result<(), CommandError> {
    telemetry::start(&settings.log)?;
    let begun = Instant::now();
    let here = std::env::current_dir()
        .map_err(|error| CommandError::failed("the working folder cannot be told", error))?;
    let (from, to) = (address("--from", &args.from, &here)?, address("--to", &args.to, &here)?);
    check(&from, &to)?;
    // Held to the end: a server that came in between would serve half a store.
    let lock = wiring::lock(&to)?;
    let source = Store::open(&from, &settings.store, Arc::new(Mirror::empty())).await?;
    source.refuse_unfinished(&from).await?;
    let target = Store::open(&to, &settings.store, Arc::new(Mirror::empty())).await?;
    let ids = GrowingIds::new(Arc::new(SystemClock));
    let arrival =
        Arrival { id: ids.next(), command: format!("crm-server store copy --from {from} --to {to}") };
    let bar = progress::bar();
    let copied = carry_and_compare(&source, &target, &arrival, &bar).await;
    bar.finish_and_clear();
    let sums = copied.map_err(|stopped| stopped.told(&from, &to, &arrival))?;
    report(&from, &to, &sums, begun.elapsed());
    source.close().await?;
    target.close().await?;
    drop(lock);
    Ok(())
}

/// Why a copy was not made.
enum Stopped {
    /// The target has something of its own.
    NotEmpty,
    /// The two are not the same.
    Differs(String),
    /// A store failed.
    Failed(&'static str, Cause),
}

impl Stopped {
    fn told(self, from: &StoreUrl, to: &StoreUrl, arrival: &Arrival) -> CommandError {
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

/// In full, so that the command that begins anew can be typed anywhere.
fn address(name: &str, text: &str, here: &Path) -> Result<StoreUrl, CommandError> {
    match StoreUrl::parse(text) {
        Ok(StoreUrl::Memory) => {
            Err(CommandError::Usage(format!("{name}: a store in memory ends with the command")))
        }
        Ok(url @ (StoreUrl::File(_) | StoreUrl::Mongo(_))) => Ok(url.within(here)),
        Err(reason) => Err(CommandError::Usage(format!("{name} {reason}"))),
    }
}

/// Opening an embedded store makes one where there is none, which would be an empty copy.
fn check(from: &StoreUrl, to: &StoreUrl) -> Result<(), CommandError> {
    if let StoreUrl::File(path) = from {
        if !path.exists() {
            return Err(CommandError::Usage(format!("there is no store at {from}")));
        }
        if let StoreUrl::File(other) = to
            && let (Ok(one), Ok(other)) = (path.canonicalize(), other.canonicalize())
            && one == other
        {
            return Err(CommandError::Usage(format!("{from} cannot be copied into itself")));
        }
    }
    if from.to_string() == to.to_string() {
        return Err(CommandError::Usage(format!("{from} cannot be copied into itself")));
    }
    Ok(())
}

async fn carry_and_compare(
    source: &Store,
    target: &Store,
    arrival: &Arrival,
    bar: &ProgressBar,
) -> Result<Sums, Stopped> {
    let held = source.maintenance().inventory().await;
    let held = held.map_err(|error| Stopped::Failed("the source cannot be read", error.into()))?;
    bar.set_length(held.users + held.leads + held.customers + held.notes + held.tasks + held.activities);
    let sums = carry(&source.archive(), &target.archive(), arrival, bar).await?;
    bar.set_length(sums.total());
    bar.set_position(0);
    bar.set_message("comparing");
    let unread = |error: Cause| Stopped::Failed("the copy cannot be read", error);
    let (mut batches, exporting) = export(&target.archive());
    let mut summing = Summing::new();
    while let Some(batch) = batches.recv().await {
        summing.add(&batch).map_err(|error| unread(error.into()))?;
        advance(bar, &batch);
    }
    ended(exporting).await.map_err(unread)?;
    let differences = sums.differences(&summing.finish());
    if !differences.is_empty() {
        let told = |sum: Option<_>| {
            sum.map_or_else(|| "none".to_owned(), |sum: crm_app::archive::sums::Sum| sum.to_string())
        };
        let lines: Vec<String> = differences
            .into_iter()
            .map(|(kind, read, kept)| format!("{}: read {}, kept {}", kind.plural(), told(read), told(kept)))
            .collect();
        return Err(Stopped::Differs(lines.join("; ")));
    }
    match target.archive().finish_import(arrival.id).await {
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

type Exporting = JoinHandle<Result<(), crm_app::error::StoreError>>;

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

fn report(from: &StoreUrl, to: &StoreUrl, sums: &Sums, took: Duration) {
    for kind in Kind::ALL {
        if let Some(sum) = sums.of(kind) {
            output::say(&format!("{:12} {sum}, the same in both", kind.plural()));
        }
    }
    output::say(&format!(
        "{to} holds what {from} held: {} records, copied and compared in {:.1} s",
        sums.total(),
        took.as_secs_f64()
    ));
}
