//! What the audit log is told of a commit: it follows from the changes, so that no use case can forget it.

use crm_domain::access::actor::Actor;
use crm_domain::audit::{AuditActor, AuditEvent, AuditKind};
use crm_domain::session::end::EndReason;
use crm_domain::user::User;
use crm_domain::version::Replace;

use crate::audit::note::Note;
use crate::commit::Commit;
use crate::commit::change::Change;
use crate::context::Ctx;

/// The entries that belong to these changes, made by this actor.
pub fn derived(ctx: &Ctx, actor: &Actor, commit: &Commit) -> Vec<AuditEvent> {
    let notes = commit.changes.iter().flat_map(|change| notes(ctx, actor, commit, change));
    notes.map(|note| note.event(ctx)).collect()
}

fn notes(ctx: &Ctx, actor: &Actor, commit: &Commit, change: &Change) -> Vec<Note> {
    match change {
        Change::InsertUser(user) => vec![created(actor, commit, user)],
        Change::PutUser(put) => changed(actor, put),
        Change::InsertSession(session) => {
            let name = ctx.mirror.user(session.user).map(|card| card.name.as_str().to_owned());
            let who = AuditActor { id: Some(session.user), name: name.unwrap_or_default() };
            let note = Note::new(AuditKind::SignInOk).by_somebody(who).about(session.user);
            let agent = session.user_agent.as_deref().unwrap_or_default();
            vec![note.in_session(session.id).with("userAgent", agent)]
        }
        Change::EndSession { id, user, why, .. } => {
            let kind = match why {
                EndReason::Theft => AuditKind::RefreshTheft,
                EndReason::SignedOut | EndReason::Ended | EndReason::SessionLimit => AuditKind::SessionEnded,
            };
            vec![Note::new(kind).by(actor).about(*user).in_session(*id).with("why", why.as_str())]
        }
        Change::RenewHash { .. }
        | Change::TouchSession { .. }
        | Change::RotateSession { .. }
        | Change::InsertLead(_)
        | Change::PutLead(_)
        | Change::InsertCustomer(_)
        | Change::PutCustomer(_)
        | Change::DeleteCustomer(_)
        | Change::InsertNote(_)
        | Change::PutNote(_)
        | Change::DeleteNote(_)
        | Change::InsertTask(_)
        | Change::PutTask(_)
        | Change::DeleteTask(_)
        | Change::DeleteNotes(_)
        | Change::InsertCleanup(_)
        | Change::DeleteCleanup(_)
        | Change::PutTransfer(_)
        | Change::MarkSetUp
        | Change::OfferSetUp(_)
        | Change::ForgetSession(_)
        | Change::PruneAudit(_) => Vec::new(),
    }
}

fn created(actor: &Actor, commit: &Commit, user: &User) -> Note {
    let note = Note::new(AuditKind::UserCreated).by(actor).about(user.id).with("role", user.role.as_str());
    if commit.changes.contains(&Change::MarkSetUp) { note.with("first", "admin") } else { note }
}

/// A role and a deactivation have entries of their own; of anything else only the names of the fields are told: what
/// they were and are is told in the feed.
fn changed(actor: &Actor, put: &Replace<User>) -> Vec<Note> {
    let (before, after) = (put.before.record(), &put.after);
    let note = |kind| Note::new(kind).by(actor).about(after.id);
    let mut notes = Vec::new();
    if before.role != after.role {
        let changed = note(AuditKind::RoleChanged);
        notes.push(changed.with("from", before.role.as_str()).with("to", after.role.as_str()));
    }
    if before.active && !after.active {
        notes.push(note(AuditKind::UserDeactivated));
    }
    let differences = before.differences(after);
    let fields = differences.changes().iter().map(|change| change.field.as_str());
    let others: Vec<&str> =
        fields.filter(|field| *field != "role" && (*field != "isActive" || after.active)).collect();
    if !others.is_empty() {
        notes.push(note(AuditKind::UserChanged).with("fields", &others.join(", ")));
    }
    notes
}
