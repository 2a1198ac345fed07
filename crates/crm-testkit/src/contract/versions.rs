//! A change holds only on the version that it was decided upon.

use crm_app::commit::Verdict;
use crm_app::commit::change::Change;
use crm_domain::access::role::Role;
use crm_domain::version::{Replace, Version, Versioned};

use super::StoreBuilder;
use super::support::observation::observe;
use super::support::world::World;

/// A put of any record makes the next version; the same put again, on a version that is past, is stale.
pub async fn a_put_holds_on_the_version_it_was_decided_upon_only<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await;
    let owner = user.record().id;
    let lead = world.add_lead("lead", None).await;
    let customer = world.add_customer("customer", owner).await;
    let task = world.add_task(&make.task("task", owner)).await;
    let puts = [
        Change::PutUser(Replace { after: user.record().clone(), before: user }),
        Change::PutLead(Replace { after: lead.record().clone(), before: lead }),
        Change::PutCustomer(Replace { after: customer.record().clone(), before: customer }),
        Change::PutTask(Replace { after: task.record().clone(), before: task }),
    ];
    for put in puts {
        assert_eq!(world.commit(make.commit().change(put.clone()).done()).await, Verdict::Applied);
        let before = observe(&world).await;
        assert_eq!(world.commit(make.commit().change(put.clone()).done()).await, Verdict::Stale, "{put:?}");
        assert_eq!(observe(&world).await, before);
    }
    for version in observe(&world).await.leads.iter().map(Versioned::version) {
        assert_eq!(version, Version::new(2));
    }
}

/// A put on a version that is not there yet is stale.
pub async fn a_put_on_a_future_version_is_stale<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let lead = world.add_lead("lead", None).await.into_record();
    let future = Versioned::stored(lead.clone(), Version::new(2));
    assert_eq!(world.commit(make.commit().put_lead(&future, lead).done()).await, Verdict::Stale);
}

/// A put of a record that is not there, or not any more, is stale; so is its deletion.
pub async fn a_change_of_what_is_not_there_is_stale<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let customer = world.add_customer("deleted", owner).await;
    let task = world.add_task(&make.task("deleted", owner)).await;
    world.write(make.commit().delete_customer(&customer, &[]).delete_task(&task).done()).await;
    let lead = Versioned::stored(make.lead("never there", None), Version::FIRST);
    let user = Versioned::stored(make.user("never-there", Role::Agent), Version::FIRST);
    let before = observe(&world).await;
    for commit in [
        make.commit().put_customer(&customer, customer.record().clone()),
        make.commit().delete_customer(&customer, &[]),
        make.commit().add_note(&customer, &make.note(customer.record().id, owner, "too late")),
        make.commit().put_task(&task, task.record().clone()),
        make.commit().delete_task(&task),
        make.commit().put_lead(&lead, lead.record().clone()),
        make.commit().put_user(&user, user.record().clone()),
    ] {
        let commit = commit.done();
        assert_eq!(world.commit(commit.clone()).await, Verdict::Stale, "{commit:#?}");
    }
    assert_eq!(observe(&world).await, before);
}

/// A deletion on a version that is past is stale.
pub async fn a_deletion_on_a_past_version_is_stale<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let customer = world.add_customer("customer", owner).await;
    let task = world.add_task(&make.task("task", owner)).await;
    let put = make.commit().put_customer(&customer, customer.record().clone());
    world.write(put.put_task(&task, task.record().clone()).done()).await;
    let before = observe(&world).await;
    assert_eq!(world.commit(make.commit().delete_customer(&customer, &[]).done()).await, Verdict::Stale);
    assert_eq!(world.commit(make.commit().delete_task(&task).done()).await, Verdict::Stale);
    assert_eq!(observe(&world).await, before);
}
