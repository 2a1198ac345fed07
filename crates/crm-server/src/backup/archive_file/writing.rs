//! Writing an archive, line by line, into a file that has no name yet.

use std::fs::DirBuilder;
use std::io::{BufWriter, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use crm_app::archive::{Batch, lines};
use crm_domain::timestamp::Timestamp;
use crm_sqlite::backup::sum::digits;
use crm_sqlite::engine::partial::Partial;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::Receiver;

use super::FORMAT;
use super::error::ArchiveError;

/// The first line.
#[derive(Serialize)]
struct First {
    crm_archive: u64,
    made: String,
}

/// The last line.
#[derive(Serialize)]
struct Last<'a> {
    end: End<'a>,
}

#[derive(Serialize)]
struct End<'a> {
    records: u64,
    sha256: &'a str,
}

/// Writes everything that comes; makes the folder (mode 0700) where there is none. Blocks.
///
/// # Errors
/// Nothing is left of what was begun.
pub(super) fn write(
    path: &Path,
    made: Timestamp,
    mut from: Receiver<Batch>,
) -> Result<Partial, ArchiveError> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut partial = Partial::of(path)?;
    let mut file = BufWriter::new(partial.file());
    let mut hash = Sha256::new();
    let mut some = first_line(made)?;
    let mut records = 0;
    loop {
        hash.update(&some);
        file.write_all(&some)?;
        some.clear();
        let Some(batch) = from.blocking_recv() else { break };
        lines::write(&batch, &mut some)?;
        records += u64::try_from(batch.len()).unwrap_or(u64::MAX);
    }
    file.write_all(&last_line(records, &digits(&hash.finalize()))?)?;
    file.flush()?;
    drop(file);
    Ok(partial)
}

fn first_line(made: Timestamp) -> Result<Vec<u8>, ArchiveError> {
    line(&First { crm_archive: FORMAT, made: made.to_string() })
}

/// The only last line that fits so many records of this sum.
pub(super) fn last_line(records: u64, sha256: &str) -> Result<Vec<u8>, ArchiveError> {
    line(&Last { end: End { records, sha256 } })
}

fn line(of: &impl Serialize) -> Result<Vec<u8>, ArchiveError> {
    let mut line = serde_json::to_vec(of).map_err(std::io::Error::from)?;
    line.push(b'\n');
    Ok(line)
}
