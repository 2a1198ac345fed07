//! What an HTTP/2 connection still owes or is owed: requests that are being answered, and answers being taken.
//!
//! A client that opens no window for an answer stops nothing at the level of TCP. So each answer has a deadline by its
//! size, which ends with it; the connection looks at the earliest.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;
use tokio::time::Instant;

use super::patience::Limits;

/// Requests under way on one connection: a browser has a hundred at most.
const MOST: usize = 250;
/// An answer of unknown size is given the time of one this large.
const UNKNOWN: u64 = 2 * 1024 * 1024;

/// The requests and answers of one connection.
#[derive(Debug)]
pub(crate) struct Answers {
    limits: Limits,
    open: RefCell<Open>,
}

#[derive(Debug)]
struct Open {
    requests: usize,
    /// Whether there was any request yet.
    began: bool,
    due: BTreeMap<u64, Instant>,
    next: u64,
    idle_since: Instant,
}

/// A request that is being answered, until this is dropped.
#[derive(Debug)]
pub(crate) struct Asked(Rc<Answers>);

impl Answers {
    /// Those of a connection that begins now.
    pub(super) fn new(limits: Limits) -> Self {
        let open =
            Open { requests: 0, began: false, due: BTreeMap::new(), next: 0, idle_since: Instant::now() };
        Self { limits, open: RefCell::new(open) }
    }

    /// A request has come; nothing if there are too many already.
    pub(crate) fn ask(self: &Rc<Self>) -> Option<Asked> {
        let mut open = self.open.borrow_mut();
        open.began = true;
        if open.requests + open.due.len() >= MOST {
            return None;
        }
        open.requests += 1;
        Some(Asked(Rc::clone(self)))
    }

    /// The body of an answer, which the client has to take in time.
    pub(crate) fn give(self: &Rc<Self>, body: BoxBody) -> BoxBody {
        let size = match body.size() {
            BodySize::None | BodySize::Sized(0) => return body,
            BodySize::Sized(size) => size,
            BodySize::Stream => UNKNOWN,
        };
        let number = {
            let mut open = self.open.borrow_mut();
            let number = open.next;
            open.next += 1;
            open.due.insert(number, self.limits.for_answer(Instant::now(), size));
            number
        };
        BoxBody::new(Given { body, number, answers: Rc::clone(self) })
    }

    /// When the first answer has to have been taken.
    pub(super) fn due(&self) -> Option<Instant> {
        self.open.borrow().due.values().min().copied()
    }

    /// When the connection has been without any request for too long; the first must come as soon as a head must.
    pub(super) fn idle_until(&self) -> Option<Instant> {
        let open = self.open.borrow();
        let limit = if open.began { self.limits.idle } else { self.limits.head };
        (open.requests == 0 && open.due.is_empty()).then(|| open.idle_since + limit)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let mut open = self.0.open.borrow_mut();
        open.requests = open.requests.saturating_sub(1);
        open.idle_since = Instant::now();
    }
}

/// A body with its deadline.
struct Given {
    body: BoxBody,
    number: u64,
    answers: Rc<Answers>,
}

impl MessageBody for Given {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(cx)
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        let mut open = self.answers.open.borrow_mut();
        open.due.remove(&self.number);
        open.idle_since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_due_until_it_was_taken() {
        let limits = Limits { head: SECOND, body: SECOND, answer: SECOND * 30, idle: SECOND * 60 };
        let answers = Rc::new(Answers::new(limits));
        let begun = Instant::now();
        assert_eq!(answers.idle_until(), Some(begun + SECOND));
        let asked = answers.ask().unwrap();
        assert_eq!(answers.idle_until(), None);
        let large = answers.give(BoxBody::new(vec![0_u8; 1024 * 1024]));
        let small = answers.give(BoxBody::new("text"));
        drop(asked);
        assert_eq!(answers.due(), Some(begun + SECOND * 30));
        drop(small);
        assert_eq!(answers.due(), Some(begun + SECOND * (30 + 256)));
        assert_eq!(answers.idle_until(), None, "one is being taken");
        let many: Vec<_> = std::iter::from_fn(|| answers.ask()).collect();
        assert_eq!(many.len(), MOST - 1, "one answer is being taken");
        drop(many);
        drop(large);
        assert_eq!(answers.due(), None);
        assert_eq!(answers.idle_until(), Some(begun + SECOND * 60));
        assert_eq!(answers.give(BoxBody::new("")).size(), BodySize::Sized(0));
        assert_eq!(answers.due(), None, "there is nothing to take");
    }
}
