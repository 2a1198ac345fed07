use std::sync::Arc;

use crm_app::customers::list::list;
use crm_app::paging::{Direction, Sort, Start, cursor};
use crm_app::query::customers::{CustomerFilter, CustomerQuery, CustomerSort};
use crm_domain::access::scope::{OwnerFilter, Reach};
use crm_domain::raw::Members;
use crm_domain::values::search_query::SearchQuery;
use parking_lot::Mutex;

use crate::support::said::why;
use crate::support::stage::Stage;
use crate::support::{nothing, stored, texts};

async fn asked(stage: &mut Stage, sent: Members) -> CustomerQuery {
    let asked = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&asked);
    stage.customers.expect_customers().returning(move |_, query| {
        *seen.lock() = Some(query.clone());
        Ok(nothing())
    });
    list(&stage.ctx(), &stage.root(), sent).await.unwrap();
    let query = asked.lock().take();
    query.unwrap()
}

#[tokio::test]
async fn a_plain_list_is_the_ten_customers_changed_last() {
    let query = CustomerQuery {
        filter: CustomerFilter::everything(),
        sort: Sort { by: CustomerSort::UpdatedAt, direction: Direction::Descending },
        start: Start::Offset(0),
        limit: 10,
    };
    assert_eq!(asked(&mut Stage::new(), Members::new()).await, query);
}

#[tokio::test]
async fn every_parameter_reaches_the_store() {
    let mut stage = Stage::new();
    let ann = stage.ann.id;
    let sort = Sort { by: CustomerSort::CreatedAt, direction: Direction::Descending };
    let place = CustomerSort::CreatedAt.place(&stage.make.customer("Ada", ann));
    let sent = texts([
        ("q", "Ærø"),
        ("owner", &ann.to_string()),
        ("tag", "Köln"),
        ("limit", "100"),
        ("cursor", &cursor::encode(sort, &place)),
        ("sort", "-createdAt"),
    ]);
    let filter = CustomerFilter {
        owner: OwnerFilter::User(ann),
        tag: Some("koln".to_owned()),
        search: Some(SearchQuery::parse("Ærø").unwrap()),
    };
    let query = CustomerQuery { filter, sort, start: Start::After(place), limit: 100 };
    assert_eq!(asked(&mut stage, sent).await, query);
}

#[tokio::test]
async fn an_agent_lists_within_what_is_theirs() {
    let mut stage = Stage::new();
    let ann = stage.ann.id;
    let customer = stored(&stage.make.customer("Ada", ann), 1);
    let items = vec![customer.clone()];
    stage
        .customers
        .expect_customers()
        .withf(move |scope, _| scope.reach() == Reach::OwnedBy(ann))
        .returning(move |_, _| Ok(crate::support::all(items.clone())));
    let page = list(&stage.ctx(), &stage.ann(), Members::new()).await.unwrap();
    assert_eq!((page.items, page.total.count, page.next_cursor), (vec![customer], 1, None));
}

#[tokio::test]
async fn every_bad_parameter_is_told_at_once() {
    let mut stage = Stage::new();
    let sent = texts([("owner", "none"), ("tag", &"x".repeat(51)), ("sort", "dueDate"), ("status", "New")]);
    assert_eq!(
        why(list(&stage.ctx(), &stage.ann(), sent).await),
        "status: unknown_parameter, owner: invalid, tag: too_long, sort: invalid"
    );
}
