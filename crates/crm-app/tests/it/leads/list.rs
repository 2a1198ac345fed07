use std::sync::Arc;

use crm_app::leads::list::list;
use crm_app::mirror::Snapshot;
use crm_app::paging::{Counted, Direction, Slice, Sort, Start, Total, cursor};
use crm_app::query::leads::{Archived, LeadFilter, LeadQuery, LeadSort};
use crm_domain::access::scope::{OwnerFilter, Reach};
use crm_domain::calendar::Calendar;
use crm_domain::lead::LeadStatus;
use crm_domain::raw::Members;
use crm_domain::values::search_query::SearchQuery;
use crm_testkit::fixtures::moment;
use parking_lot::Mutex;

use crate::support::said::{unavailable, why};
use crate::support::stage::Stage;
use crate::support::{nothing, stored, texts};

const LATEST_FIRST: Sort<LeadSort> = Sort { by: LeadSort::UpdatedAt, direction: Direction::Descending };

/// What the store is asked when a client sends this.
async fn asked(stage: &mut Stage, sent: Members) -> LeadQuery {
    let asked = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&asked);
    stage.leads.expect_leads().returning(move |_, query| {
        *seen.lock() = Some(query.clone());
        Ok(nothing())
    });
    list(&stage.ctx(), &stage.root(), sent).await.unwrap();
    let query = asked.lock().take();
    query.unwrap()
}

fn plain() -> LeadQuery {
    let filter = LeadFilter { archived: Archived::No, ..LeadFilter::everything() };
    LeadQuery { filter, sort: LATEST_FIRST, start: Start::Offset(0), limit: 10 }
}

#[tokio::test]
async fn a_plain_list_is_the_ten_leads_changed_last_that_were_not_put_away() {
    assert_eq!(asked(&mut Stage::new(), Members::new()).await, plain());
    let blank = texts([("q", ""), ("status", ""), ("assignedAgent", " "), ("archived", ""), ("sort", "")]);
    assert_eq!(asked(&mut Stage::new(), blank).await, plain(), "an empty filter is as absent");
}

#[tokio::test]
async fn every_parameter_reaches_the_store() {
    let mut stage = Stage::new();
    let ann = stage.ann.id;
    let sent = texts([
        ("q", "ada (x"),
        ("status", "Closed Won,New, New"),
        ("assignedAgent", &ann.to_string()),
        ("archived", "all"),
        ("source", "Mësse"),
        ("tag", "VIP"),
        ("createdFrom", "2026-03-01"),
        ("createdTo", "2026-03-02"),
        ("page", "3"),
        ("limit", "20"),
        ("sort", "name"),
    ]);
    assert_eq!(
        asked(&mut stage, sent).await,
        LeadQuery {
            filter: LeadFilter {
                owner: OwnerFilter::User(ann),
                statuses: vec![LeadStatus::ClosedWon, LeadStatus::New],
                archived: Archived::All,
                source: Some("messe".to_owned()),
                tag: Some("vip".to_owned()),
                created_from: Some(moment("2026-03-01T00:00:00Z")),
                created_before: Some(moment("2026-03-03T00:00:00Z")),
                search: Some(SearchQuery::parse("ada (x").unwrap()),
            },
            sort: Sort { by: LeadSort::Name, direction: Direction::Ascending },
            start: Start::Offset(40),
            limit: 20,
        }
    );
}

#[tokio::test]
async fn days_are_those_of_the_workspace() {
    let mut stage = Stage::new();
    stage.mirror.replace(Snapshot::new([], Calendar::parse("Europe/Berlin").unwrap()));
    let sent = texts([("createdFrom", "2026-03-29"), ("createdTo", "2026-03-29")]);
    let filter = asked(&mut stage, sent).await.filter;
    assert_eq!(filter.created_from, Some(moment("2026-03-28T23:00:00Z")));
    assert_eq!(filter.created_before, Some(moment("2026-03-29T22:00:00Z")), "a day of 23 hours");
}

#[tokio::test]
async fn old_clients_ask_for_archived_leads_by_another_name() {
    let archived = |sent| async move { asked(&mut Stage::new(), sent).await.filter.archived };
    assert_eq!(archived(texts([("showArchived", "true")])).await, Archived::Yes);
    assert_eq!(archived(texts([("showArchived", "all"), ("archived", "all")])).await, Archived::All);
    assert_eq!(archived(texts([("archived", "false")])).await, Archived::No);
    let both = texts([("archived", "true"), ("showArchived", "all")]);
    let mut stage = Stage::new();
    assert_eq!(why(list(&stage.ctx(), &stage.root(), both).await), "showArchived: invalid");
}

#[tokio::test]
async fn unassigned_leads_are_asked_for_by_none() {
    let filter = asked(&mut Stage::new(), texts([("assignedAgent", "none")])).await.filter;
    assert_eq!(filter.owner, OwnerFilter::Nobody);
}

#[tokio::test]
async fn every_bad_parameter_is_told_at_once() {
    let mut stage = Stage::new();
    let sent = texts([
        ("q", &"x".repeat(201)),
        ("status", "New,Won"),
        ("assignedAgent", "me"),
        ("archived", "yes"),
        ("createdFrom", "2026-03-02"),
        ("createdTo", "2026-03-01"),
        ("page", "0"),
        ("limit", "101"),
        ("limit", "10"),
        ("sort", "email"),
        ("stauts", "New"),
    ]);
    assert_eq!(
        why(list(&stage.ctx(), &stage.root(), sent).await),
        "limit: repeated, stauts: unknown_parameter, createdTo: out_of_range, assignedAgent: invalid, \
         status: invalid, archived: invalid, q: too_long, sort: invalid, page: out_of_range"
    );
}

#[tokio::test]
async fn a_page_leads_on_from_its_last_lead() {
    let mut stage = Stage::new();
    let lead = stored(&stage.make.lead("Ada", Some(stage.ann.id)), 2);
    let items = vec![lead.clone()];
    stage
        .leads
        .expect_leads()
        .withf({
            let ann = stage.ann.id;
            move |scope, _| scope.reach() == Reach::OwnedBy(ann)
        })
        .returning(move |_, _| {
            let slice = Slice { items: items.clone(), more: true };
            Ok(Counted { slice, total: Total { count: 10_000, lower_bound: true } })
        });
    let page = list(&stage.ctx(), &stage.ann(), texts([("limit", "1"), ("page", "2")])).await.unwrap();
    assert_eq!((page.page, page.limit), (2, 1));
    assert_eq!(page.total, Total { count: 10_000, lower_bound: true });
    let next = page.next_cursor.unwrap();
    let position = LeadSort::UpdatedAt.place(lead.record());
    assert_eq!(cursor::decode(LATEST_FIRST, &next), Ok(position.clone()));
    assert_eq!(asked(&mut stage, texts([("cursor", &next)])).await.start, Start::After(position));
}

#[tokio::test]
async fn the_last_page_leads_nowhere() {
    let mut stage = Stage::new();
    let lead = stored(&stage.make.lead("Ada", None), 2);
    stage.leads.expect_leads().times(1).returning(move |_, _| Ok(crate::support::all(vec![lead.clone()])));
    stage.leads.expect_leads().returning(|_, _| Err(unavailable()));
    let (ctx, root) = (stage.ctx(), stage.root());
    assert_eq!(list(&ctx, &root, Members::new()).await.unwrap().next_cursor, None);
    assert_eq!(why(list(&ctx, &root, Members::new()).await), "store unavailable");
}
