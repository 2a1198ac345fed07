//! Reading accounts one by one.

use std::sync::Arc;

use crm_app::commit::Verdict;
use crm_app::commit::change::Change;
use crm_app::ports::users::Users;
use crm_domain::access::role::Role;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::version::Versioned;

use super::StoreBuilder;
use super::races::in_turns;
use super::support::observation::feed;
use super::support::race::{applied, race};
use super::support::world::{World, everything};
use crate::fixtures::commits::Draft;
use crate::passwords::PlainPasswords;

/// A user is found by their email in any case, and by no other.
pub async fn a_user_is_found_by_their_email<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let user = world.add_user("ada", Role::Agent).await;
    for (email, found) in [
        ("ada@crm.example", true),
        ("ADA@CRM.example", true),
        ("ad@crm.example", false),
        ("ada@crm.exampl", false),
    ] {
        let email = Email::parse(email).unwrap();
        let answer = world.store().user_by_email(&everything(), &email).await.unwrap();
        assert_eq!(answer, found.then(|| user.clone()), "{email}");
    }
}

/// Another active admin is active, an admin, and another.
pub async fn another_active_admin_is_all_three<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let admin = world.add_user("admin", Role::Admin).await.record().id;
    world.add_user("agent", Role::Agent).await;
    let gone = User { active: false, ..make.user("gone", Role::Admin) };
    world.write(make.commit().insert_user(&gone).done()).await;
    let store = world.shared();
    assert_eq!(store.another_active_admin(&everything(), admin).await.unwrap(), None);
    let back = world.user(gone.id).await;
    world.write(make.commit().put_user(&back, User { active: true, ..gone.clone() }).done()).await;
    let back = world.user(gone.id).await;
    assert_eq!(store.another_active_admin(&everything(), admin).await.unwrap(), Some(back.clone()));
    assert!(store.another_active_admin(&everything(), make.mint()).await.unwrap().is_some());
    let demoted = User { role: Role::Agent, ..back.record().clone() };
    world.write(make.commit().put_user(&back, demoted).done()).await;
    assert_eq!(store.another_active_admin(&everything(), admin).await.unwrap(), None);
}

/// A hash that was made anew takes the place of what it was made from, at the same version and without an event. What
/// is another hash by then, or nobody's, is none of its business: the rest of the commit is applied.
pub async fn a_renewed_hash_takes_the_place_of_its_own_only<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let before = world.add_user("ada", Role::Agent).await;
    let (id, old) = (before.record().id, before.record().password.clone());
    let (new, other) = (PlainPasswords::hash_of("new"), PlainPasswords::hash_of("other"));
    let renew =
        |user, from: &_, to: &_| Change::RenewHash { user, from: Clone::clone(from), to: Clone::clone(to) };
    let events = feed(world.store(), &everything()).await.len();
    let commit = make.commit().change(renew(id, &old, &new)).done();
    for _ in 0..2 {
        assert_eq!(world.commit(Arc::clone(&commit)).await, Verdict::Applied);
        let renewed = User { password: new.clone(), ..before.record().clone() };
        assert_eq!(world.user(id).await, Versioned::stored(renewed, before.version()));
    }
    assert_eq!(feed(world.store(), &everything()).await.len(), events);
    let known = world.user(id).await;
    let session = make.session(known.record());
    let commit = make.commit().change(renew(id, &old, &other)).change(renew(make.mint(), &old, &other));
    assert_eq!(world.commit(commit.insert_session(&session).done()).await, Verdict::Applied);
    assert_eq!(world.user(id).await, known);
    // And what was decided on the version still holds.
    let renamed = User { email: Email::parse("new@crm.example").unwrap(), ..known.record().clone() };
    world.write(make.commit().put_user(&known, renamed.clone()).done()).await;
    assert_eq!(world.user(id).await.into_record(), renamed);
}

/// A password that is changed while its hash is made anew is the changed one in the end, whoever comes first.
pub async fn a_renewed_hash_never_undoes_a_change_of_the_password<B: StoreBuilder>(builder: &B) {
    const PAIRS: usize = 40;
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let (mut commits, mut expected) = (Vec::new(), Vec::new());
    for number in 0..PAIRS {
        let user = world.add_user(&format!("user{number}"), Role::Agent).await;
        let (id, from) = (user.record().id, user.record().password.clone());
        let changed = User { password: PlainPasswords::hash_of("chosen"), ..user.record().clone() };
        let renew = Change::RenewHash { user: id, from, to: PlainPasswords::hash_of("renewed") };
        expected.push((id, changed.clone()));
        let pair = [make.commit().put_user(&user, changed), make.commit().change(renew)];
        commits.extend(in_turns(number, pair).map(Draft::done));
    }
    let verdicts = race(&world.shared(), commits).await;
    assert_eq!(applied(&verdicts), 2 * PAIRS);
    let mut violations = 0;
    for (id, changed) in expected {
        violations += usize::from(world.user(id).await.into_record() != changed);
    }
    assert_eq!(violations, 0);
}
