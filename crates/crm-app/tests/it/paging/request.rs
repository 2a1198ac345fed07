use crm_app::paging::request::{DEEPEST_OFFSET, PageRequest};
use crm_app::paging::{Counted, Direction, Position, PositionKey, Slice, Sort, Start, Total, cursor};
use crm_app::query::users::UserSort;
use crm_domain::flaw::FieldErrors;
use crm_domain::form::Form;
use crm_domain::raw::Members;
use uuid::Uuid;

use crate::support::texts;

const NEWEST_FIRST: Sort<UserSort> = Sort { by: UserSort::CreatedAt, direction: Direction::Descending };
const BY_NAME: Sort<UserSort> = Sort { by: UserSort::Name, direction: Direction::Ascending };

fn read(sent: Members) -> Result<PageRequest<UserSort>, String> {
    let mut form = Form::query(sent, &["page", "limit", "cursor", "sort"]);
    let field = |name: &str| (name == "name").then_some(UserSort::Name);
    let request = PageRequest::read(&mut form, NEWEST_FIRST, field, "name");
    form.finish().map(|()| request).map_err(|errors: FieldErrors| errors.to_string())
}

fn ada() -> Position {
    Position { key: PositionKey::Text("ada".to_owned()), id: Uuid::from_u128(7) }
}

#[test]
fn the_first_ten_in_the_lists_own_order_are_what_nobody_asked_for() {
    let request = PageRequest { page: 1, limit: 10, sort: NEWEST_FIRST, start: Start::Offset(0) };
    assert_eq!(read(Members::new()), Ok(request.clone()));
    assert_eq!(read(texts([("page", ""), ("limit", ""), ("cursor", ""), ("sort", " ")])), Ok(request));
}

#[test]
fn a_page_begins_after_all_pages_before_it() {
    let request = read(texts([("page", "4"), ("limit", "25"), ("sort", "-name")])).unwrap();
    let sort = Sort { direction: Direction::Descending, ..BY_NAME };
    assert_eq!(request, PageRequest { page: 4, limit: 25, sort, start: Start::Offset(75) });
}

#[test]
fn limits_run_from_one_to_a_hundred() {
    for (limit, read_as) in [("1", Ok(1)), ("100", Ok(100))] {
        assert_eq!(read(texts([("limit", limit)])).map(|request| request.limit), read_as);
    }
    for limit in ["0", "101", "18446744073709551616"] {
        let told = "limit: must be between 1 and 100".to_owned();
        assert_eq!(read(texts([("limit", limit)])), Err(told), "{limit}");
    }
    assert_eq!(read(texts([("limit", "-1")])), Err("limit: must be a whole number".to_owned()));
}

#[test]
fn a_page_too_deep_names_the_cursor() {
    let deepest = (DEEPEST_OFFSET / 100 + 1).to_string();
    let request = read(texts([("page", &deepest), ("limit", "100")])).unwrap();
    assert_eq!(request.start, Start::Offset(DEEPEST_OFFSET));
    let told = "page: reaches beyond record 100000: walk on with cursor=<nextCursor>";
    for page in ["1002", "18446744073709551615"] {
        assert_eq!(read(texts([("page", page), ("limit", "100")])), Err(told.to_owned()), "{page}");
    }
    assert!(read(texts([("page", "0")])).is_err());
}

#[test]
fn a_cursor_leads_on_in_its_own_order_and_takes_no_page() {
    let cursor = cursor::encode(BY_NAME, &ada());
    let request = read(texts([("cursor", &cursor), ("sort", "name"), ("limit", "5")]));
    let start = Start::After(ada());
    assert_eq!(request, Ok(PageRequest { page: 1, limit: 5, sort: BY_NAME, start }));
    let told = "cursor: belongs to a list in another order: keep sort as it was";
    assert_eq!(read(texts([("cursor", &cursor)])), Err(told.to_owned()));
    let both = read(texts([("cursor", &cursor), ("sort", "name"), ("page", "1")]));
    assert_eq!(both, Err("page: cannot be combined with cursor".to_owned()));
}

#[test]
fn an_unknown_sort_names_those_there_are() {
    for sort in ["email", "--name", "+name", "Name", "-"] {
        let told = "sort: must be one of name, with - in front for descending".to_owned();
        assert_eq!(read(texts([("sort", sort)])), Err(told), "{sort}");
    }
}

#[test]
fn a_page_has_a_next_cursor_only_where_there_is_more() {
    let request = read(texts([("sort", "name"), ("page", "2")])).unwrap();
    let page = |items: Vec<u8>, more| {
        request.page(Counted { slice: Slice { items, more }, total: Total::bounded(10_001) }, |_| ada())
    };
    let next = page(vec![1, 2], true);
    assert_eq!((next.page, next.limit, next.items), (2, 10, vec![1, 2]));
    assert_eq!(next.total, Total { count: 10_000, lower_bound: true });
    assert_eq!(next.next_cursor, Some(cursor::encode(BY_NAME, &ada())));
    assert_eq!(page(vec![1, 2], false).next_cursor, None);
    assert_eq!(page(Vec::new(), true).next_cursor, None);
}

#[test]
fn totals_are_exact_up_to_ten_thousand() {
    assert_eq!(Total::bounded(10_000), Total::exact(10_000));
    assert!(!Total::exact(10_000_000).lower_bound);
}

#[test]
fn a_page_can_be_made_of_something_else() {
    let request = read(Members::new()).unwrap();
    let found = Counted { slice: Slice { items: vec![1, 2], more: true }, total: Total::exact(3) };
    let page = request.page(found, |_| ada());
    let mapped = page.clone().map(|item| item.to_string());
    assert_eq!(mapped.items, ["1", "2"]);
    assert_eq!((mapped.next_cursor, mapped.total, mapped.limit), (page.next_cursor, page.total, page.limit));
}
