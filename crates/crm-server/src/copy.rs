//! `store copy`: everything from one store into another, whichever kinds they are.
//!
//! The source is read as of one moment and may be served meanwhile. The target must be empty; it is marked until the
//! copy is known to be whole, and no command but this one takes a marked store. At the end the target is read anew, and
//! what it holds is compared with what was read of the source: by number and by hash, for each kind.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crm_app::archive::Kind;
use crm_app::archive::sums::Sums;
use crm_app::mirror::Mirror;
use crm_app::open_mode::OpenMode;
use crm_app::ports::archive::Arrival;
use crm_app::ports::ids::Ids;
use secrecy::{ExposeSecret, SecretString};

use crate::carry::carry_and_compare;
use crate::cli::CopyArgs;
use crate::clock::SystemClock;
use crate::command_error::CommandError;
use crate::ids::GrowingIds;
use crate::settings::Settings;
use crate::settings::store_url::StoreUrl;
use crate::store::Store;
use crate::{output, progress, telemetry, wiring};

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
    let how = &settings.store;
    let source = Store::open(&from, how, Arc::new(Mirror::empty()), OpenMode::Existing).await?;
    source.refuse_unfinished(&from).await?;
    let target = Store::open(&to, how, Arc::new(Mirror::empty()), OpenMode::CreateIfEmpty).await?;
    let ids = GrowingIds::new(Arc::new(SystemClock));
    let arrival =
        Arrival { id: ids.next(), command: format!("crm-server store copy --from {from} --to {to}") };
    let bar = progress::bar();
    let held = source.maintenance().inventory().await;
    let held = held.map_err(|error| CommandError::failed(format!("{from} cannot be read"), error))?;
    bar.set_length(held.users + held.leads + held.customers + held.notes + held.tasks + held.activities);
    let copied = carry_and_compare(&source.archive(), &target.archive(), &arrival, &bar).await;
    bar.finish_and_clear();
    let sums = copied.map_err(|stopped| stopped.told(&from, &to, &arrival))?;
    report(&from, &to, &sums, begun.elapsed());
    source.close().await?;
    target.close().await?;
    drop(lock);
    Ok(())
}

/// In full, so that the command that begins anew can be typed anywhere.
fn address(name: &str, text: &SecretString, here: &Path) -> Result<StoreUrl, CommandError> {
    match StoreUrl::parse(text.expose_secret()) {
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
