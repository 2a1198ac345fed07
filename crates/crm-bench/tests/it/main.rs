//! The benchmark from outside.

// `cfg(test)` tells clippy that helpers here are tests too.
#[cfg(test)]
mod whole;
