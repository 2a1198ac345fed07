//! The embedded store from outside.

// `cfg(test)` tells clippy that helpers here are tests too.
#[cfg(test)]
mod backups;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod corrupt;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod hours;
#[cfg(test)]
mod imported;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod rebuild_search_keys;
#[cfg(test)]
mod support;
