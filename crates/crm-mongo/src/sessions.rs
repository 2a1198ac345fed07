//! Reading sessions. A session belongs to its user.

use std::cmp::Reverse;

use async_trait::async_trait;
use bson::{DateTime, doc};
use crm_app::error::StoreError;
use crm_app::ports::sessions::Sessions;
use crm_domain::access::scope::{Reach, Scope, Sight};
use crm_domain::ids::{SessionId, UserId};
use crm_domain::session::{RefreshFingerprint, Session};
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_domain::version::Versioned;

use crate::documents::session::fingerprint;
use crate::documents::{self, date};
use crate::reader::Find;
use crate::schema::Index;
use crate::store::MongoStore;

const SESSIONS: &str = "sessions";
const USERS: &str = "users";

/// The session of a refresh token.
const BY_FINGERPRINT: &str = "sessions_by_fingerprint";
/// A user's open sessions of one access version, and those that were ended apart from them. Not by last use, as each use
/// would then move an entry.
const OPEN: &str = "sessions_open";
/// Sessions that have run out, to be removed.
const BY_EXPIRY: &str = "sessions_by_expiry";
/// Sessions that were ended, to be removed.
const ENDED: &str = "sessions_ended";

pub(crate) const INDEXES: &[Index] = &[
    Index::on(SESSIONS, BY_FINGERPRINT, &["fingerprint"]).unique(),
    Index::on(SESSIONS, OPEN, &["user", "access_version", "ended_at"]),
    Index::on(SESSIONS, BY_EXPIRY, &["expires_at"]),
    Index::on(SESSIONS, ENDED, &["ended_at"]).having("ended_at"),
];

#[async_trait]
impl Sessions for MongoStore {
    async fn session(&self, scope: &Scope, id: SessionId) -> Result<Sight<Session>, StoreError> {
        let scope = *scope;
        self.read(move |mut reader| async move {
            let found = reader.one(SESSIONS, Find::all(doc! { "_id": documents::id(id) })).await?;
            Ok(match found {
                Some(document) => {
                    let session: Session = documents::read(&document)?;
                    Sight::judge(&scope, Some(session.user), session)
                }
                None => Sight::Absent,
            })
        })
        .await
    }

    async fn session_by_fingerprint(
        &self,
        scope: &Scope,
        wanted: &RefreshFingerprint,
    ) -> Result<Option<Session>, StoreError> {
        let scope = *scope;
        let wanted = doc! { "fingerprint": fingerprint(wanted) };
        self.read(move |mut reader| async move {
            let found = reader.one(SESSIONS, Find::all(wanted).by(BY_FINGERPRINT)).await?;
            let found: Option<Session> = found.map(|document| documents::read(&document)).transpose()?;
            Ok(found.filter(|session| scope.admits(Some(session.user))))
        })
        .await
    }

    async fn open_sessions(
        &self,
        scope: &Scope,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<Session>, StoreError> {
        if !scope.admits(Some(user)) {
            return Ok(Vec::new());
        }
        self.read(move |mut reader| async move {
            let found = reader.one(USERS, Find::all(doc! { "_id": documents::id(user) })).await?;
            let Some(found) = found else { return Ok(Vec::new()) };
            let account: Versioned<User> = documents::read(&found)?;
            let (version, retained) = (account.record().access_version, account.record().spared);
            let open = doc! {
                "user": documents::id(user),
                "access_version": i64::from(version),
                "ended_at": null,
                "expires_at": { "$gt": date(now) },
            };
            let mut found = reader.all(SESSIONS, Find::all(open).by(OPEN)).await?;
            if let Some(retained) = retained {
                let retained = doc! {
                    "_id": documents::id(retained),
                    "user": documents::id(user),
                    "access_version": { "$ne": i64::from(version) },
                    "ended_at": null,
                    "expires_at": { "$gt": date(now) },
                };
                found.extend(reader.one(SESSIONS, Find::all(retained)).await?);
            }
            let mut open: Vec<Session> =
                found.iter().map(|document| documents::read(document)).collect::<Result<_, _>>()?;
            open.sort_by_key(|session| (Reverse(session.last_used_at), session.id));
            Ok(open)
        })
        .await
    }

    async fn sessions_over(
        &self,
        scope: &Scope,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<SessionId>, StoreError> {
        if scope.reach() != Reach::Everything {
            return Ok(Vec::new());
        }
        self.read(move |mut reader| async move {
            let run_out = doc! { "expires_at": { "$lte": date(before) } };
            let run_out = Find::all(run_out).by(BY_EXPIRY).sorted(doc! { "expires_at": 1_i32 });
            let mut over = reader.all(SESSIONS, run_out.at_most(limit)).await?;
            let rest = limit.saturating_sub(u32::try_from(over.len()).unwrap_or(limit));
            let ended = doc! {
                "ended_at": { "$gt": DateTime::MIN, "$lte": date(before) },
                "expires_at": { "$gt": date(before) },
            };
            let ended = Find::all(ended).by(ENDED).sorted(doc! { "ended_at": 1_i32 });
            over.extend(reader.all(SESSIONS, ended.at_most(rest)).await?);
            let read =
                |document: &bson::RawDocumentBuf| documents::read(document).map(|found: Session| found.id);
            over.iter().map(read).collect()
        })
        .await
    }
}
