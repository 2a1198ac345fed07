//! Totals: exact where they come from the tallies, else exact up to ten thousand.

use std::sync::Arc;

use crm_app::commit::Commit;
use crm_app::paging::{Direction, Sort, Start, Total};
use crm_app::ports::maintenance::Maintenance;
use crm_app::query::leads::{Archived, LeadFilter, LeadSort};
use crm_domain::access::scope::{OwnerFilter, Scope};
use crm_domain::ids::UserId;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::values::search_query::SearchQuery;
use crm_domain::values::source::Source;

use super::StoreBuilder;
use super::support::listing::leads::LeadList;
use super::support::listing::{Ask, Listing};
use super::support::world::{World, everything};
use crate::actors::own;
use crate::fixtures::commits::Draft;
use crate::fixtures::{Maker, tags};

/// One more than what is counted exactly.
const MANY: u64 = Total::EXACT_UP_TO + 1;

/// Of ten thousand and one leads the totals narrowed by owner, status and archived are exact; with any other filter
/// ten thousand are, and one more is a lower bound.
pub async fn totals_are_exact_from_tallies_and_else_up_to_ten_thousand<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let owner = make.mint();
    world.store().load(many(&make, owner)).await.expect("all of them hold");
    let all = LeadFilter::everything;
    let search = |text: &str| Some(SearchQuery::parse(text).unwrap());
    let exact = Total::exact;
    let bound = Total { count: Total::EXACT_UP_TO, lower_bound: true };
    let cases = [
        (everything(), all(), exact(MANY)),
        (own(owner), all(), exact(MANY)),
        (everything(), LeadFilter { owner: OwnerFilter::User(owner), ..all() }, exact(MANY)),
        (everything(), LeadFilter { archived: Archived::No, ..all() }, exact(MANY - 1)),
        (everything(), LeadFilter { statuses: vec![LeadStatus::New], ..all() }, exact(MANY)),
        (everything(), LeadFilter { statuses: vec![LeadStatus::ClosedLost], ..all() }, exact(0)),
        (everything(), LeadFilter { source: Some("many".to_owned()), ..all() }, bound),
        (own(owner), LeadFilter { source: Some("many".to_owned()), ..all() }, bound),
        (
            everything(),
            LeadFilter { source: Some("many".to_owned()), archived: Archived::No, ..all() },
            exact(MANY - 1),
        ),
        (everything(), LeadFilter { tag: Some("hot".to_owned()), ..all() }, exact(MANY - 1)),
        (everything(), LeadFilter { created_from: Some(make.now()), ..all() }, bound),
        (everything(), LeadFilter { created_before: Some(make.now()), ..all() }, exact(0)),
        (everything(), LeadFilter { search: search("many"), ..all() }, bound),
        (everything(), LeadFilter { search: search("m"), ..all() }, bound),
        (own(owner), LeadFilter { search: search("many an"), ..all() }, bound),
        (everything(), LeadFilter { search: search("many nowhere"), ..all() }, exact(0)),
    ];
    for (scope, filter, expected) in cases {
        assert_eq!(total::<B>(&world, &scope, filter.clone()).await, expected, "{scope:?} {filter:?}");
    }
}

/// Leads that all have a source, all but one a tag, and one of which is archived.
fn many(make: &Maker, owner: UserId) -> Vec<Arc<Commit>> {
    let leads: Vec<Lead> = (0..MANY)
        .map(|number| Lead {
            source: Source::parse("Many").unwrap(),
            tags: if number == 0 { tags(&[]) } else { tags(&["hot"]) },
            archived: number == 0,
            ..make.minimal_lead(Some(owner))
        })
        .collect();
    leads.chunks(500).map(|some| some.iter().fold(make.commit(), Draft::insert_lead).done()).collect()
}

async fn total<B: StoreBuilder>(world: &World<'_, B>, scope: &Scope, filter: LeadFilter) -> Total {
    let sort = Sort { by: LeadSort::UpdatedAt, direction: Direction::Descending };
    let ask = Ask { filter, sort, start: Start::Offset(0), limit: 1 };
    LeadList::list(world.store(), scope, ask).await.total
}
