//! Background jobs on record: hand-overs, and clean-ups after deleted customers.

use std::time::Duration;

use crm_app::commit::Verdict;
use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::ports::customers::Customers;
use crm_app::ports::users::Users;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::transfer::{Moved, Transfer};

use super::StoreBuilder;
use super::support::race::race;
use super::support::world::{World, everything};
use crate::actors::own;
use crate::fixtures::commits::Draft;

/// A hand-over is kept as it stands, the latest of each user; those that run come the oldest first, also when the store
/// is opened again.
pub async fn a_transfer_is_kept_as_it_stands<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    assert_eq!(transfers(&world).await, []);
    let now = make.now();
    let younger = Transfer {
        from: make.mint(),
        to: make.mint(),
        by: make.mint(),
        begun_at: now.plus(Duration::from_secs(1)),
        moved: Moved::default(),
        finished_at: None,
    };
    let older = Transfer { from: make.mint(), begun_at: now, ..younger };
    let both = [Change::PutTransfer(younger), Change::PutTransfer(older)];
    world.write(both.into_iter().fold(make.commit(), Draft::change).done()).await;
    assert_eq!(transfers(&world).await, [older, younger]);
    let further =
        Transfer { moved: Moved { leads: 3, customers: 2, tasks: u64::from(u32::MAX) + 1 }, ..older };
    world.write(make.commit().change(Change::PutTransfer(further)).done()).await;
    let mut world = world.reopened().await;
    assert_eq!(transfers(&world).await, [further, younger]);
    let finished = Transfer { finished_at: Some(now.plus(Duration::from_secs(2))), ..younger };
    world.write(make.commit().change(Change::PutTransfer(finished)).done()).await;
    assert_eq!(transfers(&world).await, [further]);
    let store = world.shared();
    for expected in [finished, further] {
        assert_eq!(store.transfer(&everything(), expected.from).await.unwrap(), Some(expected));
    }
    assert_eq!(store.transfer(&everything(), make.mint()).await.unwrap(), None);
}

/// A scope that is not everything sees nobody else's hand-over.
pub async fn a_transfer_outside_the_scope_is_not_told<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let (from, to, by) = (make.mint(), make.mint(), make.mint());
    let transfer =
        Transfer { from, to, by, begun_at: make.now(), moved: Moved::default(), finished_at: None };
    world.write(make.commit().change(Change::PutTransfer(transfer)).done()).await;
    assert_eq!(world.store().transfers(&own(make.mint())).await.unwrap(), []);
    assert_eq!(world.store().transfer(&own(make.mint()), from).await.unwrap(), None);
}

/// A commit that expects a hand-over as it was read is stale once anything of it has changed.
pub async fn a_transfer_is_expected_as_it_was_read<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let (from, to, by, now) = (make.mint(), make.mint(), make.mint(), make.now());
    let read = Transfer { from, to, by, begun_at: now, moved: Moved::default(), finished_at: None };
    let expecting = |transfer| make.commit().expect(Expect::TransferAt(transfer)).done();
    assert_eq!(world.commit(expecting(read)).await, Verdict::Stale);
    let later = now.plus(Duration::from_secs(1));
    for now_at in [
        read,
        Transfer { moved: Moved { leads: 1, ..Moved::default() }, ..read },
        Transfer { moved: Moved { customers: 1, ..Moved::default() }, ..read },
        Transfer { moved: Moved { tasks: 1, ..Moved::default() }, ..read },
        Transfer { to: make.mint(), ..read },
        Transfer { begun_at: later, ..read },
        Transfer { finished_at: Some(later), ..read },
    ] {
        world.write(make.commit().change(Change::PutTransfer(now_at)).done()).await;
        assert_eq!(world.commit(expecting(now_at)).await, Verdict::Applied, "{now_at:?}");
        let verdict = if now_at == read { Verdict::Applied } else { Verdict::Stale };
        assert_eq!(world.commit(expecting(read)).await, verdict, "{now_at:?}");
    }
}

/// Of several batches of one hand-over that were decided upon the same record, one is applied.
pub async fn of_racing_batches_of_one_transfer_one_is_applied<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let (from, to, by) = (make.mint(), make.mint(), make.mint());
    let mut read =
        Transfer { from, to, by, begun_at: make.now(), moved: Moved::default(), finished_at: None };
    world.write(make.commit().change(Change::PutTransfer(read)).done()).await;
    for round in 1..=10 {
        let next = Transfer { moved: Moved { leads: round, ..Moved::default() }, ..read };
        let batch =
            || make.commit().expect(Expect::TransferAt(read)).change(Change::PutTransfer(next)).done();
        let verdicts = race(&world.shared(), (0..4).map(|_| batch()).collect()).await;
        let applied = verdicts.iter().filter(|verdict| **verdict == Verdict::Applied).count();
        assert_eq!(applied, 1, "{verdicts:?}");
        read = next;
    }
    assert_eq!(transfers(&world).await, [read]);
}

/// A clean-up after a deleted customer is kept until it is finished, the oldest first, also when the store is opened again.
pub async fn a_cleanup_is_kept_until_it_is_finished<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let (customer, deleted_by, now) = (make.mint(), make.mint(), make.now());
    let younger = CustomerCleanup { customer, deleted_by, deleted_at: now.plus(Duration::from_secs(1)) };
    let older = CustomerCleanup { customer: make.mint(), deleted_at: now, ..younger };
    let both = [Change::InsertCleanup(younger), Change::InsertCleanup(older)];
    world.write(both.into_iter().fold(make.commit(), Draft::change).done()).await;
    let mut world = world.reopened().await;
    let store = world.shared();
    assert_eq!(store.cleanups(&everything()).await.unwrap(), [older, younger]);
    assert_eq!(store.cleanups(&own(make.mint())).await.unwrap(), []);
    for _ in 0..2 {
        world.write(make.commit().change(Change::DeleteCleanup(older.customer)).done()).await;
        assert_eq!(store.cleanups(&everything()).await.unwrap(), [younger]);
    }
}

async fn transfers<B: StoreBuilder>(world: &World<'_, B>) -> Vec<Transfer> {
    world.store().transfers(&everything()).await.expect("the store answers")
}
