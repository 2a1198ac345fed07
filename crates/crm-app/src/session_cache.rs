//! The sessions that this server knows: those that are open, so that a request needs no store, and those that were
//! revoked, so that they are refused at once.
//!
//! Both are caches of bounded size: what is not in them is looked up in the store. The entries are spread over shards
//! with a lock each, and a shard keeps two generations: when the newer one is full it becomes the older one, and what
//! was in that is dropped. So no entry is ever searched for or copied to make room.

use std::collections::HashMap;

use crm_domain::ids::{SessionId, UserId};
use crm_domain::session::Session;
use parking_lot::RwLock;
use tokio::sync::{Mutex, MutexGuard};

/// How many shards there are; the last bits of a session's random id choose one.
const SHARDS: usize = 64;

/// At most so many open sessions are cached.
const OPEN: usize = 131_072;

/// At most so many revoked sessions are cached.
const REVOKED: usize = 65_536;

/// At most so many look-ups are under way at a time.
const LOOKUPS: usize = 32;

/// An open session, as far as an access token depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CachedSession {
    /// Whose it is.
    pub user: UserId,
    /// The access version of its user at sign-in.
    pub access_version: u32,
}

impl From<&Session> for CachedSession {
    fn from(session: &Session) -> Self {
        Self { user: session.user, access_version: session.access_version }
    }
}

/// What is known of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// It was open when the store was read last, and no end of it has been heard of since.
    Open(CachedSession),
    /// It was ended.
    Revoked,
    /// Nothing: the store must be read. What it says may be cached with [`SessionCache::insert`] and this epoch.
    Unknown(Epoch),
}

/// How many revocations a shard had seen when a look-up began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(u64);

/// The cache. Shared by all requests; the store's commits and what is heard of other servers' change it.
#[derive(Debug)]
pub struct SessionCache {
    shards: Vec<RwLock<Shard>>,
    lookups: Vec<Mutex<()>>,
}

#[derive(Debug)]
struct Shard {
    open: Generations<CachedSession>,
    revoked: Generations<()>,
    epoch: u64,
}

impl Default for SessionCache {
    fn default() -> Self {
        Self::with_capacity(OPEN, REVOKED)
    }
}

impl SessionCache {
    /// An empty cache for so many open and revoked sessions.
    fn with_capacity(open: usize, revoked: usize) -> Self {
        let shard = || Shard {
            open: Generations::new(open / SHARDS),
            revoked: Generations::new(revoked / SHARDS),
            epoch: 0,
        };
        Self {
            shards: (0..SHARDS).map(|_| RwLock::new(shard())).collect(),
            lookups: (0..LOOKUPS).map(|_| Mutex::new(())).collect(),
        }
    }

    /// What is known of a session. Takes a read lock of one shard.
    pub fn get(&self, id: SessionId) -> SessionState {
        let Some(shard) = self.shard(id) else { return SessionState::Revoked };
        let shard = shard.read();
        if shard.revoked.get(id).is_some() {
            return SessionState::Revoked;
        }
        match shard.open.get(id) {
            Some(session) => SessionState::Open(*session),
            None => SessionState::Unknown(Epoch(shard.epoch)),
        }
    }

    /// Whether the session is known to be revoked. `false` is no proof that it is open.
    pub fn is_revoked(&self, id: SessionId) -> bool {
        self.get(id) == SessionState::Revoked
    }

    /// Waits for the turn to look up a session. Requests with the same session wait for each other, so that the first one
    /// looks it up for all of them: [`SessionCache::get`] must be asked again with the turn.
    pub async fn lookup_turn(&self, id: SessionId) -> Option<MutexGuard<'_, ()>> {
        let [.., last] = id.uuid().into_bytes();
        let turn = self.lookups.get(usize::from(last) % LOOKUPS)?;
        Some(turn.lock().await)
    }

    /// Caches a session that a look-up found open. It is not cached if any session of its shard was revoked since the
    /// look-up began, as that may have been this one; the next request looks it up again.
    pub fn insert(&self, id: SessionId, session: CachedSession, Epoch(begun): Epoch) {
        let Some(shard) = self.shard(id) else { return };
        let mut shard = shard.write();
        if shard.epoch == begun {
            shard.open.insert(id, session);
        }
    }

    /// How many open and revoked sessions are cached.
    pub fn len(&self) -> (usize, usize) {
        let lengths = self.shards.iter().map(|shard| {
            let shard = shard.read();
            (shard.open.len(), shard.revoked.len())
        });
        lengths.fold((0, 0), |sum, length| (sum.0 + length.0, sum.1 + length.1))
    }

    /// Whether nothing is cached.
    pub fn is_empty(&self) -> bool {
        self.len() == (0, 0)
    }

    /// Caches a session that has just begun, unless its end was heard of first.
    pub(crate) fn begin(&self, session: &Session) {
        let Some(shard) = self.shard(session.id) else { return };
        let mut shard = shard.write();
        if session.ended.is_none() && shard.revoked.get(session.id).is_none() {
            shard.open.insert(session.id, session.into());
        }
    }

    /// The session was ended: no look-up under way may cache it as open.
    pub(crate) fn revoke(&self, id: SessionId) {
        let Some(shard) = self.shard(id) else { return };
        let mut shard = shard.write();
        shard.epoch += 1;
        shard.open.remove(id);
        shard.revoked.insert(id, ());
    }

    /// Forgets which sessions are open, as when their ends may not have been heard of. Those that were revoked stay so.
    pub(crate) fn forget_open(&self) {
        for shard in &self.shards {
            let mut shard = shard.write();
            shard.epoch += 1;
            shard.open.clear();
        }
    }

    fn shard(&self, id: SessionId) -> Option<&RwLock<Shard>> {
        let [.., last] = id.uuid().into_bytes();
        self.shards.get(usize::from(last) % SHARDS)
    }
}

