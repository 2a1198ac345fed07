//! Files that hold a key: nobody else may read them.

use std::fs::Metadata;
use std::path::Path;

/// Why the file is no place for a key, if it is none. A file that cannot be looked at is the business of its reader.
///
/// Its owner alone may read it; its group too where the owner is root, as it is where root hands a key to a service.
pub fn flaw(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    is_open(&metadata)
        .then(|| format!("can be read or changed by others; run `chmod 600 {}`", path.display()))
}

#[cfg(unix)]
fn is_open(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    const OTHERS: u32 = 0o007;
    const GROUP: u32 = 0o070;
    const GROUP_CHANGES: u32 = 0o030;
    let forbidden = if metadata.uid() == 0 { OTHERS | GROUP_CHANGES } else { OTHERS | GROUP };
    metadata.mode() & forbidden != 0
}

#[cfg(not(unix))]
fn is_open(_: &Metadata) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::*;

    #[test]
    fn only_its_owner_may_read_a_key_or_the_group_that_root_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pem");
        fs::write(&path, "x").unwrap();
        let is_roots = fs::metadata(&path).unwrap().uid() == 0;
        let modes =
            [(0o600, true), (0o400, true), (0o640, is_roots), (0o660, false), (0o604, false), (0o644, false)];
        for (mode, fits) in modes {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(flaw(&path).is_none(), fits, "{mode:o}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_its_readers_business() {
        assert_eq!(flaw(Path::new("/nowhere/key.pem")), None);
    }
}
