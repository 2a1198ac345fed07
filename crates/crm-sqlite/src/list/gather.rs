//! Gathering the few records that a filter leaves, and picking the page from them.

use std::cmp::Ordering;

use crm_app::paging::{Direction, PositionKey, Start, Total};
use rusqlite::params_from_iter;
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};

use super::condition::Sql;
use super::walk::cut;
use super::{Found, Listing, Way};
use crate::db::{Db, Outcome};
use crate::rows::int;

/// A sort key. Sorts as SQLite sorts: numbers before texts, texts by their bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    key: Key,
    id: [u8; 16],
}

/// The page and the total, from all the records that the way leads to.
pub(super) fn page(db: &Db<'_>, listing: &Listing, way: &Way) -> Outcome<Found> {
    let mut places = fetch(db, listing, way)?;
    let total = match listing.total {
        super::Counting::Known(total) => Total::exact(total),
        super::Counting::Count | super::Counting::Spare => {
            Total::exact(u64::try_from(places.len()).unwrap_or(u64::MAX))
        }
    };
    if let Start::After(position) = &listing.start {
        let start = Place { key: Key::of(&position.key), id: position.id.into_bytes() };
        places.retain(|(place, _)| ordering(listing.direction, place, &start) == Ordering::Greater);
    }
    places.sort_unstable_by(|(a, _), (b, _)| ordering(listing.direction, a, b));
    let skipped = match listing.start {
        Start::Offset(skipped) => usize::try_from(skipped).unwrap_or(usize::MAX),
        Start::After(_) => 0,
    };
    let most = usize::try_from(listing.limit).unwrap_or(usize::MAX).saturating_add(1);
    let items = places.into_iter().skip(skipped).take(most).map(|(_, n)| n).collect();
    Ok(Found { rows: cut(items, listing.limit), total })
}

/// How many records the way leads to, up to one more than are counted exactly.
pub(super) fn count(db: &Db<'_>, way: &Way) -> Outcome<u64> {
    let mut counted = 0;
    for stretch in &way.stretches {
        let mut sql = Sql::default();
        sql.push("SELECT count(*) FROM (").select("SELECT 1 FROM ").push(stretch.from);
        sql.conditions(&stretch.arm).conditions(&stretch.rest);
        sql.push(" LIMIT ").value(int(Total::EXACT_UP_TO + 1 - counted)).push(")");
        let mut statement = db.prepare(&sql.text)?;
        let found: i64 = statement.query_row(params_from_iter(&sql.values), |row| row.get(0))?;
        counted += u64::try_from(found).unwrap_or(0);
        if counted > Total::EXACT_UP_TO {
            break;
        }
    }
    Ok(counted)
}

fn fetch(db: &Db<'_>, listing: &Listing, way: &Way) -> Outcome<Vec<(Place, i64)>> {
    let columns = listing.columns;
    let mut places = Vec::new();
    for stretch in &way.stretches {
        let mut sql = Sql::default();
        sql.select("SELECT ").push(columns.key).push(", ").push(columns.id).push(", ").push(columns.n);
        sql.push(" FROM ").push(stretch.from).conditions(&stretch.arm).conditions(&stretch.rest);
        let mut statement = db.prepare(&sql.text)?;
        let mut rows = statement.query(params_from_iter(&sql.values))?;
        while let Some(row) = rows.next()? {
            places.push((Place { key: row.get(0)?, id: row.get(1)? }, row.get(2)?));
        }
    }
    Ok(places)
}

fn ordering(direction: Direction, a: &Place, b: &Place) -> Ordering {
    match direction {
        Direction::Ascending => a.cmp(b),
        Direction::Descending => b.cmp(a),
    }
}

impl Key {
    fn of(key: &PositionKey) -> Self {
        match key {
            PositionKey::Time(at) => Self::Number(at.millis()),
            PositionKey::Text(text) => Self::Text(text.clone()),
            PositionKey::Rank(rank) => Self::Number(i64::from(*rank)),
        }
    }
}

impl FromSql for Key {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Integer(number) => Ok(Self::Number(number)),
            ValueRef::Text(_) | ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => {
                String::column_result(value).map(Self::Text)
            }
        }
    }
}
