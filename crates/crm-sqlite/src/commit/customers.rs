//! Writing customers, with what they are found by.

use crm_domain::customer::Customer;
use crm_domain::values::tag::Tags;
use crm_domain::version::{Replace, Version, Versioned};
use rusqlite::Connection;

use super::tags;
use super::undone::{self, Written};
use crate::rows::customer;
use crate::search;

/// A new customer, at this version.
pub(crate) fn insert(conn: &Connection, customer: &Customer, at: Version) -> Written<()> {
    let search_key = customer::key_of(customer);
    let n = customer::insert(conn, customer, at, &search_key).map_err(undone::by_constraint)?;
    tags::CUSTOMERS.replace(conn, n, &Tags::none(), &customer.tags)?;
    search::CUSTOMERS.add(conn, n)?;
    Ok(())
}

/// A customer changed. What did not change is not written again: its indexes are most of the work.
pub(super) fn put(conn: &Connection, put: &Replace<Customer>) -> Written<()> {
    let (before, after) = (put.before.record(), &put.after);
    let Some(n) = customer::update_state(conn, after, put.before.version())? else {
        return Err(undone::stale());
    };
    let searched = before.search_fields() != after.search_fields();
    let texts = searched || before.tags != after.tags || before.lead != after.lead;
    if !texts && before.owner == after.owner {
        return Ok(());
    }
    if texts {
        customer::update_texts(conn, n, after, &customer::key_of(after))?;
        tags::CUSTOMERS.replace(conn, n, &before.tags, &after.tags)?;
    }
    if searched || before.owner != after.owner {
        search::CUSTOMERS.replace(conn, n)?;
    }
    Ok(())
}

/// A customer is deleted.
pub(super) fn delete(conn: &Connection, customer: &Versioned<Customer>) -> Written<()> {
    let Some(n) = customer::delete(conn, customer.record(), customer.version())? else {
        return Err(undone::stale());
    };
    tags::CUSTOMERS.replace(conn, n, &customer.record().tags, &Tags::none())?;
    search::CUSTOMERS.delete(conn, n)?;
    Ok(())
}
