//! Point reads: what is within the scope is seen, what is outside is hidden, what is not there is absent.

use crm_app::paging::Start;
use crm_app::ports::customers::Customers;
use crm_app::ports::leads::Leads;
use crm_app::ports::notes::Notes;
use crm_app::ports::sessions::Sessions;
use crm_app::ports::tasks::Tasks;
use crm_app::ports::users::Users;
use crm_domain::access::role::Role;
use crm_domain::access::scope::Sight;

use super::StoreBuilder;
use super::support::world::{World, everything};
use crate::actors::own;

/// A lead that exists outside the scope is hidden, be it somebody else's or nobody's; an unknown one is absent.
pub async fn a_lead_that_exists_outside_the_scope_is_hidden<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let other = world.add_user("other", Role::Agent).await.record().id;
    let theirs = world.add_lead("theirs", Some(owner)).await;
    let nobodys = world.add_lead("nobody's", None).await;
    let store = world.shared();
    for (scope, lead, visible) in [
        (everything(), &theirs, true),
        (everything(), &nobodys, true),
        (own(owner), &theirs, true),
        (own(owner), &nobodys, false),
        (own(other), &theirs, false),
        (own(other), &nobodys, false),
    ] {
        let id = lead.record().id;
        let expected = if visible { Sight::Seen(lead.clone()) } else { Sight::Hidden };
        assert_eq!(store.lead(&scope, id).await.unwrap(), expected, "{scope:?}");
        let detail = store.lead_with_history(&scope, id, 50).await.unwrap();
        let expected = if visible { Sight::Seen(lead.clone()) } else { Sight::Hidden };
        assert_eq!(map(detail, |(lead, _)| lead), expected, "{scope:?}");
    }
    for scope in [everything(), own(owner)] {
        assert_eq!(store.lead(&scope, world.make.mint()).await.unwrap(), Sight::Absent);
        assert_eq!(store.lead_with_history(&scope, world.make.mint(), 50).await.unwrap(), Sight::Absent);
    }
}

/// A customer that exists outside the scope is hidden, and its notes with it; an unknown one is absent.
pub async fn a_customer_that_exists_outside_the_scope_is_hidden<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let other = world.add_user("other", Role::Agent).await.record().id;
    let customer = world.add_customer("theirs", owner).await;
    let id = customer.record().id;
    let note = world.make.note(id, other, "written by the other one");
    world.write(world.make.commit().add_note(&customer, &note).done()).await;
    let customer = world.customer(id).await;
    let store = world.shared();
    let start = Start::Offset(0);
    for scope in [everything(), own(owner)] {
        assert_eq!(store.customer(&scope, id).await.unwrap(), Sight::Seen(customer.clone()));
        let detail = store.customer_with_notes(&scope, id, 5).await.unwrap();
        assert_eq!(detail, Sight::Seen((customer.clone(), vec![note.clone()])));
        let page = store.notes(&scope, id, &start, 5).await.unwrap();
        assert_eq!(map(page, |(_, notes)| notes.items), Sight::Seen(vec![note.clone()]));
        let one = store.note(&scope, id, note.id).await.unwrap();
        assert_eq!(one, Sight::Seen((customer.clone(), Some(note.clone()))));
        let unknown = store.note(&scope, id, world.make.mint()).await.unwrap();
        assert_eq!(unknown, Sight::Seen((customer.clone(), None)));
    }
    let scope = own(other);
    assert_eq!(store.customer(&scope, id).await.unwrap(), Sight::Hidden);
    assert_eq!(store.customer_with_notes(&scope, id, 5).await.unwrap(), Sight::Hidden);
    assert_eq!(store.notes(&scope, id, &start, 5).await.unwrap(), Sight::Hidden);
    assert_eq!(store.note(&scope, id, note.id).await.unwrap(), Sight::Hidden);
    for scope in [everything(), own(owner)] {
        let unknown = world.make.mint();
        assert_eq!(store.customer(&scope, unknown).await.unwrap(), Sight::Absent);
        assert_eq!(store.customer_with_notes(&scope, unknown, 5).await.unwrap(), Sight::Absent);
        assert_eq!(store.notes(&scope, unknown, &start, 5).await.unwrap(), Sight::Absent);
        assert_eq!(store.note(&scope, unknown, note.id).await.unwrap(), Sight::Absent);
    }
}

