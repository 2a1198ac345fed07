//! Attempts that wait for one in flight to settle: a queue for each place that is crowded, first come, first served.
//!
//! All of it is a value behind the guard's lock, so that no attempt misses the moment at which it could pass.

use std::collections::{BTreeMap, VecDeque};

use crm_domain::throttle::entry::{Blind, Place};
use crm_domain::throttle::{Claim, Judgement, Refused, Throttle, Ticket};
use crm_domain::timestamp::Timestamp;
use tokio::sync::oneshot;

/// How many attempts may wait at one place, such as an address.
pub(super) const MOST_AT_ONE_PLACE: usize = 64;

/// How many may wait in all: each is a request that takes the room of another one.
pub(super) const MOST_IN_ALL: usize = 512;

/// What an attempt is about, so that it can be tried again.
#[derive(Debug, Clone, Copy)]
pub(super) enum Request {
    /// To sign in.
    SignIn(Claim),
    /// The password of an account, by its user, who is signed in.
    Own(Blind),
    /// Something that belongs to no account, from this address and the wider network it is in.
    Address(Blind, Option<Blind>),
}

impl Request {
    fn admit(self, throttle: &mut Throttle, now: Timestamp) -> Result<Ticket, Refused> {
        match self {
            Self::SignIn(claim) => throttle.admit(claim, now),
            Self::Own(account) => throttle.admit_own(account, now),
            Self::Address(address, network) => throttle.admit_address(address, network, now),
        }
    }
}

/// An attempt that was let in, and when.
pub(super) type Admitted = (Ticket, Timestamp);

/// What a waiting attempt is told.
pub(super) type Answer = Result<Admitted, Refused>;

/// What came of trying.
pub(super) enum Tried {
    /// It is let in or refused.
    Now(Answer),
    /// It waits, under this number, for its answer.
    Waits(u64, oneshot::Receiver<Answer>),
    /// Too many wait already.
    Full,
}

/// The throttle, and the attempts that wait for it.
#[derive(Debug)]
pub(super) struct Admission {
    pub(super) throttle: Throttle,
    queues: BTreeMap<Place, VecDeque<Waiter>>,
    waiting: usize,
    numbers: u64,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    request: Request,
    answer: oneshot::Sender<Answer>,
}

impl Admission {
    /// Nobody waits yet.
    pub(super) fn new(throttle: Throttle) -> Self {
        Self { throttle, queues: BTreeMap::new(), waiting: 0, numbers: 0 }
    }

    /// Lets an attempt in, refuses it, or has it wait.
    pub(super) fn try_or_wait(&mut self, request: Request, now: Timestamp) -> Tried {
        let place = match request.admit(&mut self.throttle, now) {
            Ok(ticket) => return Tried::Now(Ok((ticket, now))),
            Err(refused @ Refused::Wait(_)) => return Tried::Now(Err(refused)),
            Err(Refused::Crowded(place)) => place,
        };
        let there = self.queues.get(&place).map_or(0, VecDeque::len);
        if there >= MOST_AT_ONE_PLACE || self.waiting >= MOST_IN_ALL {
            return Tried::Full;
        }
        let (answer, answered) = oneshot::channel();
        self.numbers += 1;
        self.waiting += 1;
        let waiter = Waiter { number: self.numbers, request, answer };
        self.queues.entry(place).or_default().push_back(waiter);
        Tried::Waits(self.numbers, answered)
    }

    /// Takes note of what came of an attempt, and lets those in who waited for it and may pass now.
    pub(super) fn settle(&mut self, ticket: Ticket, judgement: Judgement, now: Timestamp) {
        let places: Vec<Place> = ticket.places().collect();
        self.throttle.settle(ticket, judgement, now);
        for place in places {
            self.serve(place, now);
        }
    }

    /// The attempt waits no longer; says whether it still did.
    pub(super) fn leave(&mut self, number: u64) -> bool {
        let before = self.waiting;
        for queue in self.queues.values_mut() {
            let length = queue.len();
            queue.retain(|waiter| waiter.number != number);
            self.waiting -= length - queue.len();
        }
        self.queues.retain(|_, queue| !queue.is_empty());
        self.waiting < before
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Answers those at the head of the queue, as long as they can be let in or refused for good.
    fn serve(&mut self, place: Place, now: Timestamp) {
        while let Some(waiter) = self.queues.get_mut(&place).and_then(VecDeque::pop_front) {
            let answer = match waiter.request.admit(&mut self.throttle, now) {
                Ok(ticket) => Ok((ticket, now)),
                Err(refused @ Refused::Wait(_)) => Err(refused),
                Err(Refused::Crowded(crowded)) if crowded == place => {
                    self.queues.entry(place).or_default().push_front(waiter);
                    return;
                }
                // It waits on at the place that is in its way now; that it has waited already is reason enough for one
                // more there.
                Err(Refused::Crowded(crowded)) => {
                    self.queues.entry(crowded).or_default().push_back(waiter);
                    continue;
                }
            };
            self.waiting -= 1;
            // Whoever waits leaves the queue, under the same lock, before it drops the receiver.
            drop(waiter.answer.send(answer));
        }
        self.queues.remove(&place);
    }
}
