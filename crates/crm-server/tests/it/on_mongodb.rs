//! The program on a real MongoDB, by itself and with others of its kind.
//!
//! `cargo test --workspace --exclude crm-mongo -- --skip on_mongodb` leaves out whatever needs a MongoDB.

mod batches;
mod full_disk;
mod opening;
mod outage;
mod several_servers;
mod shared_keys;
mod slow_store;

use std::time::Duration;

use crm_testkit::mongod::TestDatabase;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::reading::Answers;
use crate::support::writing::Seen;

/// The longest that an answer may take: the store's own deadline, and some time to say so.
const LONGEST: Duration = Duration::from_secs(6);

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

/// Everybody was answered in time, with 503 at worst, and nothing acknowledged is lost.
async fn all_is_well(admin: &Client, seen: &Seen, read: &Answers) {
    assert_eq!(seen.wrong(admin).await, Vec::<String>::new());
    assert!(read.statuses.keys().all(|status| [200, 503].contains(status)), "{read:?}");
    assert!(seen.statuses.keys().all(|status| [200, 201, 503].contains(status)), "{:?}", seen.statuses);
    assert!(seen.slowest < LONGEST && read.slowest < LONGEST, "{:?} {:?}", seen.slowest, read.slowest);
    assert_eq!((seen.cut_off, seen.without_retry_after, read.without_retry_after), (0, 0, 0));
    assert!(seen.acknowledged() > 0);
}
