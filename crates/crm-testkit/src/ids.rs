//! Ids that are the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use crm_app::ports::ids::Ids;
use uuid::{Builder, Uuid};

/// Counts ids up from 1. They have the shape of version 7 and end in the count:
/// `0195a000-0000-7000-8000-00000000002a`.
#[derive(Debug, Default)]
pub struct SequentialIds {
    minted: AtomicU64,
}

/// The moment that all ids claim to be from; early 2025.
const MILLIS: u64 = 0x0195_a000_0000;

impl SequentialIds {
    /// A source that begins with 1.
    pub fn new() -> Self {
        Self::default()
    }

    /// A source that begins after so many, for a second one beside the first.
    pub fn after(minted: u64) -> Self {
        Self { minted: AtomicU64::new(minted) }
    }

    /// The id with this count.
    pub fn nth(count: u64) -> Uuid {
        let [_, _, count @ ..] = count.to_be_bytes();
        let mut bytes = [0; 10];
        bytes[4..].copy_from_slice(&count);
        Builder::from_unix_timestamp_millis(MILLIS, &bytes).into_uuid()
    }
}

impl Ids for SequentialIds {
    fn next(&self) -> Uuid {
        Self::nth(self.minted.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_version_7_and_end_in_their_count() {
        let ids = SequentialIds::new();
        assert_eq!(ids.next().to_string(), "0195a000-0000-7000-8000-000000000001");
        let second = ids.next();
        assert_eq!(second.to_string(), "0195a000-0000-7000-8000-000000000002");
        assert_eq!(second.get_version_num(), 7);
        assert_eq!(second.get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn ids_grow() {
        let ids = SequentialIds::after(0xffff);
        let minted: Vec<_> = (0..1_000).map(|_| ids.next()).collect();
        assert!(minted.is_sorted_by(|one, next| one < next));
    }
}
