use crm_app::auth::password::change;
use crm_app::commit::change::Change;
use crm_app::commit::{Commit, Verdict};
use crm_app::ports::passwords::{HashError, MockPasswords};
use crm_domain::access::actor::Actor;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::meta::Meta;
use crm_domain::raw::{Members, Raw};
use crm_domain::user::User;
use crm_domain::version::Replace;
use crm_testkit::passwords::PlainPasswords;

use crate::support::said::why;
use crate::support::stage::{Stage, minted, session, stands};
use crate::support::{stored, texts};

fn body(current: &str, new: &str) -> Members {
    texts([("currentPassword", current), ("newPassword", new)])
}

#[tokio::test]
async fn a_password_change_ends_the_users_other_sessions_and_no_token_of_this_one() {
    let mut stage = Stage::new();
    let before = stored(&stage.ann, 3);
    stage.holds_user(&before);
    let written = stage.applies();
    let now = stage.make.tick();
    change(&stage.ctx(), &stage.ann(), body("ann-secret", " correct horse ")).await.unwrap();
    let after = User {
        password: PlainPasswords::hash_of(" correct horse "),
        access_version: 1,
        spared: Some(session()),
        updated_at: now,
        ..stage.ann.clone()
    };
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![Change::PutUser(Replace { before, after })],
            expects: vec![stands(&stage.ann)],
            events: vec![Activity {
                id: minted(2),
                meta: Meta::new().compare("password", "old", "new"),
                ..stage.event(
                    &stage.ann,
                    ActivityType::UserUpdated,
                    (EntityRef::User(stage.ann.id), 4),
                    "User \"ann\" updated",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn a_wrong_current_password_changes_nothing() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.ann.clone(), 3));
    let (ctx, ann) = (stage.ctx(), stage.ann());
    for current in ["", "guess", "ann-secret "] {
        let answer = change(&ctx, &ann, body(current, "correct horse")).await;
        assert_eq!(why(answer), "currentPassword: wrong_password", "{current:?}");
    }
}

#[tokio::test]
async fn a_weak_password_is_told_with_every_other_bad_member() {
    let mut stage = Stage::new();
    let (ctx, ann) = (stage.ctx(), stage.ann());
    for (new, flaw) in [
        ("", "required"),
        ("short", "too_short"),
        (&"x".repeat(129), "too_long"),
        ("password", "too_common"),
        ("Ann@CRM.example", "too_personal"),
    ] {
        let body = Members::new().with("currentPassword", Raw::Null).with("newPassword", Raw::text(new));
        let told = format!("currentPassword: required, newPassword: {flaw}");
        assert_eq!(why(change(&ctx, &ann, body).await), told);
    }
    let body = Members::new().with("password", Raw::text("x"));
    assert_eq!(
        why(change(&ctx, &ann, body).await),
        "password: unknown_member, currentPassword: required, newPassword: required"
    );
}

#[tokio::test]
async fn of_two_changes_at_once_the_second_must_know_the_firsts_password() {
    let mut stage = Stage::new();
    let ann = stored(&stage.ann, 3);
    let read = ann.clone();
    stage
        .users
        .expect_user()
        .times(2)
        .returning(move |_, _| Ok(crm_domain::access::scope::Sight::Seen(read.clone())));
    let password = PlainPasswords::hash_of("the rival's");
    stage.holds_user(&stored(&User { password, ..stage.ann.clone() }, 4));
    stage.answers([Ok(Verdict::Stale)]);
    let answer = change(&stage.ctx(), &stage.ann(), body("ann-secret", "correct horse")).await;
    assert_eq!(why(answer), "currentPassword: wrong_password");
}

#[tokio::test]
async fn a_sign_in_that_makes_the_hash_anew_meanwhile_is_in_nobodys_way() {
    let mut stage = Stage::new();
    let password = PlainPasswords::outdated_hash_of("ann-secret");
    let outdated = stored(&User { password, ..stage.ann.clone() }, 3);
    let read = outdated.clone();
    stage
        .users
        .expect_user()
        .times(1)
        .returning(move |_, _| Ok(crm_domain::access::scope::Sight::Seen(read.clone())));
    stage.holds_user(&stored(&stage.ann.clone(), 3));
    stage.applies();
    change(&stage.ctx(), &stage.ann(), body("ann-secret", "correct horse")).await.unwrap();
}

#[tokio::test]
async fn a_busy_hasher_changes_nothing() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.ann.clone(), 3));
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().returning(|_, _| Ok(true));
    passwords.expect_hash().returning(|_| Err(HashError::Busy));
    stage.passwords = Some(passwords);
    assert_eq!(why(change(&stage.ctx(), &stage.ann(), body("ann-secret", "correct horse")).await), "busy");
}

#[tokio::test]
async fn the_system_has_no_password() {
    let mut stage = Stage::new();
    assert_eq!(why(change(&stage.ctx(), &Actor::system("tests"), Members::new()).await), "denied");
}
