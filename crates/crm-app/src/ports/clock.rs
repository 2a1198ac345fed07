//! What time it is.

use crm_domain::timestamp::Timestamp;

/// Tells the time. Use cases read it once.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}
