//! The program on a real MongoDB, by itself and with others of its kind.
//!
//! `cargo test --workspace --exclude crm-mongo -- --skip on_mongodb` leaves out whatever needs a MongoDB.

mod full_disk;
mod opening;
mod outage;
mod several_servers;
mod slow_store;

use crm_testkit::mongod::TestDatabase;

use crate::support::place::Place;

/// An empty folder whose store is this database.
fn place(database: &TestDatabase) -> Place {
    Place::new().with("MONGODB_URI", &database.database_uri())
}

/// The same with the sample data in it.
fn seeded(database: &TestDatabase) -> Place {
    let place = place(database);
    place.run(&["seed"]).succeeded();
    place
}
