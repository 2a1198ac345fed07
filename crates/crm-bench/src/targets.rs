//! What is aimed at, and what misses it.

use serde::Serialize;

use crate::arguments::StoreKind;
use crate::figures::Figures;
use crate::rows::Row;

/// The median of one client at a larger size as a multiple of that at the smallest.
const GROWTH: f64 = 1.3;
/// The median of one client where the answer depends on how much is found, in milliseconds.
const SOON: f64 = 10.0;
/// The requests a second as a share of the driver's own look-ups, on MongoDB.
const OF_DRIVER: f64 = 0.65;
/// Requests a second are held against a share where so many clients ask or more.
const MANY: u16 = 32;

/// What is aimed at in a row.
#[derive(Debug, Clone, Copy, Default)]
struct Aim {
    /// The median stays, whatever the size.
    flat: bool,
    /// The median is below [`SOON`].
    soon: bool,
    /// The least share of the bare route's requests a second, on the embedded store.
    of_bare: Option<f64>,
    /// The most processor time of the server for 1,000 requests, in milliseconds, on the embedded store.
    cpu: Option<f64>,
}

/// How a row stands to what it is compared with; all of the same number of clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(crate) struct Standing {
    /// The median as a multiple of that of the smallest store.
    pub(crate) growth: Option<f64>,
    /// The requests a second as a share of the bare route's.
    pub(crate) of_bare: Option<f64>,
    /// The requests a second as a share of the driver's look-ups.
    pub(crate) of_driver: Option<f64>,
}

/// What of this is not as it is aimed at, for people.
pub(crate) fn misses(
    row: Row,
    store: StoreKind,
    clients: u16,
    figures: &Figures,
    standing: Standing,
) -> Vec<String> {
    let aim = aim(row);
    let embedded = store == StoreKind::Sqlite;
    let mut misses = Vec::new();
    if let Some(growth) = standing.growth.filter(|growth| aim.flat && clients == 1 && *growth > GROWTH) {
        misses.push(format!("p50 grows ×{growth:.2} > {GROWTH}"));
    }
    if aim.soon && clients == 1 && figures.p50_ms > SOON {
        misses.push(format!("p50 {:.1} ms > {SOON:.0}", figures.p50_ms));
    }
    if let (Some(share), Some(least)) = (standing.of_bare, aim.of_bare)
        && share < least
        && embedded
        && clients >= MANY
    {
        misses.push(format!("{:.0} % of bare < {:.0} %", share * 100.0, least * 100.0));
    }
    if let Some(share) = standing.of_driver.filter(|share| row == Row::Get && *share < OF_DRIVER)
        && !embedded
        && clients >= MANY
    {
        misses.push(format!("{:.0} % of driver < {:.0} %", share * 100.0, OF_DRIVER * 100.0));
    }
    if let (Some(cpu), Some(most)) = (figures.cpu_ms_per_1000, aim.cpu)
        && cpu > most
        && embedded
    {
        misses.push(format!("{cpu:.0} ms CPU > {most:.0}"));
    }
    misses
}

fn aim(row: Row) -> Aim {
    let flat = Aim { flat: true, ..Aim::default() };
    let soon = Aim { soon: true, ..Aim::default() };
    match row {
        Row::Get => Aim { of_bare: Some(0.35), cpu: Some(40.0), ..flat },
        Row::Dashboard => Aim { of_bare: Some(0.25), cpu: Some(60.0), ..flat },
        Row::Page | Row::Status | Row::Depth => Aim { cpu: Some(120.0), ..flat },
        Row::Activity | Row::Tasks | Row::Task | Row::Customers | Row::Customer | Row::Notes | Row::Me => {
            flat
        }
        Row::SearchCommon
        | Row::SearchRare
        | Row::SearchAbsent
        | Row::SearchOne
        | Row::SearchTwo
        | Row::Overdue => soon,
        Row::Create | Row::CreateSpread => Aim { cpu: Some(150.0), ..Aim::default() },
        Row::Change => Aim::default(),
    }
}

/// Whether the row is measured beside the limits: it is held against a share of one.
pub(crate) fn is_beside_limits(row: Row) -> bool {
    aim(row).of_bare.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_misses_is_told_and_what_holds_is_not() {
        let figures = Figures { cpu_ms_per_1000: Some(41.0), p50_ms: 10.1, ..Figures::default() };
        let standing = Standing { growth: Some(1.31), of_bare: Some(0.34), of_driver: Some(0.1) };
        let missed = |row, store, clients| misses(row, store, clients, &figures, standing).len();
        assert_eq!([1, 32].map(|clients| missed(Row::Get, StoreKind::Sqlite, clients)), [2, 2]);
        assert_eq!([1, 32].map(|clients| missed(Row::Get, StoreKind::Mongodb, clients)), [1, 1]);
        assert_eq!([1, 32].map(|clients| missed(Row::SearchOne, StoreKind::Sqlite, clients)), [1, 0]);
        assert_eq!(missed(Row::Create, StoreKind::Sqlite, 1), 0);
    }
}
