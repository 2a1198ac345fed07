//! A search finds what a naive search through the folded fields finds.

use std::time::Duration;

use crm_app::paging::{Start, Total};
use crm_app::query::leads::{Archived, LeadFilter, LeadSort};
use crm_domain::lead::Lead;
use crm_domain::values::phone::Phone;
use crm_domain::values::search_query::SearchQuery;

use super::StoreBuilder;
use super::support::listing::customers::CustomerList;
use super::support::listing::leads::LeadList;
use super::support::listing::tasks::TaskList;
use super::support::listing::users::UserList;
use super::support::listing::{Ask, Listing, expected, expected_all, orders};
use super::support::operations::write_randomly;
use super::support::population::populate;
use super::support::world::{World, everything};
use crate::actors::own;
use crate::fixtures::commits::Draft;
use crate::random::Random;

/// Searching leads for random text equals a naive search.
pub async fn a_search_of_leads_equals_a_naive_one<B: StoreBuilder>(builder: &B) {
    agrees::<LeadList, B>(builder, (150, 0, 0), |filter, search| filter.search = Some(search)).await;
}

/// Searching customers for random text equals a naive search.
pub async fn a_search_of_customers_equals_a_naive_one<B: StoreBuilder>(builder: &B) {
    agrees::<CustomerList, B>(builder, (0, 150, 0), |filter, search| filter.search = Some(search)).await;
}

/// Searching tasks for random text equals a naive search.
pub async fn a_search_of_tasks_equals_a_naive_one<B: StoreBuilder>(builder: &B) {
    agrees::<TaskList, B>(builder, (0, 0, 150), |filter, search| filter.search = Some(search)).await;
}

/// Searching users for random text equals a naive search.
pub async fn a_search_of_users_equals_a_naive_one<B: StoreBuilder>(builder: &B) {
    agrees::<UserList, B>(builder, (0, 0, 0), |filter, search| filter.search = Some(search)).await;
}

/// What query languages take for their own is found as it is written, and never an error.
pub async fn what_is_searched_for_is_literal<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let words = [
        "(",
        ")",
        ".*",
        "%",
        "_",
        "\"",
        "\\",
        "'",
        "*",
        "^",
        "[",
        "]",
        "{",
        "}",
        "$",
        "+",
        "?",
        "|",
        "-",
        ":",
        ";",
        "--",
        "\"\"",
        "AND",
        "OR",
        "NOT",
        "NEAR(",
        "a*",
        "\u{1f98a}",
        "👩\u{200d}👧",
        "Ærø",
        "❤\u{fe0f}",
        "한국",
    ];
    let make = world.make.clone();
    for word in words {
        world.add_lead(&format!("with {word}{word} inside"), None).await;
    }
    let long = "x".repeat(190);
    world.write(make.commit().insert_lead(&make.lead(&long, None)).done()).await;
    let doubled = words.map(|word| word.repeat(2));
    let tripled = words.map(|word| word.repeat(3));
    let others = [long.as_str(), &"y".repeat(200), "aero", "AERO", "하", "ㅎ", "i|n", "||in", "^wit", "x{3}"];
    for raw in words.into_iter().chain(doubled.iter().chain(&tripled).map(String::as_str)).chain(others) {
        let search = SearchQuery::parse(raw).unwrap();
        let ask = ask(LeadFilter { search: Some(search), ..LeadFilter::everything() }, 100);
        let found = LeadList::list(world.store(), &everything(), ask.clone()).await;
        assert_eq!(found, expected::<LeadList>(&world.model, &everything(), &ask), "{raw}");
    }
}

