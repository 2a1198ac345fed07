//! Measures the server as its clients see it, beside what the machine can do without it.
//!
//! ```sh
//! cargo run --release -p crm-bench -- --leads 10000,100000,1000000
//! ```
//!
//! It fills a store for each size, starts the program on each as a process of its own, asks all of them the same over
//! HTTP, some of each in turn, and prints tables; `docs/benchmarks.md` says how to read them. Beside them it measures in
//! the same way what bounds them: a bare route of actix, and the store's driver looking up a record by its id.
//!
//! # Where things are
//! - What can be typed: [`arguments`]. What is done in which order: [`mod@bench`].
//! - The stores: [`place`], [`fill`]. Processes: [`role`], [`child`], [`usage`].
//! - How something is measured: [`rival`] (what can be measured), [`closed_loop`], [`sample`]; over HTTP: [`wire`],
//!   [`http`]; the limits: [`bare_route`], [`drivers`].
//! - What is measured: [`rows`], [`asker`] (who asks for what), [`whole`] (start, memory, sign-ins).
//! - What is said of it: [`figures`], [`targets`], [`report`].

mod arguments;
mod asker;
mod bare_route;
mod bench;
mod child;
mod closed_loop;
mod drivers;
mod figures;
mod fill;
mod http;
mod interrupt;
mod place;
mod report;
mod rival;
mod role;
mod rows;
mod sample;
mod targets;
mod usage;
mod whole;
mod wire;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;
use crate::role::Role;

/// Whatever went wrong: there is nobody to tell it apart.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    if let Some(role) = Role::of_this_process() {
        return role.play();
    }
    let arguments = Arguments::parse();
    match bench::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            crm_server::output::complain(&format!("crm-bench: {error}"));
            ExitCode::FAILURE
        }
    }
}
