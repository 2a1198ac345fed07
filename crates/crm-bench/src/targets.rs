//! What is aimed at, and what misses it.

use serde::Serialize;

use crate::arguments::StoreKind;
use crate::figures::Figures;
use crate::rows::Row;

/// The median at the largest size as a multiple of that at the smallest.
const GROWTH: f64 = 1.3;
/// The requests a second as a share of the driver's own look-ups, on MongoDB.
const OF_DRIVER: f64 = 0.65;

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
pub(crate) fn misses(row: Row, store: StoreKind, figures: &Figures, standing: Standing) -> Vec<String> {
    let mut misses = Vec::new();
    if let Some(growth) = standing.growth.filter(|growth| *growth > GROWTH) {
        misses.push(format!("p50 grows ×{growth:.2} > {GROWTH}"));
    }
    if let (Some(share), Some(least)) = (standing.of_bare, of_bare(row))
        && share < least
        && store == StoreKind::Sqlite
    {
        misses.push(format!("{:.0} % of bare < {:.0} %", share * 100.0, least * 100.0));
    }
    if let Some(share) = standing.of_driver.filter(|share| row == Row::Get && *share < OF_DRIVER)
        && store == StoreKind::Mongodb
    {
        misses.push(format!("{:.0} % of driver < {:.0} %", share * 100.0, OF_DRIVER * 100.0));
    }
    if let (Some(cpu), Some(most)) = (figures.cpu_ms_per_1000, cpu(row))
        && cpu > most
    {
        misses.push(format!("{cpu:.0} ms CPU > {most:.0}"));
    }
    misses
}

/// The least share of the bare route's requests a second, on the embedded store.
fn of_bare(row: Row) -> Option<f64> {
    match row {
        Row::Get => Some(0.35),
        Row::Dashboard => Some(0.25),
        Row::Page
        | Row::Status
        | Row::Depth
        | Row::Activity
        | Row::SearchCommon
        | Row::SearchRare
        | Row::SearchAbsent
        | Row::SearchOne
        | Row::SearchTwo
        | Row::Overdue
        | Row::Create => None,
    }
}

/// The most processor time of the server for 1,000 requests, in milliseconds.
fn cpu(row: Row) -> Option<f64> {
    match row {
        Row::Get => Some(40.0),
        Row::Page | Row::Status | Row::Depth | Row::Overdue => Some(120.0),
        Row::Dashboard => Some(60.0),
        Row::Create => Some(150.0),
        Row::Activity
        | Row::SearchCommon
        | Row::SearchRare
        | Row::SearchAbsent
        | Row::SearchOne
        | Row::SearchTwo => None,
    }
}

/// Whether the row is measured beside the limits: it is held against a share of one.
pub(crate) fn is_beside_limits(row: Row) -> bool {
    of_bare(row).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_misses_is_told_and_what_holds_is_not() {
        let figures = Figures { cpu_ms_per_1000: Some(41.0), ..Figures::default() };
        let standing = Standing { growth: Some(1.31), of_bare: Some(0.34), of_driver: Some(0.1) };
        assert_eq!(misses(Row::Get, StoreKind::Sqlite, &figures, standing).len(), 3);
        assert_eq!(misses(Row::Get, StoreKind::Mongodb, &figures, standing).len(), 3);
        assert_eq!(misses(Row::SearchOne, StoreKind::Sqlite, &figures, standing).len(), 1);
        assert!(misses(Row::Create, StoreKind::Sqlite, &figures, Standing::default()).is_empty());
    }
}
