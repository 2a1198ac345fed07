//! Sample data: a store worth looking at, as small as a handful of records or as large as a million leads.
//!
//! Records are made through the domain's types and by commits, each with its events, so that what is in a seeded store
//! could have come from clients. What is made follows from the number given with `--random-seed` and from today's
//! date alone, but for the salts of the password hashes.
//!
//! # Where things are
//! - The command: this file. Loading it all: [`mod@plant`], what of it is of one kind: [`gathered`].
//! - Who there is: [`people`]. What is made of each record: [`leads`], [`customers`], [`tasks`].
//! - What they are made of: [`chance`], [`days`], [`words`]; what they share: [`world`].

pub mod chance;
pub mod customers;
pub mod days;
pub mod gathered;
pub mod leads;
pub mod people;
pub mod plant;
pub mod tasks;
pub mod words;
pub mod world;

use std::sync::Arc;

use crm_app::mirror::Mirror;
use crm_app::open_mode::OpenMode;

use self::people::SAMPLE_ACCOUNTS;
use self::plant::{COMMAND, plant};
use crate::cli::SeedArgs;
use crate::command_error::CommandError;
use crate::settings::Settings;
use crate::store::Store;
use crate::wiring::{self, Wiring};
use crate::{output, progress, telemetry};

/// Fills the store. One that has users or records is left alone unless it is to be emptied first, and production asks twice.
///
/// # Errors
/// The store is served or not to be touched, or fails. What was loaded until then is marked as unfinished: nothing uses it, and the
/// same command begins anew.
pub async fn seed(settings: Settings, args: SeedArgs) -> Result<(), CommandError> {
    telemetry::start(&settings.log)?;
    confirm(&settings, &args)?;
    // Held to the end: a server would go on with users that are gone, and serve half a store whose indexes are not made.
    let lock = wiring::lock(&settings.store.url)?;
    clear_unfinished(&settings, &args).await?;
    let wiring = Wiring::open_with_secrets(&settings, OpenMode::CreateIfEmpty).await?;
    if make_room(&wiring, &settings, &args).await? == Room::Occupied {
        wiring.close().await?;
        return Ok(());
    }
    let amounts = args.amounts();
    let bar = progress::bar();
    let planted = plant(&wiring, amounts, args.random_seed, &bar).await;
    bar.finish_and_clear();
    planted?;
    let made = wiring.store.maintenance().inventory().await.map_err(store_failed)?;
    output::say(&format!(
        "{} holds {} users, {} leads, {} customers, {} notes, {} tasks and {} events",
        settings.store.url, made.users, made.leads, made.customers, made.notes, made.tasks, made.activities
    ));
    for account in SAMPLE_ACCOUNTS.iter().take(usize::try_from(amounts.agents).unwrap_or(usize::MAX) + 1) {
        output::say(&format!("  {account}"));
    }
    wiring.close().await?;
    drop(lock);
    Ok(())
}

fn confirm(settings: &Settings, args: &SeedArgs) -> Result<(), CommandError> {
    let twice = args.yes_in_production && args.i_know_that_everybody_knows_the_passwords;
    if settings.environment.is_strict() && !twice {
        return Err(CommandError::Usage(format!(
            "this is {}, and the passwords of the sample accounts are in the manual: say both --yes-in-production \
             and --i-know-that-everybody-knows-the-passwords if {} is meant",
            settings.environment, settings.store.url
        )));
    }
    Ok(())
}

/// Empties a store into which an earlier seeding was interrupted, or another import if it may be emptied.
async fn clear_unfinished(settings: &Settings, args: &SeedArgs) -> Result<(), CommandError> {
    let (url, mirror) = (&settings.store.url, Arc::new(Mirror::empty()));
    let store = Store::open(url, &settings.store, mirror, OpenMode::CreateIfEmpty).await?;
    let unfinished = store.archive().unfinished_import().await.map_err(store_failed)?;
    if unfinished.is_some_and(|arrival| args.reset || arrival.command == COMMAND) {
        store.maintenance().clear().await.map_err(store_failed)?;
    }
    store.close().await
}

/// Whether there is room for the sample data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Free,
    /// The store has records, and `--if-empty` says that this is enough.
    Occupied,
}

async fn make_room(wiring: &Wiring, settings: &Settings, args: &SeedArgs) -> Result<Room, CommandError> {
    if args.reset {
        wiring.store.maintenance().clear().await.map_err(store_failed)?;
        return Ok(Room::Free);
    }
    let found = wiring.store.maintenance().inventory().await.map_err(store_failed)?;
    let records = found.leads + found.customers + found.notes + found.tasks;
    if found.users == 0 && records == 0 {
        return Ok(Room::Free);
    }
    let text =
        format!("{} has {} users and {records} records and is left alone", settings.store.url, found.users);
    if args.if_empty {
        output::say(&text);
        return Ok(Room::Occupied);
    }
    Err(CommandError::Usage(format!("{text}; with --reset everything in it is deleted first")))
}

fn store_failed(error: crm_app::error::StoreError) -> CommandError {
    CommandError::failed("the sample data was not loaded", error)
}
