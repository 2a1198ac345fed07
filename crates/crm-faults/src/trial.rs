//! A store, those who write to it, and what came of it so far.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Outcome;
use crate::chance::Chance;
use crate::check::{self, Baseline};
use crate::client::{Client, Request, text};
use crate::crowd::{Crowd, Unserved};
use crate::finding::Finding;
use crate::ledger::{Answer, Counts, Ledger};
use crate::people::People;
use crate::place::Place;
use crate::report::Report;
use crate::state::State;
use crate::worker::{Shared, Worker};

/// How many records many change at once.
const SHARED: u64 = 4;
/// How often a request without an answer is sent again until it has one, and how long is waited between.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(25);

/// A store and what came of it.
#[derive(Debug)]
pub struct Trial {
    /// Where it is.
    pub place: Place,
    people: People,
    shared: Arc<Shared>,
    baseline: Baseline,
    ledger: Ledger,
    seed: u64,
}

impl Trial {
    /// Fills the store of a place and notes what is in it. The server that does this is whole, and stopped again.
    ///
    /// # Errors
    /// The program does not do what it should.
    pub async fn begin(place: Place, seed: u64) -> Outcome<Self> {
        place.seed().await?;
        let server = place.serve().await?;
        let people = People::sign_in(server.url()).await?;
        let shared = Arc::new(shared(&people).await?);
        let baseline = Baseline::of(&State::read(&people.admin).await?);
        server.stop().await?;
        Ok(Self { place, people, shared, baseline, ledger: Ledger::default(), seed })
    }

    /// Who writes.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// Records that many change at once.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Lets so many clients write to the server at this address. The round's name is in all their marks.
    ///
    /// # Errors
    /// There is nothing to make connections with.
    pub fn crowd(&self, url: &str, round: &str, clients: u64, unserved: Unserved) -> Outcome<Crowd> {
        let workers = (0..clients).map(|number| {
            let client = self.people.for_worker(number).at(url)?;
            let name = format!("{round}-{number}");
            let chance = Chance::of(self.seed, &format!("worker {name}"));
            Ok(Worker::new(client, name, chance, Arc::clone(&self.shared)))
        });
        Ok(Crowd::begin(workers.collect::<Outcome<Vec<_>>>()?, unserved))
    }

    /// Takes in what a crowd wrote down; first whatever has a key and no answer is sent again until it has one.
    ///
    /// # Errors
    /// There is nothing to make connections with.
    pub async fn take_in(&mut self, mut ledger: Ledger, url: &str) -> Outcome<Counts> {
        settle(&mut ledger, &self.people, url).await?;
        let counts = ledger.counts();
        self.ledger.extend(ledger);
        Ok(counts)
    }

    /// Starts a whole server again after the one that clients wrote to has ended, takes in what they wrote down, and
    /// reports what is wrong. Gives how much that is.
    ///
    /// # Errors
    /// The server does not start or answer.
    pub async fn look(&mut self, ledger: Ledger, report: &mut Report) -> Outcome<usize> {
        let server = self.place.serve().await?;
        let counts = self.take_in(ledger, server.url()).await?;
        let findings = self.check(server.url()).await?;
        server.kill().await?;
        report.round(counts, &findings);
        Ok(findings.len())
    }

    /// Everything that is wrong with what the server at this address holds, and with its store.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn check(&self, url: &str) -> Outcome<Vec<Finding>> {
        let state = State::read(&self.people.admin.at(url)?).await?;
        let mut findings = check::findings(&self.baseline, &self.ledger, &state);
        findings.extend(self.place.examine().await?);
        Ok(findings)
    }
}

async fn settle(ledger: &mut Ledger, people: &People, url: &str) -> Outcome<()> {
    let [first, second] = &people.agents;
    let clients = [people.admin.at(url)?, first.at(url)?, second.at(url)?];
    for entry in &mut ledger.entries {
        let asker = clients.iter().find(|client| client.user() == entry.user);
        let (Some(client), Answer::Unknown, Some(_)) = (asker, &entry.answer, &entry.key) else { continue };
        let request = Request { key: entry.key.clone(), ..entry.deed.request() };
        let mut tries = 0;
        while tries < TRIES {
            tries += 1;
            match Answer::of(&client.send(&request).await) {
                Answer::Refused(why) if passes(&why) => {}
                Answer::Unknown => {}
                answer @ (Answer::Acknowledged(_) | Answer::Refused(_)) => {
                    entry.answer = answer;
                    break;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(())
}

/// Whether the same request may be answered otherwise a moment later.
fn passes(why: &str) -> bool {
    why.starts_with('5') || why.starts_with("nobody") || why.contains("still_running")
}

async fn shared(people: &People) -> Outcome<Shared> {
    let mut shared = Shared {
        leads: Vec::new(),
        customers: Vec::new(),
        agents: people.agents.iter().map(|agent| agent.user().to_owned()).collect(),
    };
    for number in 0..SHARED {
        let name = format!("Shared {number}");
        shared.leads.push(made(&people.admin, "/api/leads", json!({ "name": name })).await?);
        shared.customers.push(made(&people.admin, "/api/customers", json!({ "name": name })).await?);
    }
    Ok(shared)
}

/// Makes a record, and gives its id.
///
/// # Errors
/// It is not made.
pub async fn made(client: &Client, path: &str, body: Value) -> Outcome<String> {
    let reply = client.send(&Request::new(reqwest::Method::POST, path).saying(body)).await;
    match Answer::of(&reply) {
        Answer::Acknowledged(body) => Ok(text(&body["id"])),
        Answer::Refused(_) | Answer::Unknown => Err(format!("nothing was made at {path}: {reply:?}").into()),
    }
}
