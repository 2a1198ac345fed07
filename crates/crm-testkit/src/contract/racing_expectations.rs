//! Pairs of commits of which each breaks what the other expects: never both are applied. Violations are counted, and
//! there are none.
//!
//! Reading what is expected and then writing is not enough here: both may read before either writes.

use std::sync::Arc;

use crm_app::commit::Commit;
use crm_app::commit::expect::Expect;
use crm_app::ports::customers::Customers;
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::role::Role;
use crm_domain::activity::EntityRef;
use crm_domain::ids::CustomerId;
use crm_domain::task::{Progress, Related, Task};
use crm_domain::user::User;
use crm_domain::version::Versioned;

use super::StoreBuilder;
use super::races::in_turns;
use super::support::race::{applied, race};
use super::support::world::{World, everything};
use crate::fixtures::commits::Draft;

const PAIRS: usize = 40;

/// A lead is given to somebody who is active, while they are deactivated by somebody who saw the lead without them.
pub async fn of_a_reassignment_and_a_deactivation_one_is_applied<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let mut commits = Vec::new();
    for number in 0..PAIRS {
        let user = world.add_user(&format!("user{number}"), Role::Agent).await;
        let lead = world.add_lead("lead", None).await;
        let id = user.record().id;
        let given = lead.record().clone().reassign(Some(id), make.now());
        let gone = user.record().clone().deactivate(make.now());
        let pair = [
            make.commit().put_lead(&lead, given).expect(Expect::UserActive(id)),
            make.commit()
                .put_user(&user, gone)
                .expect(Expect::Unchanged(EntityRef::Lead(lead.record().id), lead.version())),
        ];
        commits.extend(in_turns(number, pair).map(Draft::done));
    }
    exactly_one_each(&world, commits).await;
}

/// Two admins deactivate each other, each expecting that the other stays.
pub async fn of_two_last_admins_one_stays<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let mut commits = Vec::new();
    for number in 0..PAIRS {
        let one = world.add_user(&format!("one{number}"), Role::Admin).await;
        let other = world.add_user(&format!("other{number}"), Role::Admin).await;
        for (gone, stays) in [(&one, &other), (&other, &one)] {
            let unchanged = Expect::Unchanged(EntityRef::User(stays.record().id), stays.version());
            let after = gone.record().clone().deactivate(make.now());
            commits.push(make.commit().put_user(gone, after).expect(unchanged).done());
        }
    }
    exactly_one_each(&world, commits).await;
}

/// An admin acts while they are demoted by somebody who saw what they act on as it was.
pub async fn of_an_act_and_the_demotion_of_its_actor_one_is_applied<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let mut commits = Vec::new();
    for number in 0..PAIRS {
        let user = world.add_user(&format!("user{number}"), Role::Admin).await;
        let lead = world.add_lead("lead", None).await;
        let stands = Expect::ActorStands { user: user.record().id, role: Role::Admin, access_version: 0 };
        let demoted = User { role: Role::Agent, ..user.record().clone() };
        let pair = [
            make.commit().put_lead(&lead, lead.record().clone().archive(make.now())).expect(stands),
            make.commit()
                .put_user(&user, demoted)
                .expect(Expect::Unchanged(EntityRef::Lead(lead.record().id), lead.version())),
        ];
        commits.extend(in_turns(number, pair).map(Draft::done));
    }
    exactly_one_each(&world, commits).await;
}

/// A task is made about a customer that is there, while the customer is deleted by somebody who saw no open task.
pub async fn of_a_new_task_and_the_deletion_of_its_customer_one_is_applied<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let mut commits = Vec::new();
    for number in 0..PAIRS {
        let customer = world.add_customer(&format!("customer {number}"), owner).await;
        let id = customer.record().id;
        let task = Task { related: Some(Related::Customer(id)), ..make.task("new", owner) };
        let pair = [
            make.commit()
                .insert_task(&task)
                .expect(Expect::Unchanged(EntityRef::Customer(id), customer.version())),
            make.commit()
                .delete_customer(&customer, &[])
                .expect(Expect::OpenTasks { customer: id, count: 0 }),
        ];
        commits.extend(in_turns(number, pair).map(Draft::done));
    }
    exactly_one_each(&world, commits).await;
    nothing_is_open_about_what_is_gone(&world).await;
}

