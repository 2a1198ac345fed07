//! Finding out which way leads to the fewest records.

use std::collections::HashSet;

use crm_app::paging::Total;
use rusqlite::params_from_iter;

use super::Way;
use super::condition::Sql;
use crate::db::{Db, Manner, Outcome};
use crate::rows::int;

/// So few that looking for fewer costs more.
const FEW: u64 = 64;

/// How a list whose walk leaves something to ask is answered.
#[derive(Debug)]
pub(super) enum Choice<'a> {
    /// By gathering what this way leads to.
    Gather(Probed<'a>),
    /// By walking; this way leads to the fewest records to count, if there is any.
    Walk(Option<Probed<'a>>),
}

/// A way, and what it leads to.
#[derive(Debug)]
pub(super) struct Probed<'a> {
    /// The way.
    pub(super) way: &'a Way,
    /// How many records there are, up to one more than are gathered.
    pub(super) count: u64,
    /// Their row numbers, as far as they are counted, if the way is exact.
    pub(super) rows: Option<HashSet<i64>>,
}

/// Chooses the way to the fewest records, unless it leads to more than are gathered.
pub(super) fn choose<'a>(db: &Db<'_>, ways: &'a [Way]) -> Outcome<Choice<'a>> {
    match db.manner() {
        Manner::Best | Manner::Briefly => best(db, ways),
        Manner::Walk => Ok(Choice::Walk(ways.last().map(|way| look(db, way)).transpose()?)),
        Manner::Way(nth) => match ways.get(nth) {
            Some(way) => Ok(Choice::Gather(look(db, way)?)),
            None => Ok(Choice::Walk(None)),
        },
    }
}

fn best<'a>(db: &Db<'_>, ways: &'a [Way]) -> Outcome<Choice<'a>> {
    let mut best: Option<Probed<'_>> = None;
    for way in ways {
        let probed = match way.known {
            Some(count) => Probed { way, count, rows: None },
            None => look(db, way)?,
        };
        let count = probed.count;
        if best.as_ref().is_none_or(|best| count < best.count) {
            best = Some(probed);
        }
        if count <= FEW {
            break;
        }
    }
    Ok(match best {
        Some(probed) if probed.count <= Total::EXACT_UP_TO => Choice::Gather(probed),
        most => Choice::Walk(most),
    })
}

fn look<'a>(db: &Db<'_>, way: &'a Way) -> Outcome<Probed<'a>> {
    if way.is_exact() {
        let rows = rows(db, way)?;
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        return Ok(Probed { way, count, rows: Some(rows) });
    }
    Ok(Probed { way, count: count(db, way)?, rows: None })
}

/// How many records the way leads to, up to one more than are gathered.
fn count(db: &Db<'_>, way: &Way) -> Outcome<u64> {
    let mut counted = 0;
    for stretch in &way.stretches {
        let mut sql = Sql::default();
        sql.push("SELECT count(*) FROM (").select("SELECT 1 FROM ").push(stretch.probe);
        sql.conditions(&stretch.arm).conditions(&stretch.sieve);
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

/// The same as row numbers, of an exact way.
fn rows(db: &Db<'_>, way: &Way) -> Outcome<HashSet<i64>> {
    let most = usize::try_from(Total::EXACT_UP_TO + 1).unwrap_or(usize::MAX);
    let mut found = HashSet::new();
    for stretch in &way.stretches {
        let Some(n) = stretch.exact else { continue };
        let mut sql = Sql::default();
        sql.select("SELECT ").push(n).push(" FROM ").push(stretch.probe);
        sql.conditions(&stretch.arm).conditions(&stretch.sieve);
        let mut statement = db.prepare(&sql.text)?;
        let mut rows = statement.query(params_from_iter(&sql.values))?;
        while found.len() < most
            && let Some(row) = rows.next()?
        {
            found.insert(row.get(0)?);
        }
    }
    Ok(found)
}
