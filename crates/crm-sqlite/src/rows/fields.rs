//! Reading the columns of one row, in order.

use crm_app::error::StoreError;
use crm_domain::flaw::Flaw;
use crm_domain::ids::{Id, Kind};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::tag::{Tag, Tags};
use crm_domain::version::Version;
use rusqlite::Row;
use rusqlite::types::{FromSql, ValueRef};
use uuid::Uuid;

use crate::db::Outcome;
use crate::engine::error::JobError;

/// Why a column cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("column {column}: {reason}")]
pub(crate) struct Unreadable {
    column: String,
    reason: String,
}

/// The columns of one row; each call reads the next.
pub(crate) struct Fields<'a, 'r> {
    row: &'a Row<'r>,
    next: usize,
}

/// Reads a whole row. Its first column is the record's id, by which an unreadable one is named.
pub(crate) fn read<T>(
    row: &Row<'_>,
    what: &'static str,
    read: impl FnOnce(&mut Fields<'_, '_>) -> Result<T, Unreadable>,
) -> Outcome<T> {
    read(&mut Fields { row, next: 0 }).map_err(|cause| {
        JobError::Refused(StoreError::Corrupt { what, id: name_of(row), cause: Box::new(cause) })
    })
}

/// The text of the first column, as well as it can be told.
fn name_of(row: &Row<'_>) -> String {
    match row.get_ref(0) {
        Ok(ValueRef::Blob(bytes)) => match Uuid::from_slice(bytes) {
            Ok(id) => id.to_string(),
            Err(_) => format!("{bytes:02x?}"),
        },
        Ok(other) => format!("{other:?}"),
        Err(error) => error.to_string(),
    }
}

impl Fields<'_, '_> {
    /// Whatever type the column has.
    pub(crate) fn get<T: FromSql>(&mut self) -> Result<T, Unreadable> {
        let at = self.step();
        self.row.get(at).map_err(|error| self.unreadable(at, &error))
    }

    /// An id.
    pub(crate) fn id<K: Kind>(&mut self) -> Result<Id<K>, Unreadable> {
        self.get::<[u8; 16]>().map(|bytes| Id::from_uuid(Uuid::from_bytes(bytes)))
    }

    /// An id, if there is one.
    pub(crate) fn id_opt<K: Kind>(&mut self) -> Result<Option<Id<K>>, Unreadable> {
        let bytes = self.get::<Option<[u8; 16]>>()?;
        Ok(bytes.map(|bytes| Id::from_uuid(Uuid::from_bytes(bytes))))
    }

    /// A moment.
    pub(crate) fn time(&mut self) -> Result<Timestamp, Unreadable> {
        let millis = self.get()?;
        Timestamp::from_millis(millis).ok_or_else(|| self.last_is("no moment of the years 1 to 9999"))
    }

    /// A moment, if there is one.
    pub(crate) fn time_opt(&mut self) -> Result<Option<Timestamp>, Unreadable> {
        let Some(millis) = self.get()? else { return Ok(None) };
        let time = Timestamp::from_millis(millis);
        time.map(Some).ok_or_else(|| self.last_is("no moment of the years 1 to 9999"))
    }

    /// A record's version.
    pub(crate) fn version(&mut self) -> Result<Version, Unreadable> {
        self.count().map(Version::new)
    }

    /// A number of something.
    pub(crate) fn count(&mut self) -> Result<u64, Unreadable> {
        let number: i64 = self.get()?;
        u64::try_from(number).map_err(|_| self.last_is("less than nothing"))
    }

    /// Leaves out a column.
    pub(crate) fn skip(&mut self) {
        self.step();
    }

    /// A text of a value type.
    pub(crate) fn parse<T>(&mut self, parse: fn(&str) -> Result<T, Flaw>) -> Result<T, Unreadable> {
        self.with_text(parse)
    }

    /// What a text says.
    pub(crate) fn with_text<T, E: std::fmt::Display>(
        &mut self,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Unreadable> {
        let at = self.step();
        let text = self.row.get_ref(at).map_err(|error| self.unreadable(at, &error))?;
        let text = text.as_str().map_err(|error| self.unreadable(at, &error))?;
        read(text).map_err(|reason| self.unreadable(at, &reason))
    }

    /// A text of a value type, if there is one.
    pub(crate) fn parse_opt<T>(
        &mut self,
        parse: fn(&str) -> Result<T, Flaw>,
    ) -> Result<Option<T>, Unreadable> {
        if self.row.get_ref(self.next) == Ok(ValueRef::Null) {
            self.next += 1;
            return Ok(None);
        }
        self.parse(parse).map(Some)
    }

    /// One of a few values by its number.
    pub(crate) fn code<T>(&mut self, decode: fn(i64) -> Option<T>) -> Result<T, Unreadable> {
        let code = self.get()?;
        decode(code).ok_or_else(|| self.last_is("a number that means nothing"))
    }

    /// Tags.
    pub(crate) fn tags(&mut self) -> Result<Tags, Unreadable> {
        let at = self.step();
        let json = self.row.get_ref(at).map_err(|error| self.unreadable(at, &error))?;
        let json = json.as_str().map_err(|error| self.unreadable(at, &error))?;
        if json == "[]" {
            return Ok(Tags::none());
        }
        let texts: Vec<String> = serde_json::from_str(json).map_err(|error| self.unreadable(at, &error))?;
        let tags: Result<Vec<_>, _> = texts.iter().map(|text| Tag::parse(text)).collect();
        tags.and_then(Tags::new).map_err(|flaw| self.unreadable(at, &flaw))
    }

    /// Complains about the column that was read last.
    pub(crate) fn last_is(&self, reason: &str) -> Unreadable {
        self.unreadable(self.next.saturating_sub(1), &reason)
    }

    fn step(&mut self) -> usize {
        let at = self.next;
        self.next += 1;
        at
    }

    fn unreadable(&self, at: usize, reason: &dyn std::fmt::Display) -> Unreadable {
        let column = self.row.as_ref().column_name(at).unwrap_or("?").to_owned();
        Unreadable { column, reason: reason.to_string() }
    }
}
