//! Users.

use bson::DateTime;
use crm_app::mirror::UserCard;
use crm_domain::access::role::Role;
use crm_domain::fold::{fold, search_key};
use crm_domain::password_hash::PasswordHash;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::version::{Version, Versioned};
use serde::{Deserialize, Serialize};

use super::fields::{self, Unreadable};
use super::{Stored, date, key, version};

/// A user as they are stored.
#[derive(Serialize, Deserialize)]
pub(crate) struct UserDocument {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    version: i64,
    name: String,
    email: String,
    role: String,
    active: bool,
    password: String,
    access_version: i64,
    /// Left out of users that an older version wrote.
    #[serde(default)]
    spared: Option<bson::Uuid>,
    created_at: DateTime,
    updated_at: DateTime,
}

/// What a user is found by.
#[derive(Debug, Serialize)]
pub(crate) struct UserKeys {
    name: String,
    text: String,
}

impl UserDocument {
    /// The user at this version.
    pub(crate) fn new(user: &User, at: Version) -> Self {
        Self {
            id: key(user.id),
            version: version(at),
            name: user.name.as_str().to_owned(),
            email: user.email.as_str().to_owned(),
            role: user.role.as_str().to_owned(),
            active: user.active,
            password: user.password.expose().to_owned(),
            access_version: i64::from(user.access_version),
            spared: user.spared.map(key),
            created_at: date(user.created_at),
            updated_at: date(user.updated_at),
        }
    }
}

impl UserKeys {
    /// What this user is found by.
    pub(crate) fn new(user: &User) -> Self {
        Self { name: fold(user.name.as_str()), text: search_key([user.name.as_str(), user.email.as_str()]) }
    }
}

impl Stored for Versioned<User> {
    type Document = UserDocument;
    const COLLECTION: &'static str = "users";
    const WHAT: &'static str = "user";

    fn of(stored: UserDocument) -> Result<Self, Unreadable> {
        let at = fields::version(stored.version)?;
        let user = User {
            id: fields::id(stored.id),
            name: fields::parse("name", &stored.name, PersonName::parse)?,
            email: fields::parse("email", &stored.email, Email::parse)?,
            role: fields::parse("role", &stored.role, Role::parse)?,
            active: stored.active,
            password: PasswordHash::new(stored.password),
            access_version: access_version(stored.access_version)?,
            spared: stored.spared.map(fields::id),
            created_at: fields::time("created_at", stored.created_at)?,
            updated_at: fields::time("updated_at", stored.updated_at)?,
        };
        Ok(Self::stored(user, at))
    }
}

/// What is held of a user in process.
pub(crate) fn card(user: &Versioned<User>) -> UserCard {
    UserCard::of(user.record(), user.version())
}

/// How often access was withdrawn.
pub(crate) fn access_version(number: i64) -> Result<u32, Unreadable> {
    u32::try_from(number).map_err(|_| Unreadable::new("access_version", "out of range"))
}
