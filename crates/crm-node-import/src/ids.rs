//! The ids that records get here: each follows from the ObjectId that the record had, so that importing twice comes to
//! the same ids.
//!
//! An ObjectId is twelve bytes: four of seconds since 1970, and eight that tell apart what was made within a second. The
//! UUID is of version 8 (RFC 9562, 5.8), whose layout is the application's:
//!
//! ```text
//!  48 bits        4        12 bits           2        52 bits           10 bits
//!  milliseconds   version  first 12 of the   variant  the other 52 of   what it
//!  of the seconds (8)      eight bytes       (10)     the eight bytes   identifies
//! ```
//!
//! So nothing of the ObjectId is lost, ids of one kind stand in the order of their ObjectIds, they stand among the
//! version 7 ids of new records by their time, and no two things that come of one document share an id.

use bson::oid::ObjectId;
use crm_domain::activity::EntityKind;
use crm_domain::ids::{ActivityId, CommitId, Id, Kind};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// What an id identifies. The numbers are part of every id that was ever made and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A user, lead, customer or task.
    Record(EntityKind),
    /// A note.
    Note,
    /// What comes of a customer's deals.
    DealsNote,
    /// An event that stands among the activities.
    Activity,
    /// An event that stands in a lead's history only.
    HistoryEntry,
    /// The event that a record was made, where nothing tells of it.
    Creation(EntityKind),
    /// The event that a note was written, where nothing tells of it.
    NoteAdded,
    /// The commit that takes a record over.
    Commit(EntityKind),
}

impl Thing {
    fn number(self) -> u16 {
        match self {
            Self::Record(kind) => 0x010 + number_of(kind),
            Self::Note => 0x020,
            Self::DealsNote => 0x021,
            Self::Activity => 0x030,
            Self::HistoryEntry => 0x031,
            Self::Creation(kind) => 0x040 + number_of(kind),
            Self::NoteAdded => 0x050,
            Self::Commit(kind) => 0x060 + number_of(kind),
        }
    }
}

fn number_of(kind: EntityKind) -> u16 {
    match kind {
        EntityKind::User => 0,
        EntityKind::Lead => 1,
        EntityKind::Customer => 2,
        EntityKind::Task => 3,
    }
}

/// The id of a record.
pub fn record<K: Kind>(kind: EntityKind, old: ObjectId) -> Id<K> {
    Id::from_uuid(uuid(Thing::Record(kind), old))
}

/// The id of an event.
pub fn event(thing: Thing, old: ObjectId) -> ActivityId {
    ActivityId::from_uuid(uuid(thing, old))
}

/// The id of the commit that takes a record over.
pub fn commit(kind: EntityKind, old: ObjectId) -> CommitId {
    CommitId::from_uuid(uuid(Thing::Commit(kind), old))
}

/// The UUID of what came of this ObjectId.
pub fn uuid(thing: Thing, old: ObjectId) -> Uuid {
    let [s0, s1, s2, s3, rest @ ..] = old.bytes();
    let millis = u128::from(u32::from_be_bytes([s0, s1, s2, s3])) * 1_000;
    let rest = u128::from(u64::from_be_bytes(rest));
    let bits = millis << 80
        | (rest >> LOW_BITS) << 64
        | (rest & ((1 << LOW_BITS) - 1)) << THING_BITS
        | u128::from(thing.number());
    // Lays version and variant over bits that are free.
    Builder::from_custom_bytes(bits.to_be_bytes()).into_uuid()
}

/// How many of the eight bytes' bits stand behind the variant.
const LOW_BITS: u32 = 52;
const THING_BITS: u32 = 10;

/// An ObjectId for a part of a document that has none of its own, by its place in the document. It has the document's
/// seconds, and a hash in the place of what tells ObjectIds of one second apart.
pub fn part(of: ObjectId, what: Thing, place: usize) -> ObjectId {
    let mut hash = Sha256::new();
    hash.update(b"part of a document");
    hash.update(of.bytes());
    hash.update(what.number().to_be_bytes());
    hash.update(u64::try_from(place).unwrap_or(u64::MAX).to_be_bytes());
    let mut bytes = of.bytes();
    for (byte, hashed) in bytes.iter_mut().skip(4).zip(hash.finalize()) {
        *byte = hashed;
    }
    ObjectId::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const THINGS: [Thing; 11] = [
        Thing::Record(EntityKind::User),
        Thing::Record(EntityKind::Lead),
        Thing::Record(EntityKind::Customer),
        Thing::Record(EntityKind::Task),
        Thing::Note,
        Thing::DealsNote,
        Thing::Activity,
        Thing::HistoryEntry,
        Thing::NoteAdded,
        Thing::Creation(EntityKind::Lead),
        Thing::Commit(EntityKind::Lead),
    ];

    #[test]
    fn an_id_is_what_it_has_always_been() {
        let old = ObjectId::parse_str("68b5f0c1a2b3c4d5e6f70819").unwrap();
        let id = uuid(Thing::Record(EntityKind::Lead), old).to_string();
        assert_eq!(id, "019906b4-71e8-8a2b-8f13-579bdc206411");
        assert_eq!(uuid(Thing::Record(EntityKind::Lead), old).get_version_num(), 8);
        assert_eq!(uuid(Thing::Record(EntityKind::Lead), old).get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn what_comes_of_one_document_has_different_ids() {
        let old = ObjectId::parse_str("68b5f0c1a2b3c4d5e6f70819").unwrap();
        let mut ids: HashSet<Uuid> = THINGS.iter().map(|thing| uuid(*thing, old)).collect();
        for place in 0..100 {
            ids.insert(uuid(Thing::HistoryEntry, part(old, Thing::HistoryEntry, place)));
            ids.insert(uuid(Thing::Note, part(old, Thing::Note, place)));
        }
        assert_eq!(ids.len(), THINGS.len() + 200);
    }

    fn object_ids() -> impl Strategy<Value = ObjectId> {
        any::<[u8; 12]>().prop_map(ObjectId::from_bytes)
    }

    proptest! {
        #[test]
        fn ids_keep_the_order_of_object_ids_and_nothing_of_them_is_lost(one in object_ids(), two in object_ids()) {
            let thing = Thing::Record(EntityKind::Task);
            prop_assert_eq!(one.cmp(&two), uuid(thing, one).cmp(&uuid(thing, two)));
        }

        #[test]
        fn ids_stand_among_those_of_new_records_by_their_time(old in object_ids()) {
            let seconds = u64::from(u32::from_be_bytes(old.bytes()[..4].try_into().unwrap()));
            let before = Builder::from_unix_timestamp_millis((seconds * 1_000).saturating_sub(1), &[255; 10]);
            let after = Builder::from_unix_timestamp_millis(seconds * 1_000 + 1, &[0; 10]).into_uuid();
            let id = uuid(Thing::Record(EntityKind::Lead), old);
            prop_assert!(id < after && (seconds == 0 || before.into_uuid() < id));
        }
    }
}
