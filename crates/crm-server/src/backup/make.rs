//! `backup make`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crm_app::archive::Kind;
use crm_app::mirror::Mirror;
use crm_app::open_mode::OpenMode;
use crm_app::ports::archive::{Archive, Arrival};
use crm_app::ports::clock::Clock;
use crm_app::ports::ids::Ids;
use crm_sqlite::backup::make::make;
use crm_sqlite::backup::stop::Stop;
use crm_sqlite::backup::sum;

use super::archive_file::ArchiveFile;
use super::folder::BackupFolder;
use super::{blocking, of_backup, told};
use crate::carry::carry_and_compare;
use crate::clock::SystemClock;
use crate::command_error::CommandError;
use crate::ids::GrowingIds;
use crate::settings::Settings;
use crate::settings::store_url::StoreUrl;
use crate::store::Store;
use crate::{output, progress};

/// Makes a backup of the store that the settings name: a copy of the file of an embedded store unless an archive is
/// asked for, an archive of a store on MongoDB.
///
/// # Errors
/// There is no store, the file is there already, or the store or the disk fails; nothing is left of what was begun.
pub(super) async fn run(settings: Settings, to: Option<PathBuf>, archive: bool) -> Result<(), CommandError> {
    let clock = SystemClock;
    let folder = BackupFolder::at(settings.backup.folder.clone());
    match settings.store.url.clone() {
        StoreUrl::Memory => Err(CommandError::Usage("a store in memory ends with its server".to_owned())),
        StoreUrl::File(store) if !archive => {
            let to = to.unwrap_or_else(|| folder.store_of(clock.now()));
            blocking(move || store_into(&store, &to)).await
        }
        url @ (StoreUrl::File(_) | StoreUrl::Mongo(_)) => {
            let to = to.unwrap_or_else(|| folder.archive_of(clock.now()));
            archive_into(&url, &settings, to).await
        }
    }
}

fn store_into(store: &Path, to: &Path) -> Result<(), CommandError> {
    let made = make(store, to, &Stop::default());
    let made = made.map_err(|error| of_backup("the backup was not made".to_owned(), error))?;
    output::say(&format!("{} is whole: {}", to.display(), told(&made)));
    output::say(&format!("its sum is beside it: {}", sum::file_of(to).display()));
    Ok(())
}

async fn archive_into(url: &StoreUrl, settings: &Settings, to: PathBuf) -> Result<(), CommandError> {
    let to = std::path::absolute(&to)
        .map_err(|error| CommandError::failed(format!("{} cannot be written", to.display()), error))?;
    let shown = to.display().to_string();
    let target: Arc<dyn Archive> = Arc::new(ArchiveFile::at(to, Arc::new(SystemClock)));
    let store = Store::open(url, &settings.store, Arc::new(Mirror::empty()), OpenMode::Existing).await?;
    store.refuse_unfinished(url).await?;
    let ids = GrowingIds::new(Arc::new(SystemClock));
    let arrival =
        Arrival { id: ids.next(), command: format!("crm-server backup make --archive --to {shown}") };
    let bar = progress::bar();
    let carried = carry_and_compare(&store.archive(), &target, &arrival, &bar).await;
    bar.finish_and_clear();
    let sums = carried.map_err(|stopped| stopped.told(url, &shown, &arrival))?;
    for kind in Kind::ALL {
        if let Some(sum) = sums.of(kind) {
            output::say(&format!("{:12} {sum}, the same in both", kind.plural()));
        }
    }
    output::say(&format!(
        "{shown} holds what {url} held: {} records, as of one moment; the audit log is not in it",
        sums.total()
    ));
    store.close().await
}