/// A number is found by its digits, however it and the search are punctuated: a phone's as a whole, in other texts those
/// of one word; and letters are found by what people type for them.
pub async fn a_number_is_found_by_its_digits<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let phoned = Lead { phone: Some(Phone::parse("+1 555 0150 4729").unwrap()), ..make.lead("Ada", None) };
    world.write(make.commit().insert_lead(&phoned).done()).await;
    let names = ["Studio 54", "2024-05-17", "555 0150", "1-2", "Işık", "O’Brien", "Łódź–Straße", "ðħŧƀ"];
    for name in names {
        world.add_lead(name, None).await;
    }
    for (raw, count) in [
        ("555 0150", 2),
        ("5550150", 1),
        ("(555)0150", 1),
        ("+1-555-0150-4729", 1),
        ("15550150472", 1),
        ("155501504729", 1),
        ("1555015047290", 0),
        ("54", 1),
        ("2024-05", 1),
        ("202405", 1),
        ("2024/0517", 1),
        ("12", 1),
        ("-", 3),
        ("ışık", 1),
        ("IŞIK", 1),
        ("isik", 1),
        ("o'brien", 1),
        ("o’brien", 1),
        ("lodz-strasse", 1),
        ("dhtb", 1),
    ] {
        let search = Some(SearchQuery::parse(raw).unwrap());
        let ask = ask(LeadFilter { search, ..LeadFilter::everything() }, 100);
        let found = LeadList::list(world.store(), &everything(), ask.clone()).await;
        assert_eq!(found, expected::<LeadList>(&world.model, &everything(), &ask), "{raw}");
        assert_eq!(found.total, Total::exact(count), "{raw}");
    }
}

/// What was renamed is found by its new name only, what changed hands in its new hands only, what was deleted not at
/// all; also where there is so much that an index must answer.
pub async fn a_search_follows_every_change<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    populate(&mut world, &mut random, (600, 600, 600)).await;
    for _ in 0..3 {
        write_randomly(&mut world, &mut random, 250).await;
        compare::<LeadList, B>(&world, &mut random, 60, |filter, search| filter.search = Some(search)).await;
        compare::<CustomerList, B>(&world, &mut random, 60, |filter, search| filter.search = Some(search))
            .await;
        compare::<TaskList, B>(&world, &mut random, 60, |filter, search| filter.search = Some(search)).await;
        compare::<UserList, B>(&world, &mut random, 20, |filter, search| filter.search = Some(search)).await;
    }
}

/// Whoever searches what they own finds what a naive search of it finds, however much of it has the term, with and without
/// what is archived, while texts, owners and archived ones change.
pub async fn a_search_of_ones_own_leads_follows_every_change<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    let owners = populate(&mut world, &mut random, (500, 0, 0)).await;
    let orders: Vec<_> = orders::<LeadList>().collect();
    for _ in 0..4 {
        write_randomly(&mut world, &mut random, 120).await;
        let texts: Vec<String> =
            LeadList::all(&world.model).iter().flat_map(|found| LeadList::searched(found.record())).collect();
        let mut common = 0;
        for _ in 0..120 {
            let Some(search) = random.piece(&texts, 4, 12) else { continue };
            let archived = *random.pick(&[Archived::No, Archived::Yes, Archived::All]);
            let filter = LeadFilter { search: Some(search), archived, ..LeadFilter::everything() };
            let start = Start::Offset(u64::try_from(random.below(5)).unwrap());
            let ask = Ask { filter, sort: *random.pick(&orders), start, limit: 10 };
            let scope = own(*random.pick(&owners));
            let found = LeadList::list(world.store(), &scope, ask.clone()).await;
            common += usize::from(found.total.count > 10);
            assert_eq!(found, expected::<LeadList>(&world.model, &scope, &ask), "{scope:?} {ask:?}");
        }
        assert!(common > 5, "only {common} of these searches found much");
    }
}

/// The total of a search is exact as long as it is small.
pub async fn the_total_of_a_search_counts_all_that_is_found<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    for number in 0..25 {
        world.add_lead(&format!("lead {number}"), None).await;
    }
    let search = Some(SearchQuery::parse("LEAD").unwrap());
    let ask = ask(LeadFilter { search, ..LeadFilter::everything() }, 10);
    let found = LeadList::list(world.store(), &everything(), ask).await;
    assert_eq!((found.slice.items.len(), found.slice.more, found.total), (10, true, Total::exact(25)));
}

