//! What was found, and how it is told.

mod plot;
mod table;

use serde::Serialize;

use crate::Outcome;
use crate::arguments::{Arguments, StoreKind};
use crate::asker::Who;
use crate::figures::Figures;
use crate::rows::Row;
use crate::targets::Standing;
use crate::whole::{SignIns, Start};

/// Everything that was found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    /// The version of the program.
    pub(crate) version: &'static str,
    /// Whether it was built to be measured.
    pub(crate) optimized: bool,
    /// Which store.
    pub(crate) store: &'static str,
    /// Processors that may be used.
    pub(crate) processors: usize,
    /// Seconds for each row.
    pub(crate) seconds: f64,
    /// How much the machine had to do beforehand, as `/proc/loadavg` has it.
    pub(crate) load_before: String,
    /// And at the end.
    pub(crate) load_after: String,
    /// How the stores were filled.
    pub(crate) fills: Vec<Fill>,
    /// How the servers started.
    pub(crate) starts: Vec<Start>,
    /// The rows.
    pub(crate) lines: Vec<Line>,
    /// What many sign-ins do.
    pub(crate) sign_ins: Option<SignIns>,
}

/// How a store was filled.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Fill {
    /// How many leads it has.
    pub(crate) leads: u64,
    /// How many records of all kinds, events included.
    pub(crate) records: u64,
    /// How long it took.
    pub(crate) seconds: f64,
}

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Subject {
    /// The server on a store with so many leads.
    Leads(u64),
    /// A bare route of actix.
    BareRoute,
    /// The store's driver, looking up a lead by its id.
    Driver,
}

/// A line of the table.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Line {
    /// What was asked for; of a limit, what it was measured beside.
    pub(crate) row: Row,
    /// Who asked.
    pub(crate) who: Who,
    /// How many asked at once.
    pub(crate) clients: u16,
    /// Who answered.
    pub(crate) subject: Subject,
    /// What was seen.
    pub(crate) figures: Figures,
    /// How it stands to others.
    pub(crate) standing: Standing,
    /// What is not as it is aimed at.
    pub(crate) misses: Vec<String>,
}

impl Report {
    /// Nothing found yet.
    pub(crate) fn of(arguments: &Arguments) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            optimized: !cfg!(debug_assertions),
            store: match arguments.store {
                StoreKind::Sqlite => "sqlite",
                StoreKind::Mongodb => "mongodb",
            },
            processors: std::thread::available_parallelism().map_or(0, usize::from),
            seconds: arguments.seconds,
            load_before: load(),
            load_after: String::new(),
            fills: Vec::new(),
            starts: Vec::new(),
            lines: Vec::new(),
            sign_ins: None,
        }
    }

    /// Whether limits were measured with so many clients.
    pub(crate) fn has_limits(&self, clients: u16) -> bool {
        self.limits(clients).iter().all(Option::is_some)
    }

    /// The requests a second of the bare route and of the driver with so many clients, when they were measured last.
    pub(crate) fn limits(&self, clients: u16) -> [Option<f64>; 2] {
        [Subject::BareRoute, Subject::Driver].map(|subject| {
            let mut last = self.lines.iter().rev();
            let line = last.find(|line| line.subject == subject && line.clients == clients);
            line.map(|line| line.figures.per_second)
        })
    }

    /// How many answers were wrong or did not come. Sign-ins do not count: where they take long, some are refused, as they
    /// should be.
    pub(crate) fn failures(&self) -> u64 {
        let whole = self.sign_ins.iter().flat_map(|all| [&all.readers_alone, &all.readers_beside]);
        self.lines.iter().map(|line| &line.figures).chain(whole).map(|figures| figures.failures).sum()
    }

    /// Prints the tables, and writes the files that were asked for.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(crate) fn write(&self, arguments: &Arguments) -> Outcome<()> {
        crm_server::output::say_as_is(&table::of(self));
        if let Some(file) = &arguments.json {
            std::fs::write(file, serde_json::to_string_pretty(self)? + "\n")?;
        }
        if let Some(file) = &arguments.svg {
            std::fs::write(file, plot::of(self))?;
        }
        Ok(())
    }
}

/// How much the machine has to do: the average of the last one, five and fifteen minutes.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
