//! The power goes: what the journal says no sync has covered is taken back, all of it or some of it.
//!
//! The journal is written by the library in the server's process (`preload/faults.c`), before each write, so that the
//! process may end anywhere.

mod journal;

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use self::journal::{Change, Entry, Which};
use crate::Outcome;
use crate::chance::Chance;

/// What a disk writes in parts: a part is written or not.
const SECTOR: u64 = 512;

/// Which of the writes that are not synced are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// All of them.
    All,
    /// Each with a chance of a half, whatever came before or after it.
    Half,
    /// A third, and of a third of them some sectors.
    Torn,
}

/// What became of the writes that were not synced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many there were.
    pub pending: u64,
    /// How many are lost.
    pub lost: u64,
    /// Of how many some sectors are lost.
    pub torn: u64,
}

/// What becomes of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Lost,
    Kept,
    /// Before this place in the file, or from it on, it is kept.
    Torn {
        at: u64,
        before: bool,
    },
}

impl Mode {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::All, Self::Half, Self::Torn];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Half => "half",
            Self::Torn => "torn",
        }
    }

    fn fate(self, done: &Change, chance: &mut Chance) -> Fate {
        match self {
            Self::All => Fate::Lost,
            Self::Half => [Fate::Lost, Fate::Kept][usize::from(chance.percent(50))],
            Self::Torn => match (chance.below(3), tear(done, chance)) {
                (0, _) => Fate::Lost,
                (1, Some(torn)) => torn,
                (_, _) => Fate::Kept,
            },
        }
    }
}

/// Takes back what is lost with the power, in the files of this store, by the journal in this folder. The shared memory
/// beside it goes too.
///
/// # Errors
/// A file cannot be read or written, or the journal is none.
pub fn goes(store: &Path, folder: &Path, mode: Mode, chance: &mut Chance) -> Outcome<Taken> {
    let entries = journal::pending(&journal::read(&folder.join("journal"))?);
    // The last one first, so that each is taken back from what it made.
    for entry in entries.iter().rev() {
        take_back(store, folder, entry)?;
    }
    let mut taken = Taken::default();
    for entry in &entries {
        taken.pending += 1;
        match mode.fate(&entry.change, chance) {
            Fate::Lost => taken.lost += 1,
            Fate::Kept => again(store, entry, None)?,
            torn @ Fate::Torn { .. } => {
                taken.torn += 1;
                again(store, entry, Some(torn))?;
            }
        }
    }
    remove(&beside(store, "-shm"))?;
    Ok(taken)
}

fn tear(done: &Change, chance: &mut Chance) -> Option<Fate> {
    let Change::Write { offset, new, .. } = done else { return None };
    let end = offset + u64::try_from(new.len()).ok()?;
    let first = offset / SECTOR + 1;
    let sectors = end.div_ceil(SECTOR).checked_sub(first).filter(|sectors| *sectors > 0)?;
    let at = (first + chance.below(sectors)) * SECTOR;
    Some(Fate::Torn { at, before: chance.percent(50) })
}

fn take_back(store: &Path, folder: &Path, entry: &Entry) -> Outcome<()> {
    let path = path(store, entry.file);
    match &entry.change {
        Change::Write { offset, old_size, old, new } => {
            let Some(file) = open(&path)? else { return Ok(()) };
            file.write_all_at(old, *offset)?;
            if *old_size < offset + u64::try_from(new.len())? {
                file.set_len(*old_size)?;
            }
        }
        Change::Length { size, old_size, cut } => {
            let Some(file) = open(&path)? else { return Ok(()) };
            file.set_len(*old_size)?;
            file.write_all_at(cut, *size)?;
        }
        Change::Made => remove(&path)?,
        Change::Removed { number } => std::fs::rename(folder.join(format!("removed-{number}")), &path)?,
    }
    Ok(())
}

/// Does it again, whole or in part.
fn again(store: &Path, entry: &Entry, torn: Option<Fate>) -> Outcome<()> {
    let path = path(store, entry.file);
    match &entry.change {
        Change::Write { offset, new, .. } => {
            let Some(file) = open(&path)? else { return Ok(()) };
            let (mut from, mut bytes) = (*offset, new.as_slice());
            if let Some(Fate::Torn { at, before }) = torn {
                let (head, tail) = bytes.split_at(usize::try_from(at - offset)?.min(bytes.len()));
                (from, bytes) = if before { (from, head) } else { (at, tail) };
            }
            file.write_all_at(bytes, from)?;
        }
        Change::Length { size, .. } => {
            let Some(file) = open(&path)? else { return Ok(()) };
            file.set_len(*size)?;
        }
        Change::Made => drop(OpenOptions::new().create(true).append(true).open(&path)?),
        Change::Removed { .. } => remove(&path)?,
    }
    Ok(())
}

fn path(store: &Path, which: Which) -> PathBuf {
    match which {
        Which::Store => store.to_owned(),
        Which::Log => beside(store, "-wal"),
        Which::Rollback => beside(store, "-journal"),
    }
}

fn beside(store: &Path, suffix: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The file, if it is there: it may have been lost itself.
fn open(path: &Path) -> Outcome<Option<File>> {
    match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn remove(path: &Path) -> Outcome<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
