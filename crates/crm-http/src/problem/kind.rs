//! Every kind of failure that clients can meet: its status, its stable code and its title.

/// A kind of failure. Clients branch on the code, so that none may ever change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The HTTP status.
    pub status: u16,
    /// The stable name.
    pub code: &'static str,
    /// What it is, the same for every failure of the kind.
    pub title: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $code:literal, $title:literal;)*) => {
        impl Kind {
            $($(#[$doc])* pub const $name: Self = Self { status: $status, code: $code, title: $title };)*

            /// Every kind, by status.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

kinds! {
    /// Some members or parameters are wrong; `errors` names them all.
    INVALID_INPUT = 400, "invalid_input", "Invalid input";
    /// The body is no JSON.
    MALFORMED_JSON = 400, "malformed_json", "Malformed JSON";
    /// The body nests deeper than 32.
    TOO_DEEP = 400, "too_deep", "Nested too deep";
    /// The query string cannot be decoded.
    MALFORMED_QUERY = 400, "malformed_query", "Malformed query string";
    /// A header cannot be understood.
    MALFORMED_HEADER = 400, "malformed_header", "Malformed header";
    /// The body broke off.
    BROKEN_BODY = 400, "broken_body", "Broken body";
    /// The request cannot be understood.
    BAD_REQUEST = 400, "bad_request", "Bad request";
    /// No token was sent.
    UNAUTHENTICATED = 401, "unauthenticated", "Not signed in";
    /// The token is wrong, expired or revoked.
    INVALID_TOKEN = 401, "invalid_token", "Token not valid";
    /// The email or the password is wrong.
    INVALID_CREDENTIALS = 401, "invalid_credentials", "Email or password wrong";
    /// The role does not allow it.
    FORBIDDEN = 403, "forbidden", "Not allowed";
    /// The record belongs to somebody else.
    NOT_OWNER = 403, "not_owner", "Somebody else's record";
    /// The account is deactivated.
    ACCOUNT_DISABLED = 403, "account_disabled", "Account deactivated";
    /// There is no such record.
    NOT_FOUND = 404, "not_found", "No such record";
    /// There is no such route.
    NO_SUCH_ROUTE = 404, "no_such_route", "No such route";
    /// The route has other methods.
    METHOD_NOT_ALLOWED = 405, "method_not_allowed", "Method not allowed";
    /// The request came in too slowly.
    REQUEST_TIMEOUT = 408, "request_timeout", "Request too slow";
    /// Another account has this email.
    EMAIL_TAKEN = 409, "email_taken", "Email taken";
    /// Without this admin there would be none.
    LAST_ADMIN = 409, "last_admin", "Last admin";
    /// Nobody changes their own role.
    SELF_DEMOTION = 409, "self_demotion", "Own role";
    /// Nobody deactivates themselves.
    SELF_DEACTIVATION = 409, "self_deactivation", "Own account";
    /// The lead has its customer.
    ALREADY_CONVERTED = 409, "already_converted", "Already converted";
    /// The lead's customer is gone.
    CUSTOMER_DELETED = 409, "customer_deleted", "Customer deleted";
    /// There was a first admin before.
    ALREADY_SET_UP = 409, "already_set_up", "Already set up";
    /// A request with this idempotency key is being answered.
    STILL_RUNNING = 409, "still_running", "Still being answered";
    /// It was done, and the answer was too long to be kept.
    ANSWER_NOT_KEPT = 409, "answer_not_kept", "Done, answer not kept";
    /// The record has another version than the client demands.
    VERSION_MISMATCH = 412, "version_mismatch", "Record has changed";
    /// The body is too large.
    TOO_LARGE = 413, "too_large", "Body too large";
    /// The target of the request is too long.
    TARGET_TOO_LONG = 414, "target_too_long", "Target too long";
    /// The body is not JSON by its own account.
    UNSUPPORTED_MEDIA_TYPE = 415, "unsupported_media_type", "Unsupported media type";
    /// The idempotency key was used for another request.
    KEY_REUSED = 422, "idempotency_key_reused", "Idempotency key reused";
    /// The caller asks too often.
    TOO_MANY_REQUESTS = 429, "too_many_requests", "Too many requests";
    /// Too many passwords were wrong; this one was not looked at.
    TOO_MANY_ATTEMPTS = 429, "too_many_attempts", "Too many failed attempts";
    /// The head of the request is too large.
    HEAD_TOO_LARGE = 431, "head_too_large", "Header fields too large";
    /// Something is wrong on our side.
    INTERNAL_ERROR = 500, "internal_error", "Internal error";
    /// The store does not answer.
    UNAVAILABLE = 503, "unavailable", "Store unavailable";
    /// The store did not say whether it has written.
    OUTCOME_UNKNOWN = 503, "outcome_unknown", "Outcome unknown";
    /// Too many want the same record.
    BUSY = 503, "busy", "Too busy";
    /// Too many requests at a time.
    OVERLOADED = 503, "overloaded", "Server overloaded";
    /// The answer took too long.
    TIMEOUT = 503, "timeout", "Took too long";
    /// The server starts or stops.
    NOT_READY = 503, "not_ready", "Not ready";
    /// There is no room left in the store.
    STORE_FULL = 507, "store_full", "Store full";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use actix_web::http::StatusCode;

    use super::*;

    #[test]
    fn every_code_is_of_one_kind_and_every_status_exists() {
        let codes: HashSet<&str> = Kind::ALL.iter().map(|kind| kind.code).collect();
        assert_eq!(codes.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!(StatusCode::from_u16(kind.status).unwrap().canonical_reason().is_some(), "{}", kind.code);
        }
    }

    #[test]
    fn kinds_stand_in_the_order_of_their_status() {
        assert!(Kind::ALL.is_sorted_by_key(|kind| kind.status));
    }

    #[test]
    fn every_code_is_explained_in_the_documentation() {
        let page = include_str!("../../../../docs/http-status-codes.md");
        for kind in Kind::ALL {
            assert!(page.contains(&format!("`{}`", kind.code)), "{} is not explained", kind.code);
        }
    }
}
