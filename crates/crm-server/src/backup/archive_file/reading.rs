//! Reading an archive, line by line, and whether it is what was written.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crm_app::archive::{Batch, lines};
use crm_domain::timestamp::Timestamp;
use crm_sqlite::backup::sum::digits;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::error::ArchiveError;
use super::writing::last_line;
use super::{BEGINS, Contents, FORMAT};

/// What the last line begins with, and no other.
const ENDS: &[u8] = b"{\"end\":";
/// The longest line. No record comes near it; a file whose line ends are damaged is not read into memory.
const LONGEST: u64 = 64 << 20;

/// The first line.
#[derive(Deserialize)]
struct First {
    crm_archive: u64,
    #[serde(default)]
    made: String,
}

/// Reads an archive from its first byte to its last, and hands on its records in batches. Blocks.
///
/// Only once this answers it is known that the file is what was written.
///
/// # Errors
/// It is not, or whoever takes the batches says no.
pub fn read(
    path: &Path,
    each: &mut impl FnMut(Batch) -> Result<(), ArchiveError>,
) -> Result<Contents, ArchiveError> {
    let mut lines = Lines::of(BufReader::with_capacity(1 << 20, File::open(path)?));
    lines.next()?;
    let made = made(&lines.line)?;
    lines.count_in();
    let mut records = 0;
    let mut waiting: Option<Batch> = None;
    loop {
        lines.next()?;
        if lines.line.starts_with(ENDS) {
            break;
        }
        let record =
            lines::read(&lines.line).map_err(|_| lines.damaged("the line is not that of a record"))?;
        lines.count_in();
        records += 1;
        waiting = match waiting {
            None => Some(record),
            Some(mut batch) => match batch.take_in(record) {
                None => Some(batch),
                Some(record) => {
                    each(batch)?;
                    Some(record)
                }
            },
        };
    }
    let sha256 = digits(&lines.hash.clone().finalize());
    if lines.line != last_line(records, &sha256)? {
        return Err(lines.damaged("its sum or its number of records is another"));
    }
    if !lines.from.fill_buf()?.is_empty() {
        return Err(lines.damaged("it goes on after its end"));
    }
    waiting.map_or(Ok(()), each)?;
    Ok(Contents { made, records, sha256 })
}

fn made(line: &[u8]) -> Result<Timestamp, ArchiveError> {
    if !line.starts_with(BEGINS) {
        return Err(ArchiveError::NoArchive);
    }
    let first: First = serde_json::from_slice(line).map_err(|_| ArchiveError::NoArchive)?;
    if first.crm_archive != FORMAT {
        return Err(ArchiveError::Newer(first.crm_archive));
    }
    Timestamp::parse(&first.made).map_err(|_| ArchiveError::NoArchive)
}

/// A file, line by line.
struct Lines<R> {
    from: R,
    line: Vec<u8>,
    at: u64,
    hash: Sha256,
}

impl<R: BufRead> Lines<R> {
    fn of(from: R) -> Self {
        Self { from, line: Vec::new(), at: 0, hash: Sha256::new() }
    }

    /// Goes to the next line, which must be there.
    fn next(&mut self) -> Result<(), ArchiveError> {
        self.at += 1;
        self.line.clear();
        self.from.by_ref().take(LONGEST).read_until(b'\n', &mut self.line)?;
        if self.line.ends_with(b"\n") { Ok(()) } else { Err(self.damaged("it ends before its last line")) }
    }

    /// Adds the line to the sum.
    fn count_in(&mut self) {
        self.hash.update(&self.line);
    }

    fn damaged(&self, why: &'static str) -> ArchiveError {
        ArchiveError::Damaged { line: self.at, why }
    }
}
