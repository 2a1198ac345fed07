//! Everything a store holds, as values on their way from one store to another or into a file.
//!
//! It comes in batches, each of one kind, the kinds in the order of [`Kind::ALL`] and the records of a kind in the order
//! of their ids. What stores make for themselves, such as counters and what records are found by, is not part of it:
//! each store makes its own.

pub mod lines;
pub mod sums;

use crm_domain::activity::Activity;
use crm_domain::customer::Customer;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::ids::CommitId;
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::session::Session;
use crm_domain::task::Task;
use crm_domain::transfer::Transfer;
use crm_domain::user::User;
use crm_domain::version::Versioned;

use crate::commit::replay::Replay;
use crate::ports::workspace::Workspace;

/// The kinds of thing that a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What holds for the whole store.
    Workspace,
    /// Leads.
    Lead,
    /// Customers.
    Customer,
    /// Clean-ups after deleted customers that are not finished.
    Cleanup,
    /// Notes.
    Note,
    /// Tasks.
    Task,
    /// Hand-overs.
    Transfer,
    /// Events.
    Event,
    /// Answers kept for repeated requests.
    Replay,
    /// Users.
    User,
    /// Sessions.
    Session,
}

impl Kind {
    /// Every kind, in order. The workspace is first, as days rest on its calendar; customers and clean-ups come before the notes;
    /// users and sessions come last, so that nobody can sign in where not everything has arrived.
    pub const ALL: [Self; 11] = [
        Self::Workspace,
        Self::Lead,
        Self::Customer,
        Self::Cleanup,
        Self::Note,
        Self::Task,
        Self::Transfer,
        Self::Event,
        Self::Replay,
        Self::User,
        Self::Session,
    ];

    /// The kind's name in archives.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Lead => "lead",
            Self::Customer => "customer",
            Self::Cleanup => "cleanup",
            Self::Note => "note",
            Self::Task => "task",
            Self::Transfer => "transfer",
            Self::Event => "event",
            Self::Replay => "replay",
            Self::User => "user",
            Self::Session => "session",
        }
    }

    /// The kind's name for several.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Lead => "leads",
            Self::Customer => "customers",
            Self::Cleanup => "clean-ups",
            Self::Note => "notes",
            Self::Task => "tasks",
            Self::Transfer => "hand-overs",
            Self::Event => "events",
            Self::Replay => "kept answers",
            Self::User => "users",
            Self::Session => "sessions",
        }
    }

    /// How many records of this kind come in one batch, so that none is too large to be held: an answer that is kept
    /// may have 256 KiB.
    pub fn batch(self) -> usize {
        match self {
            Self::Replay => 32,
            Self::Workspace
            | Self::Lead
            | Self::Customer
            | Self::Cleanup
            | Self::Note
            | Self::Task
            | Self::Transfer
            | Self::Event
            | Self::User
            | Self::Session => 500,
        }
    }
}

/// An event, and which of its commit's events it is: a commit is recognised by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub activity: Activity,
    /// The commit that wrote it.
    pub commit: CommitId,
    /// Its place among the commit's events, from 0.
    pub ordinal: u32,
}

/// A session, and the commit that made it, which is recognised by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The session, live or over.
    pub session: Session,
    /// The commit that made it.
    pub commit: CommitId,
}

/// The records of a batch of this kind, or the batch back.
macro_rules! taken {
    ($batch:ident, $kind:ident) => {{
        let Self::$kind(records) = $batch else { return Some($batch) };
        records
    }};
}

/// Some records of one kind, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Batch {
    /// What holds for the whole store.
    Workspace(Workspace),
    /// Leads.
    Leads(Vec<Versioned<Lead>>),
    /// Customers.
    Customers(Vec<Versioned<Customer>>),
    /// Clean-ups.
    Cleanups(Vec<CustomerCleanup>),
    /// Notes.
    Notes(Vec<Note>),
    /// Tasks.
    Tasks(Vec<Versioned<Task>>),
    /// Hand-overs.
    Transfers(Vec<Transfer>),
    /// Events.
    Events(Vec<Event>),
    /// Kept answers.
    Replays(Vec<Replay>),
    /// Users.
    Users(Vec<Versioned<User>>),
    /// Sessions.
    Sessions(Vec<SignIn>),
}

