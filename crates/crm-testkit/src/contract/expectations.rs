//! What a commit expects is checked: one that does not hold makes it stale.

use crm_app::commit::Verdict;
use crm_app::commit::expect::Expect;
use crm_domain::access::role::Role;
use crm_domain::activity::EntityRef;
use crm_domain::task::{Progress, Related, Task};
use crm_domain::user::User;
use crm_domain::version::Version;

use super::StoreBuilder;
use super::support::observation::observe;
use super::support::world::World;

/// A record of any kind that has another version, or is not there, is not unchanged.
pub async fn a_record_of_another_version_is_not_unchanged<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let lead = world.add_lead("lead", None).await.record().id;
    let customer = world.add_customer("customer", owner).await.record().id;
    let task = world.add_task(&make.task("task", owner)).await.record().id;
    for (there, absent) in [
        (EntityRef::Lead(lead), EntityRef::Lead(make.mint())),
        (EntityRef::Customer(customer), EntityRef::Customer(make.mint())),
        (EntityRef::Task(task), EntityRef::Task(make.mint())),
        (EntityRef::User(owner), EntityRef::User(make.mint())),
    ] {
        holds(&world, Expect::Unchanged(there, Version::FIRST)).await;
        is_stale(&world, Expect::Unchanged(there, Version::new(2))).await;
        is_stale(&world, Expect::Unchanged(absent, Version::FIRST)).await;
    }
}

/// A record that was deleted is not unchanged.
pub async fn a_record_that_was_deleted_is_not_unchanged<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let customer = world.add_customer("customer", owner).await;
    let task = world.add_task(&make.task("task", owner)).await;
    world.write(make.commit().delete_customer(&customer, &[]).delete_task(&task).done()).await;
    is_stale(&world, Expect::Unchanged(EntityRef::Customer(customer.record().id), Version::FIRST)).await;
    is_stale(&world, Expect::Unchanged(EntityRef::Task(task.record().id), Version::FIRST)).await;
}

/// Only a user who is there and active is active.
pub async fn a_deactivated_or_unknown_user_is_not_active<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await;
    let id = user.record().id;
    holds(&world, Expect::UserActive(id)).await;
    is_stale(&world, Expect::UserActive(make.mint())).await;
    let gone = user.record().clone().deactivate(make.now());
    world.write(make.commit().put_user(&user, gone).done()).await;
    is_stale(&world, Expect::UserActive(id)).await;
}

/// Whoever asked stands as long as they are active in the role and with the access version they were let in with.
pub async fn an_actor_whose_role_access_or_account_changed_does_not_stand<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Admin).await;
    let id = user.record().id;
    let stands = Expect::ActorStands { user: id, role: Role::Admin, access_version: 0 };
    holds(&world, stands).await;
    is_stale(&world, Expect::ActorStands { user: make.mint(), role: Role::Admin, access_version: 0 }).await;
    is_stale(&world, Expect::ActorStands { user: id, role: Role::Agent, access_version: 0 }).await;
    is_stale(&world, Expect::ActorStands { user: id, role: Role::Admin, access_version: 1 }).await;
    let inactive = User { active: false, ..user.record().clone() };
    world.write(make.commit().put_user(&user, inactive).done()).await;
    is_stale(&world, stands).await;
}

/// A change of a user that leaves role, access and account alone leaves them standing.
pub async fn an_actor_who_was_renamed_still_stands<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await;
    let renamed = User { name: make.full_user().name, ..user.record().clone() };
    world.write(make.commit().put_user(&user, renamed).done()).await;
    holds(&world, Expect::ActorStands { user: user.record().id, role: Role::Agent, access_version: 0 }).await;
}

/// The open tasks of a customer are counted as they are: those that are not done, about this customer.
pub async fn the_open_tasks_of_a_customer_are_counted<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let customer = world.add_customer("customer", owner).await.record().id;
    let related = Some(Related::Customer(customer));
    let now = make.now();
    let open = world.add_task(&Task { related, ..make.task("open", owner) }).await;
    for task in [
        Task { related, progress: Progress::InProgress, ..make.task("begun", owner) },
        Task { related, progress: Progress::Done { at: now }, ..make.task("done", owner) },
        Task { related: Some(Related::Lead(make.mint())), ..make.task("about a lead", owner) },
        make.task("about nothing", owner),
    ] {
        world.add_task(&task).await;
    }
    holds(&world, Expect::OpenTasks { customer, count: 2 }).await;
    for count in [0, 1, 3] {
        is_stale(&world, Expect::OpenTasks { customer, count }).await;
    }
    world.write(make.commit().put_task(&open, open.record().clone().complete(now)).done()).await;
    holds(&world, Expect::OpenTasks { customer, count: 1 }).await;
    holds(&world, Expect::OpenTasks { customer: make.mint(), count: 0 }).await;
}

/// All expectations of a commit must hold, not just one.
pub async fn every_expectation_must_hold<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await.record().id;
    let good = Expect::UserActive(user);
    let bad = Expect::UserActive(make.mint());
    for (one, other) in [(good, bad), (bad, good)] {
        let commit = make.commit().insert_lead(&make.lead("x", None)).expect(one).expect(other).done();
        assert_eq!(world.commit(commit).await, Verdict::Stale);
    }
}

/// What a commit expects is what was before its own changes: who gives up their role by it stood when they asked.
pub async fn what_is_expected_is_what_was_before_the_commit<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Admin).await;
    let id = user.record().id;
    let customer = world.add_customer("customer", id).await;
    let related = Some(Related::Customer(customer.record().id));
    let task = world.add_task(&Task { related, ..make.task("open", id) }).await;
    let demoted = User { role: Role::Agent, active: false, access_version: 1, ..user.record().clone() };
    let commit = make
        .commit()
        .put_user(&user, demoted)
        .delete_customer(&customer, std::slice::from_ref(&task))
        .expect(Expect::ActorStands { user: id, role: Role::Admin, access_version: 0 })
        .expect(Expect::UserActive(id))
        .expect(Expect::OpenTasks { customer: customer.record().id, count: 1 })
        .expect(Expect::Unchanged(EntityRef::Customer(customer.record().id), customer.version()));
    world.write(commit.done()).await;
    assert_eq!(world.task(task.record().id).await.version(), Version::new(2));
}

async fn holds<B: StoreBuilder>(world: &World<'_, B>, expect: Expect) {
    let commit = world.make.commit().insert_lead(&world.make.lead("x", None)).expect(expect).done();
    assert_eq!(world.commit(commit).await, Verdict::Applied, "{expect:?}");
}

async fn is_stale<B: StoreBuilder>(world: &World<'_, B>, expect: Expect) {
    let before = observe(world).await;
    let commit = world.make.commit().insert_lead(&world.make.lead("x", None)).expect(expect).done();
    assert_eq!(world.commit(commit).await, Verdict::Stale, "{expect:?}");
    assert_eq!(observe(world).await, before, "{expect:?}");
}
