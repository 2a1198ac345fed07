//! Stores in which more is found than is ever counted: every way to a page gives the same page.

use std::time::Duration;

use crm_app::paging::{Start, Total};
use crm_app::ports::maintenance::Maintenance;
use crm_app::query::leads::{Archived, LeadFilter};
use crm_domain::access::scope::OwnerFilter;
use crm_domain::ids::UserId;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::values::name::Name;
use crm_domain::values::search_query::SearchQuery;
use crm_domain::values::source::Source;

use super::StoreBuilder;
use super::support::listing::leads::LeadList;
use super::support::listing::{Ask, Listing, expected_all, orders};
use super::support::world::{World, everything};
use crate::actors::own;
use crate::fixtures::commits::Draft;
use crate::fixtures::{Maker, tags};
use crate::random::Random;

/// More than are counted exactly.
const MANY: u32 = 10_400;

/// Terms that all, many, few or none of the leads have, of any length, in every order, scope, place and with any other
/// filter, are found as a naive search finds them.
pub async fn rare_and_common_terms_are_found_alike<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let (world, owners) = many(builder).await;
    let terms = [
        "common",
        "co",
        "c",
        "ommo",
        "common lead",
        "tenth",
        "te",
        "common tenth",
        "hundredth",
        "hu dr",
        "singular",
        "sing lar",
        "q",
        "zq",
        "nowhere",
        "nw",
        "common nowhere",
        "1",
        "77",
        "2999",
        "common singular",
        "ß",
        "ss",
    ];
    for term in terms {
        let narrow =
            LeadFilter { search: Some(SearchQuery::parse(term).unwrap()), ..LeadFilter::everything() };
        let filter = if random.chance(0.5) { narrowed(narrow, &mut random, &owners) } else { narrow };
        agrees(&world, &mut random, &owners, filter).await;
    }
}

/// Any other filter, however many leads it leaves, alone and with others, gives what a naive filter gives.
pub async fn rare_and_common_filters_are_answered_alike<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let (world, owners) = many(builder).await;
    let all = LeadFilter::everything;
    let middle = world.model.leads.values().nth(5_000).unwrap().record().created_at;
    let filters = [
        all(),
        LeadFilter { source: Some("many".to_owned()), ..all() },
        LeadFilter { source: Some("few".to_owned()), ..all() },
        LeadFilter { tag: Some("hot".to_owned()), ..all() },
        LeadFilter { tag: Some("cold".to_owned()), ..all() },
        LeadFilter { tag: Some("hot".to_owned()), source: Some("few".to_owned()), ..all() },
        // Each of the two leaves more than ten thousand, both together do not.
        LeadFilter { tag: Some("hot".to_owned()), source: Some("many".to_owned()), ..all() },
        LeadFilter { created_from: Some(middle), ..all() },
        LeadFilter { created_before: Some(middle), tag: Some("hot".to_owned()), ..all() },
        LeadFilter { created_before: Some(world.make.now()), ..all() },
    ];
    for filter in filters {
        agrees(&world, &mut random, &owners, filter.clone()).await;
        let narrower = narrowed(filter, &mut random, &owners);
        agrees(&world, &mut random, &owners, narrower).await;
    }
}

/// Every lead is common and of one source but for a few, each tenth and each hundredth says so, one is singular; they
/// belong to two owners and to nobody.
async fn many<B: StoreBuilder>(builder: &B) -> (World<'_, B>, [UserId; 2]) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owners = [make.mint(), make.mint()];
    let leads: Vec<Lead> = (0..MANY).map(|number| one_of_many(&make, &owners, number)).collect();
    let commits = leads.chunks(200).map(|some| some.iter().fold(make.commit(), Draft::insert_lead).done());
    world.load(commits.collect()).await;
    assert_eq!(world.store().recount(false).await.unwrap(), []);
    make.tick();
    (world, owners)
}

fn one_of_many(make: &Maker, owners: &[UserId; 2], number: u32) -> Lead {
    let tenth = if number.is_multiple_of(10) { " tenth" } else { "" };
    let hundredth = if number.is_multiple_of(100) { " hundredth Straße" } else { "" };
    let singular = if number == 1_234 { " singular zq" } else { "" };
    make.clock.advance(Duration::from_millis(u64::from(number % 3)));
    Lead {
        name: Name::parse(&format!("Common lead {number}{tenth}{hundredth}{singular}")).unwrap(),
        status: LeadStatus::ALL[usize::try_from(number % 4).unwrap()],
        archived: number.is_multiple_of(7),
        source: Source::parse(if number % 40 == 1 { "Few" } else { "Many" }).unwrap(),
        tags: if number.is_multiple_of(40) { tags(&["cold"]) } else { tags(&["Hot"]) },
        ..make.minimal_lead(owners.get(usize::try_from(number % 8).unwrap()).copied())
    }
}

/// The same with some of owner, status and archived.
fn narrowed(filter: LeadFilter, random: &mut Random, owners: &[UserId]) -> LeadFilter {
    LeadFilter {
        owner: *random.pick(&[OwnerFilter::Any, OwnerFilter::Nobody, OwnerFilter::User(owners[0])]),
        statuses: random.some(&LeadStatus::ALL),
        archived: *random.pick(&[Archived::No, Archived::Yes, Archived::All]),
        ..filter
    }
}

/// Compares some pages of the list and its total.
async fn agrees<B: StoreBuilder>(
    world: &World<'_, B>,
    random: &mut Random,
    owners: &[UserId],
    filter: LeadFilter,
) {
    let scope = if random.chance(0.7) { everything() } else { own(*random.pick(owners)) };
    let orders: Vec<_> = orders::<LeadList>().collect();
    let sort = *random.pick(&orders);
    let all = expected_all::<LeadList>(&world.model, &scope, &filter, sort);
    let count = u64::try_from(all.len()).unwrap();
    let total = if filter.is_tallied() { Total::exact(count) } else { Total::bounded(count) };
    let inside = random.below(all.len() + 1);
    for skipped in [0, inside, all.len().saturating_sub(3), all.len()] {
        let by_cursor = random.chance(0.5);
        let start = match skipped.checked_sub(1).map(|last| &all[last]) {
            Some(last) if by_cursor => Start::After(sort.by.place(last.record())),
            Some(_) | None => Start::Offset(u64::try_from(skipped).unwrap()),
        };
        let ask = Ask { filter: filter.clone(), sort, start, limit: 25 };
        let page = LeadList::list(world.store(), &scope, ask.clone()).await;
        let end = all.len().min(skipped + 25);
        assert_eq!(page.slice.items, all[skipped..end], "{scope:?} {ask:#?}");
        assert_eq!((page.slice.more, page.total), (end < all.len(), total), "{scope:?} {ask:#?}");
    }
}