/// A note is found under its own customer only.
pub async fn a_note_is_not_found_under_another_customer<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let customer = world.add_customer("its own", owner).await;
    let another = world.add_customer("another", owner).await;
    let note = world.make.note(customer.record().id, owner, "text");
    world.write(world.make.commit().add_note(&customer, &note).done()).await;
    let found = world.store().note(&own(owner), another.record().id, note.id).await.unwrap();
    assert_eq!(found, Sight::Seen((another, None)));
}

/// A task that exists outside the scope is hidden; an unknown one is absent.
pub async fn a_task_that_exists_outside_the_scope_is_hidden<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let other = world.add_user("other", Role::Agent).await.record().id;
    let task = world.add_task(&world.make.task("theirs", owner)).await;
    let id = task.record().id;
    let store = world.shared();
    assert_eq!(store.task(&everything(), id).await.unwrap(), Sight::Seen(task.clone()));
    assert_eq!(store.task(&own(owner), id).await.unwrap(), Sight::Seen(task));
    assert_eq!(store.task(&own(other), id).await.unwrap(), Sight::Hidden);
    assert_eq!(store.task(&own(other), world.make.mint()).await.unwrap(), Sight::Absent);
}

/// A scope that is not everything sees its owner's account only, however it is looked up.
pub async fn a_user_that_exists_outside_the_scope_is_hidden<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let user = world.add_user("user", Role::Admin).await;
    let other = world.add_user("other", Role::Admin).await;
    let (id, email) = (user.record().id, user.record().email.clone());
    let other_id = other.record().id;
    let store = world.shared();
    assert_eq!(store.user(&own(id), id).await.unwrap(), Sight::Seen(user.clone()));
    assert_eq!(store.user(&own(other_id), id).await.unwrap(), Sight::Hidden);
    assert_eq!(store.user(&own(other_id), world.make.mint()).await.unwrap(), Sight::Absent);
    assert_eq!(store.user_by_email(&own(id), &email).await.unwrap(), Some(user));
    assert_eq!(store.user_by_email(&own(other_id), &email).await.unwrap(), None);
    assert_eq!(store.another_active_admin(&everything(), id).await.unwrap(), Some(other));
    assert_eq!(store.another_active_admin(&own(id), id).await.unwrap(), None);
}

/// A scope that is not everything sees its owner's sessions only, however they are looked up.
pub async fn a_session_that_exists_outside_the_scope_is_hidden<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let user = world.add_user("user", Role::Agent).await.into_record();
    let other = world.add_user("other", Role::Agent).await.record().id;
    let session = world.make.session(&user);
    world.write(world.make.commit().insert_session(&session).done()).await;
    let store = world.shared();
    let now = world.make.now();
    for (scope, visible) in [(everything(), true), (own(user.id), true), (own(other), false)] {
        let sight = store.session(&scope, session.id).await.unwrap();
        assert_eq!(sight, if visible { Sight::Seen(session.clone()) } else { Sight::Hidden });
        let found = store.session_by_fingerprint(&scope, &session.fingerprint).await.unwrap();
        assert_eq!(found, visible.then(|| session.clone()));
        let open = store.open_sessions(&scope, user.id, now).await.unwrap();
        assert_eq!(open, if visible { vec![session.clone()] } else { Vec::new() });
    }
    assert_eq!(store.session(&own(other), world.make.mint()).await.unwrap(), Sight::Absent);
}

fn map<T, U>(sight: Sight<T>, make: impl FnOnce(T) -> U) -> Sight<U> {
    match sight {
        Sight::Seen(record) => Sight::Seen(make(record)),
        Sight::Hidden => Sight::Hidden,
        Sight::Absent => Sight::Absent,
    }
}
