//! The clock of a place's servers: that of the machine, and so much ahead of it or behind.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::Outcome;
use crate::place::Place;

/// A clock that can be put forwards and back while servers look at it.
#[derive(Debug)]
pub struct Clock {
    path: PathBuf,
    file: File,
}

impl Clock {
    /// The clock of this place, right at first. It is looked at by processes that have its [`Clock::variable`] and the
    /// library loaded.
    ///
    /// # Errors
    /// A file cannot be made in the place.
    pub fn of(place: &Place) -> Outcome<Self> {
        let path = place.folder().join("clock");
        let file = File::create(&path)?;
        let clock = Self { path, file };
        clock.put(0)?;
        Ok(clock)
    }

    /// What tells a process to look at it.
    pub fn variable(&self) -> (OsString, OsString) {
        ("FAULTS_CLOCK".into(), self.path.clone().into())
    }

    /// Sets it to this time, as the time since 1970 in UTC; from there it goes on.
    ///
    /// # Errors
    /// The file cannot be written.
    #[expect(clippy::disallowed_methods, reason = "what the machine's clock says is what is to be changed")]
    pub fn set(&self, time: Duration) -> Outcome<()> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        self.put(i64::try_from(time.as_micros())? - i64::try_from(now.as_micros())?)
    }

    /// So many microseconds ahead; the eight bytes change at once.
    fn put(&self, ahead: i64) -> Outcome<()> {
        Ok(self.file.write_all_at(&ahead.to_ne_bytes(), 0)?)
    }
}
