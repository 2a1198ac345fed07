//! Reading accounts one by one.

use crm_app::ports::users::Users;
use crm_domain::access::role::Role;
use crm_domain::user::User;
use crm_domain::values::email::Email;

use super::StoreBuilder;
use super::support::world::{World, everything};

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
