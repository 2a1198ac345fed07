//! Tells a local disk from a network share, where SQLite's locks and shared memory do not hold.

use std::path::Path;

use super::error::OpenError;

/// Refuses a folder on a network file system.
///
/// Told by the number that `statfs` gives, so on Linux only. What is mounted through FUSE (sshfs, s3fs) has
/// one number with local file systems that run in user space, and passes: it cannot be told apart this way.
///
/// # Errors
/// [`OpenError::NetworkFileSystem`], and [`OpenError::File`] when the folder cannot be asked.
pub(super) fn refuse_network(folder: &Path) -> Result<(), OpenError> {
    match network_kind(folder)? {
        Some(kind) => Err(OpenError::NetworkFileSystem { kind }),
        None => Ok(()),
    }
}

#[cfg(target_os = "linux")]
fn network_kind(folder: &Path) -> Result<Option<&'static str>, OpenError> {
    let found = rustix::fs::statfs(folder).map_err(|error| OpenError::File(error.into()))?;
    Ok(name_of(i128::from(found.f_type) & 0xffff_ffff))
}

#[cfg(not(target_os = "linux"))]
fn network_kind(_folder: &Path) -> Result<Option<&'static str>, OpenError> {
    Ok(None)
}

/// The name of a network file system by its number (Linux, `statfs(2)` and `linux/magic.h`).
#[cfg(target_os = "linux")]
fn name_of(magic: i128) -> Option<&'static str> {
    match magic {
        0x6969 => Some("nfs"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("smb"),
        0x0102_1997 => Some("9p"),
        0x5346_414f | 0x6b41_4653 => Some("afs"),
        0x00c3_6400 => Some("ceph"),
        0x7375_7245 => Some("coda"),
        0x564c => Some("ncp"),
        0x0bd0_0bd0 => Some("lustre"),
        0x0116_1970 => Some("gfs2"),
        _ => None,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn shares_are_known_by_their_numbers_and_disks_are_not_shares() {
        assert_eq!(name_of(0x6969), Some("nfs"));
        assert_eq!(name_of(0xff53_4d42), Some("smb"));
        assert_eq!(name_of(0x0102_1997), Some("9p"));
        let disks = [0xef53, 0x9123_683e, 0x5846_5342, 0x0102_1994, 0x794c_7630, 0x2fc1_2fc1];
        for disk in disks {
            assert_eq!(name_of(disk), None, "{disk:#x}");
        }
    }
}