/// A long term is found where all of it stands, and not where its parts do, among so many records that an index is asked.
pub async fn a_long_term_is_more_than_its_parts<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    populate(&mut world, &mut random, (200, 0, 0)).await;
    let whole = "abcdefghijklmnopqrstuvwxyz0123";
    let parts = format!("{} {}", &whole[..21], &whole[9..]);
    for name in [whole, parts.as_str(), &whole[..29], &whole[1..]] {
        world.add_lead(name, None).await;
    }
    for text in [whole, &whole[..22], &whole[..21], &whole[9..], &whole[8..]] {
        let search = Some(SearchQuery::parse(text).unwrap());
        let ask = ask(LeadFilter { search, ..LeadFilter::everything() }, 10);
        let found = LeadList::list(world.store(), &everything(), ask.clone()).await;
        assert_eq!(found, expected::<LeadList>(&world.model, &everything(), &ask), "{text}");
        assert!(found.total.count > 0, "{text}");
    }
}

/// A page of much that is found is the one that a naive search has, wherever it begins and in whatever order, also where
/// only some of all records are found, and none of the first.
pub async fn a_page_of_much_that_is_found_is_the_naive_one<B: StoreBuilder>(builder: &B) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    let owners = populate(&mut world, &mut random, (0, 0, 0)).await;
    let make = world.make.clone();
    let leads: Vec<Lead> = (0..1_400)
        .map(|number| {
            make.clock.advance(Duration::from_millis(number % 3));
            let name = if number < 34 || number % 5 == 0 { "rare" } else { "common" };
            let owner = owners.get(usize::from(number % 2 == 0)).copied();
            Lead { archived: number % 10 == 1, ..make.lead(&format!("{name} {number}"), owner) }
        })
        .collect();
    for some in leads.chunks(100) {
        world.write(some.iter().fold(make.commit(), Draft::insert_lead).done()).await;
    }
    let search = Some(SearchQuery::parse("ommo").unwrap());
    for scope in [everything(), own(owners[0])] {
        for (archived, sort) in [Archived::No, Archived::All]
            .into_iter()
            .flat_map(|one| orders::<LeadList>().map(move |sort| (one, sort)))
        {
            let filter = LeadFilter { search: search.clone(), archived, ..LeadFilter::everything() };
            let all = expected_all::<LeadList>(&world.model, &scope, &filter, sort);
            let place = |at: usize| {
                let lead = all.get(at).or(all.last()).unwrap();
                Start::After(LeadList::place(sort.by, lead.record(), world.model.calendar))
            };
            let starts =
                [Start::Offset(0), Start::Offset(1), Start::Offset(400), place(0), place(14), place(490)];
            for start in starts {
                let ask = Ask { filter: filter.clone(), sort, start, limit: 10 };
                let found = LeadList::list(world.store(), &scope, ask.clone()).await;
                assert_eq!(found, expected::<LeadList>(&world.model, &scope, &ask), "{scope:?} {ask:?}");
            }
        }
    }
}

async fn agrees<L: Listing, B: StoreBuilder>(
    builder: &B,
    counts: (usize, usize, usize),
    put: impl Fn(&mut L::Filter, SearchQuery),
) {
    let mut random = Random::new();
    let mut world = World::new(builder).await;
    populate(&mut world, &mut random, counts).await;
    compare::<L, B>(&world, &mut random, 300, put).await;
}

async fn compare<L: Listing, B: StoreBuilder>(
    world: &World<'_, B>,
    random: &mut Random,
    times: usize,
    put: impl Fn(&mut L::Filter, SearchQuery),
) {
    let owners: Vec<_> = L::all(&world.model).iter().map(|found| L::owner(found.record())).collect();
    let texts: Vec<String> =
        L::all(&world.model).iter().flat_map(|found| L::searched(found.record())).collect();
    let orders: Vec<_> = orders::<L>().collect();
    for _ in 0..times {
        let mut filter = L::everything();
        put(&mut filter, random.search(&texts));
        let ask = Ask { filter, sort: *random.pick(&orders), start: Start::Offset(0), limit: 50 };
        let scope = random.of(&owners).flatten().filter(|_| random.chance(0.5)).map_or_else(everything, own);
        let found = L::list(world.store(), &scope, ask.clone()).await;
        assert_eq!(found, expected::<L>(&world.model, &scope, &ask), "{scope:?} {ask:?}");
    }
}

fn ask(filter: LeadFilter, limit: u32) -> Ask<LeadFilter, LeadSort> {
    let sort = orders::<LeadList>().next().unwrap();
    Ask { filter, sort, start: Start::Offset(0), limit }
}
