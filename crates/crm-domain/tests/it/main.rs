//! The domain from outside: what takes longer to try than one rule at a time.

// `cfg(test)` tells clippy that helpers here are tests too.
#[cfg(test)]
mod histories;
