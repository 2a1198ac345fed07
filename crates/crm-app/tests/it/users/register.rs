use crm_app::commit::change::Change;
use crm_app::commit::{Commit, UniqueKey, Verdict};
use crm_app::ports::passwords::{HashError, MockPasswords};
use crm_app::ports::workspace::Workspace;
use crm_app::users::register::{NewUser, create, register};
use crm_domain::access::actor::Actor;
use crm_domain::access::role::Role;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::calendar::Calendar;
use crm_domain::meta::Meta;
use crm_domain::raw::Members;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::values::password::NewPassword;
use crm_testkit::passwords::PlainPasswords;

use crate::support::said::why;
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, texts};

fn body() -> Members {
    texts([("name", "Cleo"), ("email", "Cleo@CRM.example"), ("password", "correct horse")])
}

fn cleo(stage: &Stage) -> User {
    User {
        id: minted(1),
        name: PersonName::parse("Cleo").unwrap(),
        email: Email::parse("cleo@crm.example").unwrap(),
        password: PlainPasswords::hash_of("correct horse"),
        access_version: 1,
        ..stage.make.user("cleo", Role::Agent)
    }
}

#[tokio::test]
async fn a_new_user_is_an_agent_unless_told_otherwise_and_is_written_with_its_event() {
    let mut stage = Stage::new();
    stage.users.expect_user_by_email().returning(|_, _| Ok(None));
    let written = stage.applies();
    let user = register(&stage.ctx(), &stage.root(), body()).await.unwrap();
    let cleo = cleo(&stage);
    assert_eq!(user, stored(&cleo, 1));
    assert_eq!(
        written.only(),
        Commit {
            id: minted(2),
            changes: vec![Change::InsertUser(cleo)],
            expects: vec![stands(&stage.root)],
            events: vec![Activity {
                id: minted(3),
                meta: Meta::new().compare("role", None, Some("agent")),
                ..stage.event(
                    &stage.root,
                    ActivityType::UserCreated,
                    (EntityRef::User(minted(1)), 1),
                    "User \"Cleo\" created",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn the_first_admin_whoever_makes_them_sets_the_store_up() {
    let mut stage = Stage::new();
    stage.users.expect_user_by_email().returning(|_, _| Ok(None));
    let mut set_up = false;
    stage.workspaces.expect_workspace().returning(move || {
        let workspace = Workspace { calendar: Calendar::utc(), set_up, setup_token: None };
        set_up = true;
        Ok(workspace)
    });
    let written = stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    let new = NewUser {
        name: PersonName::parse("Cleo").unwrap(),
        email: Email::parse("cleo@crm.example").unwrap(),
        role: Role::Admin,
        password: NewPassword::of_sample_account("x"),
    };
    let (ctx, system) = (stage.ctx(), Actor::system("user add"));
    assert_eq!(create(&ctx, &system, &new).await.unwrap().record().role, Role::Admin);
    create(&ctx, &system, &new).await.unwrap();
    let [first, second] = written.all().try_into().unwrap();
    assert_eq!(first.changes.last(), Some(&Change::MarkSetUp));
    assert_eq!(first.events[0].actor.name, "system (user add)");
    assert_eq!(first.events[0].audience, []);
    assert!(!second.changes.contains(&Change::MarkSetUp));
}

#[tokio::test]
async fn a_taken_email_is_told_before_and_at_the_write() {
    let mut stage = Stage::new();
    stage.users.expect_user_by_email().times(1).returning(|_, _| Ok(None));
    let taken = stored(&stage.ann, 1);
    stage.users.expect_user_by_email().returning(move |_, _| Ok(Some(taken.clone())));
    stage.answers([Ok(Verdict::Duplicate(UniqueKey::Email))]);
    let (ctx, root) = (stage.ctx(), stage.root());
    assert_eq!(why(register(&ctx, &root, body()).await), "email_taken", "by a rival");
    assert_eq!(why(register(&ctx, &root, body()).await), "email_taken", "for long");
}

#[tokio::test]
async fn agents_are_denied_before_their_input_is_looked_at() {
    let mut stage = Stage::new();
    assert_eq!(why(register(&stage.ctx(), &stage.ann(), Members::new()).await), "denied");
}

#[tokio::test]
async fn every_bad_member_is_told_at_once() {
    let mut stage = Stage::new();
    let (ctx, root) = (stage.ctx(), stage.root());
    let bad = texts([
        ("name", ""),
        ("email", "x"),
        ("password", "short"),
        ("role", "boss"),
        ("id", "x"),
        ("isactive", "x"),
    ]);
    assert_eq!(
        why(register(&ctx, &root, bad).await),
        "isactive: unknown_member, role: invalid, name: required, email: invalid, password: too_short"
    );
    assert_eq!(
        why(register(&ctx, &root, Members::new()).await),
        "name: required, email: required, password: required"
    );
}

#[tokio::test]
async fn a_weak_password_is_told_even_where_name_or_email_are_missing() {
    let mut stage = Stage::new();
    let (ctx, root) = (stage.ctx(), stage.root());
    for (password, flaw) in
        [("1b.4d.7", "too_short"), (&"x".repeat(129), "too_long"), ("Password1", "too_common")]
    {
        let no_name = texts([("email", "cleo@crm.example"), ("password", password)]);
        let told = format!("name: required, password: {flaw}");
        assert_eq!(why(register(&ctx, &root, no_name).await), told);
        let bad_email = texts([("name", "Cleo"), ("email", "x"), ("password", password)]);
        let told = format!("email: invalid, password: {flaw}");
        assert_eq!(why(register(&ctx, &root, bad_email).await), told);
    }
    let good = texts([("name", "Cleo"), ("email", "x"), ("password", "correct horse")]);
    assert_eq!(why(register(&ctx, &root, good).await), "email: invalid");
}

#[tokio::test]
async fn nobodys_password_is_their_email_or_their_name() {
    let mut stage = Stage::new();
    let (ctx, root) = (stage.ctx(), stage.root());
    for password in ["cleo@crm.example", "CLEOPATRA VII"] {
        let body = texts([("name", "Cleopatra VII"), ("email", "cleo@crm.example"), ("password", password)]);
        assert_eq!(why(register(&ctx, &root, body).await), "password: too_personal");
    }
}

#[tokio::test]
async fn a_busy_hasher_makes_nobody() {
    let mut stage = Stage::new();
    stage.users.expect_user_by_email().returning(|_, _| Ok(None));
    let mut passwords = MockPasswords::new();
    passwords.expect_hash().returning(|_| Err(HashError::Busy));
    stage.passwords = Some(passwords);
    assert_eq!(why(register(&stage.ctx(), &stage.root(), body()).await), "busy");
}
