//! The answer to a repeatable request is kept with its effect or not at all.

use std::time::Duration;

use crm_app::commit::replay::{Replay, ReplayKey};
use crm_app::commit::{UniqueKey, Verdict};
use crm_domain::ids::UserId;

use super::StoreBuilder;
use super::support::observation::observe;
use super::support::race::{applied, race};
use super::support::world::World;
use crate::fixtures::Maker;

/// A second commit for a request that has its answer is a duplicate and writes nothing.
pub async fn a_request_is_answered_once<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.mint();
    let commit =
        |key: &str| make.commit().insert_lead(&make.lead("x", None)).replay(replay(&make, user, key)).done();
    assert_eq!(world.commit(commit("one")).await, Verdict::Applied);
    let before = observe(&world).await;
    assert_eq!(world.commit(commit("one")).await, Verdict::Duplicate(UniqueKey::Replay));
    assert_eq!(observe(&world).await, before);
}

/// Keys are told apart by who asks, by what is asked for and by every letter.
pub async fn a_replay_key_belongs_to_one_user_and_target<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let (one, other) = (make.mint(), make.mint());
    let target = |replay: Replay, target: &str| Replay {
        key: ReplayKey { target: target.to_owned(), ..replay.key },
        ..replay
    };
    for replay in [
        replay(&make, one, "key"),
        replay(&make, other, "key"),
        replay(&make, one, "Key"),
        replay(&make, one, "key "),
        target(replay(&make, one, "key"), "POST /api/customers"),
    ] {
        let commit = make.commit().insert_lead(&make.lead("x", None)).replay(replay).done();
        assert_eq!(world.commit(commit).await, Verdict::Applied);
    }
}

/// A refused commit keeps no answer: its key is still free.
pub async fn a_refused_commit_keeps_no_answer<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let lead = world.add_lead("x", None).await.into_record();
    let kept = replay(&make, make.mint(), "key");
    let refused = make.commit().insert_lead(&lead).replay(kept.clone()).done();
    assert_eq!(world.commit(refused).await, Verdict::Duplicate(UniqueKey::Id));
    let commit = make.commit().insert_lead(&make.lead("x", None)).replay(kept).done();
    assert_eq!(world.commit(commit).await, Verdict::Applied);
}

/// An answer as long as they may be is kept.
pub async fn the_longest_answer_is_kept<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let long = Replay { body: vec![0xff; Replay::MAX_BYTES], ..replay(&make, make.mint(), "key") };
    let commit = make.commit().insert_lead(&make.lead("x", None)).replay(long).done();
    assert_eq!(world.commit(commit).await, Verdict::Applied);
}

/// Of many that answer one request at once, one does.
pub async fn of_racing_answers_to_one_request_one_is_kept<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.mint();
    let commits = (0..32)
        .map(|_| make.commit().insert_lead(&make.lead("x", None)).replay(replay(&make, user, "key")).done());
    let verdicts = race(&world.shared(), commits.collect()).await;
    assert_eq!(applied(&verdicts), 1, "{verdicts:?}");
    assert!(verdicts.iter().all(|verdict| match verdict {
        Verdict::Applied | Verdict::Duplicate(UniqueKey::Replay) => true,
        Verdict::Stale | Verdict::Duplicate(_) => false,
    }));
    assert_eq!(observe(&world).await.inventory.leads, 1);
}

/// The answer to a request with this key, kept for a day.
pub(super) fn replay(make: &Maker, user: UserId, key: &str) -> Replay {
    Replay {
        key: ReplayKey { user, target: "POST /api/leads".to_owned(), key: key.to_owned() },
        body_hash: [7; 32],
        status: 201,
        body: br#"{"id":"x"}"#.to_vec(),
        expires_at: make.now().plus(Duration::from_hours(24)),
    }
}
