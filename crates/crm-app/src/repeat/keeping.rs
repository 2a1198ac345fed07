//! Having the answer of a use case kept with what it does.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crm_domain::timestamp::Timestamp;

use crate::commit::replay::Replay;
use crate::error::{AppError, Cause};
use crate::repeat::asked::Asked;

/// An answer as it goes to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// The entity tag, if it has one.
    pub etag: Option<String>,
    /// Where what was made can be read, if it says so.
    pub location: Option<String>,
}

/// Whether the answer of a use case is kept, and how it is written. It goes with the [`Ctx`](crate::context::Ctx) of one
/// request.
///
/// What a use case answers must be what it hands to [`decide`](crate::decide::decide), or be made of it with
/// [`Keeping::part`]; of anything else nothing can be written, so that nothing is done.
#[derive(Clone, Default)]
pub struct Keeping(Option<Arc<Keeper>>);

struct Keeper {
    asked: Asked,
    render: Box<Render>,
}

type Render = dyn Fn(&dyn Any) -> Result<Option<Rendered>, Cause> + Send + Sync;

impl Keeping {
    /// No answer is kept.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// The answer to this request is kept, as `render` writes it. It is written anew for each attempt.
    pub fn of<T: Any>(
        asked: Asked,
        render: impl Fn(&T) -> Result<Rendered, Cause> + Send + Sync + 'static,
    ) -> Self {
        let render = move |answer: &dyn Any| render(known(answer)?).map(Some);
        Self(Some(Arc::new(Keeper { asked, render: Box::new(render) })))
    }

    /// The same for a step of the use case that comes to a `U`: what `part` finds in it is the answer, and where it
    /// finds none the answer comes of a later step.
    #[must_use]
    pub fn part<U: Any, T: Any>(&self, part: impl Fn(&U) -> Option<T> + Send + Sync + 'static) -> Self {
        let Some(keeper) = self.0.clone() else {
            return Self::nothing();
        };
        let asked = keeper.asked.clone();
        let render = move |step: &dyn Any| match part(known(step)?) {
            Some(answer) => (keeper.render)(&answer),
            None => Ok(None),
        };
        Self(Some(Arc::new(Keeper { asked, render: Box::new(render) })))
    }

    /// What to keep of an answer from now on, if anything.
    ///
    /// # Errors
    /// [`AppError::Internal`] if it cannot be written.
    pub(crate) fn keep<T: Any>(
        &self,
        answer: &T,
        now: impl FnOnce() -> Timestamp,
    ) -> Result<Option<Replay>, AppError> {
        let Some(keeper) = &self.0 else {
            return Ok(None);
        };
        let rendered = (keeper.render)(answer).map_err(AppError::Internal)?;
        Ok(rendered.map(|rendered| kept(keeper.asked.clone(), rendered, now())))
    }
}

impl fmt::Debug for Keeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keeping").field(&self.0.as_ref().map(|keeper| &keeper.asked)).finish()
    }
}

fn known<T: Any>(answer: &dyn Any) -> Result<&T, Cause> {
    answer.downcast_ref().ok_or_else(|| "the answer is of another kind than the one that is kept".into())
}

/// An answer that is too long to be kept leaves its key and nothing else: what was done is not done again.
fn kept(asked: Asked, rendered: Rendered, now: Timestamp) -> Replay {
    let body = if rendered.body.len() <= Replay::MAX_BYTES { rendered.body } else { Vec::new() };
    Replay {
        key: asked.key,
        body_hash: asked.body_hash,
        status: rendered.status,
        body,
        etag: rendered.etag,
        location: rendered.location,
        expires_at: now.plus(Replay::KEPT_FOR),
    }
}

#[cfg(test)]
mod tests {
    use crm_domain::ids::UserId;
    use uuid::Uuid;

    use super::*;
    use crate::commit::replay::ReplayKey;

    fn keeping() -> Keeping {
        let user = UserId::from_uuid(Uuid::from_u128(7));
        let key = ReplayKey { user, target: "POST /x".to_owned(), key: "k".to_owned() };
        let asked = Asked { key, body_hash: [1; 32] };
        Keeping::of(asked, |length: &usize| {
            Ok(Rendered { status: 201, body: vec![b'x'; *length], etag: None, location: None })
        })
    }

    fn now() -> Timestamp {
        Timestamp::from_millis(1_000_000_000).unwrap()
    }

    #[test]
    fn an_answer_is_kept_for_a_day_as_it_was_rendered() {
        let kept = keeping().keep(&3_usize, now).unwrap().unwrap();
        assert_eq!((kept.status, kept.body.as_slice(), kept.body_hash), (201, b"xxx".as_slice(), [1; 32]));
        assert_eq!(kept.expires_at, now().plus(Replay::KEPT_FOR));
        assert_eq!(kept.kept_from(), now());
        assert_eq!(Keeping::nothing().keep(&3_usize, now).unwrap(), None);
    }

    #[test]
    fn an_answer_that_is_too_long_leaves_its_key() {
        let body = |length| keeping().keep(&length, now).unwrap().unwrap().body;
        assert_eq!(body(Replay::MAX_BYTES).len(), Replay::MAX_BYTES);
        assert_eq!(body(Replay::MAX_BYTES + 1), b"");
    }

    #[test]
    fn a_step_that_comes_to_no_answer_keeps_none() {
        let step = keeping().part(|(length, over): &(usize, bool)| over.then_some(*length));
        assert_eq!(step.keep(&(3_usize, false), now).unwrap(), None);
        assert_eq!(step.keep(&(3_usize, true), now).unwrap().unwrap().body, b"xxx");
        assert_eq!(Keeping::nothing().part(|number: &u8| Some(*number)).keep(&"x", now).unwrap(), None);
    }

    #[test]
    fn an_answer_of_another_kind_is_a_mistake() {
        assert!(matches!(keeping().keep(&"three", now), Err(AppError::Internal(_))));
    }
}
