use crm_app::auth::login::{Device, login};
use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, UniqueKey, Verdict};
use crm_app::ports::passwords::{HashError, MockPasswords};
use crm_app::ports::tokens::Tokens;
use crm_domain::activity::EntityRef;
use crm_domain::audit::AuditKind;
use crm_domain::ids::SessionKind;
use crm_domain::raw::{Members, Raw};
use crm_domain::session::Session;
use crm_domain::session::rotation::Rotation;
use crm_domain::user::User;
use crm_domain::version::Version;
use crm_testkit::passwords::PlainPasswords;
use crm_testkit::tokens::PlainTokens;
use secrecy::ExposeSecret;

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, minted};
use crate::support::{stored, texts};

fn credentials(email: &str, password: &str) -> Members {
    texts([("email", email), ("password", password)])
}

#[tokio::test]
async fn signing_in_begins_a_session_and_keeps_only_a_fingerprint_of_its_token() {
    let mut stage = Stage::new();
    let ann = stored(&stage.ann, 3);
    stage.holds_user(&ann);
    let written = stage.applies();
    let device = Device { address: Some("192.0.2.1".to_owned()), user_agent: Some("ö".repeat(301)) };
    let sent = credentials(" ANN@crm.example ", "ann-secret");
    let sign_in = login(&stage.ctx(), sent, device).await.unwrap();
    let (id, now) = (minted(1), stage.now());
    let first = format!("refresh {id} 0 0");
    assert_eq!(sign_in.user, ann);
    assert_eq!(sign_in.tokens.access_token.expose_secret(), format!("access {} {id} 0", stage.ann.id));
    assert_eq!(sign_in.tokens.refresh_token.expose_secret(), first);
    assert_eq!(sign_in.tokens.expires_in.as_secs(), 900);
    let session = Session {
        id,
        user: stage.ann.id,
        fingerprint: PlainTokens.fingerprint(&first),
        rotation: Rotation::BEGUN,
        access_version: 0,
        created_at: now,
        last_used_at: now,
        expires_at: now.plus(stage.rules.session_lives.idle),
        address: Some("192.0.2.1".to_owned()),
        user_agent: Some("ö".repeat(300)),
        ended: None,
    };
    assert_eq!(
        written.only(),
        Commit {
            id: minted(2),
            changes: vec![Change::InsertSession(session)],
            expects: vec![Expect::Unchanged(EntityRef::User(stage.ann.id), Version::new(3))],
            events: Vec::new(),
            ..Commit::new(minted(0))
        }
    );
    let [told] = written.audit().try_into().unwrap();
    assert_eq!((told.kind, told.subject, told.session), (AuditKind::SignInOk, Some(stage.ann.id), Some(id)));
}

#[tokio::test]
async fn an_unknown_email_and_a_wrong_password_get_the_same_answer_at_the_same_cost() {
    let mut stage = Stage::new();
    let hash = stage.ann.password.clone();
    for (email, password, hash) in [
        ("nobody@crm.example", "ann-secret", None),
        ("not an email", "ann-secret", None),
        ("ann@crm.example", "Ann-secret", Some(hash.clone())),
        ("ann@crm.example", " ann-secret", Some(hash.clone())),
        ("ann@crm.example", "", Some(hash)),
    ] {
        stage.holds_user(&stored(&stage.ann.clone(), 1));
        let mut passwords = MockPasswords::new();
        passwords
            .expect_verify()
            .times(1)
            .withf(move |sent, against| sent.expose_secret() == password && *against == hash)
            .returning(|_, _| Ok(false));
        stage.passwords = Some(passwords);
        let answer = login(&stage.ctx(), credentials(email, password), Device::default()).await;
        assert_eq!(why(answer), "invalid credentials", "{email} {password:?}");
    }
}

#[tokio::test]
async fn a_deactivated_account_is_told_only_to_who_knows_its_password() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.gone.clone(), 1));
    let ctx = stage.ctx();
    let right = login(&ctx, credentials("gone@crm.example", "gone-secret"), Device::default()).await;
    assert_eq!(why(right), "account disabled");
    let wrong = login(&ctx, credentials("gone@crm.example", "guess"), Device::default()).await;
    assert_eq!(why(wrong), "invalid credentials");
}

#[tokio::test]
async fn a_password_longer_than_any_is_refused_without_hashing_it() {
    let mut stage = Stage::new();
    let long = "x".repeat(1_025);
    let user = User { password: PlainPasswords::hash_of(&long), ..stage.ann.clone() };
    stage.holds_user(&stored(&user, 1));
    let mut passwords = MockPasswords::new();
    passwords
        .expect_verify()
        .withf(|sent, against| sent.expose_secret().is_empty() && against.is_none())
        .returning(|_, _| Ok(false));
    stage.passwords = Some(passwords);
    let answer = login(&stage.ctx(), credentials("ann@crm.example", &long), Device::default()).await;
    assert_eq!(why(answer), "invalid credentials");
}

