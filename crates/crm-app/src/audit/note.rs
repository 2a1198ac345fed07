//! Writing down what bears on security.

use crm_domain::access::actor::Actor;
use crm_domain::audit::{AuditActor, AuditEvent, AuditKind, Details};
use crm_domain::ids::{SessionId, UserId};

use crate::context::Ctx;
use crate::origin;

/// The longest text that is kept of anything, in characters.
const LONGEST: usize = 300;

/// What happened, before it is known when and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    kind: AuditKind,
    actor: Option<AuditActor>,
    subject: Option<UserId>,
    session: Option<SessionId>,
    details: Details,
}

impl Note {
    /// This happened.
    pub fn new(kind: AuditKind) -> Self {
        Self { kind, actor: None, subject: None, session: None, details: Details::new() }
    }

    /// Who did it.
    #[must_use]
    pub fn by(self, actor: &Actor) -> Self {
        let (id, name) = match actor {
            Actor::User(user) => (Some(user.id), user.name.as_str().to_owned()),
            Actor::System { why } => (None, format!("system ({why})")),
        };
        Self { actor: Some(AuditActor { id, name }), ..self }
    }

    /// Who did it, where they are no actor yet.
    #[must_use]
    pub fn by_somebody(self, actor: AuditActor) -> Self {
        Self { actor: Some(actor), ..self }
    }

    /// The account that it is about.
    #[must_use]
    pub fn about(self, subject: UserId) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// The session that it is about.
    #[must_use]
    pub fn in_session(self, session: SessionId) -> Self {
        Self { session: Some(session), ..self }
    }

    /// What else is known. Never a secret, and nothing of which a client may have made one by mistake: who types a
    /// password where the email belongs must not find it in the log.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.details.insert(name.to_owned(), text.chars().take(LONGEST).collect());
        self
    }

    /// The event: now, and from where the request that is being answered came.
    pub fn event(self, ctx: &Ctx) -> AuditEvent {
        let origin = origin::current();
        AuditEvent {
            id: ctx.mint(),
            at: ctx.now(),
            kind: self.kind,
            actor: self.actor,
            subject: self.subject,
            session: self.session,
            address: origin.address.map(|address| address.to_string()),
            request_id: origin.request_id.as_deref().map(str::to_owned),
            count: 1,
            details: self.details,
        }
    }
}
