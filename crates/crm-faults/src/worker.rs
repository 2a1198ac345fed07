//! A client that asks for one thing after the other, at random, and writes down what it was answered.
//!
//! It knows what it made: of those records nobody else is asked to change anything, so that it knows what a request will
//! do to them. A record is left alone as soon as an answer about it is missing. Shared records are changed by many at
//! once, in ways that can be told apart.

mod choice;
mod own;

use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use self::own::Own;
use crate::chance::Chance;
use crate::client::{Client, NoReply, Reply};
use crate::deed::Deed;
use crate::ledger::{Answer, Entry, Ledger};
use crate::pulse::Pulse;

/// How many requests of a hundred have a key …
const KEYED: u64 = 40;
/// … and how many of those that were done are sent again.
const AGAIN: u64 = 25;

/// Records that many change at once, and who there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The ids of leads.
    pub leads: Vec<String>,
    /// The ids of customers.
    pub customers: Vec<String>,
    /// The ids of the agents.
    pub agents: Vec<String>,
}

/// A client.
#[derive(Debug)]
pub struct Worker {
    client: Client,
    name: String,
    is_admin: bool,
    chance: Chance,
    turn: u64,
    shared: Arc<Shared>,
    own: Own,
    pulse: Arc<Pulse>,
    /// What it asked and was answered.
    pub(crate) ledger: Ledger,
}

impl Worker {
    /// A client that has made nothing yet. Its name is in its marks: no other of the store has it.
    pub fn new(client: Client, name: String, chance: Chance, shared: Arc<Shared>) -> Self {
        let is_admin = !shared.agents.iter().any(|agent| agent == client.user());
        let (turn, own, ledger) = (0, Own::default(), Ledger::default());
        Self { client, name, is_admin, chance, turn, shared, own, pulse: Arc::default(), ledger }
    }

    /// The same, whose answers are felt here.
    pub(crate) fn felt_by(self, pulse: Arc<Pulse>) -> Self {
        Self { pulse, ..self }
    }

    /// Goes on at another server.
    ///
    /// # Errors
    /// There is nothing to make connections with.
    pub fn go_to(&mut self, url: &str) -> crate::Outcome<()> {
        self.client = self.client.at(url)?;
        Ok(())
    }

    /// Where it asks.
    pub fn url(&self) -> &str {
        self.client.url()
    }

    /// Asks for one thing, and gives what came of it.
    pub async fn step(&mut self) -> Answer {
        self.turn += 1;
        let mark = format!("{}-{}", self.name, self.turn);
        let deed = self.choose(&mark);
        let key = self.chance.percent(KEYED).then_some(mark);
        let again = self.chance.percent(AGAIN);
        let mut request = deed.request();
        request.key.clone_from(&key);
        let sent = Instant::now();
        let reply = self.client.send(&request).await;
        if let Ok(reply) = &reply {
            self.pulse.beat(sent, reply.status);
        }
        let answer = Answer::of(&reply);
        self.ledger.broken += u64::from(reply == Err(NoReply::Broken));
        self.look_at(&deed, reply.as_ref().map_or(0, |reply| reply.status), &answer);
        self.own.learn(&deed, &answer);
        if let (Ok(first), Answer::Acknowledged(_), Some(_), true) = (&reply, &answer, &key, again) {
            let second = self.client.send(&request).await;
            self.compare(&deed, first, second.ok());
        }
        let user = self.client.user().to_owned();
        self.ledger.entries.push(Entry { user, deed, key, answer: answer.clone() });
        answer
    }

    /// Writes down an answer that is wrong whatever the store does.
    fn look_at(&mut self, deed: &Deed, status: u16, answer: &Answer) {
        match (deed.refused_with(), answer) {
            (_, Answer::Unknown) if status == 500 => {
                self.ledger.wrong(format!("{deed:?} was answered with 500"));
            }
            (Some(_), Answer::Acknowledged(body)) => {
                self.ledger.wrong(format!("{deed:?} was done: {body}"));
            }
            (wanted, Answer::Refused(why)) if status < 500 && status != 0 && wanted != Some(status) => {
                self.ledger.wrong(format!("{deed:?} was refused: {why}"));
            }
            (_, Answer::Acknowledged(_) | Answer::Refused(_) | Answer::Unknown) => {}
        }
    }

    /// What was done under a key is answered alike.
    fn compare(&mut self, deed: &Deed, first: &Reply, second: Option<Reply>) {
        let Some(second) = second.filter(|second| second.status < 500) else { return };
        let alike = (second.status, &second.body) == (first.status, &first.body);
        if !alike || !second.replayed {
            let what = json!([[first.status, first.body], [second.status, second.body, second.replayed]]);
            let what = format!("{deed:?} was answered otherwise when it came again: {what}");
            self.ledger.wrong(what);
        }
    }
}
