//! MongoDB's own driver, from tasks of one runtime, as a server uses it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bson::{Document, doc};
use mongodb::options::ClientOptions;
use mongodb::{Client, Collection};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Outcome;
use crate::closed_loop::nanos;
use crate::place::Place;
use crate::rival::Rival;
use crate::sample::Sample;

/// As many connections as the server may have.
const POOL: u32 = 64;

/// Looks up leads in a database, beside the server.
pub(super) struct MongoDriver {
    collection: Collection<Document>,
    leads: Arc<[bson::Uuid]>,
    runtime: Handle,
}

impl MongoDriver {
    /// That of the store at this place.
    ///
    /// # Errors
    /// The address is none.
    pub(super) async fn of(place: &Place, leads: &[Uuid]) -> Outcome<Self> {
        let mut options = ClientOptions::parse(&place.url).await?;
        options.max_pool_size = Some(POOL);
        let database = Client::with_options(options)?.default_database().ok_or("no database is named")?;
        let leads = leads.iter().map(|id| bson::Uuid::from_bytes(id.into_bytes())).collect();
        Ok(Self { collection: database.collection("leads"), leads, runtime: Handle::current() })
    }
}

impl Rival for MongoDriver {
    fn run(&self, clients: u16, time: Duration) -> Outcome<Sample> {
        self.runtime.block_on(async {
            let mut running = JoinSet::new();
            for number in 0..usize::from(clients) {
                running.spawn(one(self.collection.clone(), Arc::clone(&self.leads), number * 7_919, time));
            }
            let mut sample = Sample::default();
            while let Some(seen) = running.join_next().await {
                sample.beside(seen?);
            }
            Ok(sample)
        })
    }
}

async fn one(
    collection: Collection<Document>,
    leads: Arc<[bson::Uuid]>,
    mut at: usize,
    time: Duration,
) -> Sample {
    let mut sample = Sample::default();
    let begun = Instant::now();
    while begun.elapsed() < time && sample.failures <= 100 {
        let Some(id) = leads.get(at % leads.len().max(1)) else { break };
        let asked = Instant::now();
        match collection.find_one(doc! { "_id": *id }).await {
            Ok(Some(_)) => sample.latencies.push(nanos(asked.elapsed())),
            Ok(None) => failed(&mut sample, "the lead is not there".to_owned()),
            Err(error) => failed(&mut sample, error.to_string()),
        }
        at += 1;
    }
    sample.elapsed = begun.elapsed();
    sample
}

fn failed(sample: &mut Sample, why: String) {
    sample.failures += 1;
    sample.first_failure.get_or_insert(why);
}
