//! Records as lines of JSON: what hashes are made of, and what a file can hold.
//!
//! A line has all that a record says, each field under its name and in one order, so that equal records have equal
//! lines and different ones different lines. Ids are hyphenated, moments are RFC 3339 in UTC, bytes are base64. Lines
//! hold password hashes and fingerprints of tokens: they are as secret as the store.

mod events;
mod fields;
mod people;
mod records;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::events::{EventLine, ReplayLine};
use self::people::{SessionLine, TransferLine, UserLine, WorkspaceLine};
use self::records::{CleanupLine, CustomerLine, LeadLine, NoteLine, TaskLine};
use super::Batch;
use crate::error::Cause;

/// A record cannot be written as a line, which no record should come to.
#[derive(Debug, Error)]
#[error("a record cannot be written as a line")]
pub struct Unwritable(#[source] Cause);

/// A line is not that of a record.
#[derive(Debug, Error)]
#[error("the line is not that of a record")]
pub struct Unreadable(#[source] Cause);

/// One record. The names of the variants are those of [`super::Kind::as_str`].
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line {
    Workspace(WorkspaceLine),
    Lead(LeadLine),
    Customer(CustomerLine),
    Cleanup(CleanupLine),
    Note(NoteLine),
    Task(TaskLine),
    Transfer(TransferLine),
    Event(EventLine),
    Replay(ReplayLine),
    User(UserLine),
    Session(SessionLine),
}

/// Writes each record of the batch as a line with its end.
///
/// # Errors
/// [`Unwritable`].
pub fn write(batch: &Batch, to: &mut Vec<u8>) -> Result<(), Unwritable> {
    match batch {
        Batch::Workspace(workspace) => line(&Line::Workspace(WorkspaceLine::of(*workspace)), to),
        Batch::Leads(leads) => each(leads, |lead| Line::Lead(LeadLine::of(lead)), to),
        Batch::Customers(customers) => each(customers, |one| Line::Customer(CustomerLine::of(one)), to),
        Batch::Cleanups(some) => each(some, |one| Line::Cleanup(CleanupLine::of(one)), to),
        Batch::Notes(notes) => each(notes, |note| Line::Note(NoteLine::of(note)), to),
        Batch::Tasks(tasks) => each(tasks, |task| Line::Task(TaskLine::of(task)), to),
        Batch::Transfers(transfers) => each(transfers, |one| Line::Transfer(TransferLine::of(one)), to),
        Batch::Events(events) => each(events, |event| Line::Event(EventLine::of(event)), to),
        Batch::Replays(replays) => each(replays, |replay| Line::Replay(ReplayLine::of(replay)), to),
        Batch::Users(users) => each(users, |user| Line::User(UserLine::of(user)), to),
        Batch::Sessions(sessions) => each(sessions, |one| Line::Session(SessionLine::of(one)), to),
    }
}

/// Reads one line, with or without its end: a batch of one record.
///
/// # Errors
/// [`Unreadable`].
pub fn read(line: &[u8]) -> Result<Batch, Unreadable> {
    let line: Line = serde_json::from_slice(line).map_err(|error| Unreadable(error.into()))?;
    let read = match line {
        Line::Workspace(line) => line.read().map(Batch::Workspace),
        Line::Lead(line) => line.read().map(|lead| Batch::Leads(vec![lead])),
        Line::Customer(line) => line.read().map(|customer| Batch::Customers(vec![customer])),
        Line::Cleanup(line) => line.read().map(|cleanup| Batch::Cleanups(vec![cleanup])),
        Line::Note(line) => line.read().map(|note| Batch::Notes(vec![note])),
        Line::Task(line) => line.read().map(|task| Batch::Tasks(vec![task])),
        Line::Transfer(line) => line.read().map(|transfer| Batch::Transfers(vec![transfer])),
        Line::Event(line) => line.read().map(|event| Batch::Events(vec![event])),
        Line::Replay(line) => line.read().map(|replay| Batch::Replays(vec![replay])),
        Line::User(line) => line.read().map(|user| Batch::Users(vec![user])),
        Line::Session(line) => line.read().map(|session| Batch::Sessions(vec![session])),
    };
    read.map_err(|error| Unreadable(Box::new(error)))
}

fn each<T>(records: &[T], of: fn(&T) -> Line, to: &mut Vec<u8>) -> Result<(), Unwritable> {
    records.iter().try_for_each(|record| line(&of(record), to))
}

fn line(of: &Line, to: &mut Vec<u8>) -> Result<(), Unwritable> {
    serde_json::to_writer(&mut *to, of).map_err(|error| Unwritable(error.into()))?;
    to.push(b'\n');
    Ok(())
}
