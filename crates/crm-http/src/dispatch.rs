//! From a request to its handler and back, in the contract's order: token, limit, permission, then the handler, which
//! reads the input. No body is read before its sender was let in; that of who is not is passed over, if it is small.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use crm_app::auth::authenticate::authenticate;
use crm_app::deadline;
use crm_app::origin::{self, Origin};
use crm_domain::access::actor::Actor;
use crm_domain::access::policy::authorize;
use crm_domain::ids::UserId;
use futures_util::FutureExt as _;

use crate::call::Call;
use crate::client_address::client_address;
use crate::keyed;
use crate::problem::Problem;
use crate::problem::kind::Kind;
use crate::rate_limit::Caller;
use crate::refused;
use crate::request_id::RequestId;
use crate::route::{Answering, Class, Outcome, Route, Run};
use crate::state::HttpState;
use crate::table::PathValues;
use crate::unread::pass_over;

/// What the log wants to know of a request that only its route knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trace {
    /// The route's path.
    pub(crate) route: &'static str,
    /// Who asked.
    pub(crate) user: Option<UserId>,
    /// Whether there was no room for it.
    pub(crate) crowded: bool,
}

/// Answers a request of this route.
pub(crate) async fn dispatch(
    route: &Route,
    state: HttpState,
    request: HttpRequest,
    payload: Payload,
    values: PathValues,
) -> HttpResponse {
    request.extensions_mut().insert(Trace { route: route.path, user: None, crowded: false });
    let signed_in = matches!(route.run(), Run::Signed(..));
    let mut unread = Some(payload);
    let work = async {
        let outcome = answer(route, state.clone(), &request, &mut unread, values).await;
        if let Err(problem) = &outcome {
            refused::tell(state.ctx(), &request, route, problem);
            if let Some(payload) = &mut unread {
                pass_over(&request, payload).await;
            }
        }
        outcome
    };
    let work = origin::from(origin_of(&state, &request), work);
    let outcome = match route.class {
        // A password may wait long to be hashed, between two questions to the store.
        Class::Login | Class::Service => work.await,
        Class::Read | Class::Write => deadline::shared(work).await,
    };
    match outcome {
        Ok(answer) => answer.respond(&request, signed_in),
        Err(problem) => {
            if problem.kind() == Kind::OVERLOADED
                && let Some(trace) = request.extensions_mut().get_mut::<Trace>()
            {
                trace.crowded = true;
            }
            refuse(&request, &problem)
        }
    }
}

fn origin_of(state: &HttpState, request: &HttpRequest) -> Origin {
    Origin {
        address: address(state, request),
        request_id: request.extensions().get::<RequestId>().map(RequestId::shared),
    }
}

/// Answers a request that no route takes: counted, so that nobody guesses paths at full speed.
pub(crate) fn refuse_unrouted(state: &HttpState, request: &HttpRequest, problem: &Problem) -> HttpResponse {
    match count(state, Class::Read, by_address(state, request)) {
        Ok(()) => refuse(request, problem),
        Err(early) => refuse(request, &early),
    }
}

fn refuse(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_else(RequestId::unknown);
    problem.log(&id);
    problem.respond(&id)
}

async fn answer(
    route: &Route,
    state: HttpState,
    request: &HttpRequest,
    unread: &mut Option<Payload>,
    values: PathValues,
) -> Outcome {
    // Operators and monitors get their answer even when there is no room for anybody else.
    let room = match route.class {
        Class::Service => None,
        Class::Login | Class::Read | Class::Write => {
            Some(state.in_flight().admit().await.ok_or_else(Problem::overloaded)?)
        }
    };
    let handling = match route.run() {
        Run::Open(run) => {
            count(&state, route.class, by_address(&state, request))?;
            let payload = unread.take().unwrap_or(Payload::None);
            run(Call::new(state.clone(), request.clone(), payload, values, room))
        }
        Run::Signed(action, run) => {
            let actor = sign_in(&state, route.class, request).await?;
            count(&state, route.class, by_account(&actor))?;
            authorize(&actor, *action).map_err(|denied| Problem::new(Kind::FORBIDDEN, denied.to_string()))?;
            let key = keyed::key_of(route, request)?;
            let payload = unread.take().unwrap_or(Payload::None);
            let call = Call::new(state.clone(), request.clone(), payload, values, room);
            match key {
                None => run(call, actor),
                Some(key) => {
                    let answering = keyed::answer(Rc::clone(run), call, actor, key);
                    let guarded = in_time(&state, Box::pin(answering));
                    return guarded.await.map_err(keyed::safe_to_repeat);
                }
            }
        }
    };
    in_time(&state, handling).await
}

/// Waits for the answer, as long as anybody may.
async fn in_time(state: &HttpState, handling: Answering) -> Outcome {
    let guarded = AssertUnwindSafe(handling).catch_unwind();
    match tokio::time::timeout(state.options().request_timeout, guarded).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Problem::internal("the handler panicked".into())),
        Err(_) => Err(Problem::new(Kind::TIMEOUT, "the answer took too long").retry_after(1)),
    }
}

/// Finds out who asks. Tokens that are refused count against the address: that is all that is known of who sent them. That
/// the store could not be asked counts against nobody.
async fn sign_in(state: &HttpState, class: Class, request: &HttpRequest) -> Result<Actor, Problem> {
    let signed_in = match request.headers().get(AUTHORIZATION) {
        None => {
            Err(Problem::new(Kind::UNAUTHENTICATED, "sign in first: send `Authorization: Bearer <token>`"))
        }
        Some(header) => match header.to_str().ok().and_then(bearer) {
            None => {
                Err(Problem::new(Kind::INVALID_TOKEN, "the header Authorization must be `Bearer <token>`")
                    .token_was_sent())
            }
            Some(token) => {
                authenticate(state.ctx(), token).await.map_err(|error| Problem::from(error).token_was_sent())
            }
        },
    };
    match signed_in {
        Ok(actor) => {
            if let Some(trace) = request.extensions_mut().get_mut::<Trace>() {
                trace.user = actor.user_id();
            }
            Ok(actor)
        }
        Err(problem) if problem.kind().status == 401 => {
            count(state, class, by_address(state, request))?;
            Err(problem)
        }
        Err(problem) => Err(problem),
    }
}

/// The token of a header `Bearer <token>`; the scheme in any case (RFC 9110 section 11.1).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn count(state: &HttpState, class: Class, caller: Caller) -> Result<(), Problem> {
    let Some(limits) = state.limits() else {
        return Ok(());
    };
    limits.count(class, caller).map_err(|wait| {
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
        Problem::new(Kind::TOO_MANY_REQUESTS, "you ask too often: wait a moment").retry_after(seconds)
    })
}

fn by_account(actor: &Actor) -> Caller {
    actor.user_id().map_or(Caller::Address(None), Caller::Account)
}

fn by_address(state: &HttpState, request: &HttpRequest) -> Caller {
    Caller::Address(address(state, request))
}

fn address(state: &HttpState, request: &HttpRequest) -> Option<IpAddr> {
    client_address(request.head(), state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_found_whatever_the_case_of_its_scheme() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bEARER  abc "), Some("abc"));
        for header in ["Bearer", "Bearer ", "Basic abc", "abc", ""] {
            assert_eq!(bearer(header), None, "{header}");
        }
    }
}
