//! The journal of what would be lost with the power, as `preload/faults.c` writes it.

use std::path::Path;

use crate::Outcome;

/// Which file it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The store's file.
    Store,
    /// The log that commits are written to.
    Log,
    /// The journal that SQLite keeps while there is no such log yet.
    Rollback,
}

/// Something that was done to a file or to its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// It was written to.
    Write { offset: u64, old_size: u64, old: Vec<u8>, new: Vec<u8> },
    /// It got another length; what was cut off.
    Length { size: u64, old_size: u64, cut: Vec<u8> },
    /// It came to be.
    Made,
    /// It was removed, and is kept under this number.
    Removed { number: u64 },
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) file: Which,
    pub(super) change: Change,
}

/// What a journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Something was done.
    Done(Entry),
    /// What was done in this file before is on the disk.
    Synced(Which),
    /// What was done to names before is on the disk.
    FolderSynced,
}

/// Reads a journal. Its last line may be cut off: what it tells of was not begun.
pub(super) fn read(path: &Path) -> Outcome<Vec<Line>> {
    parse(&std::fs::read(path)?)
}

/// What no sync has covered, in the order in which it was done.
pub(super) fn pending(lines: &[Line]) -> Vec<Entry> {
    let mut pending: Vec<&Entry> = Vec::new();
    for line in lines {
        match line {
            Line::Done(entry) => pending.push(entry),
            Line::Synced(file) => pending.retain(|entry| entry.file != *file || is_about_a_name(entry)),
            Line::FolderSynced => pending.retain(|entry| !is_about_a_name(entry)),
        }
    }
    pending.into_iter().cloned().collect()
}

fn is_about_a_name(entry: &Entry) -> bool {
    match entry.change {
        Change::Made | Change::Removed { .. } => true,
        Change::Write { .. } | Change::Length { .. } => false,
    }
}

/// Reads the lines of a journal.
pub(super) fn parse(bytes: &[u8]) -> Outcome<Vec<Line>> {
    let mut rest = Rest(bytes);
    let mut lines = Vec::new();
    while let Some(raw) = rest.raw() {
        let file = match raw.file {
            1 => Which::Store,
            2 => Which::Log,
            3 => Which::Rollback,
            // The folder, of which nothing is said but that it was synced.
            _ if raw.kind == 6 => Which::Store,
            other => return Err(format!("a journal tells of file {other}").into()),
        };
        let change = match raw.kind {
            1 => Change::Write { offset: raw.offset, old_size: raw.old_size, old: raw.old, new: raw.new },
            2 => Change::Length { size: raw.offset, old_size: raw.old_size, cut: raw.old },
            4 => Change::Made,
            5 => Change::Removed { number: raw.offset },
            3 => {
                lines.push(Line::Synced(file));
                continue;
            }
            6 => {
                lines.push(Line::FolderSynced);
                continue;
            }
            other => return Err(format!("a journal tells of {other}").into()),
        };
        lines.push(Line::Done(Entry { file, change }));
    }
    Ok(lines)
}

struct Raw {
    kind: u32,
    file: u32,
    offset: u64,
    old_size: u64,
    old: Vec<u8>,
    new: Vec<u8>,
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// The next line, if it is whole.
    fn raw(&mut self) -> Option<Raw> {
        let (kind, file) = (self.u32()?, self.u32()?);
        let (offset, old_size) = (self.u64()?, self.u64()?);
        let (old, new) = (self.u64()?, self.u64()?);
        Some(Raw { kind, file, offset, old_size, old: self.bytes(old)?, new: self.bytes(new)? })
    }

    // In the order of bytes of the machine that wrote it, which is this one.
    fn u32(&mut self) -> Option<u32> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_ne_bytes(*first))
    }

    fn u64(&mut self) -> Option<u64> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_ne_bytes(*first))
    }

    fn bytes(&mut self, length: u64) -> Option<Vec<u8>> {
        let (first, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(first.to_vec())
    }
}
