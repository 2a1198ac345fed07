//! The answer to a repeatable request is kept with its effect or not at all.

use std::time::Duration;

use crm_app::commit::replay::{Replay, ReplayKey};
use crm_app::commit::{UniqueKey, Verdict};
use crm_app::ports::replays::Replays;
use crm_domain::ids::UserId;

use super::support::observation::observe;
use super::support::race::{applied, race};
use super::support::world::World;
use super::{FullStore, StoreBuilder};
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

/// A kept answer is read back as it was, also when the store is opened again and by another handle; what was not asked
/// is not answered.
pub async fn a_kept_answer_is_read_back_as_it_was<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.mint();
    let full = replay(&make, user, "full");
    let bare = Replay {
        status: 200,
        body: vec![0xff; Replay::MAX_BYTES],
        etag: None,
        location: None,
        ..replay(&make, user, "bare")
    };
    for kept in [&full, &bare] {
        let commit = make.commit().insert_lead(&make.lead("x", None)).replay(kept.clone()).done();
        assert_eq!(world.commit(commit).await, Verdict::Applied);
        assert_eq!(read(world.store(), kept).await.as_ref(), Some(kept));
    }
    let of = |key: ReplayKey| Replay { key, ..full.clone() };
    for other in [
        of(ReplayKey { user: make.mint(), ..full.key.clone() }),
        of(ReplayKey { target: "POST /api/lead".to_owned(), ..full.key.clone() }),
        of(ReplayKey { key: "Full".to_owned(), ..full.key.clone() }),
    ] {
        assert_eq!(read(world.store(), &other).await, None);
    }
    let another = world.another().await;
    assert_eq!(read(&*another.store, &full).await.as_ref(), Some(&full));
    drop(another);
    let world = world.reopened().await;
    assert_eq!(read(world.store(), &bare).await.as_ref(), Some(&bare));
}

/// An answer that has run out is not read, whether or not it is still there, and makes room for another; until then it
/// does not.
pub async fn an_answer_that_has_run_out_makes_room<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let first = replay(&make, make.mint(), "key");
    let commit =
        |replay: &Replay| make.commit().insert_lead(&make.lead("x", None)).replay(replay.clone()).done();
    assert_eq!(world.commit(commit(&first)).await, Verdict::Applied);
    let last = first.expires_at.minus(Duration::from_millis(1));
    let at = async |now| world.store().kept_answer(&first.key, now).await.expect("the store answers");
    assert_eq!(at(last).await.as_ref(), Some(&first));
    assert_eq!(at(first.expires_at).await, None);
    let too_early =
        Replay { status: 200, expires_at: last.plus(Replay::KEPT_FOR), body_hash: [8; 32], ..first.clone() };
    assert_eq!(world.commit(commit(&too_early)).await, Verdict::Duplicate(UniqueKey::Replay));
    let second =
        Replay { etag: None, expires_at: first.expires_at.plus(Replay::KEPT_FOR), ..too_early.clone() };
    assert_eq!(world.commit(commit(&second)).await, Verdict::Applied);
    assert_eq!(at(first.expires_at).await, Some(second));
}

/// An answer can be kept of what does nothing else, once.
pub async fn an_answer_alone_is_kept<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let kept = replay(&make, make.mint(), "key");
    let commit = || make.commit().replay(kept.clone()).done();
    assert_eq!(world.commit(commit()).await, Verdict::Applied);
    assert_eq!(world.commit(commit()).await, Verdict::Duplicate(UniqueKey::Replay));
    assert_eq!(read(world.store(), &kept).await, Some(kept));
}

/// Answers that have run out are forgotten, so many at once, the oldest first, and no others.
pub async fn answers_that_have_run_out_are_forgotten<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.mint();
    let now = make.now();
    let all: Vec<Replay> = (0..7_u64)
        .map(|number| Replay {
            expires_at: now.plus(Duration::from_secs(number)),
            ..replay(&make, user, &number.to_string())
        })
        .collect();
    for kept in &all {
        let commit = make.commit().replay(kept.clone()).done();
        assert_eq!(world.commit(commit).await, Verdict::Applied);
    }
    let forget = async |seconds, limit| {
        let by = now.plus(Duration::from_secs(seconds));
        world.store().forget_answers(by, limit).await.expect("the store answers")
    };
    let left = async || {
        let mut left = 0;
        for kept in &all {
            let before = kept.expires_at.minus(Duration::from_millis(1));
            let found = world.store().kept_answer(&kept.key, before).await.expect("the store answers");
            left += usize::from(found.is_some());
        }
        left
    };
    assert_eq!((forget(4, 3).await, left().await), (3, 4));
    assert_eq!((forget(4, 3).await, left().await), (2, 2));
    assert_eq!((forget(4, 3).await, left().await), (0, 2));
    assert_eq!((forget(6, 3).await, left().await), (2, 0));
}

/// Of many that take the place of an answer that has run out, one does.
pub async fn of_racing_answers_in_the_place_of_an_old_one_one_is_kept<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let old = replay(&make, make.mint(), "key");
    world.write(make.commit().replay(old.clone()).done()).await;
    let new = Replay { expires_at: old.expires_at.plus(Replay::KEPT_FOR), ..old };
    let commits =
        (0..32).map(|_| make.commit().insert_lead(&make.lead("x", None)).replay(new.clone()).done());
    let verdicts = race(&world.shared(), commits.collect()).await;
    assert_eq!(applied(&verdicts), 1, "{verdicts:?}");
    assert_eq!(observe(&world).await.inventory.leads, 1);
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
        etag: Some("\"1-x\"".to_owned()),
        location: Some("/api/leads/x".to_owned()),
        expires_at: make.now().plus(Replay::KEPT_FOR),
    }
}

/// What is kept under the key of this answer by now.
async fn read<S: FullStore>(store: &S, kept: &Replay) -> Option<Replay> {
    let now = kept.kept_from();
    store.kept_answer(&kept.key, now).await.expect("the store answers")
}
