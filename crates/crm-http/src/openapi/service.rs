//! The feed, the audit log, the dashboard and the service routes in the API document.

use utoipa::openapi::{Object, Type};

use super::operation::{Spec, spec};
use super::parameters;
use crate::dto::activity::ActivityBody;
use crate::dto::audit::AuditEntryBody;
use crate::dto::dashboard::DashboardBody;
use crate::dto::done::{DoneBody, ReadyBody};
use crate::dto::page::PageBody;
use crate::route::Verb::Get;

pub(super) fn specs() -> Vec<Spec> {
    let text = || Object::with_type(Type::String);
    vec![
        spec(
            Get,
            "/api/activity",
            "listActivity",
            "What happened, newest first; the next page is in `Link`.",
        )
        .tag("activity")
        .query(parameters::activity())
        .gives_list_of::<ActivityBody<'_>>()
        .with_headers(&["ETag", "Link"]),
        spec(
            Get,
            "/api/audit",
            "listAudit",
            "What bears on security, newest first: sign-ins, refusals, accounts, keys.",
        )
        .tag("audit")
        .query(parameters::audit())
        .gives::<PageBody<'_, AuditEntryBody<'_>>>()
        .with_headers(&["ETag", "Link"]),
        spec(Get, "/api/dashboard", "getDashboard", "Figures over what the reader may see.")
            .tag("dashboard")
            .gives::<DashboardBody>()
            .with_headers(&["ETag"]),
        spec(Get, "/health", "getHealth", "The server is alive.").gives::<DoneBody>(),
        spec(Get, "/healthz", "getLiveness", "The server is alive.").gives::<DoneBody>(),
        spec(
            Get,
            "/readyz",
            "getReadiness",
            "The store, whose kind is named, answers and the server is not about to stop.",
        )
        .gives::<ReadyBody>()
        .refuses(&[503]),
        spec(
            Get,
            "/metrics",
            "getMetrics",
            "Numbers for Prometheus, unless they have a listener of their own.",
        )
        .gives_media("text/plain", text())
        .refuses(&[404]),
        spec(Get, "/openapi.json", "getDocument", "This document, unless it is switched off.")
            .gives_media("application/json", Object::with_type(Type::Object))
            .with_headers(&["ETag"])
            .refuses(&[404, 429, 503]),
        spec(Get, "/docs", "getDocs", "Leads to `/docs/`.")
            .with_status("308")
            .with_headers(&["Location"])
            .refuses(&[404, 429, 503]),
        spec(Get, "/docs/{file:.*}", "getDocsFile", "This document as a page to browse, with no internet.")
            .gives_media("text/html", text())
            .gives_media("text/css", text())
            .gives_media("text/javascript", text())
            .gives_media("image/png", text())
            .with_headers(&["ETag"])
            .refuses(&[429, 503]),
    ]
}