impl Batch {
    /// The kind of its records.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Workspace(_) => Kind::Workspace,
            Self::Leads(_) => Kind::Lead,
            Self::Customers(_) => Kind::Customer,
            Self::Cleanups(_) => Kind::Cleanup,
            Self::Notes(_) => Kind::Note,
            Self::Tasks(_) => Kind::Task,
            Self::Transfers(_) => Kind::Transfer,
            Self::Events(_) => Kind::Event,
            Self::Replays(_) => Kind::Replay,
            Self::Users(_) => Kind::User,
            Self::Sessions(_) => Kind::Session,
        }
    }

    /// How many records it holds.
    pub fn len(&self) -> usize {
        match self {
            Self::Workspace(_) => 1,
            Self::Leads(leads) => leads.len(),
            Self::Customers(customers) => customers.len(),
            Self::Cleanups(cleanups) => cleanups.len(),
            Self::Notes(notes) => notes.len(),
            Self::Tasks(tasks) => tasks.len(),
            Self::Transfers(transfers) => transfers.len(),
            Self::Events(events) => events.len(),
            Self::Replays(replays) => replays.len(),
            Self::Users(users) => users.len(),
            Self::Sessions(sessions) => sessions.len(),
        }
    }

    /// Takes in the records of another batch of its kind, as long as there is room for them; gives back what it does not
    /// take.
    pub fn take_in(&mut self, other: Self) -> Option<Self> {
        if self.kind() != other.kind() || self.len() + other.len() > self.kind().batch() {
            return Some(other);
        }
        match self {
            Self::Workspace(_) => return Some(other),
            Self::Leads(ours) => ours.extend(taken!(other, Leads)),
            Self::Customers(ours) => ours.extend(taken!(other, Customers)),
            Self::Cleanups(ours) => ours.extend(taken!(other, Cleanups)),
            Self::Notes(ours) => ours.extend(taken!(other, Notes)),
            Self::Tasks(ours) => ours.extend(taken!(other, Tasks)),
            Self::Transfers(ours) => ours.extend(taken!(other, Transfers)),
            Self::Events(ours) => ours.extend(taken!(other, Events)),
            Self::Replays(ours) => ours.extend(taken!(other, Replays)),
            Self::Users(ours) => ours.extend(taken!(other, Users)),
            Self::Sessions(ours) => ours.extend(taken!(other, Sessions)),
        }
        None
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use crm_domain::ids::UserId;
    use crm_domain::timestamp::Timestamp;
    use crm_domain::transfer::Moved;
    use uuid::Uuid;

    use super::*;

    fn transfer() -> Transfer {
        let user = UserId::from_uuid(Uuid::from_u128(1));
        Transfer {
            from: user,
            to: user,
            by: user,
            begun_at: Timestamp::MIN,
            moved: Moved::default(),
            finished_at: None,
        }
    }

    #[test]
    fn a_batch_takes_in_what_is_of_its_kind_until_it_is_full() {
        let transfers = |count| Batch::Transfers(vec![transfer(); count]);
        let most = Kind::Transfer.batch();
        let mut batch = transfers(most - 1);
        assert_eq!(batch.take_in(Batch::Notes(Vec::new())), Some(Batch::Notes(Vec::new())));
        assert_eq!(batch.take_in(transfers(1)), None);
        assert_eq!(batch, transfers(most));
        assert_eq!(batch.take_in(transfers(1)), Some(transfers(1)));
    }

    #[test]
    fn the_kinds_come_in_their_order_each_under_its_own_name() {
        assert!(Kind::ALL.is_sorted());
        for (at, kind) in Kind::ALL.iter().enumerate() {
            let others = Kind::ALL.iter().filter(|other| other.as_str() == kind.as_str());
            assert_eq!(others.count(), 1, "{at}: {kind:?}");
            assert!(kind.batch() > 0);
        }
    }
}
