//! The folder that backups are put into, and their names: `crm-20260320T090000Z.db`, the moment in UTC.
//!
//! What has another name is somebody else's and is never touched.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use crm_domain::timestamp::Timestamp;
use crm_sqlite::backup::sum;
use crm_sqlite::engine::partial;

/// How the moment is written.
const MOMENT: &str = "%Y%m%dT%H%M%SZ";

/// A folder of backups. It need not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupFolder(PathBuf);

impl BackupFolder {
    /// The folder at this path.
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the backup of an embedded store is put that is begun now.
    pub fn store_of(&self, now: Timestamp) -> PathBuf {
        self.0.join(name(now))
    }

    /// Where the archive is put that is begun now.
    pub fn archive_of(&self, now: Timestamp) -> PathBuf {
        self.0.join(format!("crm-{}.jsonl", now.utc().format(MOMENT)))
    }

    /// When the newest backup was begun that is not of the future, which a clock that was put right may have left.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn newest(&self, now: Timestamp) -> io::Result<Option<Timestamp>> {
        Ok(self.moments()?.into_iter().rfind(|moment| *moment <= now))
    }

    /// Removes what is older than the newest `keep` backups, but never the one that was just `made`, and says how many
    /// went: a backup first and its sum after it. Also what was in the making when its process died.
    ///
    /// # Errors
    /// The folder cannot be read, or a file not be removed.
    pub fn prune(&self, keep: usize, made: &Path) -> io::Result<usize> {
        let moments = self.moments()?;
        let beyond = moments.len().saturating_sub(keep);
        let mut removed = 0;
        for moment in moments.iter().take(beyond) {
            let old = self.store_of(*moment);
            if old != made {
                fs::remove_file(&old)?;
                remove_if_there(&sum::file_of(&old))?;
                removed += 1;
            }
        }
        partial::sweep(&self.0, |name| moment_of(name.strip_suffix(".sha256").unwrap_or(name)).is_some())?;
        Ok(removed)
    }

    /// When the backups were begun that are there, the oldest first.
    fn moments(&self) -> io::Result<Vec<Timestamp>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut moments = Vec::new();
        for entry in entries {
            let entry = entry?;
            if let Some(moment) = entry.file_name().to_str().and_then(moment_of)
                && entry.file_type()?.is_file()
            {
                moments.push(moment);
            }
        }
        moments.sort_unstable();
        Ok(moments)
    }
}

fn name(moment: Timestamp) -> String {
    format!("crm-{}.db", moment.utc().format(MOMENT))
}

/// The moment in a name, if it is exactly one that we give.
fn moment_of(text: &str) -> Option<Timestamp> {
    let moment = text.strip_prefix("crm-")?.strip_suffix(".db")?;
    let moment = Timestamp::new(NaiveDateTime::parse_from_str(moment, MOMENT).ok()?.and_utc());
    (name(moment) == text).then_some(moment)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crm_testkit::files::names;

    use super::*;

    const OTHERS: [&str; 9] = [
        "crm.db",
        "crm-20260101T000000Z.db.bak",
        "crm-20260101T000000Z.jsonl",
        "crm-20260101T000000.db",
        "crm-2026-01-01T00:00:00Z.db",
        "crm-20260230T000000Z.db",
        "xcrm-20260101T000000Z.db",
        "crm-20260101T000000Z.DB",
        "crm-20260101T0000000Z.db",
    ];

    fn at(hour: u64) -> Timestamp {
        Timestamp::parse("2026-03-20T00:00:00Z").unwrap().plus(Duration::from_hours(hour))
    }

    /// With a backup and its sum of each of these hours.
    fn with(hours: std::ops::Range<u64>) -> (tempfile::TempDir, BackupFolder) {
        let temporary = tempfile::tempdir().unwrap();
        let folder = BackupFolder::at(temporary.path().to_owned());
        for hour in hours {
            fs::write(folder.store_of(at(hour)), "x").unwrap();
            fs::write(sum::file_of(&folder.store_of(at(hour))), "x").unwrap();
        }
        (temporary, folder)
    }

    #[test]
    fn only_what_is_named_as_ours_is_counted_and_removed() {
        let (_temporary, folder) = with(0..5);
        for other in OTHERS {
            fs::write(folder.path().join(other), "x").unwrap();
        }
        fs::create_dir(folder.path().join("crm-20200101T000000Z.db")).unwrap();
        assert_eq!(folder.moments().unwrap(), [at(0), at(1), at(2), at(3), at(4)]);
        assert_eq!(folder.prune(2, &folder.store_of(at(4))).unwrap(), 3);
        let mut expected: Vec<String> = OTHERS.map(str::to_owned).to_vec();
        expected.push("crm-20200101T000000Z.db".to_owned());
        for hour in [3, 4] {
            expected.extend([name(at(hour)), format!("{}.sha256", name(at(hour)))]);
        }
        expected.sort();
        assert_eq!(names(folder.path()), expected);
    }

    #[test]
    fn fewer_than_are_kept_all_stay_and_the_one_just_made_always() {
        let (_temporary, folder) = with(0..3);
        assert_eq!(folder.prune(3, &folder.store_of(at(2))).unwrap(), 0);
        // A clock that was ahead left the others.
        assert_eq!(folder.prune(1, &folder.store_of(at(0))).unwrap(), 1);
        assert_eq!(folder.moments().unwrap(), [at(0), at(2)]);
    }

    #[test]
    fn the_newest_is_of_the_past_and_a_folder_that_is_not_there_has_none() {
        let (_temporary, folder) = with(0..4);
        assert_eq!(folder.newest(at(2)).unwrap(), Some(at(2)));
        assert_eq!(folder.newest(at(9)).unwrap(), Some(at(3)));
        let none = BackupFolder::at(folder.path().join("none"));
        assert_eq!(none.newest(at(9)).unwrap(), None);
    }

    #[test]
    fn what_a_dead_process_left_in_the_making_goes() {
        let (_temporary, folder) = with(0..1);
        let left =
            ["crm-20260319T000000Z.db.aB3dEf.partial", "crm-20260319T000000Z.db.sha256.aB3dEf.partial"];
        for name in left.into_iter().chain(["mine.db.aB3dEf.partial"]) {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        folder.prune(1, &folder.store_of(at(0))).unwrap();
        let names = names(folder.path());
        assert!(left.iter().all(|name| !names.contains(&(*name).to_owned())), "{names:?}");
        assert_eq!(names.len(), 3, "{names:?}");
    }
}
