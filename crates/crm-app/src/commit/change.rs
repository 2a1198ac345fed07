//! The things that can be written, one variant each.

use crm_domain::audit::chain::Mark;
use crm_domain::customer::Customer;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::ids::{CustomerId, NoteId, SessionId, UserId};
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::password_hash::PasswordHash;
use crm_domain::session::Session;
use crm_domain::session::end::EndReason;
use crm_domain::session::rotation::Rotation;
use crm_domain::task::Task;
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_domain::version::{Replace, Versioned};

use crm_domain::transfer::Transfer;

use crate::setup::token::SetupFingerprint;

/// One thing that is written.
///
/// An insert demands that the id is free and makes version 1. A put demands that the store still holds the version
/// that was read and makes the next one; a delete demands the same. What a change carries of the state before it is
/// enough to keep the tallies without reading anything.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A new user; their email must be free.
    InsertUser(User),
    /// A user changed; their email must be free or their own.
    PutUser(Replace<User>),
    /// What is kept of a user's password was made anew from the same password. Nobody sees a difference, so that the
    /// user stays at their version and no event tells it. If anything but `from` is kept by now, it is none of its
    /// business.
    RenewHash {
        /// The user.
        user: UserId,
        /// What was kept when it was decided.
        from: PasswordHash,
        /// What is kept from now on.
        to: PasswordHash,
    },
    /// A new session.
    InsertSession(Session),
    /// A session's refresh token was used. The later moment wins; a session that is gone is none of its business.
    TouchSession {
        /// The session.
        id: SessionId,
        /// When.
        at: Timestamp,
    },
    /// A session's refresh token was used, and which of its tokens are good has changed by it. Stale unless the session
    /// is open and its rotation is still the one that was read.
    RotateSession {
        /// The session.
        id: SessionId,
        /// The rotation that was read.
        read: Rotation,
        /// The rotation from now on.
        put: Rotation,
        /// When the session ends from now on.
        expires_at: Timestamp,
        /// When it was used. The later moment wins.
        at: Timestamp,
    },
    /// A session is over. The first moment and reason stay.
    EndSession {
        /// The session.
        id: SessionId,
        /// Whose it is.
        user: UserId,
        /// When.
        at: Timestamp,
        /// Why.
        why: EndReason,
    },
    /// A new lead.
    InsertLead(Lead),
    /// A lead changed.
    PutLead(Replace<Lead>),
    /// A new customer.
    InsertCustomer(Customer),
    /// A customer changed.
    PutCustomer(Replace<Customer>),
    /// A customer is deleted. Its notes are removed by [`Change::DeleteNotes`]; nobody reads a note of a customer that is
    /// gone.
    DeleteCustomer(Versioned<Customer>),
    /// A new note; its customer changes in the same commit.
    InsertNote(Note),
    /// A note was edited; its customer changes in the same commit.
    PutNote(Note),
    /// A note is deleted; its customer changes in the same commit.
    DeleteNote(Note),
    /// Notes of a customer that is deleted are removed. One that is gone already is no obstacle.
    DeleteNotes(Vec<NoteId>),
    /// The rest of a deleted customer's notes and open tasks is left to batches.
    InsertCleanup(CustomerCleanup),
    /// Nothing is left to clean up after this customer.
    DeleteCleanup(CustomerId),
    /// A new task.
    InsertTask(Task),
    /// A task changed.
    PutTask(Replace<Task>),
    /// A task is deleted.
    DeleteTask(Versioned<Task>),
    /// A hand-over of everything that was somebody's has begun, gone on, or finished. It replaces the one before.
    PutTransfer(Transfer),
    /// A setup token was shown: it takes the place of the one before, unless the store has had an admin.
    OfferSetUp(SetupFingerprint),
    /// A session that is long over is forgotten.
    ForgetSession(SessionId),
    /// The store has had its first admin. Once, for ever: no setup token is good from then on.
    MarkSetUp,
    /// The audit log begins behind this entry from now on: it and those before it are gone. The commit has an entry
    /// that says so. A log that begins later already is left as it is.
    PruneAudit(Mark),
}
