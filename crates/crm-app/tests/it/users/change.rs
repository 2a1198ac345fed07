use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, UniqueKey, Verdict};
use crm_app::ports::passwords::MockPasswords;
use crm_app::precondition::Precondition;
use crm_app::users::change::change;
use crm_domain::access::role::Role;
use crm_domain::access::scope::Sight;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::raw::{Members, Raw};
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::version::{Replace, Version};
use crm_testkit::passwords::PlainPasswords;

use crate::support::said::why;
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, texts, unknown};

#[tokio::test]
async fn a_changed_user_is_written_upon_what_was_read_with_one_event() {
    let mut stage = Stage::new();
    let before = stored(&stage.ann, 4);
    stage.holds_user(&before);
    let written = stage.applies();
    let now = stage.make.tick();
    let id = stage.ann.id;
    let body = texts([
        ("name", "Annie"),
        ("email", "Annie@crm.example"),
        ("role", "admin"),
        ("password", "correct horse"),
    ]);
    let user = change(&stage.ctx(), &stage.root(), &id.to_string(), body, &Precondition::None).await.unwrap();
    let after = User {
        name: PersonName::parse("Annie").unwrap(),
        email: Email::parse("annie@crm.example").unwrap(),
        role: Role::Admin,
        password: PlainPasswords::hash_of("correct horse"),
        access_version: 1,
        updated_at: now,
        ..stage.ann.clone()
    };
    assert_eq!(user, stored(&after, 5));
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            expects: vec![stands(&stage.root)],
            events: vec![Activity {
                id: minted(2),
                meta: before.record().differences(&after),
                ..stage.event(
                    &stage.root,
                    ActivityType::UserUpdated,
                    (EntityRef::User(id), 5),
                    "User \"Annie\" updated",
                )
            }],
            changes: vec![Change::PutUser(Replace { before, after })],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn what_changes_nothing_is_not_written() {
    let mut stage = Stage::new();
    let ann = stored(&stage.ann, 4);
    stage.holds_user(&ann);
    let body = texts([("name", "ann"), ("email", "ANN@crm.example"), ("role", "agent"), ("version", "x")])
        .with("isActive", Raw::Bool(true));
    let (ctx, root, id) = (stage.ctx(), stage.root(), stage.ann.id.to_string());
    for body in [body, Members::new()] {
        assert_eq!(change(&ctx, &root, &id, body, &Precondition::None).await.unwrap(), ann);
    }
}

#[tokio::test]
async fn a_deactivation_and_a_return_are_told_apart() {
    let mut stage = Stage::new();
    let active = |active| Members::new().with("isActive", Raw::Bool(active));
    let root = stage.root();
    stage.holds_user(&stored(&stage.ann.clone(), 4));
    let written = stage.applies();
    let id = stage.ann.id.to_string();
    let user = change(&stage.ctx(), &root, &id, active(false), &Precondition::None).await.unwrap();
    assert_eq!((user.record().active, user.record().access_version), (false, 1));
    assert_eq!(written.only().events[0].kind, ActivityType::UserDeactivated);
    assert_eq!(written.only().events[0].message, "User \"ann\" deactivated");
    stage.holds_user(&stored(&stage.gone.clone(), 4));
    let written = stage.applies();
    let id = stage.gone.id.to_string();
    let user = change(&stage.ctx(), &root, &id, active(true), &Precondition::None).await.unwrap();
    assert!(user.record().active);
    assert_eq!(written.only().events[0].kind, ActivityType::UserUpdated);
}

#[tokio::test]
async fn an_email_that_another_account_has_is_refused() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.ann.clone(), 4));
    stage.answers([Ok(Verdict::Duplicate(UniqueKey::Email))]);
    let body = texts([("email", "bob@crm.example")]);
    let id = stage.ann.id.to_string();
    let answer = change(&stage.ctx(), &stage.root(), &id, body, &Precondition::None).await;
    assert_eq!(why(answer), "email_taken");
}

#[tokio::test]
async fn an_admin_is_demoted_only_while_another_admin_stays_as_they_are() {
    let mut stage = Stage::new();
    let other = stage.make.user("other", Role::Admin);
    stage.holds_user(&stored(&other, 4));
    let witness = stored(&stage.root, 9);
    stage
        .users
        .expect_another_active_admin()
        .withf(move |scope, except| *except == other.id && scope.admits(None))
        .returning(move |_, _| Ok(Some(witness.clone())));
    let written = stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    let (ctx, root, id) = (stage.ctx(), stage.root(), other.id.to_string());
    change(&ctx, &root, &id, texts([("role", "agent")]), &Precondition::None).await.unwrap();
    let inactive = Members::new().with("isActive", Raw::Bool(false));
    change(&ctx, &root, &id, inactive, &Precondition::None).await.unwrap();
    for commit in written.all() {
        let witnessed = Expect::Unchanged(EntityRef::User(stage.root.id), Version::new(9));
        assert_eq!(commit.expects, [witnessed, stands(&stage.root)]);
    }
}

