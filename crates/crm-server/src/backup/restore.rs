//! `backup restore`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crm_app::mirror::Mirror;
use crm_app::open_mode::OpenMode;
use crm_app::ports::archive::{Archive, Arrival};
use crm_app::ports::ids::Ids;
use crm_sqlite::backup::restore::restore;

use super::archive_file::{ArchiveFile, Contents, reading};
use super::format::Format;
use super::{blocking, of_backup, told};
use crate::carry::carry_and_compare;
use crate::clock::SystemClock;
use crate::command_error::CommandError;
use crate::ids::GrowingIds;
use crate::settings::Settings;
use crate::settings::store_url::StoreUrl;
use crate::store::Store;
use crate::{output, progress, wiring};

/// Makes the store that the settings name from a backup.
///
/// # Errors
/// The backup is not whole, something is where the store would be, or the store or the disk fails. Of an embedded store
/// nothing is left; one that was being filled from an archive stays marked, and the same command begins anew.
pub(super) async fn run(settings: Settings, file: PathBuf) -> Result<(), CommandError> {
    let url = settings.store.url.clone();
    let format = Format::of(&file)?;
    match (format, url) {
        (_, StoreUrl::Memory) => {
            Err(CommandError::Usage("a store in memory ends with the command".to_owned()))
        }
        (Format::Store, StoreUrl::File(to)) => blocking(move || store_from(&file, &to)).await,
        (Format::Store, url @ StoreUrl::Mongo(_)) => Err(CommandError::Usage(format!(
            "{} is an embedded store: restore it with CRM__STORE__URL=sqlite://FILE, then `crm-server store copy` takes \
             it into {url}",
            file.display()
        ))),
        (Format::Archive, url @ (StoreUrl::File(_) | StoreUrl::Mongo(_))) => {
            archive_from(&url, &settings, &file).await
        }
    }
}

fn store_from(file: &Path, to: &Path) -> Result<(), CommandError> {
    let what = || format!("{} was not restored", file.display());
    let restored = restore(file, to).map_err(|error| of_backup(what(), error))?;
    output::say(&format!("{} holds what was backed up: {}", to.display(), told(&restored)));
    say_what_else();
    Ok(())
}

async fn archive_from(url: &StoreUrl, settings: &Settings, file: &Path) -> Result<(), CommandError> {
    let file = std::path::absolute(file)
        .map_err(|error| CommandError::failed(format!("{} was not restored", file.display()), error))?;
    let contents = {
        // What is damaged is found before anything is written.
        let file = file.clone();
        blocking(move || {
            let read = reading::read(&file, &mut |_| Ok(()));
            read.map_err(|error| CommandError::failed(format!("{} is not good", file.display()), error))
        })
        .await?
    };
    let lock = wiring::lock(url)?;
    let mirror = Arc::new(Mirror::empty());
    let store = Store::open(url, &settings.store, mirror, OpenMode::CreateIfEmpty).await?;
    let ids = GrowingIds::new(Arc::new(SystemClock));
    let command = format!("crm-server backup restore {}", file.display());
    let arrival = Arrival { id: ids.next(), command };
    let source: Arc<dyn Archive> = Arc::new(ArchiveFile::at(file.clone(), Arc::new(SystemClock)));
    let bar = progress::bar();
    bar.set_length(contents.records);
    let carried = carry_and_compare(&source, &store.archive(), &arrival, &bar).await;
    bar.finish_and_clear();
    carried.map_err(|stopped| stopped.told(&file.display(), url, &arrival))?;
    say_archived(url, &contents);
    store.close().await?;
    drop(lock);
    Ok(())
}

fn say_archived(url: &StoreUrl, contents: &Contents) {
    output::say(&format!(
        "{url} holds the {} records that were archived {}, compared one by one; its audit log begins anew",
        contents.records, contents.made
    ));
    say_what_else();
}

fn say_what_else() {
    output::say(
        "what happened since then is undone: sessions that were ended, passwords and roles that were changed; \
         docs/backups.md says what to do about it",
    );
}
