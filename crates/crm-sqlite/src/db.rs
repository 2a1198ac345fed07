//! A connection in the hands of a job: every statement is prepared once and kept.

use std::cell::RefCell;

use crm_app::error::StoreError;
use rusqlite::{CachedStatement, Connection, Params, Row};

use crate::engine::error::JobError;

/// How a job of this store ends.
pub(crate) type Outcome<T> = Result<T, JobError<StoreError>>;

/// How lists are answered that can be answered in several ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// In the best.
    Best,
    /// By walking, as if every filter left many records.
    Walk,
    /// By gathering the records to which the way of this number leads, from 0; by walking if there is none.
    Way(usize),
    /// As [`Manner::Best`], but no walk goes on for longer than a step before what is left is gathered, and a search asks its
    /// index however much that finds.
    Briefly,
}

/// A connection that can be asked which statements ran on it.
pub(crate) struct Db<'c> {
    conn: &'c Connection,
    heard: Option<&'c RefCell<Vec<String>>>,
    manner: Manner,
}

impl<'c> Db<'c> {
    /// The connection as it is.
    pub(crate) fn new(conn: &'c Connection) -> Self {
        Self { conn, heard: None, manner: Manner::Best }
    }

    /// The same with every statement written down.
    pub(crate) fn heard_by(self, heard: &'c RefCell<Vec<String>>) -> Self {
        Self { heard: Some(heard), ..self }
    }

    /// The same with lists answered in this manner.
    pub(crate) fn in_manner(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }

    /// How lists are answered.
    pub(crate) fn manner(&self) -> Manner {
        self.manner
    }

    /// The statement, prepared.
    pub(crate) fn prepare(&self, sql: &str) -> rusqlite::Result<CachedStatement<'c>> {
        if let Some(heard) = self.heard {
            heard.borrow_mut().push(sql.to_owned());
        }
        self.conn.prepare_cached(sql)
    }

    /// The first row of the statement, if there is one.
    pub(crate) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> Outcome<T>,
    ) -> Outcome<Option<T>> {
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query(params)?;
        rows.next()?.map(read).transpose()
    }

    /// All rows of the statement.
    pub(crate) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> Outcome<T>,
    ) -> Outcome<Vec<T>> {
        let mut statement = self.prepare(sql)?;
        let mut rows = statement.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }

    /// The connection itself.
    pub(crate) fn connection(&self) -> &'c Connection {
        self.conn
    }
}
