//! Reading sessions. A session belongs to its user.

use std::cmp::Reverse;

use async_trait::async_trait;
use bson::{DateTime, doc};
use crm_app::error::StoreError;
use crm_app::mirror::Mirror;
use crm_app::ports::sessions::Sessions;
use crm_domain::access::scope::{Reach, Scope, Sight};
use crm_domain::ids::{SessionId, UserId};
use crm_domain::session::{RefreshFingerprint, Session};
use crm_domain::timestamp::Timestamp;

use crate::documents::session::fingerprint;
use crate::documents::{self, date};
use crate::reader::{Find, Reader};
use crate::schema::Index;
use crate::store::MongoStore;

const SESSIONS: &str = "sessions";

/// The session of a refresh token.
const BY_FINGERPRINT: &str = "sessions_by_fingerprint";
/// A user's sessions. Not by last use, as each use would then move an entry.
const BY_USER: &str = "sessions_by_user";
/// Sessions that are long over, to be forgotten.
const BY_EXPIRY: &str = "sessions_by_expiry";
/// What memory holds of ended sessions.
const ENDED: &str = "sessions_ended";

pub(crate) const INDEXES: &[Index] = &[
    Index::on(SESSIONS, BY_FINGERPRINT, &["fingerprint"]).unique(),
    Index::on(SESSIONS, BY_USER, &["user", "expires_at"]),
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
            let open = doc! {
                "user": documents::id(user),
                "expires_at": { "$gt": date(now) },
                "ended_at": { "$exists": false },
            };
            let found = reader.all(SESSIONS, Find::all(open).by(BY_USER)).await?;
            let mut open: Vec<Session> =
                found.iter().map(|document| documents::read(document)).collect::<Result<_, _>>()?;
            open.sort_by_key(|session| (Reverse(session.last_used_at), session.id));
            Ok(open)
        })
        .await
    }

    async fn run_out(
        &self,
        scope: &Scope,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<SessionId>, StoreError> {
        if scope.reach() != Reach::Everything {
            return Ok(Vec::new());
        }
        self.read(move |mut reader| async move {
            let over =
                Find::all(doc! { "expires_at": { "$lte": date(before) } }).by(BY_EXPIRY).at_most(limit);
            let found = reader.all(SESSIONS, over.sorted(doc! { "expires_at": 1_i32 })).await?;
            let read =
                |document: &bson::RawDocumentBuf| documents::read(document).map(|found: Session| found.id);
            found.iter().map(read).collect()
        })
        .await
    }
}

/// The sessions that memory holds as ended: those that ended shortly before the last that ended.
pub(crate) async fn ended(reader: &mut Reader) -> Result<Vec<(SessionId, Timestamp)>, StoreError> {
    let any = doc! { "ended_at": { "$gt": DateTime::MIN } };
    let latest = Find::all(any).by(ENDED).sorted(doc! { "ended_at": -1 });
    let Some(latest) = reader.one(SESSIONS, latest).await? else { return Ok(Vec::new()) };
    let Some(latest) = documents::read::<Session>(&latest)?.ended else { return Ok(Vec::new()) };
    let since = doc! { "ended_at": { "$gt": date(latest.at.minus(Mirror::ENDED_FOR)) } };
    let mut ended = Vec::new();
    let find = Find::all(since).by(ENDED);
    reader
        .each(SESSIONS, find, |document| {
            let session: Session = documents::read(&document)?;
            ended.extend(session.ended.map(|end| (session.id, end.at)));
            Ok(())
        })
        .await?;
    Ok(ended)
}
