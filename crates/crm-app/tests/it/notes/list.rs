use crm_app::notes::list::list;
use crm_app::paging::{Direction, Position, PositionKey, Slice, Sort, Start, Total, cursor};
use crm_app::query::activities::ByCreation;
use crm_domain::access::scope::Sight;
use crm_domain::customer::Customer;
use crm_domain::raw::Members;

use crate::support::said::why;
use crate::support::stage::Stage;
use crate::support::{stored, texts, unknown};

const NEWEST_FIRST: Sort<ByCreation> = Sort { by: ByCreation, direction: Direction::Descending };

#[tokio::test]
async fn notes_are_walked_newest_first_with_the_exact_total() {
    let mut stage = Stage::new();
    let customer = Customer { notes_count: 12_345, ..stage.make.customer("Ada", stage.ann.id) };
    let note = stage.make.note(customer.id, stage.ann.id, "met");
    let place = Position { key: PositionKey::Time(note.created_at), id: note.id.uuid() };
    let next = cursor::encode(NEWEST_FIRST, &place);
    let (held, items, after) = (stored(&customer, 3), vec![note.clone()], Start::After(place));
    stage.notes.expect_notes().returning(move |scope, _, start, limit| {
        assert_eq!(limit, 1);
        let slice = Slice { items: items.clone(), more: *start != after };
        Ok(Sight::judge(scope, Some(held.record().owner), (held.clone(), slice)))
    });
    let (ctx, ann, id) = (stage.ctx(), stage.ann(), customer.id.to_string());
    let page = list(&ctx, &ann, &id, texts([("limit", "1")])).await.unwrap();
    assert_eq!(page.items, [note]);
    assert_eq!((page.page, page.limit, page.total), (1, 1, Total::exact(12_345)));
    assert_eq!(page.next_cursor, Some(next.clone()));
    let page = list(&ctx, &ann, &id, texts([("limit", "1"), ("cursor", &next)])).await.unwrap();
    assert_eq!(page.next_cursor, None);
    let answer = list(&ctx, &stage.bob(), &id, texts([("limit", "1")])).await;
    assert_eq!(why(answer), "not owner of customer");
}

#[tokio::test]
async fn every_bad_parameter_is_told_at_once() {
    let mut stage = Stage::new();
    let sent = texts([("sort", "text"), ("limit", "ten"), ("cursor", "!"), ("page", "1")]);
    assert_eq!(
        why(list(&stage.ctx(), &stage.ann(), "x", sent).await),
        "sort: unknown_parameter, id: invalid, limit: wrong_type, cursor: invalid"
    );
}

#[tokio::test]
async fn the_notes_of_nobody_are_not_found() {
    let mut stage = Stage::new();
    stage.notes.expect_notes().returning(|_, _, _, _| Ok(Sight::Absent));
    let id = unknown();
    assert_eq!(why(list(&stage.ctx(), &stage.ann(), &id, Members::new()).await), "no customer");
}