#[tokio::test]
async fn missing_members_are_told_at_once() {
    let mut stage = Stage::new();
    let body = Members::new().with("password", Raw::Number("1".to_owned())).with("e-mail", Raw::text("x"));
    let answer = login(&stage.ctx(), body, Device::default()).await;
    assert_eq!(why(answer), "e-mail: unknown_member, email: required, password: wrong_type");
    let answer = login(&stage.ctx(), Members::new(), Device::default()).await;
    assert_eq!(why(answer), "email: required, password: required");
}

#[tokio::test]
async fn too_many_sign_ins_are_busy_and_a_broken_hash_is_our_fault() {
    let mut stage = Stage::new();
    let user =
        User { password: crm_domain::password_hash::PasswordHash::new("x".to_owned()), ..stage.ann.clone() };
    stage.holds_user(&stored(&user, 1));
    let answer = login(&stage.ctx(), credentials("ann@crm.example", "x"), Device::default()).await;
    assert_eq!(why(answer), "internal: the password could not be hashed");
    stage.holds_user(&stored(&user, 1));
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().returning(|_, _| Err(HashError::Busy));
    stage.passwords = Some(passwords);
    let answer = login(&stage.ctx(), credentials("ann@crm.example", "x"), Device::default()).await;
    assert_eq!(why(answer), "busy");
    stage.users.expect_user_by_email().returning(|_, _| Err(unavailable()));
    let answer = login(&stage.ctx(), credentials("ann@crm.example", "x"), Device::default()).await;
    assert_eq!(why(answer), "store unavailable");
}

#[tokio::test]
async fn whoever_is_deactivated_while_they_sign_in_is_not_let_in() {
    let mut stage = Stage::new();
    let ann = stored(&stage.ann, 1);
    stage.users.expect_user_by_email().times(1).returning(move |_, _| Ok(Some(ann.clone())));
    let gone = stored(&stage.ann.clone().deactivate(stage.now()), 2);
    stage.holds_user(&gone);
    stage.answers([Ok(Verdict::Stale)]);
    let answer = login(&stage.ctx(), credentials("ann@crm.example", "ann-secret"), Device::default()).await;
    assert_eq!(why(answer), "account disabled");
}

#[tokio::test]
async fn a_fingerprint_that_is_taken_is_made_anew() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.ann.clone(), 1));
    stage.answers([Ok(Verdict::Duplicate(UniqueKey::Fingerprint)), Ok(Verdict::Applied)]);
    let sent = credentials("ann@crm.example", "ann-secret");
    let sign_in = login(&stage.ctx(), sent, Device::default()).await.unwrap();
    let second = format!("refresh {} 0 0", minted::<SessionKind>(5));
    assert_eq!(sign_in.tokens.refresh_token.expose_secret(), second);
}

#[tokio::test]
async fn an_outdated_hash_is_made_anew_in_the_commit_that_begins_the_session() {
    let mut stage = Stage::new();
    let from = PlainPasswords::outdated_hash_of("ann-secret");
    let user = User { password: from.clone(), ..stage.ann.clone() };
    stage.holds_user(&stored(&user, 3));
    let written = stage.applies();
    let sent = credentials("ann@crm.example", "ann-secret");
    let sign_in = login(&stage.ctx(), sent, Device::default()).await.unwrap();
    assert_eq!(sign_in.user.version(), Version::new(3));
    let commit = written.only();
    let to = PlainPasswords::hash_of("ann-secret");
    assert!(matches!(commit.changes.first(), Some(Change::InsertSession(_))));
    assert_eq!(commit.changes.get(1..), Some(&[Change::RenewHash { user: user.id, from, to }][..]));
    assert_eq!(commit.events, []);
}

#[tokio::test]
async fn an_outdated_hash_is_not_made_anew_for_a_wrong_password_or_a_deactivated_account() {
    let mut stage = Stage::new();
    let password = PlainPasswords::outdated_hash_of("secret");
    for (user, sent, told) in [
        (stage.ann.clone(), "guess", "invalid credentials"),
        (stage.gone.clone(), "secret", "account disabled"),
    ] {
        let email = user.email.as_str().to_owned();
        stage.holds_user(&stored(&User { password: password.clone(), ..user }, 3));
        let answer = login(&stage.ctx(), credentials(&email, sent), Device::default()).await;
        assert_eq!(why(answer), told);
    }
}

#[tokio::test]
async fn whoever_signs_in_while_no_hash_can_be_made_keeps_the_outdated_one() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.ann.clone(), 3));
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().returning(|_, _| Ok(true));
    passwords.expect_is_outdated().return_const(true);
    passwords.expect_hash().returning(|_| Err(HashError::Busy));
    stage.passwords = Some(passwords);
    let written = stage.applies();
    login(&stage.ctx(), credentials("ann@crm.example", "ann-secret"), Device::default()).await.unwrap();
    assert!(matches!(written.only().changes.as_slice(), [Change::InsertSession(_)]));
}
