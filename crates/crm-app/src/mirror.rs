//! What every request needs, held in process: who the users are, which sessions ended just now, and the calendar.
//!
//! A store fills it when it opens, and brings it up to date after each of its commits and before it answers: whoever
//! saw a deactivation acknowledged can rely on it. Reading it takes no lock and no store.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use crm_domain::access::role::Role;
use crm_domain::calendar::Calendar;
use crm_domain::ids::{SessionId, UserId};
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::version::Version;
use parking_lot::Mutex;

use crate::commit::change::Change;

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

/// What is held, as of one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    users: HashMap<UserId, Arc<UserCard>>,
    ended: HashMap<SessionId, Timestamp>,
    calendar: Calendar,
}

impl Snapshot {
    /// Everything, as a store read it.
    pub fn new(
        users: impl IntoIterator<Item = UserCard>,
        ended: impl IntoIterator<Item = (SessionId, Timestamp)>,
        calendar: Calendar,
    ) -> Self {
        Self {
            users: users.into_iter().map(|card| (card.id, Arc::new(card))).collect(),
            ended: ended.into_iter().collect(),
            calendar,
        }
    }

    /// What is held of a user.
    pub fn user(&self, id: UserId) -> Option<&Arc<UserCard>> {
        self.users.get(&id)
    }

    /// Whether the session was ended within [`Mirror::ENDED_FOR`]. Older ones have no access token left.
    pub fn has_ended(&self, session: SessionId) -> bool {
        self.ended.contains_key(&session)
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
    writing: Mutex<()>,
}

impl Mirror {
    /// How long an ended session is remembered. No access token lives longer: a day at most, and the few seconds of
    /// leeway between clocks.
    pub const ENDED_FOR: Duration = Duration::from_hours(25);

    /// Nobody yet.
    pub fn empty() -> Self {
        Self {
            snapshot: ArcSwap::from_pointee(Snapshot::new([], [], Calendar::utc())),
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

    /// Puts what a store read in the place of everything. For stores only.
    pub fn replace(&self, snapshot: Snapshot) {
        let _writing = self.writing.lock();
        self.snapshot.store(Arc::new(snapshot));
    }

    /// Takes over what a commit changed. For stores only, in the order of their commits.
    pub fn apply(&self, changes: &[Change]) {
        if !changes.iter().any(concerns_the_mirror) {
            return;
        }
        let _writing = self.writing.lock();
        let mut next = Snapshot::clone(&self.snapshot.load());
        for change in changes {
            take_over(&mut next, change);
        }
        self.snapshot.store(Arc::new(next));
    }
}

fn concerns_the_mirror(change: &Change) -> bool {
    matches!(change, Change::InsertUser(_) | Change::PutUser(_) | Change::EndSession { .. })
}

fn take_over(next: &mut Snapshot, change: &Change) {
    let card = if let Change::InsertUser(user) = change {
        UserCard::of(user, Version::FIRST)
    } else if let Change::PutUser(put) = change {
        UserCard::of(&put.after, put.version())
    } else {
        if let Change::EndSession { id, at, .. } = change {
            let forget = at.minus(Mirror::ENDED_FOR);
            next.ended.retain(|_, ended| *ended > forget);
            next.ended.entry(*id).or_insert(*at);
        }
        return;
    };
    match next.users.get(&card.id) {
        Some(known) if known.version > card.version => {}
        Some(_) | None => {
            next.users.insert(card.id, Arc::new(card));
        }
    }
}
