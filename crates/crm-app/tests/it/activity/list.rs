use crm_app::activity::list::{Feed, list};
use crm_app::paging::{Slice, Start, cursor};
use crm_app::query::activities::{ActivityFilter, ActivityQuery, NEWEST_FIRST, place};
use crm_domain::access::scope::Reach;
use crm_domain::activity::{ActivityType, EntityKind};
use crm_domain::raw::Members;
use crm_domain::version::Version;

use crate::support::said::{unavailable, why};
use crate::support::stage::Stage;
use crate::support::texts;

#[tokio::test]
async fn the_feed_is_walked_newest_first_within_what_the_reader_may_see() {
    let mut stage = Stage::new();
    let event = stage.make.minimal_event(stage.make.mint(), Version::FIRST);
    let next = cursor::encode(NEWEST_FIRST, &place(&event));
    let (ann, told, after) = (stage.ann.id, event.clone(), Start::After(place(&event)));
    stage.activities.expect_activities().returning(move |scope, query| {
        assert_eq!(scope.reach(), Reach::OwnedBy(ann));
        assert_eq!((&query.filter, query.limit), (&ActivityFilter::default(), 10));
        Ok(Slice { items: vec![told.clone()], more: query.start != after })
    });
    let (ctx, actor) = (stage.ctx(), stage.ann());
    let feed = list(&ctx, &actor, Members::new()).await.unwrap();
    assert_eq!(feed, Feed { items: vec![event], next_cursor: Some(next.clone()), limit: 10 });
    let feed = list(&ctx, &actor, texts([("cursor", &next)])).await.unwrap();
    assert_eq!(feed.next_cursor, None);
}

#[tokio::test]
async fn every_parameter_reaches_the_store() {
    let mut stage = Stage::new();
    let (root, ann) = (stage.root.id, stage.ann.id);
    let query = ActivityQuery {
        filter: ActivityFilter {
            entity_kind: Some(EntityKind::User),
            entity_id: Some(ann.uuid()),
            actor: Some(root),
            kind: Some(ActivityType::UserCreated),
        },
        start: Start::Offset(0),
        limit: 100,
    };
    stage
        .activities
        .expect_activities()
        .withf(move |scope, asked| scope.reach() == Reach::Everything && *asked == query)
        .returning(|_, _| Ok(Slice { items: Vec::new(), more: false }));
    let sent = texts([
        ("limit", "100"),
        ("entityType", "user"),
        ("entityId", &ann.to_string()),
        ("actor", &root.to_string()),
        ("type", "user_created"),
    ]);
    assert_eq!(list(&stage.ctx(), &stage.root(), sent).await.unwrap().items, []);
}

#[tokio::test]
async fn every_bad_parameter_is_told_at_once() {
    let mut stage = Stage::new();
    let sent = texts([
        ("limit", "0"),
        ("cursor", "x"),
        ("entityType", "Note"),
        ("entityId", "7"),
        ("actor", "me"),
        ("type", "created"),
        ("page", "2"),
    ]);
    assert_eq!(
        why(list(&stage.ctx(), &stage.ann(), sent).await),
        "page: unknown_parameter, entityType: invalid, entityId: invalid, actor: invalid, type: invalid, \
         limit: out_of_range, cursor: invalid"
    );
    stage.activities.expect_activities().returning(|_, _| Err(unavailable()));
    assert_eq!(why(list(&stage.ctx(), &stage.ann(), Members::new()).await), "store unavailable");
}
