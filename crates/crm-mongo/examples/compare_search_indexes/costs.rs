//! What a variant costs to write and to keep.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bson::{Bson, Document, doc};
use mongodb::Database;
use mongodb::options::{Acknowledgment, WriteConcern};

use crate::Outcome;
use crate::arguments::Arguments;
use crate::leads::{self, Lead};
use crate::load::Loaded;
use crate::variant::Variant;

/// How many leads are written one by one.
const SINGLES: u64 = 400;

/// How many leads are changed.
const CHANGES: u64 = 2_000;

/// How many writes a variant has before it is the next one's turn.
const TURN: u64 = 100;

/// What one variant costs.
pub(crate) struct Cost {
    variant: Variant,
    keys: f64,
    bulk: f64,
    build: f64,
    single: f64,
    status: f64,
    index: f64,
    collection: f64,
    stored: f64,
}

/// Writes to every variant by turns, and asks how large it is.
pub(crate) async fn measure(
    db: &Database,
    arguments: &Arguments,
    loaded: &BTreeMap<Variant, Loaded>,
) -> Outcome<Vec<Cost>> {
    let mut costs = Vec::new();
    for (variant, loaded) in loaded {
        costs.push(sizes(db, *variant, *loaded).await?);
    }
    let mut times: BTreeMap<Variant, [Duration; 2]> = BTreeMap::new();
    for turn in 0..CHANGES / TURN {
        let mut variants = arguments.variants.clone();
        variants.rotate_left(usize::try_from(turn)? % arguments.variants.len().max(1));
        for variant in variants {
            let [single, status] = times.entry(variant).or_default();
            if turn < SINGLES / TURN {
                *single += write_singly(db, variant, arguments.leads + turn * TURN).await?;
            }
            *status += change(db, variant, arguments.leads, turn * TURN).await?;
        }
    }
    for cost in &mut costs {
        let [single, status] = times.get(&cost.variant).copied().unwrap_or_default();
        cost.single = rate(SINGLES, single);
        cost.status = rate(CHANGES, status);
    }
    Ok(costs)
}

/// One writer, one lead at a time, each safe on disk before the next.
async fn write_singly(db: &Database, variant: Variant, from: u64) -> Outcome<Duration> {
    let safe = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
    let documents: Vec<Document> =
        (from..from + TURN).map(|number| Lead::new(number).document(variant)).collect();
    let begun = Instant::now();
    for document in documents {
        db.collection(variant.name()).insert_one(document).write_concern(safe.clone()).await?;
    }
    Ok(begun.elapsed())
}

/// Changes the status of leads all over the collection, not waiting for the disk: what is compared is the work.
async fn change(db: &Database, variant: Variant, leads: u64, from: u64) -> Outcome<Duration> {
    let begun = Instant::now();
    for turn in from..from + TURN {
        let lead = leads::id(turn * (leads / CHANGES).max(1) % leads.max(1));
        let change = leads::change_of_status(turn);
        db.collection::<Document>(variant.name()).update_one(doc! { "_id": lead }, change).await?;
    }
    Ok(begun.elapsed())
}

async fn sizes(db: &Database, variant: Variant, loaded: Loaded) -> Outcome<Cost> {
    let told = db.run_command(doc! { "collStats": variant.name() }).await?;
    let indexes = told.get_document("indexSizes")?;
    let mut keys = 0_u64;
    for number in 0..1_000 {
        keys += u64::try_from(variant.found_by(&Lead::new(number).text).len())?;
    }
    Ok(Cost {
        variant,
        keys: tenths(number(&Bson::Int64(i64::try_from(keys)?)) / 1_000.0),
        bulk: rate(loaded.leads, loaded.live),
        build: tenths(loaded.built.as_secs_f64()),
        single: 0.0,
        status: 0.0,
        index: megabytes(indexes.get("found")),
        collection: megabytes(told.get("size")),
        stored: megabytes(told.get("storageSize")),
    })
}

/// A table: a line for each variant.
pub(crate) fn print(all: &[Cost]) {
    println!(
        "\n| variant | keys a lead | bulk, leads/s | index built s | singly, leads/s | changes of status/s | index MB \
         | leads MB | on disk MB |"
    );
    println!("| --- | --: | --: | --: | --: | --: | --: | --: | --: |");
    for cost in all {
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            cost.variant.name(),
            cost.keys,
            cost.bulk,
            cost.build,
            cost.single,
            cost.status,
            cost.index,
            cost.collection,
            cost.stored,
        );
    }
}

impl Cost {
    /// Everything, for programs.
    pub(crate) fn document(&self) -> Document {
        doc! {
            "variant": self.variant.name(), "keys_a_lead": self.keys, "bulk_per_s": self.bulk,
            "built_s": self.build, "singly_per_s": self.single, "status_per_s": self.status,
            "index_mb": self.index, "collection_mb": self.collection, "stored_mb": self.stored,
        }
    }
}

fn rate(count: u64, time: Duration) -> f64 {
    let count = u32::try_from(count).map_or(0.0, f64::from);
    tenths(count / time.as_secs_f64().max(0.000_001))
}

fn megabytes(bytes: Option<&Bson>) -> f64 {
    tenths(bytes.map_or(0.0, number) / 1_000_000.0)
}

#[expect(clippy::cast_precision_loss, reason = "no size comes near the limit")]
fn number(number: &Bson) -> f64 {
    let whole = number.as_i32().map(i64::from).or_else(|| number.as_i64()).map(|whole| whole as f64);
    whole.or_else(|| number.as_f64()).unwrap_or(0.0)
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
