//! Clean-ups after deleted customers.

use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::ids::CustomerId;
use rusqlite::{Connection, Row};

use super::{fields, key};
use crate::db::Outcome;

/// Every clean-up that is not finished.
pub(crate) const ALL: &str =
    "SELECT customer, deleted_by, deleted_at FROM customer_cleanup ORDER BY customer";

/// Reads a row of [`ALL`].
pub(crate) fn read(row: &Row<'_>) -> Outcome<CustomerCleanup> {
    fields::read(row, "cleanup", |fields| {
        Ok(CustomerCleanup { customer: fields.id()?, deleted_by: fields.id()?, deleted_at: fields.time()? })
    })
}

/// Writes a clean-up.
pub(crate) fn insert(conn: &Connection, cleanup: &CustomerCleanup) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "INSERT INTO customer_cleanup (customer, deleted_by, deleted_at) VALUES (?1, ?2, ?3)",
    )?
    .execute((key(cleanup.customer), key(cleanup.deleted_by), cleanup.deleted_at.millis()))
}

/// Removes the clean-up after this customer, if it is there.
pub(crate) fn delete(conn: &Connection, customer: CustomerId) -> rusqlite::Result<usize> {
    conn.prepare_cached("DELETE FROM customer_cleanup WHERE customer = ?1")?.execute([key(customer)])
}
