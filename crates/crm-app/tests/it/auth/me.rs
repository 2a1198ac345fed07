use crm_app::auth::me::{read, rename};
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::precondition::Precondition;
use crm_domain::access::actor::Actor;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::meta::Meta;
use crm_domain::raw::{Members, Raw};
use crm_domain::user::User;
use crm_domain::values::name::PersonName;
use crm_domain::version::{Replace, Version};

use crate::support::said::{corrupt, why};
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, texts};

#[tokio::test]
async fn everybody_reads_their_own_account() {
    let mut stage = Stage::new();
    let ann = stored(&stage.ann, 3);
    stage.holds_user(&ann);
    assert_eq!(read(&stage.ctx(), &stage.ann()).await.unwrap(), ann);
    assert_eq!(why(read(&stage.ctx(), &Actor::system("tests")).await), "denied");
    stage.users.expect_user().returning(|_, _| Err(corrupt("user")));
    assert_eq!(why(read(&stage.ctx(), &stage.ann()).await), "corrupt user x");
}

#[tokio::test]
async fn everybody_renames_themselves() {
    let mut stage = Stage::new();
    let before = stored(&stage.ann, 3);
    stage.holds_user(&before);
    let written = stage.applies();
    let now = stage.make.tick();
    let body = texts([("name", " Annie ")]);
    let renamed = rename(&stage.ctx(), &stage.ann(), body, &Precondition::None).await.unwrap();
    let after = User { name: PersonName::parse("Annie").unwrap(), updated_at: now, ..stage.ann.clone() };
    assert_eq!(renamed, stored(&after, 4));
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![Change::PutUser(Replace { before, after })],
            expects: vec![stands(&stage.ann)],
            events: vec![Activity {
                id: minted(2),
                meta: Meta::new().compare("name", "ann", "Annie"),
                ..stage.event(
                    &stage.ann,
                    ActivityType::UserUpdated,
                    (EntityRef::User(stage.ann.id), 4),
                    "User \"Annie\" updated",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn what_was_read_can_be_sent_back_and_changes_nothing() {
    let mut stage = Stage::new();
    let ann = stored(&stage.ann, 3);
    stage.holds_user(&ann);
    let body = ["id", "_id", "__v", "createdAt", "updatedAt", "version"]
        .into_iter()
        .fold(texts([("name", "ann")]), |body, name| body.with(name, Raw::Null))
        .with("email", Raw::text(stage.ann.email.as_str()))
        .with("role", Raw::text(stage.ann.role.as_str()))
        .with("isActive", Raw::Bool(true));
    let (ctx, actor) = (stage.ctx(), stage.ann());
    for body in [body, Members::new()] {
        assert_eq!(rename(&ctx, &actor, body, &Precondition::Any).await.unwrap(), ann);
    }
    let outdated = Precondition::OneOf(vec![Version::FIRST]);
    assert_eq!(why(rename(&ctx, &actor, Members::new(), &outdated).await), "at version 3");
}

#[tokio::test]
async fn what_only_an_admin_changes_is_refused_and_named() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.ann.clone(), 3));
    let body = texts([("name", "Annie"), ("email", "x@y.example"), ("role", "admin")])
        .with("isActive", Raw::Bool(false));
    let told = "email: not_yours_to_change, role: not_yours_to_change, isActive: not_yours_to_change";
    assert_eq!(why(rename(&stage.ctx(), &stage.ann(), body, &Precondition::None).await), told);
}

#[tokio::test]
async fn every_bad_member_is_told_at_once() {
    let mut stage = Stage::new();
    let (ctx, ann) = (stage.ctx(), stage.ann());
    let body = texts([("name", " "), ("password", "x")]);
    let answer = rename(&ctx, &ann, body, &Precondition::None).await;
    assert_eq!(why(answer), "password: unknown_member, name: required");
    let answer = rename(&ctx, &Actor::system("tests"), Members::new(), &Precondition::None).await;
    assert_eq!(why(answer), "denied");
}
