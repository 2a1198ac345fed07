//! Users.

use crm_app::mirror::UserCard;
use crm_domain::fold::{fold, search_key};
use crm_domain::password_hash::PasswordHash;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::version::{Version, Versioned};
use rusqlite::{Connection, Row, named_params};

use super::{codes, fields, key, version};
use crate::db::Outcome;

/// One user by their id.
pub(crate) const BY_ID: &str = "SELECT id, version, name, email, role, active, password, access_version, \
     spared, created_at, updated_at FROM user WHERE id = ?1";

/// One user by their email.
pub(crate) const BY_EMAIL: &str = "SELECT id, version, name, email, role, active, password, access_version, \
     spared, created_at, updated_at FROM user WHERE email = ?1";

/// One user by their row number.
pub(crate) const BY_ROW: &str = "SELECT id, version, name, email, role, active, password, access_version, \
     spared, created_at, updated_at FROM user WHERE n = ?1";

/// Some active admin other than this one.
pub(crate) const ANOTHER_ADMIN: &str = "SELECT id, version, name, email, role, active, password, \
     access_version, spared, created_at, updated_at \
     FROM user INDEXED BY user_active_admins WHERE active = 1 AND role = 0 AND id <> ?1 ORDER BY id LIMIT 1";

/// Every user.
pub(crate) const ALL: &str = "SELECT id, version, name, email, role, active, password, access_version, \
     spared, created_at, updated_at FROM user";

/// Reads a row of any of these.
pub(crate) fn read(row: &Row<'_>) -> Outcome<Versioned<User>> {
    fields::read(row, "user", |fields| {
        let id = fields.id()?;
        let version = fields.version()?;
        let user = User {
            id,
            name: fields.parse(PersonName::parse)?,
            email: fields.parse(Email::parse)?,
            role: fields.code(codes::role_of)?,
            active: fields.get()?,
            password: PasswordHash::new(fields.get()?),
            access_version: fields.get()?,
            spared: fields.id_opt()?,
            created_at: fields.time()?,
            updated_at: fields.time()?,
        };
        Ok(Versioned::stored(user, version))
    })
}

/// Reads a row of any of these as far as memory holds it.
pub(crate) fn read_card(row: &Row<'_>) -> Outcome<UserCard> {
    read(row).map(|user| UserCard::of(user.record(), user.version()))
}

/// What a user is found by.
pub(crate) fn key_of(user: &User) -> String {
    search_key([user.name.as_str(), user.email.as_str()])
}

/// Writes a new user at this version.
pub(crate) fn insert(conn: &Connection, user: &User, at: Version) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "INSERT INTO user (id, version, name, email, role, active, password, access_version, spared, \
             created_at, updated_at, name_key, search_key) \
         VALUES (:id, :version, :name, :email, :role, :active, :password, :access_version, :spared, \
             :created_at, :updated_at, :name_key, :search_key)",
    )?
    .execute(named_params! {
        ":id": key(user.id),
        ":version": version(at),
        ":name": user.name.as_str(),
        ":email": user.email.as_str(),
        ":role": codes::role(user.role),
        ":active": user.active,
        ":password": user.password.expose(),
        ":access_version": user.access_version,
        ":spared": user.spared.map(key),
        ":created_at": user.created_at.millis(),
        ":updated_at": user.updated_at.millis(),
        ":name_key": fold(user.name.as_str()),
        ":search_key": key_of(user),
    })
}

/// Writes a user, if they still have the version `read`; says how many that were.
pub(crate) fn update(conn: &Connection, user: &User, read: Version) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "UPDATE user SET version = version + 1, name = :name, email = :email, role = :role, active = :active, \
             password = :password, access_version = :access_version, spared = :spared, updated_at = :updated_at, \
             name_key = :name_key, search_key = :search_key \
         WHERE id = :id AND version = :read",
    )?
    .execute(named_params! {
        ":name": user.name.as_str(),
        ":email": user.email.as_str(),
        ":role": codes::role(user.role),
        ":active": user.active,
        ":password": user.password.expose(),
        ":access_version": user.access_version,
        ":spared": user.spared.map(key),
        ":updated_at": user.updated_at.millis(),
        ":name_key": fold(user.name.as_str()),
        ":search_key": key_of(user),
        ":id": key(user.id),
        ":read": version(read),
    })
}
