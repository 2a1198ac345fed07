//! A process that is asked over HTTP.

use std::sync::Arc;
use std::time::Duration;

use crate::Outcome;
use crate::child::Listening;
use crate::closed_loop::{self, Ask};
use crate::rival::Rival;
use crate::sample::Sample;
use crate::wire::Connection;

/// What is asked of a process, and the status it should answer with.
pub(crate) struct Http<'a> {
    /// Who is asked.
    pub(crate) process: &'a Listening,
    /// What for, in turn.
    pub(crate) requests: Arc<[Vec<u8>]>,
    /// The status of every answer.
    pub(crate) status: u16,
}

impl Http<'_> {
    /// Clients, each on a connection of its own.
    ///
    /// # Errors
    /// The process takes no connection.
    pub(crate) fn clients(&self, count: u16) -> Outcome<Vec<Ask>> {
        (0..count).map(|_| self.client()).collect()
    }

    fn client(&self) -> Outcome<Ask> {
        let mut connection = Connection::open(self.process.address())?;
        let (requests, status) = (Arc::clone(&self.requests), self.status);
        Ok(Box::new(move |number| {
            let request =
                requests.get(number % requests.len().max(1)).ok_or("there is nothing to ask for")?;
            match connection.ask(request)? {
                (answered, _) if answered == status => Ok(()),
                (answered, body) => Err(format!("{answered}: {}", String::from_utf8_lossy(body)).into()),
            }
        }))
    }
}

impl Rival for Http<'_> {
    fn run(&self, clients: u16, time: Duration) -> Outcome<Sample> {
        let clients = self.clients(clients)?;
        let before = self.process.usage();
        let mut sample = closed_loop::run(clients, time);
        sample.cpu = self.process.usage().cpu_since(before);
        Ok(sample)
    }
}
