//! Commits that race for one record or one key: one is applied. Violations are counted, and there are none.

use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{UniqueKey, Verdict};
use crm_app::ports::commits::Commits;
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_app::ports::users::Users;
use crm_domain::access::role::Role;
use crm_domain::ids::LeadId;
use crm_domain::session::Session;
use crm_domain::user::User;
use crm_domain::values::name::Name;
use crm_domain::version::Version;

use super::StoreBuilder;
use super::support::observation::feed;
use super::support::race::{applied, race};
use super::support::world::{World, everything, seen};
use crate::fixtures::Maker;
use crate::fixtures::commits::Draft;

/// Forty leads, each converted by sixteen at once: one customer for each.
pub async fn of_racing_conversions_one_makes_a_customer<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let mut leads = Vec::new();
    for number in 0..40 {
        leads.push(world.add_lead(&format!("lead {number}"), Some(owner)).await);
    }
    let conversions = leads.iter().flat_map(|lead| {
        let make = &make;
        (0..16).map(move |_| {
            let converted = lead.record().clone().convert(make.mint(), owner, make.now());
            let (after, customer) = converted.expect("the lead is not converted yet");
            make.commit().convert_lead(lead, after, &customer).done()
        })
    });
    let verdicts = race(&world.shared(), conversions.collect()).await;
    let violations = verdicts.chunks(16).filter(|of_one| applied(of_one) != 1).count();
    assert_eq!(violations, 0, "{verdicts:?}");
    assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Applied | Verdict::Stale)));
    assert_eq!(world.store().inventory().await.unwrap().customers, 40);
    for lead in leads {
        let (now, history) =
            seen(world.store().lead_with_history(&everything(), lead.record().id, 50).await.unwrap());
        assert_eq!((now.version(), history.len()), (Version::new(2), 2));
        assert!(now.record().customer.is_some());
    }
    assert_eq!(world.store().recount(false).await.unwrap(), []);
}

/// Sixty-four registrations of one email at once: one account.
pub async fn of_racing_registrations_of_one_email_one_is_made<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let registrations =
        (0..64).map(|_| make.commit().insert_user(&make.user("same", Role::Agent)).done()).collect();
    let verdicts = race(&world.shared(), registrations).await;
    assert_eq!(applied(&verdicts), 1, "{verdicts:?}");
    only_duplicates_of(UniqueKey::Email, &verdicts);
    assert_eq!(world.store().inventory().await.unwrap().users, 1);
    assert_eq!(feed(world.store(), &everything()).await.len(), 1);
}

/// Many who take one email at once, some by a new account and some by a change of theirs: one gets it.
pub async fn of_racing_changes_to_one_email_one_is_applied<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let wanted = make.user("wanted", Role::Agent);
    let mut commits = Vec::new();
    for number in 0..12 {
        let user = world.add_user(&format!("user{number}"), Role::Agent).await;
        let after = User { email: wanted.email.clone(), ..user.record().clone() };
        commits.push(make.commit().put_user(&user, after).done());
        let new = User { email: wanted.email.clone(), ..make.user("x", Role::Agent) };
        commits.push(make.commit().insert_user(&new).done());
    }
    let verdicts = race(&world.shared(), commits).await;
    assert_eq!(applied(&verdicts), 1, "{verdicts:?}");
    only_duplicates_of(UniqueKey::Email, &verdicts);
    let holder = world.store().user_by_email(&everything(), &wanted.email).await.unwrap();
    assert!(holder.is_some());
}

/// Many set-ups at once: one first admin.
pub async fn of_racing_set_ups_one_makes_the_first_admin<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let set_ups = (0..32).map(|number| {
        let admin = make.user(&format!("admin{number}"), Role::Admin);
        make.commit().insert_user(&admin).change(Change::MarkSetUp).done()
    });
    let verdicts = race(&world.shared(), set_ups.collect()).await;
    assert_eq!(applied(&verdicts), 1, "{verdicts:?}");
    only_duplicates_of(UniqueKey::SetUp, &verdicts);
    assert_eq!(world.store().inventory().await.unwrap().users, 1);
}

