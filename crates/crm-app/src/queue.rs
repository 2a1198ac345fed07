//! Writers of one record on one server queue up, so that a busy record is slow, not failing.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};
use uuid::Uuid;

const STRIPES: usize = 1024;

/// First come, first served, per record. Two records may share a place; that costs a wait, never an error.
#[derive(Debug, Clone)]
pub struct Queue {
    stripes: Arc<[Arc<Mutex<()>>]>,
}

/// Places at the head of the queue; dropping it lets the next ones in.
#[derive(Debug)]
pub struct Turn {
    _guards: Vec<OwnedMutexGuard<()>>,
}

impl Queue {
    /// An empty queue.
    pub fn new() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Arc::new(Mutex::new(()))).collect() }
    }

    /// Waits until it is this writer's turn on all these records. Takes them in one order for all, so that writers
    /// of several records never wait for each other in a circle.
    pub async fn turn(&self, records: &[Uuid]) -> Turn {
        let mut places: Vec<usize> = records.iter().map(place).collect();
        places.sort_unstable();
        places.dedup();
        let mut guards = Vec::with_capacity(places.len());
        for place in places {
            if let Some(stripe) = self.stripes.get(place) {
                guards.push(Arc::clone(stripe).lock_owned().await);
            }
        }
        Turn { _guards: guards }
    }
}

impl Default for Queue {
    fn default() -> Self {
        Self::new()
    }
}

fn place(record: &Uuid) -> usize {
    let mut hasher = DefaultHasher::new();
    record.hash(&mut hasher);
    usize::try_from(hasher.finish() % STRIPES as u64).unwrap_or(0)
}
