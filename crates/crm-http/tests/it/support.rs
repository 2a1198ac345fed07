//! What the tests stand on: a server on a free port, clients, and the API document.

pub(crate) mod ask;
pub(crate) mod checked_in;
pub(crate) mod client;
pub(crate) mod document;
pub(crate) mod server;
pub(crate) mod world;
