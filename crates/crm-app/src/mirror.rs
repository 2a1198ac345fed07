//! What every request needs, held in process: who the users are, which sessions are open, and the calendar.
//!
//! A store fills it when it opens, and brings it up to date after each of its commits and before it answers: whoever
//! saw a deactivation acknowledged can rely on it. Users and calendar are all here; sessions are a cache
//! ([`crate::session_cache`]). Reading it needs no store.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use crm_domain::access::role::Role;
use crm_domain::calendar::Calendar;
use crm_domain::ids::{SessionId, UserId};
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::version::{Version, Versioned};
use parking_lot::Mutex;

use crate::commit::change::Change;
use crate::session_cache::SessionCache;

/// What is held of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCard {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: PersonName,
    /// Their email.
    pub email: Email,
    /// Their role.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// Their access version.
    pub access_version: u32,
    /// The session that outlived their last change of password.
    pub spared: Option<SessionId>,
    /// The version of the record this comes from.
    pub version: Version,
}

impl UserCard {
    /// What is held of this user at this version.
    pub fn of(user: &User, version: Version) -> Self {
        Self {
            id: user.id,
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role,
            active: user.active,
            access_version: user.access_version,
            spared: user.spared,
            version,
        }
    }

    /// Whether this session of theirs, begun at that access version, is good as far as it depends on them; see
    /// [`User::admits`].
    pub fn admits(&self, session: SessionId, access_version: u32) -> bool {
        self.access_version == access_version || self.spared == Some(session)
    }
}

/// The users and the calendar, as of one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    users: HashMap<UserId, Arc<UserCard>>,
    calendar: Calendar,
}

impl Snapshot {
    /// Everything, as a store read it.
    pub fn new(users: impl IntoIterator<Item = UserCard>, calendar: Calendar) -> Self {
        Self { users: users.into_iter().map(|card| (card.id, Arc::new(card))).collect(), calendar }
    }

    /// What is held of a user.
    pub fn user(&self, id: UserId) -> Option<&Arc<UserCard>> {
        self.users.get(&id)
    }

    /// The calendar.
    pub fn calendar(&self) -> Calendar {
        self.calendar
    }
}

/// The state held in process. Shared by the store, which writes it, and the use cases, which read it.
#[derive(Debug)]
pub struct Mirror {
    snapshot: ArcSwap<Snapshot>,
    sessions: SessionCache,
    writing: Mutex<()>,
}

impl Mirror {
    /// Nobody yet.
    pub fn empty() -> Self {
        Self {
            snapshot: ArcSwap::from_pointee(Snapshot::new([], Calendar::utc())),
            sessions: SessionCache::default(),
            writing: Mutex::new(()),
        }
    }

    /// What is held now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// What is held of a user now.
    pub fn user(&self, id: UserId) -> Option<Arc<UserCard>> {
        self.snapshot.load().users.get(&id).cloned()
    }

    /// The calendar now.
    pub fn calendar(&self) -> Calendar {
        self.snapshot.load().calendar
    }

    /// The sessions that are known.
    pub fn sessions(&self) -> &SessionCache {
        &self.sessions
    }

    /// Puts what a store read in the place of everything, and forgets which sessions are open: some may have ended
    /// unheard. For stores only.
    pub fn replace(&self, snapshot: Snapshot) {
        let _writing = self.writing.lock();
        self.snapshot.store(Arc::new(snapshot));
        self.sessions.forget_open();
    }

    /// Takes over what a commit changed. For stores only, in the order of their commits.
    pub fn apply(&self, changes: &[Change]) {
        let mut cards = Vec::new();
        for change in changes {
            if let Change::InsertUser(user) = change {
                cards.push(UserCard::of(user, Version::FIRST));
            } else if let Change::PutUser(put) = change {
                cards.push(UserCard::of(&put.after, put.version()));
            } else if let Change::InsertSession(session) = change {
                self.sessions.begin(session);
            } else if let Change::EndSession { id, .. } = change {
                self.sessions.revoke(*id);
            }
        }
        self.update_users(cards);
    }

    /// Takes over a user who was read from the store because a token knew more of them than this server did.
    pub(crate) fn update_user(&self, user: &Versioned<User>) {
        self.update_users(vec![UserCard::of(user.record(), user.version())]);
    }

    /// Of each user the newer version stays. Copies the map: users change rarely, and every request reads it.
    fn update_users(&self, cards: Vec<UserCard>) {
        if cards.is_empty() {
            return;
        }
        let _writing = self.writing.lock();
        let mut next = Snapshot::clone(&self.snapshot.load());
        for card in cards {
            if next.users.get(&card.id).is_none_or(|known| known.version <= card.version) {
                next.users.insert(card.id, Arc::new(card));
            }
        }
        self.snapshot.store(Arc::new(next));
    }
}
