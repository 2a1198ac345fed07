//! Which indexes MongoDB takes, and how far it looks, in a store of many records.

use crm_app::paging::{Direction, Position, PositionKey, Sort, Start};
use crm_app::ports::dashboard::DashboardQuery;
use crm_app::ports::maintenance::Maintenance;
use crm_app::query::activities::{ActivityFilter, ActivityQuery};
use crm_app::query::leads::{Archived, LeadFilter, LeadQuery, LeadSort};
use crm_app::query::tasks::{DueWindow, TaskFilter, TaskQuery, TaskSort};
use crm_domain::access::scope::{OwnerFilter, OwnerRange, Reach};
use crm_domain::ids::UserId;
use crm_domain::lead::{Lead, LeadStatus};
use crm_domain::task::TaskStatus;
use crm_domain::timestamp::Timestamp;
use crm_domain::values::name::Name;
use crm_domain::values::search_query::SearchQuery;
use crm_mongo::plans::{Ask, Plan};
use crm_testkit::contract::{Handle, StoreBuilder};
use crm_testkit::fixtures::Maker;
use crm_testkit::fixtures::commits::Draft;
use std::time::Duration;
use uuid::Uuid;

use crate::support::OnMongo;

const LEADS: u32 = 100_000;
const TASKS: u32 = 4_000;
const PAGE: u32 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_most_is_answered_by_walking_an_index() {
    let place = OnMongo.place().await;
    let Handle { store, mirror: _ } = OnMongo.open(&place).await;
    let make = Maker::new();
    let owners: [UserId; 3] = [make.mint(), make.mint(), make.mint()];
    fill(&*store, &make, &owners).await;
    let owner = owners[0];
    for (name, ask) in hot(owner, make.now()) {
        for plan in store.plans(&ask).await.unwrap() {
            assert!(
                !plan.stages.iter().any(|stage| stage == "COLLSCAN" || stage == "SORT"),
                "{name}: {plan:#?}"
            );
            if plan.command.contains_key("find") {
                assert!(plan.keys <= 3 * plan.returned + 100, "{name}: {plan:#?}");
            }
        }
    }
    for (name, ask) in rare(owner) {
        let plans = store.plans(&ask).await.unwrap();
        for plan in &plans {
            assert!(
                !plan.stages.iter().any(|stage| stage == "COLLSCAN" || stage == "SORT"),
                "{name}: {plan:#?}"
            );
        }
        let most = plans.iter().map(|plan: &Plan| plan.keys).max().unwrap_or(0);
        assert!(most <= 10_001 + 100, "{name}: {most} keys");
    }
    for (name, ask) in of_one_term(owner) {
        let plans = store.plans(&ask).await.unwrap();
        let (counts, others): (Vec<&Plan>, Vec<&Plan>) = plans.iter().partition(|plan| counts_leads(plan));
        assert!(!counts.is_empty(), "{name}: {plans:#?}");
        assert!(counts.iter().all(|plan| plan.documents == 0), "{name}: leads are loaded: {counts:#?}");
        let looked_at: i64 = others.iter().map(|plan| plan.documents).sum();
        assert!(looked_at <= 1_500, "{name}: {looked_at} documents");
    }
}

fn hot(owner: UserId, now: Timestamp) -> Vec<(String, Ask)> {
    let mut hot = Vec::new();
    let position = Position { key: PositionKey::Time(now.minus(Duration::from_secs(30))), id: Uuid::nil() };
    for range in [OwnerRange::Everyone, OwnerRange::Nobody, OwnerRange::User(owner)] {
        for start in [Start::Offset(0), Start::Offset(20), Start::After(position.clone())] {
            for statuses in [vec![], vec![LeadStatus::New], vec![LeadStatus::New, LeadStatus::ClosedWon]] {
                for archived in [Archived::No, Archived::Yes, Archived::All] {
                    let filter =
                        LeadFilter { statuses: statuses.clone(), archived, ..LeadFilter::everything() };
                    let name = format!("leads of {range:?}, {statuses:?}, {archived:?}, {start:?}");
                    hot.push((name, leads(range, filter, start.clone())));
                }
            }
            if range == OwnerRange::Nobody {
                continue;
            }
            for due in [
                None,
                Some(DueWindow::Overdue { now }),
                Some(DueWindow::Between { from: Some(now), before: None }),
            ] {
                for statuses in
                    [vec![], vec![TaskStatus::Open], vec![TaskStatus::Open, TaskStatus::InProgress]]
                {
                    let name = format!("tasks of {range:?}, {statuses:?}, {due:?}, {start:?}");
                    let filter = TaskFilter { statuses, due, ..TaskFilter::everything() };
                    let sort = Sort { by: TaskSort::DueDate, direction: Direction::Ascending };
                    let query = TaskQuery { filter, sort, start: start.clone(), limit: PAGE };
                    hot.push((name, Ask::Tasks(range, query)));
                }
            }
        }
        let query = DashboardQuery { me: Some(owner), days: vec![now.utc().date_naive()], now };
        hot.push((format!("dashboard of {range:?}"), Ask::Dashboard(range, query)));
    }
    for reach in [Reach::Everything, Reach::OwnedBy(owner)] {
        for start in [Start::Offset(0), Start::After(position.clone())] {
            let query = ActivityQuery { filter: ActivityFilter::default(), start, limit: PAGE };
            hot.push((format!("feed for {reach:?}"), Ask::Feed(reach, query)));
        }
    }
    hot
}

