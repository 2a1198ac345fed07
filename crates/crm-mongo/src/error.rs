//! What can go wrong, in our own words: the driver's texts print documents and must not be shown or logged.

use crm_app::error::{Cause, StoreError};
use mongodb::error::{Error, ErrorKind};
use thiserror::Error;

/// Why a store could not be opened. The texts are written for who started the program; none holds the connection
/// string.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The connection string is none.
    #[error("the connection string is not valid: {0}")]
    Uri(&'static str),
    /// The name in a connection string with `mongodb+srv` cannot be looked up.
    #[error(
        "DNS has no SRV record for the host name of the connection string (mongodb+srv looks up _mongodb._tcp.HOST): \
         check the name, or list the members with mongodb://"
    )]
    Dns,
    /// No member could be reached in time.
    #[error("no member of the replica set can be reached ({hosts})")]
    Unreachable {
        /// The hosts that were tried, each with what failed.
        hosts: String,
    },
    /// No member could be reached with TLS.
    #[error("no member of the replica set can be reached with TLS ({hosts})")]
    Tls {
        /// The hosts that were tried, each with what failed.
        hosts: String,
    },
    /// Members can be reached, and none of them is the primary.
    #[error("the replica set has no primary that can be reached ({hosts})")]
    NoPrimary {
        /// The hosts that were tried, each with what was found.
        hosts: String,
    },
    /// The servers belong to another replica set than the connection string names.
    #[error(
        "the servers are members of the replica set {found}, and the connection string says replicaSet={expected}"
    )]
    OtherSet {
        /// The set that the connection string names.
        expected: String,
        /// The set that was found.
        found: String,
    },
    /// The server was started as a member of a replica set that was not initiated.
    #[error("the replica set was not initiated yet: run once: {command}")]
    NotInitiated {
        /// The command that initiates it, with the hosts of the connection string as its members.
        command: String,
    },
    /// The server does not let us in.
    #[error(
        "authentication failed: MongoDB refuses the user name or the password (authSource names the database that \
         knows the user)"
    )]
    Credentials,
    /// The server lets in users only, and the connection string names none.
    #[error(
        "authentication is required: put a user into the connection string \
         (mongodb://user:password@host/database?authSource=admin)"
    )]
    NoCredentials,
    /// The server lets us in and does not let us do what is needed.
    #[error("the MongoDB user may not {what} in the database {database}; it needs the role readWrite there")]
    Rights {
        /// What was refused.
        what: &'static str,
        /// The database.
        database: String,
    },
    /// The server is no member of a replica set.
    #[error(
        "this MongoDB is a standalone server, which has no transactions: start mongod with --replSet rs0, then run \
         once: mongosh --eval 'rs.initiate()'"
    )]
    Standalone,
    /// The server is a router of a sharded cluster.
    #[error("this MongoDB is a sharded cluster; the store needs a replica set")]
    Sharded,
    /// The server is too old.
    #[error("this MongoDB is version {found}; the store needs 5.0 or later")]
    TooOld {
        /// What it is.
        found: String,
    },
    /// The database holds what this program has not written.
    #[error(
        "the database {database} has a collection {collection} that is not of this store: name a database of its own \
         in the connection string (one of the Node.js backend is taken over with `crm-server store import-node`)"
    )]
    Foreign {
        /// The database.
        database: String,
        /// The first such collection.
        collection: &'static str,
    },
    /// Written by a newer version of this program, left as it was.
    #[error(
        "the store has schema {found} of a newer version, and this version knows schemas up to {known}; use the newer \
         version"
    )]
    NewerSchema {
        /// The number in the store.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// Written by another version of this program, and not to be brought up to date by whoever opens it.
    #[error("the store {why}: another version made it; start the server or run `crm-server store migrate`")]
    Outdated {
        /// What does not fit, as the predicate of the sentence.
        why: String,
    },
    /// There is no store, and none was to be made.
    #[error("there is no store in the database {database}")]
    NoStore {
        /// The database.
        database: String,
    },
    /// Anything else that went wrong while the store was opened.
    #[error("the store cannot be opened")]
    Store(#[source] StoreError),
}

/// What the driver said, without what it may have quoted.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// The server refused a command.
    #[error("MongoDB refused a command with code {code} ({name})")]
    Refused {
        /// The code.
        code: i32,
        /// Its name.
        name: String,
    },
    /// No member could take the call in time.
    #[error("no member of the replica set could take the call in time")]
    NoMember,
    /// The connection broke.
    #[error("the connection to MongoDB broke ({0})")]
    Connection(std::io::ErrorKind),
    /// The server did not let us in.
    #[error("MongoDB refused the credentials")]
    Credentials,
    /// Our own deadline passed.
    #[error("MongoDB did not answer in time")]
    Deadline,
    /// A moment that is read has been given up by the server.
    #[error(
        "MongoDB does not keep the moment that is being read any longer: read faster, or raise its parameter \
         minSnapshotHistoryWindowInSeconds (300 by default) and begin again"
    )]
    MomentGone,
    /// Another member has become primary while the first was asked.
    #[error("another member has become primary meanwhile")]
    Replaced,
    /// The task that made the call is gone.
    #[error("the call was given up")]
    Gone,
    /// What was sent or received is not what it should be.
    #[error("{0}")]
    Defect(&'static str),
}

