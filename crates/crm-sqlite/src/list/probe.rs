//! Finding out which way leads to the fewest records.

use crm_app::paging::Total;
use rusqlite::params_from_iter;

use super::Way;
use super::condition::Sql;
use crate::db::{Db, Manner, Outcome};
use crate::rows::int;

/// So few that looking for fewer costs more.
const FEW: u64 = 64;

/// How a list whose walk leaves something to ask is answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Choice<'a> {
    /// By gathering what this way leads to, so many records.
    Gather(&'a Way, u64),
    /// By walking; this way leads to the fewest records to count, if there is any: so many, as far as they are counted.
    Walk(Option<(&'a Way, u64)>),
}

/// Chooses the way to the fewest records, unless it leads to more than are gathered.
pub(super) fn choose<'a>(db: &Db<'_>, ways: &'a [Way]) -> Outcome<Choice<'a>> {
    match db.manner() {
        Manner::Best | Manner::Dense => best(db, ways),
        Manner::Walk => {
            let last =
                ways.last().map(|way| Ok::<_, crate::engine::error::JobError<_>>((way, count(db, way)?)));
            last.transpose().map(Choice::Walk)
        }
        Manner::Way(nth) => match ways.get(nth) {
            Some(way) => Ok(Choice::Gather(way, count(db, way)?)),
            None => Ok(Choice::Walk(None)),
        },
    }
}

fn best<'a>(db: &Db<'_>, ways: &'a [Way]) -> Outcome<Choice<'a>> {
    let mut best: Option<(&Way, u64)> = None;
    for way in ways {
        let count = match way.known {
            Some(known) => known,
            None => count(db, way)?,
        };
        if best.is_none_or(|(_, least)| count < least) {
            best = Some((way, count));
        }
        if count <= FEW {
            break;
        }
    }
    Ok(match best {
        Some((way, count)) if count <= Total::EXACT_UP_TO => Choice::Gather(way, count),
        most => Choice::Walk(most),
    })
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
