//! How long a page takes, and how far MongoDB looks for it.

use std::time::{Duration, Instant};

use bson::{Bson, Document, doc};
use crm_domain::values::search_query::SearchQuery;
use mongodb::Database;

use crate::Outcome;
use crate::answer::{Asking, EXACT, Page, Reader};
use crate::arguments::Arguments;
use crate::leads;
use crate::terms::Kind;
use crate::variant::Variant;

/// How many questions a variant is asked before it is the next one's turn.
const TURN: u64 = 20;

/// Of so many questions, the first is also explained.
const EXPLAINED: u64 = 10;

/// What came of one kind of question, asked of one variant.
pub(crate) struct Figures {
    variant: Variant,
    kind: Kind,
    reader: &'static str,
    times: Vec<Duration>,
    keys: Vec<i64>,
    documents: Vec<i64>,
    totals: Vec<i64>,
}

/// Asks everything of every variant.
pub(crate) async fn measure(db: &Database, arguments: &Arguments) -> Outcome<Vec<Figures>> {
    let agent = leads::owner(0);
    let first = arguments.variants.first().ok_or("there is nothing to compare")?;
    let theirs = doc! { "owner": agent, "archived": false };
    let count = db.collection::<Document>(first.name()).count_documents(theirs).await?;
    let agent = Reader { owner: Some((agent, i64::try_from(count)?)) };
    let mut all = Vec::new();
    for kind in Kind::ALL {
        for (name, reader) in [("admin", Reader { owner: None }), ("agent", agent)] {
            all.extend(compare(db, arguments, kind, name, reader).await?);
            println!("… {} as {name}", kind.name());
        }
    }
    Ok(all)
}

async fn compare(
    db: &Database,
    arguments: &Arguments,
    kind: Kind,
    name: &'static str,
    reader: Reader,
) -> Outcome<Vec<Figures>> {
    let none = |variant: &Variant| Figures {
        variant: *variant,
        kind,
        reader: name,
        times: Vec::new(),
        keys: Vec::new(),
        documents: Vec::new(),
        totals: Vec::new(),
    };
    let mut all: Vec<Figures> = arguments.variants.iter().map(none).collect();
    for from in (0..arguments.queries).step_by(usize::try_from(TURN)?) {
        for figures in &mut all {
            for number in from..arguments.queries.min(from + TURN) {
                ask(db, arguments, reader, number, figures).await?;
            }
        }
        all.rotate_left(1);
    }
    all.sort_by_key(|figures| figures.variant);
    Ok(all)
}

async fn ask(
    db: &Database,
    arguments: &Arguments,
    reader: Reader,
    number: u64,
    figures: &mut Figures,
) -> Outcome<()> {
    let text = figures.kind.query(number, arguments.leads);
    let query = SearchQuery::parse(&text).map_err(|flaw| format!("{text}: {flaw:?}"))?;
    let begun = Instant::now();
    let page = Asking::new(db, figures.variant, reader).page(query.terms()).await?;
    figures.times.push(begun.elapsed());
    figures.totals.push(page.total.min(EXACT));
    if page.ids.len() < usize::try_from(page.total.min(10))? {
        return Err(format!("{text}: {} on a page of {}", page.ids.len(), page.total).into());
    }
    if number.is_multiple_of(EXPLAINED) {
        let (keys, documents) = explain(db, &page).await?;
        figures.keys.push(keys);
        figures.documents.push(documents);
    }
    Ok(())
}

/// How many index entries and documents MongoDB looks at for all the commands of a page.
async fn explain(db: &Database, page: &Page) -> Outcome<(i64, i64)> {
    let mut sum = (0, 0);
    for command in &page.commands {
        let told = db.run_command(doc! { "explain": command, "verbosity": "executionStats" }).await?;
        gather(&Bson::from(told), &mut sum);
    }
    Ok(sum)
}

/// Looks through the whole answer: a pipeline has its parts in different places.
fn gather(told: &Bson, sum: &mut (i64, i64)) {
    if let Bson::Array(parts) = told {
        for part in parts {
            gather(part, sum);
        }
    }
    let Bson::Document(told) = told else { return };
    let number = |name| told.get(name).and_then(whole).unwrap_or(0);
    sum.0 += number("totalKeysExamined");
    sum.1 += number("totalDocsExamined");
    for (_, part) in told.iter().filter(|(name, _)| *name != "queryPlanner") {
        gather(part, sum);
    }
}

fn whole(number: &Bson) -> Option<i64> {
    number.as_i32().map(i64::from).or_else(|| number.as_i64())
}

/// A table: for each question, and each variant, times and how far it looked.
pub(crate) fn print(all: &[Figures]) {
    println!("\n| question | as | variant | p50 ms | p99 ms | keys, most | documents, most | found in all |");
    println!("| --- | --- | --- | --: | --: | --: | --: | --: |");
    for figures in all {
        println!(
            "| {} | {} | {} | {:.1} | {:.1} | {} | {} | {} |",
            figures.kind.name(),
            figures.reader,
            figures.variant.name(),
            figures.percentile(50),
            figures.percentile(99),
            figures.keys.iter().max().unwrap_or(&0),
            figures.documents.iter().max().unwrap_or(&0),
            figures.totals.iter().sum::<i64>(),
        );
    }
}

impl Figures {
    /// Everything, for programs.
    pub(crate) fn document(&self) -> Document {
        doc! {
            "question": self.kind.name(), "as": self.reader, "variant": self.variant.name(),
            "p50_ms": self.percentile(50), "p99_ms": self.percentile(99),
            "keys": self.keys.iter().max().copied().unwrap_or(0),
            "documents": self.documents.iter().max().copied().unwrap_or(0),
            "found": self.totals.iter().sum::<i64>(),
        }
    }

    fn percentile(&self, percent: usize) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
        times.get(at).map_or(0.0, |time| (time.as_secs_f64() * 10_000.0).round() / 10.0)
    }
}
