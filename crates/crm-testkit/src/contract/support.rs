//! What the properties share: a world to act in, a model to compare with, random data.

pub(in crate::contract) mod counts;
pub(in crate::contract) mod found;
pub(in crate::contract) mod listing;
pub(in crate::contract) mod model;
pub(in crate::contract) mod observation;
pub(in crate::contract) mod operations;
pub(in crate::contract) mod population;
pub(in crate::contract) mod race;
pub(in crate::contract) mod world;
