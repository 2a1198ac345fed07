//! Reads that are over in microseconds, done by whoever asks: handing one to a reader thread and its answer back costs
//! more than the read itself.

use std::path::Path;

use parking_lot::Mutex;
use rusqlite::Connection;

use super::connection::{self, Reads};
use super::error::{JobError, OpenError};
use super::job::Answer;
use super::options::Options;
use super::readers::{attempt, end_snapshot};

/// Connections that cannot write, of which whoever reads takes one for that long.
pub(super) struct Glances(Mutex<Vec<Connection>>);

impl Glances {
    /// Opens the connections. The file exists and has its schema.
    pub(super) fn open(path: &Path, options: &Options) -> Result<Self, OpenError> {
        let open = |_| connection::open_reader(path, options, Reads::Short);
        Ok(Self(Mutex::new((0..options.glances).map(open).collect::<Result<_, _>>()?)))
    }

    /// Runs a job on the thread of the caller, or gives it back if all connections are taken.
    pub(super) fn run<T, E, F>(&self, job: F) -> Result<Answer<T, E>, F>
    where
        F: FnOnce(&Connection) -> Result<T, JobError<E>>,
    {
        let Some(conn) = self.0.lock().pop() else { return Err(job) };
        let answer = attempt(&conn, job);
        end_snapshot(&conn);
        self.0.lock().push(conn);
        Ok(answer)
    }
}
