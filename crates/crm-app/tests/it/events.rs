use crm_app::events::{Happening, event};
use crm_domain::access::actor::Actor;
use crm_domain::activity::{ActivityType, EntityRef};
use crm_domain::ids::UserId;
use crm_domain::meta::Meta;
use crm_domain::version::Version;

use crate::support::stage::{Stage, minted};

fn happening(stage: &Stage, owners: [Option<UserId>; 2]) -> Happening {
    Happening {
        kind: ActivityType::LeadUpdated,
        entity: EntityRef::Lead(minted(9)),
        version: Version::new(2),
        message: "Lead \"Ada\" updated".to_owned(),
        meta: Meta::new().compare("name", "Bo", "Ada"),
        at: stage.now(),
        owners,
    }
}

#[test]
fn whoever_caused_it_and_whoever_owned_the_record_may_see_it_each_once() {
    let mut stage = Stage::new();
    let (ctx, root, ann, bob) = (stage.ctx(), stage.root.id, stage.ann.id, stage.bob.id);
    let audience = |actor, owners| event(&ctx, &actor, happening(&stage, owners)).audience;
    assert_eq!(audience(stage.root(), [Some(ann), Some(bob)]), [root, ann, bob]);
    assert_eq!(audience(stage.ann(), [Some(ann), Some(ann)]), [ann]);
    assert_eq!(audience(stage.ann(), [Some(bob), Some(ann)]), [ann, bob]);
    assert_eq!(audience(stage.root(), [None, None]), [root]);
    assert_eq!(audience(Actor::system("tests"), [None, Some(bob)]), [bob]);
    assert_eq!(audience(Actor::system("tests"), [None, None]), []);
}

#[test]
fn an_event_tells_who_they_were_what_happened_and_which_version_it_made() {
    let mut stage = Stage::new();
    let told = event(&stage.ctx(), &stage.ann(), happening(&stage, [None, None]));
    let expected = stage.event(
        &stage.ann,
        ActivityType::LeadUpdated,
        (EntityRef::Lead(minted(9)), 2),
        "Lead \"Ada\" updated",
    );
    let meta = Meta::new().compare("name", "Bo", "Ada");
    assert_eq!(told, crm_domain::activity::Activity { meta, ..expected });
}
