//! From a real MongoDB, and into one.

mod whole;
