//! Loading the leads, and what that costs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bson::{Document, doc};
use mongodb::Database;

use crate::Outcome;
use crate::arguments::Arguments;
use crate::leads::Lead;
use crate::variant::Variant;

/// How many leads are written by one command.
const BULK: u64 = 1_000;

/// Of so many leads, the last is written with the index there: that is what writing costs in a store of this size. The
/// others are there before the index is made, which takes less long.
const LIVE: u64 = 40;

/// The time that loading took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Loaded {
    /// For making the index of what was there.
    pub(crate) built: Duration,
    /// For the leads that were written with the index there.
    pub(crate) live: Duration,
    /// How many they were.
    pub(crate) leads: u64,
}

/// Makes and fills a collection for each variant.
pub(crate) async fn all(db: &Database, arguments: &Arguments) -> Outcome<BTreeMap<Variant, Loaded>> {
    let mut loaded: BTreeMap<Variant, Loaded> = BTreeMap::new();
    for variant in &arguments.variants {
        db.run_command(doc! { "createIndexes": variant.name(), "indexes": orders() }).await?;
    }
    let live = arguments.leads - arguments.leads / LIVE;
    for from in (0..live).step_by(1_000) {
        for variant in &arguments.variants {
            write(db, *variant, from, live.min(from + BULK)).await?;
        }
        if from.is_multiple_of(100_000) {
            println!("… {from} leads");
        }
    }
    for variant in &arguments.variants {
        println!("… {}", variant.name());
        let found = doc! { "name": "found", "key": variant.index() };
        let begun = Instant::now();
        db.run_command(doc! { "createIndexes": variant.name(), "indexes": [found] }).await?;
        loaded.entry(*variant).or_default().built = begun.elapsed();
    }
    let mut variants = arguments.variants.clone();
    for from in (live..arguments.leads).step_by(1_000) {
        for variant in &variants {
            let to = arguments.leads.min(from + BULK);
            let figures = loaded.entry(*variant).or_default();
            figures.live += write(db, *variant, from, to).await?;
            figures.leads += to - from;
        }
        variants.rotate_left(1);
    }
    Ok(loaded)
}

/// Writes these leads by one command.
async fn write(db: &Database, variant: Variant, from: u64, to: u64) -> Outcome<Duration> {
    let documents: Vec<Document> = (from..to).map(|number| Lead::new(number).document(variant)).collect();
    let begun = Instant::now();
    db.collection(variant.name()).insert_many(documents).await?;
    Ok(begun.elapsed())
}

/// The list's order for everybody and for one owner. The other indexes of the store are alike in all variants.
fn orders() -> Vec<Document> {
    vec![
        doc! { "name": "by_update", "key": { "archived": 1, "updated_at": 1, "_id": 1 } },
        doc! { "name": "by_owner", "key": { "owner": 1, "archived": 1, "updated_at": 1, "_id": 1 } },
    ]
}
