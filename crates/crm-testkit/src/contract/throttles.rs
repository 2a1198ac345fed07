//! What is counted of wrong passwords.

use std::time::Duration;

use crm_app::ports::throttles::Throttles;
use crm_domain::throttle::entry::{Blind, Changes, Entry, Kind, Place};
use crm_domain::timestamp::Timestamp;

use super::StoreBuilder;
use super::support::world::World;

/// Entries of every kind are read back as they were, to the extremes, also when the store is opened again and by another
/// handle.
pub async fn what_was_kept_is_read_back_whole<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    assert_eq!(kept(&world, Timestamp::MIN).await, []);
    let now = world.make.now();
    let mut entries = Vec::new();
    for kind in Kind::ALL {
        for number in [0, 1, u64::from(u32::MAX), 1 << 63, u64::MAX] {
            let place = Place { kind, key: Blind::new(number), other: Blind::new(!number) };
            entries.push(Entry { place, failures: 0, mark: now, at: now });
        }
        let place = Place::of(kind, Blind::new(7));
        entries.push(Entry { place, failures: u32::MAX, mark: Timestamp::MIN, at: now });
        let place = Place::of(kind, Blind::new(8));
        entries.push(Entry {
            place,
            failures: 100,
            mark: now.plus(Duration::from_millis(1)),
            at: Timestamp::MAX,
        });
    }
    keep(&world, &entries, &[]).await;
    entries.sort_by_key(|entry| entry.place);
    assert_eq!(kept(&world, Timestamp::MIN).await, entries);
    let another = world.another().await;
    assert_eq!(another.store.throttles_since(Timestamp::MIN).await.unwrap().len(), entries.len());
    drop(another);
    let world = world.reopened().await;
    assert_eq!(kept(&world, Timestamp::MIN).await, entries);
}

/// Of two entries for one place the one that was changed later stays, whichever came first; those beside it are not
/// touched. Keeping the same again changes nothing.
pub async fn of_two_entries_for_one_place_the_later_stays<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let now = world.make.now();
    let entry = |key, failures, seconds| {
        let at = now.plus(Duration::from_secs(seconds));
        Entry { place: Place::of(Kind::Stranger, Blind::new(key)), failures, mark: at, at }
    };
    let beside = entry(2, 9, 0);
    keep(&world, &[entry(1, 5, 10), beside], &[]).await;
    keep(&world, &[entry(1, 4, 9), entry(3, 1, 0)], &[]).await;
    assert_eq!(kept(&world, Timestamp::MIN).await, [entry(1, 5, 10), beside, entry(3, 1, 0)]);
    keep(&world, &[entry(1, 0, 11)], &[]).await;
    keep(&world, &[entry(1, 0, 11)], &[]).await;
    assert_eq!(kept(&world, Timestamp::MIN).await, [entry(1, 0, 11), beside, entry(3, 1, 0)]);
}

/// What is gone is not read back; what is not there may be gone as well.
pub async fn what_is_gone_is_not_read_back<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let now = world.make.now();
    let place = |kind, other| Place { kind, key: Blind::new(1), other: Blind::new(other) };
    let entry = |place| Entry { place, failures: 1, mark: now, at: now };
    let (gone, stays) = (place(Kind::Source, 1), [place(Kind::Source, 2), place(Kind::Known, 1)]);
    keep(&world, &[entry(gone), entry(stays[0])], &[]).await;
    keep(&world, &[entry(stays[1])], &[gone, place(Kind::Address, 1)]).await;
    let mut left = stays.map(entry);
    left.sort_by_key(|entry| entry.place);
    assert_eq!(kept(&world, Timestamp::MIN).await, left);
}

/// Only entries that were changed at that moment or later are told.
pub async fn entries_are_told_from_a_moment_on<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let now = world.make.now();
    let entries: Vec<Entry> = (0..5)
        .map(|second| {
            let at = now.plus(Duration::from_secs(second));
            Entry { place: Place::of(Kind::Address, Blind::new(second)), failures: 1, mark: now, at }
        })
        .collect();
    keep(&world, &entries, &[]).await;
    let since = now.plus(Duration::from_secs(3));
    assert_eq!(kept(&world, since).await, &entries[3..]);
    assert_eq!(kept(&world, since.plus(Duration::from_secs(2))).await, []);
}

async fn keep<B: StoreBuilder>(world: &World<'_, B>, entries: &[Entry], gone: &[Place]) {
    let changes = Changes { entries: entries.to_vec(), gone: gone.to_vec() };
    world.store().keep_throttles(&changes).await.expect("the store answers");
}

/// In the order of their places.
async fn kept<B: StoreBuilder>(world: &World<'_, B>, since: Timestamp) -> Vec<Entry> {
    let mut entries = world.store().throttles_since(since).await.expect("the store answers");
    entries.sort_by_key(|entry| entry.place);
    entries
}
