//! A context over mocks: every port refuses to be called unless the test says what it answers.

pub(crate) mod holds;
pub(crate) mod said;
pub(crate) mod stage;
pub(crate) mod written;

use crm_app::paging::{Counted, Slice, Total};
use crm_app::users::deactivate::Deactivation;
use crm_domain::raw::{Members, Raw};
use crm_domain::transfer::Moved;
use crm_domain::version::{Version, Versioned};

/// How much a deactivation has handed over, if it was to hand over anything.
pub(crate) fn moved(deactivation: Deactivation) -> Option<Moved> {
    match deactivation {
        Deactivation::Deactivated => None,
        Deactivation::HandedOver(transfer) => Some(transfer.moved),
    }
}

/// A body or a query whose members are texts.
pub(crate) fn texts<const N: usize>(members: [(&str, &str); N]) -> Members {
    members.into_iter().map(|(name, text)| (name, Raw::text(text))).collect()
}

/// The id of nothing.
pub(crate) fn unknown() -> String {
    "0195a000-0000-7000-8000-00000000dead".to_owned()
}

/// A record as a store holds it.
pub(crate) fn stored<T>(record: &T, version: u64) -> Versioned<T>
where
    T: Clone,
{
    Versioned::stored(record.clone(), Version::new(version))
}

/// A store's answer that holds everything there is.
pub(crate) fn all<T>(items: Vec<T>) -> Counted<T> {
    let total = Total::exact(items.len() as u64);
    Counted { slice: Slice { items, more: false }, total }
}

/// A store's answer that holds nothing.
pub(crate) fn nothing<T>() -> Counted<T> {
    all(Vec::new())
}