/// A done task is taken up again, or one about nothing turned to a customer, while that is deleted.
pub async fn of_a_reopened_task_and_the_deletion_of_its_customer_one_is_applied<B: StoreBuilder>(
    builder: &B,
) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let mut commits = Vec::new();
    for number in 0..PAIRS {
        let customer = world.add_customer(&format!("customer {number}"), owner).await;
        let id = customer.record().id;
        let about = Some(Related::Customer(id));
        let done =
            Task { related: about, progress: Progress::Done { at: make.now() }, ..make.task("done", owner) };
        let task =
            world.add_task(&if number % 4 < 2 { done } else { make.task("about nothing", owner) }).await;
        let open = Task { related: about, progress: Progress::Open, ..task.record().clone() };
        let pair = [
            make.commit()
                .put_task(&task, open)
                .expect(Expect::Unchanged(EntityRef::Customer(id), customer.version())),
            make.commit()
                .delete_customer(&customer, &[])
                .expect(Expect::OpenTasks { customer: id, count: 0 }),
        ];
        commits.extend(in_turns(number, pair).map(Draft::done));
    }
    exactly_one_each(&world, commits).await;
    nothing_is_open_about_what_is_gone(&world).await;
}

/// Rings of commits, of which each changes what the next expects unchanged, for every two kinds of record.
pub async fn of_commits_that_break_each_others_expectations_one_is_applied<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let mut commits = Vec::new();
    for number in 0..10 {
        let user = world.add_user(&format!("user{number}"), Role::Agent).await;
        let owner = user.record().id;
        let lead = world.add_lead("lead", None).await;
        let customer = world.add_customer("customer", owner).await;
        let task = world.add_task(&make.task("task", owner)).await;
        let unchanged = [
            Expect::Unchanged(EntityRef::User(owner), user.version()),
            Expect::Unchanged(EntityRef::Lead(lead.record().id), lead.version()),
            Expect::Unchanged(EntityRef::Customer(customer.record().id), customer.version()),
            Expect::Unchanged(EntityRef::Task(task.record().id), task.version()),
        ];
        let puts = [
            make.commit().put_user(&user, same(&user)),
            make.commit().put_lead(&lead, same(&lead)),
            make.commit().put_customer(&customer, same(&customer)),
            make.commit().put_task(&task, same(&task)),
        ];
        for (own, put) in puts.into_iter().enumerate() {
            let others = unchanged.iter().enumerate().filter(|(place, _)| *place != own);
            commits.push(others.fold(put, |draft, (_, expect)| draft.expect(*expect)).done());
        }
    }
    let verdicts = race(&world.shared(), commits).await;
    let violations = verdicts.chunks(4).filter(|ring| applied(ring) != 1).count();
    assert_eq!(violations, 0, "{verdicts:?}");
}

async fn exactly_one_each<B: StoreBuilder>(world: &World<'_, B>, commits: Vec<Arc<Commit>>) {
    let verdicts = race(&world.shared(), commits).await;
    let violations = verdicts.chunks(2).filter(|pair| applied(pair) != 1).count();
    assert_eq!(violations, 0, "{verdicts:?}");
    assert_eq!(world.store().recount(false).await.unwrap(), []);
}

async fn nothing_is_open_about_what_is_gone<B: StoreBuilder>(world: &World<'_, B>) {
    let customers: Vec<CustomerId> = world.model.customers.keys().copied().collect();
    for id in customers {
        let sight = world.store().customer(&everything(), id).await.unwrap();
        if sight.seen().is_none() {
            assert_eq!(world.store().open_tasks_about(&everything(), id, 9).await.unwrap(), []);
        }
    }
}

fn same<T: Clone>(found: &Versioned<T>) -> T {
    found.record().clone()
}
