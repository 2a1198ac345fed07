//! A real disk that is soon full: a small file system in memory, mounted for one test in a
//! [namespace](crate::namespaces) of its own.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted file system of a fixed size. It is unmounted with this value.
#[derive(Debug)]
pub struct SmallDisk {
    folder: PathBuf,
}

/// What takes the room.
const FILLER: &str = "filler";

impl SmallDisk {
    /// Mounts one of so many MiB at this folder, which is made where there is none.
    ///
    /// # Panics
    /// If it cannot be mounted: the test must be inside of [`Purpose::Mount`](crate::namespaces::Purpose::Mount).
    pub fn mount(folder: &Path, mebibytes: u32) -> Self {
        fs::create_dir_all(folder).unwrap();
        let size = format!("size={mebibytes}m,mode=0700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(folder).output();
        let mounted = mounted.expect("`mount` of util-linux is there");
        assert!(
            mounted.status.success(),
            "a small file system (tmpfs) cannot be mounted: {}",
            String::from_utf8_lossy(&mounted.stderr).trim()
        );
        Self { folder: folder.to_owned() }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes all the room that is left, and gives how many bytes that were.
    ///
    /// # Panics
    /// If the disk fails in another way.
    pub fn fill(&self) -> u64 {
        let mut filler = File::options().create(true).append(true).open(self.folder.join(FILLER)).unwrap();
        let mut taken = 0;
        for size in [1 << 20, 4_096, 1] {
            let piece = vec![0x5a; size];
            loop {
                match filler.write(&piece) {
                    Ok(0) => break,
                    Ok(written) => taken += u64::try_from(written).unwrap(),
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("the disk cannot be filled: {error}"),
                }
            }
        }
        taken
    }

    /// Gives all of it back.
    ///
    /// # Panics
    /// If it was not filled.
    pub fn free(&self) {
        fs::remove_file(self.folder.join(FILLER)).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that is being killed may still have a file open.
        let unmounted = Command::new("umount").arg("--lazy").arg(&self.folder).status();
        assert!(unmounted.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}
