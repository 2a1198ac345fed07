//! Telling accounts, addresses and requests apart without knowing them.

use crm_domain::throttle::entry::Blind;

/// Makes keyed hashes. Whoever reads them learns nothing of what they were made from without the key.
pub trait Blinding: Send + Sync {
    /// The hash of these parts, in this order, for this purpose. The same parts for another purpose MUST have another.
    fn blind(&self, purpose: &str, parts: &[&str]) -> Blind;

    /// The same of any bytes and in full, for what must not be mistaken for something else.
    fn hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32];
}
