//! `/api/auth` in the API document.

use super::operation::{Spec, spec};
use super::parameters;
use crate::dto::audit::AuditEntryBody;
use crate::dto::done::{BootstrapCheckBody, DeactivatedBody, DoneBody, RevokedBody, TransferBody};
use crate::dto::input::{FirstAdmin, Login, MyChange, NewUser, PasswordChange, RefreshToken, UserChange};
use crate::dto::page::PageBody;
use crate::dto::session::SessionsBody;
use crate::dto::token::{SignInBody, TokenPairBody};
use crate::dto::user::UserBody;
use crate::route::Verb::{Delete, Get, Patch, Post};

pub(super) fn specs() -> Vec<Spec> {
    let mut specs = own();
    specs.extend(managed());
    specs.into_iter().map(|spec| spec.tag("accounts")).collect()
}

fn own() -> Vec<Spec> {
    vec![
        spec(Post, "/api/auth/login", "login", "Sign in.")
            .takes::<Login>()
            .gives::<SignInBody<'_>>()
            .refuses(&[401, 403]),
        spec(Post, "/api/auth/refresh", "refresh", "Get a new access and a new refresh token.")
            .takes::<RefreshToken>()
            .gives::<TokenPairBody<'_>>()
            .refuses(&[401]),
        spec(Post, "/api/auth/logout", "logout", "End the session; harmless if there is none.")
            .takes::<RefreshToken>()
            .gives::<DoneBody>(),
        spec(Get, "/api/auth/me", "getMe", "One's own account.")
            .gives::<UserBody<'_>>()
            .with_headers(&["ETag"]),
        spec(Patch, "/api/auth/me", "changeMe", "Change one's own name.")
            .takes::<MyChange>()
            .conditional()
            .gives::<UserBody<'_>>()
            .with_headers(&["ETag"]),
        spec(
            Post,
            "/api/auth/password",
            "changePassword",
            "Change one's own password; ends the other sessions.",
        )
        .takes::<PasswordChange>()
        .gives::<DoneBody>(),
        spec(Get, "/api/auth/sessions", "listSessions", "Where one is signed in.")
            .gives::<SessionsBody<'_>>()
            .with_headers(&["ETag"]),
        spec(Delete, "/api/auth/sessions", "endOtherSessions", "End all of one's sessions but this one.")
            .gives::<DoneBody>(),
        spec(Delete, "/api/auth/sessions/{id}", "endSession", "End one of one's sessions.")
            .gives::<DoneBody>(),
        spec(
            Get,
            "/api/auth/history",
            "listHistory",
            "What the audit log says of one's own account, newest first.",
        )
        .query(parameters::history())
        .gives::<PageBody<'_, AuditEntryBody<'_>>>()
        .with_headers(&["ETag", "Link"]),
        spec(
            Get,
            "/api/auth/bootstrap/check",
            "checkBootstrap",
            "Whether the first admin is still to be set up.",
        )
        .gives::<BootstrapCheckBody>(),
        spec(Post, "/api/auth/bootstrap", "bootstrap", "Set up the first admin: once per store.")
            .takes::<FirstAdmin>()
            .with_status("201")
            .gives::<UserBody<'_>>()
            .with_headers(&["ETag", "Location"])
            .refuses(&[409]),
    ]
}

fn managed() -> Vec<Spec> {
    vec![
        spec(Post, "/api/auth/register", "createUser", "Make an account.")
            .takes::<NewUser>()
            .with_status("201")
            .gives::<UserBody<'_>>()
            .with_headers(&["ETag", "Location"])
            .leads_to(&["getUser", "changeUser", "listUserSessions", "revokeSessions", "deactivateUser"])
            .refuses(&[409]),
        spec(Get, "/api/auth/users", "listUsers", "One page of the accounts.")
            .query(parameters::users())
            .gives::<PageBody<'_, UserBody<'_>>>()
            .with_headers(&["ETag", "Link"]),
        spec(Get, "/api/auth/users/{id}", "getUser", "One account.")
            .gives::<UserBody<'_>>()
            .with_headers(&["ETag"]),
        spec(Patch, "/api/auth/users/{id}", "changeUser", "Change an account.")
            .takes::<UserChange>()
            .conditional()
            .gives::<UserBody<'_>>()
            .with_headers(&["ETag"])
            .refuses(&[409]),
        spec(Get, "/api/auth/users/{id}/sessions", "listUserSessions", "Where somebody is signed in.")
            .gives::<SessionsBody<'_>>()
            .with_headers(&["ETag"]),
        spec(
            Post,
            "/api/auth/users/{id}/sessions/revoke",
            "revokeSessions",
            "Sign somebody out everywhere: no token that they have is good any more.",
        )
        .may_take_nothing()
        .gives::<RevokedBody>(),
        spec(
            Delete,
            "/api/auth/users/{id}",
            "deactivateUser",
            "Deactivate an account, and hand over what was theirs.",
        )
        .query(parameters::deactivation())
        .conditional()
        .gives::<DeactivatedBody>()
        .or_accepts::<TransferBody>("getTransfer")
        .refuses(&[409]),
        spec(
            Get,
            "/api/auth/users/{id}/transfer",
            "getTransfer",
            "How the latest hand-over from a user stands, while it is running and afterwards.",
        )
        .gives::<TransferBody>()
        .with_headers(&["ETag"]),
    ]
}
