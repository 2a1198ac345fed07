//! Requests that may be repeated: those with the header `Idempotency-Key`.
//!
//! Whoever asks was let in and may ask when they get here. What was done under their key is then answered as it was;
//! what was refused is decided anew. The header costs a read of the store, and a second one if the request is refused.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};
use crm_app::commit::replay::Replay;
use crm_app::precondition::Precondition;
use crm_app::repeat::asked::{Asked, Sent};
use crm_app::repeat::start::{Start, kept, start};
use crm_domain::access::actor::{Actor, SignedIn};
use crm_domain::flaw::Flaw;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;
use crate::problem::kind::Kind;
use crate::route::{Handler, Outcome, Route};

/// The header that names the key, as people write it.
pub(crate) const NAME: &str = "Idempotency-Key";

/// The header that names the key.
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The header of an answer that was given before, as people write it.
pub(crate) const REPLAYED_NAME: &str = "Idempotency-Replayed";

/// The header of an answer that was given before.
pub(crate) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest key.
pub(crate) const LONGEST: usize = 255;

/// The key of a request, if it has one and its route takes one.
///
/// # Errors
/// `malformed_header`.
pub(crate) fn key_of(route: &Route, request: &HttpRequest) -> Result<Option<String>, Problem> {
    let mut lines = request.headers().get_all(KEY);
    let Some(first) = lines.next() else {
        return Ok(None);
    };
    if !route.takes_key() {
        return Ok(None);
    }
    let single = if lines.next().is_none() { key(first) } else { None };
    single.map(Some).ok_or_else(|| {
        let flaw = Flaw::new("invalid", "must be sent once, with 1 to 255 visible ASCII characters");
        Problem::of_field(Kind::MALFORMED_HEADER, NAME, flaw)
    })
}

fn key(line: &HeaderValue) -> Option<String> {
    let text = line.to_str().ok()?;
    let is_key = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_key.then(|| text.to_owned())
}

/// Answers a request with this key: as it was answered, if it was.
pub(crate) async fn answer(handler: Handler, mut call: Call, actor: Actor, key: String) -> Outcome {
    // Nobody but users is let in.
    let Some(user) = actor.user() else {
        return handler(call, actor).await;
    };
    let asked = asked(&mut call, user, key).await?;
    let ctx = call.ctx().clone();
    let _running = match start(&ctx, &asked).await? {
        Start::First(running) => running,
        Start::Again(answer) => return replayed(answer),
    };
    call.keep(asked.clone());
    match handler(call, actor).await {
        Err(problem) if problem.kind().status < 500 => match kept(&ctx, &asked).await? {
            Some(answer) => replayed(answer),
            None => Err(problem),
        },
        outcome @ (Ok(_) | Err(_)) => outcome,
    }
}

/// Says of a failure after which something may have been done that the key makes it safe to ask again.
pub(crate) fn safe_to_repeat(problem: Problem) -> Problem {
    if [Kind::OUTCOME_UNKNOWN, Kind::TIMEOUT].contains(&problem.kind()) {
        let detail = "whether this was done is not known: send it again with the same Idempotency-Key, it is not done twice";
        problem.saying(detail)
    } else {
        problem
    }
}

async fn asked(call: &mut Call, user: &SignedIn, key: String) -> Result<Asked, Problem> {
    let body = call.bytes().await?;
    let request = call.request();
    let target = format!("{} {}", request.method(), request.path().trim_end_matches('/'));
    // A malformed one is for the handler to refuse, if it reads the header.
    let precondition = call.precondition().unwrap_or(Precondition::None);
    let sent = Sent { query: request.query_string(), body: &body, precondition: &precondition };
    Ok(Asked::of(call.ctx(), user, target, key, sent))
}

fn replayed(answer: Replay) -> Outcome {
    Ok(Answer::kept(answer)?.header(REPLAYED, "true"))
}

#[cfg(test)]
mod tests {
    use crm_app::commit::replay::ReplayKey;
    use crm_domain::ids::UserId;
    use crm_domain::timestamp::Timestamp;
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;

    #[rstest]
    #[case("a", true)]
    #[case("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", true)]
    #[case("!~,;", true)]
    #[case("", false)]
    #[case("a b", false)]
    #[case("a\tb", false)]
    fn a_key_is_visible_ascii(#[case] line: &'static str, #[case] is_key: bool) {
        assert_eq!(key(&HeaderValue::from_static(line)).is_some(), is_key);
    }

    #[test]
    fn only_what_may_have_been_done_is_said_to_be_safe_to_repeat() {
        for kind in Kind::ALL {
            let problem = safe_to_repeat(Problem::new(*kind, "as it was"));
            let is_unknown = ["outcome_unknown", "timeout"].contains(&kind.code);
            assert_eq!(problem.detail().contains(NAME), is_unknown, "{}", kind.code);
            assert_eq!(problem.detail() == "as it was", !is_unknown, "{}", kind.code);
        }
    }

    #[test]
    fn an_answer_that_was_too_long_is_told_to_be_lost() {
        let kept = |body: &[u8]| Replay {
            key: ReplayKey {
                user: UserId::from_uuid(Uuid::nil()),
                target: String::new(),
                key: String::new(),
            },
            body_hash: [0; 32],
            status: 201,
            body: body.to_vec(),
            etag: None,
            location: None,
            expires_at: Timestamp::MAX,
        };
        assert!(replayed(kept(b"{}")).is_ok());
        assert_eq!(replayed(kept(b"")).map_err(|problem| problem.kind()).err(), Some(Kind::ANSWER_NOT_KEPT));
    }

    #[test]
    fn a_key_has_at_most_255_characters() {
        let of = |length| key(&HeaderValue::from_str(&"k".repeat(length)).unwrap()).is_some();
        assert!(of(255));
        assert!(!of(256));
        assert_eq!(key(&HeaderValue::from_bytes("ä".as_bytes()).unwrap()), None);
    }
}
