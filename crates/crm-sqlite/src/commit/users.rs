//! Writing users.

use crm_domain::user::User;
use crm_domain::version::Replace;
use rusqlite::Connection;

use super::undone::{self, Written};
use crate::rows::user;

/// A new user.
pub(super) fn insert(conn: &Connection, user: &User) -> Written<()> {
    user::insert(conn, user).map_err(undone::by_constraint).map(drop)
}

/// A user changed.
pub(super) fn put(conn: &Connection, put: &Replace<User>) -> Written<()> {
    match user::update(conn, &put.after, put.before.version()).map_err(undone::by_constraint)? {
        0 => Err(undone::stale()),
        _ => Ok(()),
    }
}
