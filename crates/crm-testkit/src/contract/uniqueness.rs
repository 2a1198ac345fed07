//! The keys that no two records share.

use crm_app::commit::change::Change;
use crm_app::commit::{UniqueKey, Verdict};
use crm_app::ports::users::Users;
use crm_app::ports::workspace::Workspaces;
use crm_app::setup::token::SetupFingerprint;
use crm_domain::access::role::Role;
use crm_domain::session::Session;
use crm_domain::user::User;

use super::StoreBuilder;
use super::support::observation::observe;
use super::support::world::{World, everything};

/// An insert under an id that a record of its kind has is a duplicate of that id.
pub async fn an_id_is_given_once<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await.into_record();
    let lead = world.add_lead("lead", None).await.into_record();
    let customer = world.add_customer("customer", user.id).await;
    let task = world.add_task(&make.task("task", user.id)).await.into_record();
    let note = make.note(customer.record().id, user.id, "note");
    let session = make.session(&user);
    world.write(make.commit().add_note(&customer, &note).insert_session(&session).done()).await;
    let customer = world.customer(customer.record().id).await;
    let before = observe(&world).await;
    for commit in [
        make.commit().insert_user(&User { id: user.id, ..make.user("another", Role::Agent) }),
        make.commit().insert_session(&Session { id: session.id, ..make.session(&user) }),
        make.commit().insert_lead(&lead),
        make.commit().insert_customer(customer.record()),
        make.commit().insert_task(&task),
        make.commit().add_note(&customer, &note),
    ] {
        let commit = commit.done();
        assert_eq!(world.commit(commit.clone()).await, Verdict::Duplicate(UniqueKey::Id), "{commit:#?}");
    }
    assert_eq!(observe(&world).await, before);
}

/// No two users have one email, whether the second is made with it or takes it.
pub async fn an_email_belongs_to_one_user<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let holder = world.add_user("holder", Role::Agent).await;
    let other = world.add_user("other", Role::Agent).await;
    let email = holder.record().email.clone();
    let before = observe(&world).await;
    let second = User { email: email.clone(), ..make.user("third", Role::Agent) };
    let taken = User { email: email.clone(), ..other.record().clone() };
    for commit in [make.commit().insert_user(&second), make.commit().put_user(&other, taken)] {
        assert_eq!(world.commit(commit.done()).await, Verdict::Duplicate(UniqueKey::Email));
    }
    assert_eq!(observe(&world).await, before);
    // A user whose email stays may be changed, and a deactivated one keeps theirs.
    let gone = holder.record().clone().deactivate(make.now());
    world.write(make.commit().put_user(&holder, gone).done()).await;
    let verdict = world.commit(make.commit().insert_user(&second).done()).await;
    assert_eq!(verdict, Verdict::Duplicate(UniqueKey::Email));
}

/// An email that its user gave up is free, also within one commit.
pub async fn an_email_that_was_given_up_is_free<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let holder = world.add_user("holder", Role::Agent).await;
    let email = holder.record().email.clone();
    let renamed = User { email: make.user("elsewhere", Role::Agent).email, ..holder.record().clone() };
    let taker = User { email: email.clone(), ..make.user("taker", Role::Agent) };
    world.write(make.commit().put_user(&holder, renamed).insert_user(&taker).done()).await;
    let found = world.store().user_by_email(&everything(), &email).await.unwrap();
    assert_eq!(found.map(|user| user.record().id), Some(taker.id));
}

/// No two sessions have one fingerprint.
pub async fn a_fingerprint_belongs_to_one_session<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await.into_record();
    let session = make.session(&user);
    world.write(make.commit().insert_session(&session).done()).await;
    let before = observe(&world).await;
    let second = Session { fingerprint: session.fingerprint, ..make.session(&user) };
    let verdict = world.commit(make.commit().insert_session(&second).done()).await;
    assert_eq!(verdict, Verdict::Duplicate(UniqueKey::Fingerprint));
    assert_eq!(observe(&world).await, before);
}

/// The first admin is set up once, for ever, even if nobody is left of them.
pub async fn a_store_is_set_up_once<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    assert!(!world.store().workspace().await.unwrap().set_up);
    let admin = make.user("admin", Role::Admin);
    world.write(make.commit().insert_user(&admin).change(Change::MarkSetUp).done()).await;
    assert!(world.store().workspace().await.unwrap().set_up);
    let before = observe(&world).await;
    let second = make.user("second", Role::Admin);
    let commit = make.commit().insert_user(&second).change(Change::MarkSetUp).done();
    assert_eq!(world.commit(commit).await, Verdict::Duplicate(UniqueKey::SetUp));
    assert_eq!(observe(&world).await, before);
}

/// The setup token that was shown last is kept until the store has had an admin, and never again.
pub async fn a_setup_token_is_kept_until_there_is_an_admin<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let kept = async |world: &World<'_, B>| world.store().workspace().await.unwrap().setup_token;
    assert_eq!(kept(&world).await, None);
    for token in ["first", "second"].map(SetupFingerprint::of) {
        world.write(make.commit().change(Change::OfferSetUp(token)).done()).await;
        assert_eq!(kept(&world).await, Some(token));
    }
    let admin = make.user("admin", Role::Admin);
    world.write(make.commit().insert_user(&admin).change(Change::MarkSetUp).done()).await;
    assert_eq!(kept(&world).await, None);
    world.write(make.commit().change(Change::OfferSetUp(SetupFingerprint::of("late"))).done()).await;
    assert_eq!(kept(&world).await, None);
}
