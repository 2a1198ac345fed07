//! Walking an index in the list's order.

use std::collections::HashSet;

use crm_app::paging::{Direction, PositionKey, Slice, Start, Total};
use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::condition::{Condition, Sql};
use super::{Listing, Walk};
use crate::db::{Db, Outcome};
use crate::rows::int;

/// The rows of the page, with what the walk's arms do not ask dropped on the way.
pub(super) fn page(db: &Db<'_>, listing: &Listing) -> Outcome<Slice<i64>> {
    let mut sql = statement(listing, &listing.residual);
    sql.push(" LIMIT ").value(i64::from(listing.limit) + 1);
    if let Start::Offset(skipped @ 1..) = listing.start {
        sql.push(" OFFSET ").value(int(skipped));
    }
    let mut statement = db.prepare(&sql.text)?;
    let mut rows = statement.query(params_from_iter(&sql.values))?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(row.get(0)?);
    }
    Ok(cut(items, listing.limit))
}

/// The rows of the page, all of which are among these, if a walk of no more than so many steps comes by them.
pub(super) fn among(
    db: &Db<'_>,
    listing: &Listing,
    wanted: &HashSet<i64>,
    steps: u64,
) -> Outcome<Option<Slice<i64>>> {
    let sql = statement(listing, &[]);
    let mut statement = db.prepare(&sql.text)?;
    let mut rows = statement.query(params_from_iter(&sql.values))?;
    let (mut skipped, mut items) = (listing.skipped(), Vec::new());
    let enough = usize::try_from(listing.limit).unwrap_or(usize::MAX).saturating_add(1);
    for _ in 0..steps {
        let Some(row) = rows.next()? else { return Ok(Some(cut(items, listing.limit))) };
        let n = row.get(0)?;
        if !wanted.contains(&n) {
            continue;
        }
        match skipped.checked_sub(1) {
            Some(left) => skipped = left,
            None => items.push(n),
        }
        if items.len() == enough {
            return Ok(Some(cut(items, listing.limit)));
        }
    }
    Ok(None)
}

/// How many records the walk comes by, up to one more than are counted exactly.
pub(super) fn count(db: &Db<'_>, walk: &Walk, residual: &[Condition]) -> Outcome<u64> {
    let mut counted = 0;
    for arm in &walk.arms {
        let mut sql = Sql::default();
        sql.push("SELECT count(*) FROM (").select("SELECT 1 FROM ").push(walk.from);
        sql.conditions(arm).conditions(residual);
        sql.window(walk.columns.key, walk.window.unwrap_or_default());
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

/// At most so many of these rows, and whether there were more.
pub(super) fn cut(mut items: Vec<i64>, limit: u32) -> Slice<i64> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    Slice { items, more }
}

/// The walk from where the page begins, with only those records for which these conditions hold.
fn statement(listing: &Listing, conditions: &[Condition]) -> Sql {
    let mut sql = Sql::default();
    for (i, arm) in listing.walk.arms.iter().enumerate() {
        if i > 0 {
            sql.push(" UNION ALL ");
        }
        select(&mut sql, listing, arm, conditions);
    }
    order(&mut sql, listing);
    sql
}

fn select(sql: &mut Sql, listing: &Listing, arm: &[Condition], conditions: &[Condition]) {
    let columns = listing.walk.columns;
    sql.select("SELECT ").push(columns.n);
    if listing.walk.arms.len() > 1 {
        // A merge sorts by columns of its result.
        sql.push(", ").push(columns.key).push(" AS key, ").push(columns.id).push(" AS id");
    }
    sql.push(" FROM ").push(listing.walk.from).conditions(arm).conditions(conditions);
    if let Some(window) = listing.walk.window {
        sql.window(columns.key, window.after(&listing.start, listing.direction));
    }
    if let Start::After(position) = &listing.start {
        sql.and().push("(").push(columns.key).push(", ").push(columns.id).push(match listing.direction {
            Direction::Ascending => ") > (",
            Direction::Descending => ") < (",
        });
        sql.value(value_of(&position.key)).push(", ").value(position.id.into_bytes().to_vec()).push(")");
    }
}

fn order(sql: &mut Sql, listing: &Listing) {
    let (key, id) = if listing.walk.arms.len() > 1 {
        ("key", "id")
    } else {
        (listing.walk.columns.key, listing.walk.columns.id)
    };
    let direction = match listing.direction {
        Direction::Ascending => "",
        Direction::Descending => " DESC",
    };
    sql.push(" ORDER BY ").push(key).push(direction).push(", ").push(id).push(direction);
}

/// A sort key as its column holds it.
pub(super) fn value_of(key: &PositionKey) -> Value {
    match key {
        PositionKey::Time(at) => Value::Integer(at.millis()),
        PositionKey::Text(text) => Value::Text(text.clone()),
        PositionKey::Rank(rank) => Value::Integer(i64::from(*rank)),
    }
}
