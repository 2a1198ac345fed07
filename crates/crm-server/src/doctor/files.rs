//! The store's file, who can get at it, and the room that is left.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crm_sqlite::engine::lock::ServeLock;

use super::finding::{Finding, Found};

/// Below this the next hours may fill the disk.
const TIGHT: u64 = 1 << 30;
/// Below this the next minutes may.
const FULL: u64 = 64 << 20;
const MIB: u64 = 1 << 20;

/// Looks at the store's file and its folder.
pub(super) fn check(path: &Path) -> Found {
    let shown = path.display();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if ServeLock::is_held(path) {
                let text = format!(
                    "{shown} was moved or removed, and a server runs on it: stop the server, then put the file back"
                );
                return Found { lines: vec![Finding::wrong("store", text)], is_there: false };
            }
            let text = format!("{shown} is not there yet; the first `crm-server serve` makes it");
            return Found { lines: vec![Finding::doubtful("store", text)], is_there: false };
        }
        Err(error) => {
            let text = format!("{shown} cannot be reached: {error}");
            return Found { lines: vec![Finding::wrong("store", text)], is_there: false };
        }
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let lines = vec![permissions(path, &metadata, folder), room(folder, metadata.len())];
    Found { lines, is_there: true }
}

fn permissions(path: &Path, metadata: &Metadata, folder: &Path) -> Finding {
    if metadata.permissions().mode() & 0o077 != 0 {
        let text = format!("{0} can be opened by others; run `chmod 600 {0}`", path.display());
        return Finding::wrong("permissions", text);
    }
    match fs::metadata(folder) {
        Ok(metadata) if metadata.permissions().mode() & 0o022 != 0 => {
            let text = format!("others can put files into {0}; run `chmod 700 {0}`", folder.display());
            Finding::wrong("permissions", text)
        }
        Ok(_) => Finding::good("permissions", "nobody else can open the store"),
        Err(error) => Finding::wrong("permissions", format!("{} cannot be read: {error}", folder.display())),
    }
}

fn room(folder: &Path, store: u64) -> Finding {
    let free = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return Finding::wrong("disk", format!("cannot be asked for its room: {error}")),
    };
    let text = format!("{} MiB are free; the store takes {} MiB", free / MIB, store / MIB);
    if free < FULL {
        Finding::wrong("disk", text)
    } else if free < TIGHT.max(store.saturating_mul(2)) {
        Finding::doubtful("disk", text)
    } else {
        Finding::good("disk", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_store_that_others_can_open_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        fs::write(&path, "x").unwrap();
        mode(&path, 0o600);
        assert!(!check(&path).lines[0].is_wrong());
        mode(&path, 0o640);
        assert!(check(&path).lines[0].is_wrong());
        mode(&path, 0o600);
        mode(folder.path(), 0o777);
        assert!(check(&path).lines[0].is_wrong());
    }

    #[test]
    fn a_store_that_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.db");
        assert!(!check(&path).is_there);
        assert!(!path.exists());
    }
}
