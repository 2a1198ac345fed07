//! The import: what becomes of every sort of record, good and bad, and whole databases into either store.

// `cfg(test)` tells clippy that helpers here are tests too.
#[cfg(test)]
mod mapping;
#[cfg(test)]
mod on_mongodb;
#[cfg(test)]
mod support;
