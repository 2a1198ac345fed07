//! The library that is loaded into the server's process: built with the C compiler of the machine when it is needed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::Outcome;
use crate::place::Place;

/// Its source.
const SOURCE: &str = include_str!("../preload/faults.c");

/// The library, built.
#[derive(Debug)]
pub struct Preload {
    folder: TempDir,
}

/// A point around a commit at which the server ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point(&'static str);

impl Point {
    /// Every one. `wal` is the log that a commit is written to, `db` the file that it is copied into later.
    pub const ALL: &'static [Self] = &[
        Self("wal-write-before"),
        Self("wal-write-half"),
        Self("wal-write-after"),
        Self("wal-sync-before"),
        Self("wal-sync-after"),
        Self("answer"),
        Self("db-write-before"),
        Self("db-write-half"),
        Self("db-write-after"),
        Self("db-sync-before"),
        Self("db-sync-after"),
    ];

    /// Those that every commit comes by.
    pub fn of_a_commit() -> &'static [Self] {
        let (commit, _checkpoint) = Self::ALL.split_at(6);
        commit
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// How often it may be passed before it counts: writes are many, syncs of the file are few.
    pub fn passed(self) -> std::ops::Range<u64> {
        match self.0 {
            "wal-write-before" | "wal-write-half" | "wal-write-after" => 1..60,
            "wal-sync-before" | "wal-sync-after" | "answer" => 1..20,
            "db-write-before" | "db-write-half" | "db-write-after" => 1..40,
            _ => 1..2,
        }
    }
}

impl Preload {
    /// Builds it.
    ///
    /// # Errors
    /// There is no `cc`, or this is no Linux.
    pub fn build() -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("crm-faults-preload-").tempdir()?;
        let source = folder.path().join("faults.c");
        std::fs::write(&source, SOURCE)?;
        let built = Command::new("cc")
            .args(["-O2", "-fPIC", "-shared", "-o"])
            .arg(folder.path().join("faults.so"))
            .arg(&source)
            .arg("-ldl")
            .output()
            .map_err(|error| format!("a C compiler (`cc`) is needed: {error}"))?;
        if !built.status.success() {
            return Err(format!("it is not compiled: {}", String::from_utf8_lossy(&built.stderr)).into());
        }
        Ok(Self { folder })
    }

    /// What loads it into a process.
    pub fn variable(&self) -> (OsString, OsString) {
        ("LD_PRELOAD".into(), self.folder.path().join("faults.so").into())
    }

    /// The variables that load it into a server of this place. It ends the server at the point, if one is given with
    /// how often it is passed before, once [`Preload::arm`] was called; it keeps a journal if a folder for that is given.
    pub fn variables(
        &self,
        place: &Place,
        point: Option<(Point, u64)>,
        journal: Option<&Path>,
    ) -> Vec<(OsString, OsString)> {
        let mut variables: Vec<(OsString, OsString)> = vec![
            self.variable(),
            ("FAULTS_STORE".into(), place.store().into()),
            ("FAULTS_ARM".into(), armed(place).into()),
        ];
        if let Some((point, passed)) = point {
            variables.push(("FAULTS_POINT".into(), format!("{}:{passed}", point.name()).into()));
        }
        if let Some(folder) = journal {
            variables.push(("FAULTS_JOURNAL".into(), folder.join("journal").into()));
        }
        variables
    }

    /// From now on the point counts.
    ///
    /// # Errors
    /// A file cannot be made in the place.
    pub fn arm(place: &Place) -> Outcome<()> {
        Ok(std::fs::write(armed(place), "")?)
    }

    /// Makes ready for another server.
    ///
    /// # Errors
    /// A file cannot be removed from the place.
    pub fn disarm(place: &Place) -> Outcome<()> {
        match std::fs::remove_file(armed(place)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

fn armed(place: &Place) -> PathBuf {
    place.folder().join("armed")
}
