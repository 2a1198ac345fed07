//! Writing users.

use crm_domain::ids::UserId;
use crm_domain::password_hash::PasswordHash;
use crm_domain::user::User;
use crm_domain::version::{Replace, Version};
use rusqlite::Connection;

use super::undone::{self, Written};
use crate::rows::{key, user};

/// A new user, at this version.
pub(crate) fn insert(conn: &Connection, user: &User, at: Version) -> Written<()> {
    user::insert(conn, user, at).map_err(undone::by_constraint).map(drop)
}

/// A user changed.
pub(super) fn put(conn: &Connection, put: &Replace<User>) -> Written<()> {
    match user::update(conn, &put.after, put.before.version()).map_err(undone::by_constraint)? {
        0 => Err(undone::stale()),
        _ => Ok(()),
    }
}

/// What is kept of a user's password was made anew: it takes the place of what it was made from and of nothing else.
pub(super) fn renew_hash(
    conn: &Connection,
    user: UserId,
    from: &PasswordHash,
    to: &PasswordHash,
) -> Written<()> {
    conn.prepare_cached("UPDATE user SET password = ?3 WHERE id = ?1 AND password = ?2")?.execute((
        key(user),
        from.expose(),
        to.expose(),
    ))?;
    Ok(())
}
