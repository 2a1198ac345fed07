//! Hand-overs that were begun and are not over.

use std::time::Duration;

use crm_app::commit::change::Change;
use crm_app::ports::users::Users;
use crm_domain::transfer::{Moved, Transfer};

use super::StoreBuilder;
use super::support::world::{World, everything};
use crate::actors::own;
use crate::fixtures::commits::Draft;

/// A hand-over is kept as it stands until it is over, one for each user, the oldest first, also when the store is
/// opened again.
pub async fn a_transfer_is_kept_until_it_is_over<B: StoreBuilder>(builder: &B) {
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
    };
    let older = Transfer { from: make.mint(), begun_at: now, ..younger.clone() };
    let both = [Change::PutTransfer(younger.clone()), Change::PutTransfer(older.clone())];
    world.write(both.into_iter().fold(make.commit(), Draft::change).done()).await;
    assert_eq!(transfers(&world).await, [older.clone(), younger.clone()]);
    let further =
        Transfer { moved: Moved { leads: 3, customers: 2, tasks: u64::from(u32::MAX) + 1 }, ..older };
    world.write(make.commit().change(Change::PutTransfer(further.clone())).done()).await;
    let mut world = world.reopened().await;
    assert_eq!(transfers(&world).await, [further.clone(), younger.clone()]);
    world.write(make.commit().change(Change::DeleteTransfer(younger.from)).done()).await;
    assert_eq!(transfers(&world).await, [further]);
}

/// A scope that is not everything sees nobody else's hand-over.
pub async fn a_transfer_outside_the_scope_is_not_told<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let (from, to, by) = (make.mint(), make.mint(), make.mint());
    let transfer = Transfer { from, to, by, begun_at: make.now(), moved: Moved::default() };
    world.write(make.commit().change(Change::PutTransfer(transfer)).done()).await;
    assert_eq!(world.store().transfers(&own(make.mint())).await.unwrap(), []);
}

async fn transfers<B: StoreBuilder>(world: &World<'_, B>) -> Vec<Transfer> {
    world.store().transfers(&everything()).await.expect("the store answers")
}
