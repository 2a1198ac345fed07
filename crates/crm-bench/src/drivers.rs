//! The least that a store does: its driver looks up a lead by its id, and reads all of it.

mod mongodb;
mod sqlite;

use uuid::Uuid;

use self::mongodb::MongoDriver;
use self::sqlite::SqliteDriver;
use crate::Outcome;
use crate::arguments::StoreKind;
use crate::place::Place;
use crate::rival::Rival;

/// The driver of the store at this place, which looks up these leads.
///
/// # Errors
/// The store cannot be reached.
pub(crate) async fn of(place: &Place, leads: &[Uuid]) -> Outcome<Box<dyn Rival + Send>> {
    Ok(match place.kind() {
        StoreKind::Sqlite => Box::new(SqliteDriver::of(place, leads)),
        StoreKind::Mongodb => Box::new(MongoDriver::of(place, leads).await?),
    })
}
