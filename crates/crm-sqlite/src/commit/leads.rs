//! Writing leads, with what they are found by.

use crm_domain::lead::Lead;
use crm_domain::values::tag::Tags;
use crm_domain::version::{Replace, Version};
use rusqlite::Connection;

use super::tags;
use super::undone::{self, Written};
use crate::rows::lead;
use crate::search;

/// A new lead, at this version.
pub(crate) fn insert(conn: &Connection, lead: &Lead, at: Version) -> Written<()> {
    let search_key = lead::key_of(lead);
    let n = lead::insert(conn, lead, at, &search_key).map_err(undone::by_constraint)?;
    tags::LEADS.replace(conn, n, &Tags::none(), &lead.tags)?;
    search::LEADS.add(conn, n)?;
    Ok(())
}

/// A lead changed. What did not change is not written again: its indexes are most of the work.
pub(super) fn put(conn: &Connection, put: &Replace<Lead>) -> Written<()> {
    let (before, after) = (put.before.record(), &put.after);
    let Some(n) = lead::update_state(conn, after, put.before.version())? else {
        return Err(undone::stale());
    };
    let searched = before.search_fields() != after.search_fields();
    if !searched && before.tags == after.tags && before.owner == after.owner {
        return Ok(());
    }
    if searched || before.tags != after.tags {
        lead::update_texts(conn, n, after, &lead::key_of(after))?;
        tags::LEADS.replace(conn, n, &before.tags, &after.tags)?;
    }
    if searched || before.owner != after.owner {
        search::LEADS.replace(conn, n)?;
    }
    Ok(())
}
