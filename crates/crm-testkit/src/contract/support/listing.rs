//! The four lists, so that one property serves all of them, and what each should answer.

pub(in crate::contract) mod customers;
pub(in crate::contract) mod leads;
pub(in crate::contract) mod tasks;
pub(in crate::contract) mod users;

use std::cmp::Ordering;
use std::fmt::Debug;

use crm_app::paging::{Counted, Direction, Position, PositionKey, Slice, Sort, Start, Total};
use crm_domain::access::scope::Scope;
use crm_domain::calendar::Calendar;
use crm_domain::ids::UserId;
use crm_domain::version::Versioned;
use uuid::Uuid;

use super::model::Model;
use crate::contract::FullStore;
use crate::random::Random;

/// One of the lists.
pub(in crate::contract) trait Listing {
    type Record: Clone + PartialEq + Debug;
    type Filter: Clone + Debug;
    type By: Copy + Debug + 'static;
    const ORDERS: &'static [Self::By];

    fn all(model: &Model) -> Vec<Versioned<Self::Record>>;
    fn id(record: &Self::Record) -> Uuid;
    fn owner(record: &Self::Record) -> Option<UserId>;
    fn searched(record: &Self::Record) -> Vec<String>;
    fn everything() -> Self::Filter;
    fn random(random: &mut Random, model: &Model) -> Self::Filter;
    fn admits(filter: &Self::Filter, record: &Self::Record, calendar: Calendar) -> bool;
    fn is_tallied(filter: &Self::Filter) -> bool;
    fn place(by: Self::By, record: &Self::Record, calendar: Calendar) -> Position;
    async fn list<S: FullStore>(
        store: &S,
        scope: &Scope,
        ask: Ask<Self::Filter, Self::By>,
    ) -> Counted<Versioned<Self::Record>>;
}

/// One page of a list, asked for.
#[derive(Debug, Clone)]
pub(in crate::contract) struct Ask<Filter, By> {
    pub(in crate::contract) filter: Filter,
    pub(in crate::contract) sort: Sort<By>,
    pub(in crate::contract) start: Start,
    pub(in crate::contract) limit: u32,
}

pub(in crate::contract) const BOTH_WAYS: [Direction; 2] = [Direction::Ascending, Direction::Descending];

/// All orders of a list, both ways.
pub(in crate::contract) fn orders<L: Listing>() -> impl Iterator<Item = Sort<L::By>> {
    L::ORDERS.iter().flat_map(|by| BOTH_WAYS.map(|direction| Sort { by: *by, direction }))
}

/// All records that the scope and the filter admit, in order.
pub(in crate::contract) fn expected_all<L: Listing>(
    model: &Model,
    scope: &Scope,
    filter: &L::Filter,
    sort: Sort<L::By>,
) -> Vec<Versioned<L::Record>> {
    let place = |found: &Versioned<L::Record>| L::place(sort.by, found.record(), model.calendar);
    let mut all: Vec<_> = L::all(model)
        .into_iter()
        .filter(|found| scope.admits(L::owner(found.record())))
        .filter(|found| L::admits(filter, found.record(), model.calendar))
        .map(|found| (place(&found), found))
        .collect();
    all.sort_by(|(one, _), (other, _)| order(sort.direction, one, other));
    all.into_iter().map(|(_, found)| found).collect()
}

/// What a list should answer.
pub(in crate::contract) fn expected<L: Listing>(
    model: &Model,
    scope: &Scope,
    ask: &Ask<L::Filter, L::By>,
) -> Counted<Versioned<L::Record>> {
    let all = expected_all::<L>(model, scope, &ask.filter, ask.sort);
    let count = u64::try_from(all.len()).unwrap();
    let total = if L::is_tallied(&ask.filter) { Total::exact(count) } else { Total::bounded(count) };
    let places: Vec<_> =
        all.iter().map(|found| L::place(ask.sort.by, found.record(), model.calendar)).collect();
    Counted { slice: cut(all, &places, ask.sort.direction, &ask.start, ask.limit), total }
}

/// The stretch of sorted records that is asked for.
pub(in crate::contract) fn cut<T>(
    sorted: Vec<T>,
    places: &[Position],
    direction: Direction,
    start: &Start,
    limit: u32,
) -> Slice<T> {
    let skipped = match start {
        Start::Offset(offset) => usize::try_from(*offset).unwrap(),
        Start::After(position) => {
            places.iter().take_while(|place| order(direction, place, position) != Ordering::Greater).count()
        }
    };
    let limit = usize::try_from(limit).unwrap();
    let more = sorted.len() > skipped.saturating_add(limit);
    Slice { items: sorted.into_iter().skip(skipped).take(limit).collect(), more }
}

/// How two places follow each other.
pub(in crate::contract) fn order(direction: Direction, one: &Position, other: &Position) -> Ordering {
    let ascending = compare_keys(&one.key, &other.key).then(one.id.cmp(&other.id));
    match direction {
        Direction::Ascending => ascending,
        Direction::Descending => ascending.reverse(),
    }
}

fn compare_keys(one: &PositionKey, other: &PositionKey) -> Ordering {
    match (one, other) {
        (PositionKey::Time(one), PositionKey::Time(other)) => one.cmp(other),
        (PositionKey::Text(one), PositionKey::Text(other)) => one.cmp(other),
        (PositionKey::Rank(one), PositionKey::Rank(other)) => one.cmp(other),
        (PositionKey::Time(_) | PositionKey::Text(_) | PositionKey::Rank(_), _) => {
            panic!("one list, two kinds of key: {one:?}, {other:?}")
        }
    }
}
