//! What a handler makes of what its use case answers: once, whether or not it is kept.

use std::sync::Arc;

use crm_app::mirror::Mirror;
use crm_app::repeat::asked::Asked;
use crm_app::repeat::keeping::Keeping;
use parking_lot::Mutex;

use crate::answer::Answer;
use crate::dto::people::People;
use crate::problem::Problem;
use crate::route::Outcome;

/// Writes down a use case's answer; people have the names that they have by then.
pub(crate) type Render<T> = fn(&T, &People) -> Outcome;

/// How a use case's answer becomes that of its route.
pub(crate) struct Reply<T> {
    render: Render<T>,
    mirror: Arc<Mirror>,
    /// What was kept last: that is what is answered, to the byte.
    kept: Arc<Mutex<Option<Answer>>>,
}

impl<T: 'static> Reply<T> {
    /// An answer that is rendered so.
    pub(crate) fn new(render: Render<T>, mirror: &Arc<Mirror>) -> Self {
        Self { render, mirror: Arc::clone(mirror), kept: Arc::default() }
    }

    /// Has the answer to this request kept in the commit that it comes with.
    pub(crate) fn keeping(&self, asked: Asked) -> Keeping {
        let (render, mirror, kept) = (self.render, Arc::clone(&self.mirror), Arc::clone(&self.kept));
        Keeping::of(asked, move |answer: &T| {
            let answer = render(answer, &People::now(&mirror)).map_err(Problem::into_cause)?;
            let rendered = answer.rendered();
            *kept.lock() = Some(answer);
            Ok(rendered)
        })
    }

    /// The answer.
    ///
    /// # Errors
    /// Internal, if it cannot be written.
    pub(crate) fn answer(&self, answer: &T) -> Outcome {
        match self.kept.lock().take() {
            Some(kept) => Ok(kept),
            None => (self.render)(answer, &People::now(&self.mirror)),
        }
    }
}
