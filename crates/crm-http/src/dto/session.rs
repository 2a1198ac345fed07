//! The sessions of a user.

use crm_domain::ids::SessionId;
use crm_domain::session::Session;
use serde::Serialize;
use utoipa::ToSchema;

use crate::dto::values::{IdText, Instant};

/// The live sessions of a user.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Sessions)]
pub struct SessionsBody<'a> {
    /// The sessions, last used first.
    pub items: Vec<SessionBody<'a>>,
}

/// A sign-in that lasts.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub struct SessionBody<'a> {
    /// Its id.
    pub id: IdText,
    /// When it began.
    pub created_at: Instant,
    /// When it was last renewed.
    pub last_used_at: Instant,
    /// The address it began from, if known.
    #[schema(required)]
    pub address: Option<&'a str>,
    /// What the client called itself.
    #[schema(required)]
    pub user_agent: Option<&'a str>,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl<'a> SessionsBody<'a> {
    pub(crate) fn of(sessions: &'a [Session], current: Option<SessionId>) -> Self {
        let body = |session: &'a Session| SessionBody {
            id: session.id.into(),
            created_at: Instant(session.created_at),
            last_used_at: Instant(session.last_used_at),
            address: session.address.as_deref(),
            user_agent: session.user_agent.as_deref(),
            current: Some(session.id) == current,
        };
        Self { items: sessions.iter().map(body).collect() }
    }
}