fn rare(owner: UserId) -> Vec<(String, Ask)> {
    let mut rare = Vec::new();
    for range in [OwnerRange::Everyone, OwnerRange::User(owner)] {
        for text in [
            "common",
            "c",
            "singular",
            "hundredth",
            "no where",
            "zq",
            "77",
            "common lead",
            "hundredth common",
        ] {
            let search = Some(SearchQuery::parse(text).unwrap());
            for archived in [Archived::No, Archived::All] {
                let filter = LeadFilter { search: search.clone(), archived, ..LeadFilter::everything() };
                let name = format!("search for {text} of {range:?}, {archived:?}");
                rare.push((name, leads(range, filter, Start::Offset(0))));
            }
        }
        for text in ["common", "c", "hundredth", "common lead", "zq lead"] {
            let (search, statuses) = (Some(SearchQuery::parse(text).unwrap()), vec![LeadStatus::New]);
            let filter = LeadFilter { search, statuses, ..LeadFilter::everything() };
            let name = format!("search for {text} among the new of {range:?}");
            rare.push((name, leads(range, filter, Start::Offset(0))));
        }
        let filter = LeadFilter { source: Some("unknown".to_owned()), ..LeadFilter::everything() };
        rare.push((format!("source of {range:?}"), leads(range, filter, Start::Offset(0))));
    }
    rare
}

fn counts_leads(plan: &Plan) -> bool {
    plan.command.get_str("aggregate").is_ok_and(|of| of == "leads")
        && plan.command.to_string().contains("$group")
}

/// Searches that the index alone can count.
fn of_one_term(owner: UserId) -> impl Iterator<Item = (String, Ask)> {
    let ranges = [OwnerRange::Everyone, OwnerRange::User(owner)];
    let texts = ["c", "zq", "ead", "common", "hundredth", "singular", "nowhere"];
    let both = ranges.into_iter().flat_map(move |range| texts.map(|text| (range, text)));
    both.map(|(range, text)| {
        let filter =
            LeadFilter { search: Some(SearchQuery::parse(text).unwrap()), ..LeadFilter::everything() };
        (format!("{text} of {range:?}"), leads(range, filter, Start::Offset(0)))
    })
}

fn leads(range: OwnerRange, filter: LeadFilter, start: Start) -> Ask {
    let owner = match range {
        OwnerRange::Empty | OwnerRange::Everyone => OwnerFilter::Any,
        OwnerRange::Nobody => OwnerFilter::Nobody,
        OwnerRange::User(user) => OwnerFilter::User(user),
    };
    let sort = Sort { by: LeadSort::UpdatedAt, direction: Direction::Descending };
    Ask::Leads(range, LeadQuery { filter: LeadFilter { owner, ..filter }, sort, start, limit: PAGE })
}

async fn fill(store: &impl Maintenance, make: &Maker, owners: &[UserId; 3]) {
    for from in (0..LEADS).step_by(5_000) {
        let leads: Vec<Lead> = (from..from + 5_000).map(|number| lead(make, owners, number)).collect();
        let commits =
            leads.chunks(100).map(|some| some.iter().fold(make.commit(), Draft::insert_lead).done());
        store.load(commits.collect()).await.unwrap();
    }
    let tasks = (0..TASKS).map(|number| make.task("call", owners[number as usize % 3]));
    let commits: Vec<_> = tasks.map(|task| make.commit().insert_task(&task).done()).collect();
    store.load(commits).await.unwrap();
}

/// Every lead is common, each hundredth says so, one is singular.
fn lead(make: &Maker, owners: &[UserId; 3], number: u32) -> Lead {
    let hundredth = if number.is_multiple_of(100) { " hundredth" } else { "" };
    let singular = if number == 1_234 { " singular zq" } else { "" };
    let name = format!("Common lead {number}{hundredth}{singular}");
    make.clock.advance(Duration::from_millis(u64::from(number % 3)));
    Lead {
        name: Name::parse(&name).unwrap(),
        status: LeadStatus::ALL[number as usize % 4],
        archived: number.is_multiple_of(10),
        ..make.minimal_lead(owners.get(number as usize % 4).copied())
    }
}
