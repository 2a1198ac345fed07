//! The API document (OpenAPI 3.1), made from the same types and tables that the server answers with.
//!
//! `docs/openapi.json` is a copy; a test compares it, holds it against [`crate::app::routes`], and checks that every
//! response of the HTTP tests fits it.

mod accounts;
mod customers;
mod leads;
mod operation;
mod parameters;
mod service;
mod tasks;
mod texts;

use std::sync::OnceLock;

use bytes::Bytes;
use utoipa::ToSchema as _;
use utoipa::openapi::path::{PathItemBuilder, PathsBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

use crate::app;
use crate::dto::problem::ProblemBody;
use crate::openapi::operation::{SCHEME, Spec, collect, refusals};
use crate::route::Route;

/// The document as pretty JSON, the same each time, with a line break at its end.
pub fn openapi() -> String {
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// The document, written once.
pub(crate) fn shared() -> Bytes {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    DOCUMENT.get_or_init(|| openapi().into()).clone()
}

/// A route's path as the document writes it: without patterns.
pub fn template(path: &str) -> String {
    path.replace(":.*}", "}")
}

fn document() -> OpenApi {
    let routes = app::routes();
    let specs = specs();
    let mut components =
        ComponentsBuilder::new().schemas_from_iter(collect::<ProblemBody<'_>>()).security_scheme(
            SCHEME,
            SecurityScheme::Http(
                HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build(),
            ),
        );
    for (name, response) in refusals(&ProblemBody::name()) {
        components = components.response(name, response);
    }
    let mut paths = PathsBuilder::new();
    for route in &routes {
        // A route that is not described is found by a test, not by whoever starts the server.
        let Some(spec) = specs.iter().find(|spec| spec.describes(route)) else {
            continue;
        };
        components = components.schemas_from_iter(spec.schemas());
        let item = PathItemBuilder::new().operation(spec.method(), spec.operation(route)).build();
        paths = paths.path(template(route.path), item);
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("CRM")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(ABOUT))
                .build(),
        )
        .tags(Some(TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build())))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

fn specs() -> Vec<Spec> {
    [accounts::specs(), leads::specs(), customers::specs(), tasks::specs(), service::specs()].concat()
}

/// Whether every route has a description.
pub fn describes(route: &Route) -> bool {
    specs().iter().any(|spec| spec.describes(route))
}

const ABOUT: &str = "Leads, customers, tasks and what happened to them. Sign in with `POST /api/auth/login` and send \
    the access token as `Authorization: Bearer <token>`. Every `GET` answers `HEAD` too. Failures are \
    `application/problem+json` (RFC 9457); bad input names every bad field at once.\n\n\
    What is described of bodies and parameters is what to send. What comes is cleaned before it is looked at: texts \
    but for passwords and tokens lose white space at their ends and are composed (NFC); a blank parameter is as \
    absent, and so is a blank or `null` member that may be left out of a `POST`, while in a `PATCH` blank is `null`; \
    members of the record that cannot be written (`id`, `_id`, `createdAt`, `version` and so on) are ignored; labels \
    that differ only in case are one.";

const TAGS: [(&str, &str); 8] = [
    ("accounts", "Signing in, accounts and sessions."),
    ("leads", "Somebody who might become a customer."),
    ("customers", "Somebody who bought, and the notes about them."),
    ("tasks", "Something to be done by some day."),
    ("activity", "What happened."),
    ("audit", "What bears on security."),
    ("dashboard", "Figures."),
    ("service", "The server about itself."),
];
