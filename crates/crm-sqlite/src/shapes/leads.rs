//! Lists of leads.

use crm_app::paging::{Direction, Sort, Start};
use crm_app::query::leads::{Archived, LeadFilter, LeadQuery, LeadSort};
use crm_domain::lead::LeadStatus;
use crm_domain::values::search_query::SearchQuery;

use super::variety::{range_name, ranges, shape, start_name, starts};
use super::{Ask, Asked, Shape};

/// The shapes.
pub(super) fn shapes(asked: &Asked) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let statuses = [vec![], vec![LeadStatus::New], vec![LeadStatus::ClosedWon, LeadStatus::ClosedLost]];
    let ask =
        |filter, by, direction, start| LeadQuery { filter, sort: Sort { by, direction }, start, limit: 10 };
    for range in ranges(asked) {
        for statuses in &statuses {
            for archived in [Archived::No, Archived::Yes, Archived::All] {
                for start in starts(asked) {
                    let filter =
                        LeadFilter { statuses: statuses.clone(), archived, ..LeadFilter::everything() };
                    let name = format!("{} statuses, archived {archived:?}", statuses.len());
                    let name = ["leads", range_name(range), &name, start_name(&start)];
                    let query = ask(filter, LeadSort::UpdatedAt, Direction::Descending, start);
                    shapes.push(shape(&name, Ask::Leads(range, query)));
                }
            }
        }
        let created = Some(asked.now);
        let everything = LeadFilter::everything();
        let rare = [
            ("short search", searched(&asked.short, Archived::All)),
            ("short search of those not archived", searched(&asked.short, Archived::No)),
            ("short search of archived", searched(&asked.short, Archived::Yes)),
            ("search", searched(&asked.long, Archived::All)),
            ("search for a long term", searched(&asked.longest, Archived::All)),
            ("search of those not archived", searched(&asked.long, Archived::No)),
            ("tag", LeadFilter { tag: Some("vip".to_owned()), ..everything.clone() }),
            ("source", LeadFilter { source: Some("fair".to_owned()), ..everything.clone() }),
            ("created", LeadFilter { created_from: created, created_before: created, ..everything.clone() }),
            ("everything", everything),
        ];
        for (name, filter) in rare {
            for by in [LeadSort::UpdatedAt, LeadSort::CreatedAt, LeadSort::Name] {
                let query = ask(filter.clone(), by, Direction::Ascending, Start::Offset(0));
                let name = ["leads", range_name(range), name, &format!("by {by:?}")];
                shapes.push(shape(&name, Ask::Leads(range, query)));
            }
        }
    }
    shapes
}

fn searched(query: &SearchQuery, archived: Archived) -> LeadFilter {
    LeadFilter { search: Some(query.clone()), archived, ..LeadFilter::everything() }
}
