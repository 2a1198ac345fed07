use std::sync::Arc;

use crm_app::mirror::Snapshot;
use crm_app::paging::{Direction, Sort, Start};
use crm_app::query::tasks::{DueWindow, TaskFilter, TaskQuery, TaskSort};
use crm_app::tasks::list::list;
use crm_domain::access::scope::OwnerFilter;
use crm_domain::calendar::Calendar;
use crm_domain::raw::Members;
use crm_domain::task::{Priority, Related, RelatedKind, Task, TaskStatus};
use crm_domain::values::name::Name;
use crm_domain::values::search_query::SearchQuery;
use crm_testkit::fixtures::moment;
use parking_lot::Mutex;

use crate::support::said::why;
use crate::support::stage::Stage;
use crate::support::{all, nothing, stored, texts};

const SOONEST_FIRST: Sort<TaskSort> = Sort { by: TaskSort::DueDate, direction: Direction::Ascending };

async fn asked(stage: &mut Stage, sent: Members) -> TaskQuery {
    let asked = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&asked);
    stage.tasks.expect_tasks().returning(move |_, query| {
        *seen.lock() = Some(query.clone());
        Ok(nothing())
    });
    list(&stage.ctx(), &stage.root(), sent).await.unwrap();
    let query = asked.lock().take();
    query.unwrap()
}

#[tokio::test]
async fn a_plain_list_is_the_ten_tasks_due_soonest() {
    let filter = TaskFilter::everything();
    let query = TaskQuery { filter, sort: SOONEST_FIRST, start: Start::Offset(0), limit: 10 };
    assert_eq!(asked(&mut Stage::new(), Members::new()).await, query);
}

#[tokio::test]
async fn every_parameter_reaches_the_store() {
    let mut stage = Stage::new();
    let ann = stage.ann.id;
    let sent = texts([
        ("owner", &ann.to_string()),
        ("status", "Open,Done"),
        ("priority", "High"),
        ("relatedType", "Lead"),
        ("relatedId", &ann.to_string()),
        ("due", "overdue"),
        ("q", "call"),
        ("sort", "-priority"),
    ]);
    let now = stage.now();
    let query = asked(&mut stage, sent).await;
    assert_eq!(query.sort, Sort { by: TaskSort::Priority, direction: Direction::Descending });
    assert_eq!(
        query.filter,
        TaskFilter {
            owner: OwnerFilter::User(ann),
            statuses: vec![TaskStatus::Open, TaskStatus::Done],
            priorities: vec![Priority::High],
            related_kind: Some(RelatedKind::Lead),
            related_id: Some(ann.uuid()),
            due: Some(DueWindow::Overdue { now }),
            search: Some(SearchQuery::parse("call").unwrap()),
        }
    );
}

#[tokio::test]
async fn the_words_of_due_mean_days_of_the_workspace() {
    let mut stage = Stage::new();
    stage.mirror.replace(Snapshot::new([], Calendar::parse("Europe/Berlin").unwrap()));
    // A Saturday evening in UTC is Saturday night in Berlin, before the Sunday that has 23 hours.
    stage.make.clock.set(moment("2026-03-28T22:30:00Z"));
    let window = |from: Option<&str>, before: Option<&str>| {
        Some(DueWindow::Between { from: from.map(moment), before: before.map(moment) })
    };
    for (word, due) in [
        ("today", window(Some("2026-03-27T23:00:00Z"), Some("2026-03-28T23:00:00Z"))),
        ("tomorrow", window(Some("2026-03-28T23:00:00Z"), Some("2026-03-29T22:00:00Z"))),
        ("week", window(Some("2026-03-27T23:00:00Z"), Some("2026-04-03T22:00:00Z"))),
        ("before:2026-03-29", window(None, Some("2026-03-29T22:00:00Z"))),
        ("after:2026-03-29", window(Some("2026-03-28T23:00:00Z"), None)),
    ] {
        assert_eq!(asked(&mut stage, texts([("due", word)])).await.filter.due, due, "{word}");
    }
}

#[tokio::test]
async fn every_bad_parameter_is_told_at_once() {
    let mut stage = Stage::new();
    let sent = texts([
        ("owner", "me"),
        ("status", "open"),
        ("priority", "high"),
        ("relatedType", "User"),
        ("relatedId", "7"),
        ("due", "yesterday"),
        ("sort", "title"),
        ("overdue", "true"),
    ]);
    assert_eq!(
        why(list(&stage.ctx(), &stage.ann(), sent).await),
        "overdue: unknown_parameter, owner: invalid, status: invalid, priority: invalid, \
         relatedType: invalid, relatedId: invalid, due: invalid, sort: invalid"
    );
    for due in ["before", "before:", "before:soon", "since:2026-03-01", "before:2026-02-30"] {
        let answer = list(&stage.ctx(), &stage.ann(), texts([("due", due)])).await;
        assert_eq!(why(answer), "due: invalid", "{due}");
    }
}

#[tokio::test]
async fn related_names_are_asked_for_once_per_kind_and_within_the_readers_scope() {
    let mut stage = Stage::new();
    let (lead, customer) = (stage.make.lead("Ada", None), stage.make.customer("Bo", stage.ann.id));
    let about = |related| Task { related, ..stage.make.task("Call", stage.ann.id) };
    let items: Vec<_> = [
        Some(Related::Lead(lead.id)),
        Some(Related::Customer(customer.id)),
        Some(Related::Lead(lead.id)),
        None,
    ]
    .map(|related| stored(&about(related), 1))
    .to_vec();
    stage.tasks.expect_tasks().returning(move |_, _| Ok(all(items.clone())));
    stage.leads.expect_lead_names().times(1).returning(move |scope, ids| {
        assert_eq!(ids, [lead.id]);
        assert!(!scope.admits(lead.owner));
        Ok(Vec::new())
    });
    stage
        .customers
        .expect_customer_names()
        .times(1)
        .returning(move |_, _| Ok(vec![(customer.id, customer.name.clone())]));
    let page = list(&stage.ctx(), &stage.ann(), Members::new()).await.unwrap();
    let names: Vec<_> = page.items.iter().map(|view| view.related_name.as_ref().map(Name::as_str)).collect();
    assert_eq!(names, [None, Some("Bo"), None, None]);
}
