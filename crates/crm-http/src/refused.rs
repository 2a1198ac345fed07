//! Refusals that the audit log is told of: a token that is none, and what a role or an owner does not allow.

use actix_web::{HttpMessage as _, HttpRequest};
use crm_app::audit::note::Note;
use crm_app::context::Ctx;
use crm_domain::audit::{AuditActor, AuditKind};

use crate::dispatch::Trace;
use crate::problem::Problem;
use crate::problem::kind::Kind;
use crate::route::Route;

/// Tells the audit log of a refusal, if it is one that it wants to know of.
pub(crate) fn tell(ctx: &Ctx, request: &HttpRequest, route: &Route, problem: &Problem) {
    if ![Kind::INVALID_TOKEN, Kind::FORBIDDEN, Kind::NOT_OWNER].contains(&problem.kind()) {
        return;
    }
    let note = Note::new(AuditKind::AccessRefused)
        .with("code", problem.kind().code)
        .with("method", route.verb.as_str())
        .with("route", route.path);
    let user = request.extensions().get::<Trace>().and_then(|trace| trace.user);
    let note = match user.and_then(|id| ctx.mirror.user(id)) {
        Some(card) => {
            let name = card.name.as_str().to_owned();
            note.by_somebody(AuditActor { id: Some(card.id), name }).about(card.id)
        }
        None => note,
    };
    ctx.trail.record(ctx, note);
}