/// A map that drops its older half when it is full.
#[derive(Debug)]
struct Generations<V> {
    newer: HashMap<SessionId, V>,
    older: HashMap<SessionId, V>,
    half: usize,
}

impl<V> Generations<V> {
    fn new(capacity: usize) -> Self {
        Self { newer: HashMap::new(), older: HashMap::new(), half: capacity.div_ceil(2).max(1) }
    }

    fn get(&self, id: SessionId) -> Option<&V> {
        self.newer.get(&id).or_else(|| self.older.get(&id))
    }

    fn insert(&mut self, id: SessionId, value: V) {
        if self.newer.len() >= self.half {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(id, value);
    }

    fn remove(&mut self, id: SessionId) {
        self.newer.remove(&id);
        self.older.remove(&id);
    }

    fn clear(&mut self) {
        self.newer.clear();
        self.older.clear();
    }

    fn len(&self) -> usize {
        self.newer.len() + self.older.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn session() -> CachedSession {
        CachedSession { user: UserId::from_uuid(Uuid::nil()), access_version: 3 }
    }

    fn id(number: u128) -> SessionId {
        SessionId::from_uuid(Uuid::from_u128(number))
    }

    fn epoch(cache: &SessionCache, id: SessionId) -> Epoch {
        match cache.get(id) {
            SessionState::Unknown(epoch) => epoch,
            known @ (SessionState::Open(_) | SessionState::Revoked) => panic!("{known:?}"),
        }
    }

    #[test]
    fn a_session_that_was_looked_up_is_known_until_it_is_revoked() {
        let cache = SessionCache::default();
        cache.insert(id(1), session(), epoch(&cache, id(1)));
        assert_eq!(cache.get(id(1)), SessionState::Open(session()));
        cache.revoke(id(1));
        assert_eq!(cache.get(id(1)), SessionState::Revoked);
        assert_eq!(cache.len(), (0, 1));
    }

    #[test]
    fn a_session_that_is_revoked_during_its_look_up_is_not_cached_as_open() {
        let cache = SessionCache::with_capacity(64, 64);
        let begun = epoch(&cache, id(1));
        cache.revoke(id(1));
        // So many others of its shard are revoked that it is not remembered itself.
        for number in 1..=4 {
            cache.revoke(id(1 + 64 * number));
        }
        cache.insert(id(1), session(), begun);
        assert!(matches!(cache.get(id(1)), SessionState::Unknown(_)));
    }

    #[test]
    fn a_look_up_that_began_before_everything_was_forgotten_caches_nothing() {
        let cache = SessionCache::default();
        cache.insert(id(1), session(), epoch(&cache, id(1)));
        cache.revoke(id(2));
        let begun = epoch(&cache, id(3));
        cache.forget_open();
        cache.insert(id(3), session(), begun);
        assert!(matches!(cache.get(id(3)), SessionState::Unknown(_)));
        assert_eq!(cache.len(), (0, 1), "revoked sessions stay revoked");
    }

    #[test]
    fn however_many_sessions_begin_and_end_the_cache_stays_within_its_capacity() {
        let cache = SessionCache::with_capacity(640, 1_280);
        for number in 0..10_000 {
            cache.insert(id(number), session(), epoch(&cache, id(number)));
        }
        assert!((320..=640).contains(&cache.len().0), "{:?}", cache.len());
        for number in 0..10_000 {
            cache.revoke(id(number));
        }
        assert_eq!(cache.len().0, 0);
        assert!((640..=1_280).contains(&cache.len().1), "{:?}", cache.len());
        assert!(cache.is_revoked(id(9_999)), "the latest are the ones that are kept");
    }
}
