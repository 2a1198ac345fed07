//! Lists of customers.

use crm_app::paging::{Direction, Sort, Start};
use crm_app::query::customers::{CustomerFilter, CustomerQuery, CustomerSort};

use super::variety::{range_name, ranges, shape, start_name, starts};
use super::{Ask, Asked, Shape};

/// The shapes.
pub(super) fn shapes(asked: &Asked) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let ask = |filter, by, direction, start| CustomerQuery {
        filter,
        sort: Sort { by, direction },
        start,
        limit: 10,
    };
    for range in ranges(asked) {
        for start in starts(asked) {
            let name = ["customers", range_name(range), start_name(&start)];
            let query =
                ask(CustomerFilter::everything(), CustomerSort::UpdatedAt, Direction::Descending, start);
            shapes.push(shape(&name, Ask::Customers(range, query)));
        }
        let everything = CustomerFilter::everything();
        let rare = [
            ("short search", CustomerFilter { search: Some(asked.short.clone()), ..everything.clone() }),
            ("search", CustomerFilter { search: Some(asked.long.clone()), ..everything.clone() }),
            ("tag", CustomerFilter { tag: Some("vip".to_owned()), ..everything.clone() }),
            ("everything", everything),
        ];
        for (name, filter) in rare {
            for by in [CustomerSort::UpdatedAt, CustomerSort::CreatedAt, CustomerSort::Name] {
                let query = ask(filter.clone(), by, Direction::Ascending, Start::Offset(0));
                let name = ["customers", range_name(range), name, &format!("by {by:?}")];
                shapes.push(shape(&name, Ask::Customers(range, query)));
            }
        }
    }
    shapes
}
