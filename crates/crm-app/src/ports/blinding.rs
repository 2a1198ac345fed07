//! Telling accounts and addresses apart without knowing them.

use crm_domain::throttle::entry::Blind;

/// Makes keyed hashes. Whoever reads them learns nothing of what they were made from without the key.
pub trait Blinding: Send + Sync {
    /// The hash of these parts, in this order, for this purpose. The same parts for another purpose MUST have another.
    fn blind(&self, purpose: &str, parts: &[&str]) -> Blind;
}
