//! Compares indexes that can answer a search: what they cost to write and to keep, and how long a page takes.
//!
//! ```sh
//! cargo run --release -p crm-mongo --example compare_search_indexes -- --leads 1000000
//! ```
//!
//! Starts a MongoDB of its own with its data on disk (where it comes from: `crm_testkit::mongod`), makes a collection of
//! the same leads for each variant, a stretch of each in turn, and asks all of them the same questions, some of each in
//! turn. What else goes on on the machine slows all variants alike, so that ratios hold where times do not. Prints
//! tables, and at the end everything as one line of JSON.
//!
//! `--leads N` (default 100,000), `--queries N` of each kind (default 100), `--variants a,b` (default all),
//! `--folder PATH` for the data (default: the system's temporary folder).
#![expect(clippy::print_stdout, reason = "its findings are what it is for")]

mod answer;
mod arguments;
mod costs;
mod leads;
mod load;
mod pages;
mod terms;
mod variant;

use std::error::Error;

use bson::doc;
use crm_testkit::mongod::replica_set::ReplicaSet;
use mongodb::Client;

use crate::arguments::Arguments;

/// Whatever went wrong: there is nobody to tell it apart.
type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let server = ReplicaSet::start_in(1, &arguments.folder).await;
    let db = Client::with_uri_str(server.uri()).await?.database("comparison");
    println!("{} leads, {} queries of each kind", arguments.leads, arguments.queries);

    let loaded = load::all(&db, &arguments).await?;
    db.client().database("admin").run_command(doc! { "fsync": 1 }).await?;
    let costs = costs::measure(&db, &arguments, &loaded).await?;
    costs::print(&costs);
    let pages = pages::measure(&db, &arguments).await?;
    pages::print(&pages);

    let all = doc! {
        "leads": i64::try_from(arguments.leads)?,
        "queries": i64::try_from(arguments.queries)?,
        "costs": costs.iter().map(costs::Cost::document).collect::<Vec<_>>(),
        "pages": pages.iter().map(pages::Figures::document).collect::<Vec<_>>(),
    };
    println!("{all}");
    Ok(())
}