/// Code of a server that has no room left.
const OUT_OF_DISK_SPACE: i32 = 14_031;
/// Code of a read of a moment that is too long ago.
const MOMENT_GONE: i32 = 239;
/// Code of a user without the right.
pub(crate) const UNAUTHORIZED: i32 = 13;
/// Codes of a server that is not, or no longer, the primary, shuts down, cannot reach another, has closed a cursor when it
/// stepped down, or does not have the moment of a read that began on another primary.
const CHANGES_OF_PRIMARY: [i32; 15] =
    [6, 7, 43, 89, 91, 134, 189, 246, 9_001, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436];
/// Codes of wrong credentials.
const AUTHENTICATION_FAILED: [i32; 2] = [18, 8_000];

/// What the driver said, in the words of the ports.
pub(crate) fn store_error(error: &Error) -> StoreError {
    match code(error) {
        Some(OUT_OF_DISK_SPACE) => StoreError::Full,
        Some(_) | None => unavailable(failure(error)),
    }
}

/// The store cannot answer, because of this.
pub(crate) fn unavailable(failure: Failure) -> StoreError {
    StoreError::Unavailable(Box::new(failure))
}

/// Whether nobody has answered: no member could be reached, or none said anything in time.
pub(crate) fn is_silence(error: &StoreError) -> bool {
    let (StoreError::Unavailable(cause) | StoreError::OutcomeUnknown(cause)) = error else { return false };
    match cause.downcast_ref::<Failure>() {
        Some(Failure::Deadline | Failure::NoMember | Failure::Connection(_)) => true,
        Some(
            Failure::Refused { .. }
            | Failure::Credentials
            | Failure::MomentGone
            | Failure::Replaced
            | Failure::Gone
            | Failure::Defect(_),
        )
        | None => false,
    }
}

/// Whether a read failed because the member that it went to was lost or is the primary no longer.
pub(crate) fn is_change_of_primary(error: &StoreError) -> bool {
    let StoreError::Unavailable(cause) = error else { return false };
    match cause.downcast_ref::<Failure>() {
        Some(Failure::Connection(_) | Failure::Replaced) => true,
        Some(Failure::Refused { code, .. }) => CHANGES_OF_PRIMARY.contains(code),
        Some(
            Failure::Deadline
            | Failure::NoMember
            | Failure::Credentials
            | Failure::MomentGone
            | Failure::Gone
            | Failure::Defect(_),
        )
        | None => false,
    }
}

/// A stored record that cannot be read.
pub(crate) fn corrupt(what: &'static str, id: String, cause: impl Into<Cause>) -> StoreError {
    StoreError::Corrupt { what, id, cause: cause.into() }
}

/// Whether the user lacks a right.
pub(crate) fn is_unauthorized(error: &Error) -> bool {
    code(error) == Some(UNAUTHORIZED)
}

/// Whether the credentials were refused.
pub(crate) fn is_bad_credentials(error: &Error) -> bool {
    matches!(*error.kind, ErrorKind::Authentication { .. })
        || code(error).is_some_and(|code| AUTHENTICATION_FAILED.contains(&code))
}

/// The server's code, if the server said something.
pub(crate) fn code(error: &Error) -> Option<i32> {
    if let ErrorKind::Command(command) = &*error.kind {
        return Some(command.code);
    }
    if let ErrorKind::InsertMany(refused) = &*error.kind {
        return refused.write_errors.as_ref().and_then(|errors| errors.first()).map(|first| first.code);
    }
    None
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the driver's enum, which grows")]
fn failure(error: &Error) -> Failure {
    match &*error.kind {
        ErrorKind::Command(command) if command.code == MOMENT_GONE => Failure::MomentGone,
        ErrorKind::Command(command) => {
            Failure::Refused { code: command.code, name: command.code_name.clone() }
        }
        ErrorKind::Authentication { .. } => Failure::Credentials,
        ErrorKind::ServerSelection { .. } | ErrorKind::DnsResolve { .. } => Failure::NoMember,
        ErrorKind::Io(io) => Failure::Connection(io.kind()),
        ErrorKind::ConnectionPoolCleared { .. } => Failure::Connection(std::io::ErrorKind::ConnectionReset),
        ErrorKind::BsonSerialization(_) | ErrorKind::BsonDeserialization(_) => {
            Failure::Defect("a document cannot be written or read")
        }
        ErrorKind::Transaction { .. } => Failure::Defect("a transaction was used wrongly"),
        _ => Failure::Defect("the driver failed"),
    }
}