#[tokio::test]
async fn the_last_active_admin_stays_one_whoever_asks() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.root.clone(), 4));
    stage.users.expect_another_active_admin().returning(|_, _| Ok(None));
    let (ctx, id) = (stage.ctx(), stage.root.id.to_string());
    let system = crm_domain::access::actor::Actor::system("tests");
    let inactive = Members::new().with("isActive", Raw::Bool(false));
    for body in [texts([("role", "agent")]), inactive] {
        assert_eq!(why(change(&ctx, &system, &id, body, &Precondition::None).await), "last_admin");
    }
}

#[tokio::test]
async fn nobody_deactivates_or_demotes_themselves() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.root.clone(), 4));
    stage.applies();
    let (ctx, root, id) = (stage.ctx(), stage.root(), stage.root.id.to_string());
    let inactive = Members::new().with("isActive", Raw::Bool(false));
    assert_eq!(why(change(&ctx, &root, &id, inactive, &Precondition::None).await), "self_deactivation");
    let agent = texts([("role", "agent")]);
    assert_eq!(why(change(&ctx, &root, &id, agent, &Precondition::None).await), "self_demotion");
    change(&ctx, &root, &id, texts([("name", "Root")]), &Precondition::None).await.unwrap();
}

#[tokio::test]
async fn a_weak_password_is_told_with_every_other_bad_member() {
    let mut stage = Stage::new();
    let (ctx, root) = (stage.ctx(), stage.root());
    for (password, flaw) in
        [("short", "too_short"), (&"x".repeat(129), "too_long"), ("password", "too_common")]
    {
        let body = texts([("name", " "), ("email", "x"), ("role", "boss"), ("password", password)])
            .with("isActive", Raw::text("yes"));
        let told = format!(
            "id: invalid, name: required, email: invalid, role: invalid, isActive: wrong_type, password: {flaw}"
        );
        assert_eq!(why(change(&ctx, &root, "x", body, &Precondition::None).await), told);
    }
    let own = texts([("name", "Cleopatra"), ("email", "c@x.example"), ("password", "cleopatra")]);
    assert_eq!(
        why(change(&ctx, &root, "x", own, &Precondition::None).await),
        "id: invalid, password: too_personal"
    );
    let empty = texts([("password", "")]);
    assert_eq!(
        why(change(&ctx, &root, "x", empty, &Precondition::None).await),
        "id: invalid, password: required"
    );
}

#[tokio::test]
async fn a_password_is_held_against_the_name_and_email_that_the_account_will_have() {
    let mut stage = Stage::new();
    let stored_name = User { name: PersonName::parse("Annabelle").unwrap(), ..stage.ann.clone() };
    stage.holds_user(&stored(&stored_name, 4));
    stage.applies();
    let (ctx, root, id) = (stage.ctx(), stage.root(), stage.ann.id.to_string());
    let kept_name = texts([("password", "annabelle")]);
    let answer = change(&ctx, &root, &id, kept_name, &Precondition::None).await;
    assert_eq!(why(answer), "password: too_personal");
    let new_name = texts([("name", "Bo"), ("password", "annabelle")]);
    change(&ctx, &root, &id, new_name, &Precondition::None).await.unwrap();
}

#[tokio::test]
async fn checks_come_in_order_and_the_version_last() {
    let mut stage = Stage::new();
    let other = stage.make.user("other", Role::Admin);
    stage.holds_user(&stored(&other, 4));
    stage.users.expect_another_active_admin().times(1).returning(|_, _| Ok(None));
    let witness = stored(&stage.root, 9);
    stage.users.expect_another_active_admin().returning(move |_, _| Ok(Some(witness.clone())));
    let (ctx, root, id) = (stage.ctx(), stage.root(), other.id.to_string());
    let outdated = Precondition::OneOf(vec![Version::new(3)]);
    let demote = || texts([("role", "agent")]);
    assert_eq!(why(change(&ctx, &stage.ann(), "x", demote(), &outdated).await), "denied");
    assert_eq!(why(change(&ctx, &root, "x", demote(), &outdated).await), "id: invalid");
    let unknown = unknown();
    assert_eq!(why(change(&ctx, &root, &unknown, demote(), &outdated).await), "no user");
    assert_eq!(why(change(&ctx, &root, &id, demote(), &outdated).await), "last_admin");
    assert_eq!(why(change(&ctx, &root, &id, demote(), &outdated).await), "at version 4");
    assert_eq!(why(change(&ctx, &root, &id, Members::new(), &outdated).await), "at version 4");
}

