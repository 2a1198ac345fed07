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
    /// By gathering what this way leads to.
    Gather(&'a Way),
    /// By walking; this way leads to the fewest records to count, if there is any.
    Walk(Option<&'a Way>),
}

/// Chooses the way to the fewest records, unless it leads to more than are gathered.
pub(super) fn choose<'a>(db: &Db<'_>, ways: &'a [Way]) -> Outcome<Choice<'a>> {
    match db.manner() {
        Manner::Best => best(db, ways),
        Manner::Walk => Ok(Choice::Walk(ways.last())),
        Manner::Way(nth) => match ways.get(nth) {
            Some(way) => count(db, way).map(|_| Choice::Gather(way)),
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
        Some((way, count)) if count <= Total::EXACT_UP_TO => Choice::Gather(way),
        Some((way, _)) => Choice::Walk(Some(way)),
        None => Choice::Walk(None),
    })
}

/// How many records the way leads to, up to one more than are gathered.
fn count(db: &Db<'_>, way: &Way) -> Outcome<u64> {
    let mut counted = 0;
    for arm in &way.arms {
        let mut sql = Sql::default();
        sql.push("SELECT count(*) FROM (").select("SELECT 1 FROM ").push(way.probe).conditions(arm);
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
