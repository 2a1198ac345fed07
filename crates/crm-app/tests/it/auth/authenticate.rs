use crm_app::auth::authenticate::authenticate;
use crm_app::commit::change::Change;
use crm_domain::access::actor::{Actor, SignedIn};
use crm_domain::access::role::Role;
use crm_domain::session::end::EndReason;
use crm_domain::user::User;
use crm_domain::version::{Replace, Version, Versioned};

use crate::support::said::why;
use crate::support::stage::{Stage, session};

fn token_of(user: &User) -> String {
    format!("access {} {} {}", user.id, session(), user.access_version)
}

fn put(stage: &Stage, before: &User, after: User) {
    let before = Versioned::stored(before.clone(), Version::FIRST);
    stage.mirror.apply(&[Change::PutUser(Replace { before, after })]);
}

#[tokio::test]
async fn name_and_role_are_those_of_now_and_never_of_the_token() {
    let mut stage = Stage::new();
    let (ctx, token) = (stage.ctx(), token_of(&stage.ann));
    assert_eq!(authenticate(&ctx, &token).unwrap(), stage.ann());
    let name = stage.root.name.clone();
    put(&stage, &stage.ann, User { role: Role::Admin, name: name.clone(), ..stage.ann.clone() });
    let Actor::User(before) = stage.ann() else { panic!("a user") };
    let now = Actor::User(SignedIn { role: Role::Admin, name, ..before });
    assert_eq!(authenticate(&ctx, &token).unwrap(), now);
}

#[tokio::test]
async fn a_token_dies_with_the_access_of_its_user() {
    let mut stage = Stage::new();
    let (ctx, token) = (stage.ctx(), token_of(&stage.ann));
    put(&stage, &stage.ann, User { access_version: 1, ..stage.ann.clone() });
    assert_eq!(why(authenticate(&ctx, &token)), "token refused", "another access version");
    put(&stage, &stage.bob, User { active: false, ..stage.bob.clone() });
    assert_eq!(why(authenticate(&ctx, &token_of(&stage.bob))), "token refused", "deactivated");
    assert_eq!(why(authenticate(&ctx, &token_of(&stage.gone))), "token refused", "deactivated before");
}

#[tokio::test]
async fn a_token_dies_with_its_session() {
    let mut stage = Stage::new();
    let ctx = stage.ctx();
    stage.mirror.apply(&[Change::EndSession {
        id: session(),
        user: stage.ann.id,
        at: stage.now(),
        why: EndReason::Ended,
    }]);
    assert_eq!(why(authenticate(&ctx, &token_of(&stage.ann))), "token refused");
}

#[tokio::test]
async fn a_token_that_is_not_ours_or_nobodys_is_refused() {
    let mut stage = Stage::new();
    let (ctx, nobody) = (stage.ctx(), stage.make.user("nobody", Role::Admin));
    assert_eq!(why(authenticate(&ctx, "")), "token refused");
    assert_eq!(why(authenticate(&ctx, "access x y z")), "token refused");
    assert_eq!(why(authenticate(&ctx, &token_of(&nobody))), "token refused");
}
