use crm_app::commit::change::Change;
use crm_app::commit::{Commit, UniqueKey, Verdict};
use crm_app::ports::workspace::Workspace;
use crm_app::setup::first_admin::set_up;
use crm_app::setup::token::SetupFingerprint;
use crm_domain::access::role::Role;
use crm_domain::activity::{Activity, ActivityActor, ActivityType, EntityRef};
use crm_domain::calendar::Calendar;
use crm_domain::ids::UserId;
use crm_domain::meta::Meta;
use crm_domain::raw::Members;
use crm_domain::user::User;
use crm_testkit::passwords::PlainPasswords;
use uuid::Uuid;

use crate::support::said::why;
use crate::support::stage::{Stage, minted};
use crate::support::{stored, texts};

/// Expires in the year 2100.
const TOKEN: &str = "let me in.4102444800";

fn fresh(set_up: bool) -> Stage {
    let mut stage = Stage::new();
    let setup_token = Some(SetupFingerprint::of(TOKEN));
    let workspace = Workspace { calendar: Calendar::utc(), set_up, setup_token };
    stage.workspaces.expect_workspace().returning(move || Ok(workspace));
    stage
}

fn body(token: &str) -> Members {
    texts([
        ("name", "cleo"),
        ("email", "cleo@crm.example"),
        ("password", "correct horse"),
        ("setupToken", token),
    ])
}

#[tokio::test]
async fn the_first_admin_is_written_with_the_mark_that_there_was_one() {
    let mut stage = fresh(false);
    let written = stage.applies();
    let ctx = stage.ctx();
    let user = set_up(&ctx, body(TOKEN), None).await.unwrap();
    let cleo = User {
        id: minted(1),
        password: PlainPasswords::hash_of("correct horse"),
        access_version: 1,
        ..stage.make.user("cleo", Role::Admin)
    };
    assert_eq!(user, stored(&cleo, 1));
    assert_eq!(
        written.only(),
        Commit {
            id: minted(2),
            changes: vec![Change::InsertUser(cleo), Change::MarkSetUp],
            expects: Vec::new(),
            events: vec![Activity {
                id: minted(3),
                actor: ActivityActor {
                    id: UserId::from_uuid(Uuid::nil()),
                    name: "system (first admin)".to_owned(),
                    role: Role::Admin,
                },
                meta: Meta::new().compare("role", None, Some("admin")),
                audience: Vec::new(),
                ..stage.event(
                    &stage.root,
                    ActivityType::UserCreated,
                    (EntityRef::User(minted(1)), 1),
                    "User \"cleo\" created",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn a_wrong_token_sets_nobody_up() {
    let mut stage = fresh(false);
    let ctx = stage.ctx();
    for token in ["", "let me", "let me in", "let me in.", "let me in.4102444801", "Let me in.4102444800"] {
        assert_eq!(why(set_up(&ctx, body(token), None).await), "setupToken: wrong_setup_token", "{token:?}");
    }
    let mut stage = Stage::new();
    let workspace = Workspace { calendar: Calendar::utc(), set_up: false, setup_token: None };
    stage.workspaces.expect_workspace().returning(move || Ok(workspace));
    assert_eq!(why(set_up(&stage.ctx(), body(TOKEN), None).await), "setupToken: wrong_setup_token");
}

#[tokio::test]
async fn a_store_that_had_an_admin_never_gets_a_first_one_again() {
    let mut stage = fresh(true);
    assert_eq!(why(set_up(&stage.ctx(), body(TOKEN), None).await), "already_set_up");
    let mut stage = fresh(false);
    stage.answers([Ok(Verdict::Duplicate(UniqueKey::SetUp))]);
    let ctx = stage.ctx();
    assert_eq!(why(set_up(&ctx, body(TOKEN), None).await), "already_set_up", "by a rival");
}

#[tokio::test]
async fn every_bad_member_is_told_at_once() {
    let mut stage = fresh(false);
    let bad = texts([("email", "x"), ("password", "short"), ("role", "admin")]);
    assert_eq!(
        why(set_up(&stage.ctx(), bad, None).await),
        "role: unknown_member, setupToken: required, name: required, email: invalid, password: too_short"
    );
}