/// Many sessions of one fingerprint at once: one is made.
pub async fn of_racing_sessions_of_one_fingerprint_one_is_made<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await.into_record();
    let fingerprint = make.session(&user).fingerprint;
    let sessions = (0..32)
        .map(|_| make.commit().insert_session(&Session { fingerprint, ..make.session(&user) }).done())
        .collect();
    let verdicts = race(&world.shared(), sessions).await;
    assert_eq!(applied(&verdicts), 1, "{verdicts:?}");
    only_duplicates_of(UniqueKey::Fingerprint, &verdicts);
}

/// A note and the deletion of its customer at once: one of the two, and no note is left without a customer.
pub async fn a_note_never_outlives_the_deletion_of_its_customer<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let owner = world.add_user("owner", Role::Agent).await.record().id;
    let mut commits = Vec::new();
    for number in 0..40 {
        let customer = world.add_customer(&format!("customer {number}"), owner).await;
        let note = make.note(customer.record().id, owner, "at the last moment");
        let pair = [make.commit().add_note(&customer, &note), make.commit().delete_customer(&customer, &[])];
        commits.extend(in_turns(number, pair).map(Draft::done));
    }
    let verdicts = race(&world.shared(), commits).await;
    let violations = verdicts.chunks(2).filter(|pair| applied(pair) != 1).count();
    assert_eq!(violations, 0, "{verdicts:?}");
    let left = world.store().inventory().await.unwrap();
    assert_eq!(left.notes, left.customers);
}

/// Commits that are refused leave those that run beside them alone, and are left alone by them.
pub async fn refused_commits_leave_those_beside_them_alone<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let there = world.add_lead("there", None).await.into_record();
    let commits = (0..120).map(|number| {
        let new = make.commit().insert_lead(&make.lead("new", None));
        match number % 4 {
            0 => new.insert_lead(&there),
            1 => new.expect(Expect::UserActive(make.mint())),
            _ => new,
        }
    });
    let verdicts = race(&world.shared(), commits.map(Draft::done).collect()).await;
    let expected = [Verdict::Duplicate(UniqueKey::Id), Verdict::Stale, Verdict::Applied, Verdict::Applied];
    let violations = verdicts.chunks(4).filter(|four| **four != expected).count();
    assert_eq!(violations, 0, "{verdicts:?}");
    assert_eq!(world.store().inventory().await.unwrap().leads, 61);
    assert_eq!(feed(world.store(), &everything()).await.len(), 61);
    assert_eq!(world.store().recount(false).await.unwrap(), []);
}

/// Many who change one lead, each again and again until it holds: no change is lost, and each has its version and
/// its event.
pub async fn no_change_of_one_lead_is_lost<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let id = world.add_lead("0", None).await.record().id;
    let running: Vec<_> = (0..8)
        .map(|_| {
            let (store, make) = (world.shared(), world.make.clone());
            tokio::spawn(async move {
                for _ in 0..20 {
                    count_up(&*store, &make, id).await;
                }
            })
        })
        .collect();
    for racer in running {
        racer.await.expect("nobody panics");
    }
    let (lead, history) = seen(world.store().lead_with_history(&everything(), id, 1_000).await.unwrap());
    assert_eq!(lead.record().name.as_str(), "160");
    assert_eq!((lead.version(), history.len()), (Version::new(161), 161));
}

async fn count_up<S: Leads + Commits>(store: &S, make: &Maker, id: LeadId) {
    loop {
        let before = seen(store.lead(&everything(), id).await.expect("the store answers"));
        let count: u32 = before.record().name.as_str().parse().expect("the name is a number");
        let mut after = before.record().clone();
        after.name = Name::parse(&(count + 1).to_string()).unwrap();
        let put = make.commit().put_lead(&before, after).done();
        match store.commit(put).await.expect("the store answers") {
            Verdict::Applied => return,
            Verdict::Stale => {}
            Verdict::Duplicate(key) => panic!("a put has no new key: {key:?}"),
        }
    }
}

/// Every second pair the other way round.
pub(super) fn in_turns<T>(number: usize, mut pair: [T; 2]) -> impl Iterator<Item = T> {
    if number.is_multiple_of(2) {
        pair.reverse();
    }
    pair.into_iter()
}

fn only_duplicates_of(key: UniqueKey, verdicts: &[Verdict]) {
    let others: Vec<_> = verdicts
        .iter()
        .filter(|verdict| ![Verdict::Applied, Verdict::Duplicate(key)].contains(verdict))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}