#[tokio::test]
async fn a_password_is_hashed_once_however_often_it_is_decided() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.ann.clone(), 4));
    let mut passwords = MockPasswords::new();
    passwords.expect_hash().times(1).returning(|_| Ok(PlainPasswords::hash_of("correct horse")));
    stage.passwords = Some(passwords);
    let written = stage.answers([Ok(Verdict::Stale), Ok(Verdict::Stale), Ok(Verdict::Applied)]);
    let (id, body) = (stage.ann.id.to_string(), texts([("password", "correct horse")]));
    change(&stage.ctx(), &stage.root(), &id, body, &Precondition::None).await.unwrap();
    assert_eq!(written.all().len(), 3);
}

#[tokio::test]
async fn another_email_or_password_of_ones_own_account_needs_the_current_password() {
    let mut stage = Stage::new();
    stage.limits = crm_domain::throttle::limits::Limits::default();
    stage.holds_user(&stored(&stage.root.clone(), 4));
    let written = stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    let (ctx, root, id) = (stage.ctx(), stage.root(), stage.root.id.to_string());
    let own = async |body| change(&ctx, &root, &id, body, &Precondition::None).await;
    for (member, value) in [("email", "boss@crm.example"), ("password", "correct horse")] {
        assert_eq!(why(own(texts([(member, value)])).await), "currentPassword: required");
        let guess = texts([(member, value), ("currentPassword", "guess")]);
        assert_eq!(why(own(guess).await), "currentPassword: wrong_password");
        let known = texts([(member, value), ("currentPassword", "root-secret")]);
        own(known).await.unwrap();
    }
    own(texts([("name", "Boss"), ("email", "ROOT@crm.example"), ("role", "admin")])).await.unwrap();
    assert_eq!(written.all().len(), 3, "the same email needs none");
    let empty = texts([("email", "boss@crm.example"), ("currentPassword", "")]);
    assert_eq!(why(own(empty).await), "currentPassword: required");
}

#[tokio::test]
async fn wrong_current_passwords_are_counted_against_the_account() {
    let mut stage = Stage::new();
    stage.limits = crm_domain::throttle::limits::Limits::default();
    stage.holds_user(&stored(&stage.root.clone(), 4));
    let (ctx, root, id) = (stage.ctx(), stage.root(), stage.root.id.to_string());
    let mut answers = Vec::new();
    for _ in 0..20 {
        let guess = texts([("email", "boss@crm.example"), ("currentPassword", "guess")]);
        answers.push(why(change(&ctx, &root, &id, guess, &Precondition::None).await));
    }
    assert_eq!(answers[0], "currentPassword: wrong_password");
    assert!(answers[19].starts_with("throttled"), "{answers:?}");
    let right = texts([("email", "boss@crm.example"), ("currentPassword", "root-secret")]);
    let answer = change(&ctx, &root, &id, right, &Precondition::None).await;
    assert!(why(answer).starts_with("throttled"), "it is not looked at");
}

#[tokio::test]
async fn of_another_account_no_current_password_is_asked_or_looked_at() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.ann.clone(), 4));
    let written = stage.answers([Ok(Verdict::Applied), Ok(Verdict::Applied)]);
    let (ctx, root, id) = (stage.ctx(), stage.root(), stage.ann.id.to_string());
    for body in [
        texts([("email", "annie@crm.example"), ("password", "correct horse")]),
        texts([("email", "annie@crm.example"), ("currentPassword", "guess")]),
    ] {
        change(&ctx, &root, &id, body, &Precondition::None).await.unwrap();
    }
    assert_eq!(written.all().len(), 2);
}

#[tokio::test]
async fn an_email_that_became_another_one_meanwhile_needs_the_current_password_too() {
    let mut stage = Stage::new();
    let before = stored(&stage.root, 4);
    let looked_at = before.clone();
    stage.users.expect_user().times(1).returning(move |_, _| Ok(Sight::Seen(looked_at.clone())));
    let email = Email::parse("taken-over@crm.example").unwrap();
    stage.holds_user(&stored(&User { email, ..stage.root.clone() }, 5));
    let (ctx, root, id) = (stage.ctx(), stage.root(), stage.root.id.to_string());
    let same = texts([("email", "root@crm.example")]);
    assert_eq!(why(change(&ctx, &root, &id, same, &Precondition::None).await), "currentPassword: required");
}
