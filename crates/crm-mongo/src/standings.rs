//! What others' decisions rest on of a user: whether they are active, their role, access version and version.
//!
//! Two transactions that only read what the other writes both go through. So who rests on a user writes too: the user's
//! standing, of which there is one for each lane ([`crate::lanes`]), so that many may rest on one user at once. Who
//! changes a user writes all of them, and meets every one of those.

use bson::{Bson, Document, doc};
use crm_app::commit::expect::Expect;
use crm_domain::activity::EntityRef;
use crm_domain::ids::UserId;
use crm_domain::user::User;
use crm_domain::version::Version;

use crate::documents::{id, version};
use crate::lanes;

/// Where they are.
pub(crate) const COLLECTION: &str = "standings";

/// The statements that hold while a user is as expected, and that meet whoever changes them.
pub(crate) fn rest_on(expect: &Expect, lane: u8) -> Option<Document> {
    let (user, must) = match expect {
        Expect::Unchanged(EntityRef::User(user), read) => (*user, doc! { "version": version(*read) }),
        Expect::UserActive(user) => (*user, doc! { "active": true }),
        Expect::ActorStands { user, role, access_version } => {
            let access_version = i64::from(*access_version);
            (*user, doc! { "active": true, "role": role.as_str(), "access_version": access_version })
        }
        Expect::Unchanged(EntityRef::Lead(_) | EntityRef::Customer(_) | EntityRef::Task(_), _)
        | Expect::OpenTasks { .. }
        | Expect::TransferAt(_) => return None,
    };
    let mut filter = doc! { "_id": key(user, lane) };
    filter.extend(must);
    Some(doc! { "q": filter, "u": { "$inc": { "touched": 1_i64 } } })
}

/// The statements that write what a user has become, which must meet whoever rests on them.
pub(crate) fn put(user: &User, at: Version) -> impl Iterator<Item = Document> {
    let state = state(user, at);
    let user = user.id;
    lanes::all().map(move |lane| {
        doc! { "q": { "_id": key(user, lane) }, "u": { "$set": &state }, "upsert": true }
    })
}

/// A user's standings as they are first written.
pub(crate) fn documents(user: &User, at: Version) -> impl Iterator<Item = Document> {
    let state = state(user, at);
    let user = user.id;
    lanes::all().map(move |lane| {
        let mut standing = doc! { "_id": key(user, lane) };
        standing.extend(state.clone());
        standing
    })
}

/// What a standing says of this user.
pub(crate) fn state(user: &User, at: Version) -> Document {
    doc! {
        "active": user.active,
        "role": user.role.as_str(),
        "access_version": i64::from(user.access_version),
        "version": version(at),
    }
}

/// The id of a standing.
pub(crate) fn key(user: UserId, lane: u8) -> Bson {
    Bson::from(doc! { "user": id(user), "lane": i32::from(lane) })
}
