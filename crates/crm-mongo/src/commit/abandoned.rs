//! Transactions with which nobody goes on, and of which the primary may not know.
//!
//! One that lost its connection stays open there for a minute (`transactionLifetimeLimitSeconds`), and whoever writes to a
//! document that it has touched is refused for as long. So its session is ended as soon as the primary can be reached
//! again: `killSessions`, which every user may do with sessions of their own.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bson::{Document, doc};
use mongodb::error::{Error, ErrorKind};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::transaction::Ended;
use crate::error::store_error;
use crate::store::Inner;

/// How often it is looked for some.
const OFTEN: Duration = Duration::from_millis(500);
/// How long the end of one may take after its deadline.
const GRACE: Duration = Duration::from_secs(1);
/// How long the primary may take to end some: what is asked on a connection that is lost as well is asked again on another.
const PATIENCE: Duration = Duration::from_millis(500);
/// By then a primary has ended them by itself.
const FORGOTTEN: Duration = Duration::from_mins(2);

/// The transactions of this server that are open, as far as it knows.
#[derive(Debug, Default)]
pub(crate) struct Transactions(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    begun: u64,
    by_number: BTreeMap<u64, Transaction>,
}

#[derive(Debug)]
struct Transaction {
    session: Document,
    until: Instant,
    is_abandoned: bool,
}

/// One that is open. Dropped, it is abandoned.
pub(super) struct Going<'t> {
    of: &'t Transactions,
    number: u64,
}

impl Transactions {
    /// A transaction of this session, which has ended by then.
    pub(super) fn begin(&self, session: &Document, until: Instant) -> Going<'_> {
        let mut open = self.0.lock();
        open.begun += 1;
        let number = open.begun;
        let session = session.clone();
        open.by_number.insert(number, Transaction { session, until, is_abandoned: false });
        Going { of: self, number }
    }

    /// Those with which nobody goes on.
    fn abandoned(&self, now: Instant) -> Vec<(u64, Document)> {
        let mut open = self.0.lock();
        open.by_number.retain(|_, one| now < one.until + FORGOTTEN);
        let over = open.by_number.iter().filter(|(_, one)| one.is_abandoned || now > one.until + GRACE);
        over.map(|(number, one)| (*number, one.session.clone())).collect()
    }

    fn forget(&self, numbers: impl IntoIterator<Item = u64>) {
        let mut open = self.0.lock();
        for number in numbers {
            open.by_number.remove(&number);
        }
    }
}

impl Going<'_> {
    /// It has ended like this: unless the connection was lost, the primary knows.
    pub(super) fn ended(self, how: &Result<(), Ended>) {
        if !matches!(how, Err(Ended::Failed(error)) if is_lost(error)) {
            self.of.forget([self.number]);
        }
    }
}

impl Drop for Going<'_> {
    fn drop(&mut self) {
        if let Some(one) = self.of.0.lock().by_number.get_mut(&self.number) {
            one.is_abandoned = true;
        }
    }
}

/// Whether the server may not have been reached.
fn is_lost(error: &Error) -> bool {
    matches!(
        *error.kind,
        ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } | ErrorKind::ServerSelection { .. }
    )
}

/// Ends abandoned transactions, as long as there is a store.
pub(crate) async fn sweep(store: Weak<Inner>) {
    loop {
        tokio::time::sleep(OFTEN).await;
        let Some(inner) = store.upgrade() else { return };
        let abandoned = inner.transactions.abandoned(Instant::now());
        if !abandoned.is_empty() {
            end(&inner, abandoned).await;
        }
    }
}

async fn end(inner: &Arc<Inner>, abandoned: Vec<(u64, Document)>) {
    let (numbers, sessions): (Vec<u64>, Vec<Document>) = abandoned.into_iter().unzip();
    let count = sessions.len();
    let db = inner.db.client().database("admin");
    let call = async move {
        let ended = db.run_command(doc! { "killSessions": sessions }).await;
        ended.map(drop).map_err(|error| store_error(&error))
    };
    match inner.calls.within(PATIENCE, call).await {
        Ok(()) => {
            tracing::info!(count, "transactions that had lost their connection are ended");
            inner.transactions.forget(numbers);
        }
        Err(error) => tracing::debug!(%error, count, "transactions cannot be ended yet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_lost_its_connection_or_is_late_is_abandoned_and_what_ended_is_not() {
        let (transactions, now) = (Transactions::default(), Instant::now());
        let until = now + Duration::from_secs(5);
        let begin = |name: &str| transactions.begin(&doc! { "id": name }, until);
        begin("ended").ended(&Ok(()));
        let lost = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        begin("lost").ended(&Err(Ended::Failed(lost.into())));
        drop(begin("dropped"));
        let going = begin("going");
        let names = |now| -> Vec<String> {
            let abandoned = transactions.abandoned(now);
            abandoned.iter().map(|(_, one)| one.get_str("id").unwrap().to_owned()).collect()
        };
        assert_eq!(names(now), ["lost", "dropped"]);
        assert_eq!(names(until + GRACE * 2), ["lost", "dropped", "going"]);
        let some: Vec<u64> = transactions.abandoned(now).into_iter().map(|(number, _)| number).collect();
        transactions.forget(some);
        assert_eq!(names(now), Vec::<String>::new());
        going.ended(&Ok(()));
        assert_eq!(names(until + FORGOTTEN * 2), Vec::<String>::new());
    }
}
