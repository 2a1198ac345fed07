//! Where new ids come from.

use uuid::Uuid;

/// Mints ids.
///
/// They MUST be unique, and those of one source MUST grow in the order in which they were minted: events of one moment
/// are told apart by them.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Ids: Send + Sync {
    /// A new UUID, version 7 (RFC 9562).
    fn next(&self) -> Uuid;
}
