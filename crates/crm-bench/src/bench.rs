//! What is done, in which order.

use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::arguments::Arguments;
use crate::asker::{Asker, Who};
use crate::bare_route;
use crate::child::Listening;
use crate::drivers;
use crate::figures::{Figures, share};
use crate::fill::{self, Filled};
use crate::http::Http;
use crate::place::{Ground, Place};
use crate::report::{self, Fill, Line, Report, Subject};
use crate::rival::{Rival, side_by_side};
use crate::role::Role;
use crate::rows::{Asked, Row};
use crate::targets::{self, Standing};
use crate::whole::{self, Start};
use crate::wire;
use crate::{Outcome, interrupt};

/// Names on the command line beside those of rows.
const WHOLE: [&str; 2] = ["start", "sign-ins"];

/// Measures what was asked for, prints it, and takes everything away again.
///
/// # Errors
/// A name is none, something cannot be started or fails, an answer was wrong, or a signal has come.
pub(crate) fn run(arguments: &Arguments) -> Outcome<()> {
    let wanted = Wanted::of(&arguments.only)?;
    let mut leads = arguments.leads.clone();
    leads.sort_unstable();
    leads.dedup();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let _entered = runtime.enter();
    interrupt::listen()?;
    let ground = runtime.block_on(Ground::prepare(arguments))?;
    let mut report = Report::of(arguments);
    let mut sizes = Vec::new();
    for leads in leads {
        sizes.push(Size::prepare(&runtime, ground.place(leads)?, &wanted, &mut report)?);
    }
    let bench =
        Bench { arguments, runtime: &runtime, wanted, time: Duration::from_secs_f64(arguments.seconds) };
    bench.measure(&mut sizes, &mut report)?;
    report.load_after = report::load();
    // Ended before their folders are taken away.
    drop(sizes);
    drop(ground);
    report.write(arguments)?;
    match report.failures() {
        0 => Ok(()),
        failures => Err(format!("{failures} answers were wrong or did not come").into()),
    }
}

/// What was asked for.
struct Wanted(Vec<String>);

impl Wanted {
    fn of(only: &[String]) -> Outcome<Self> {
        let names: Vec<&str> = Row::ALL.into_iter().map(Row::name).chain(WHOLE).collect();
        match only.iter().find(|name| !names.contains(&name.as_str())) {
            Some(unknown) => Err(format!("there is no {unknown}; there are: {}", names.join(",")).into()),
            None => Ok(Self(only.to_vec())),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|wanted| wanted == name)
    }
}

/// A store with its server.
struct Size {
    place: Place,
    filled: Filled,
    server: Listening,
    start: Option<Start>,
    agent: Asker,
    admin: Asker,
}

impl Size {
    fn prepare(runtime: &Runtime, place: Place, wanted: &Wanted, report: &mut Report) -> Outcome<Self> {
        let filled = if let Some(filled) = place.kept()? {
            filled
        } else {
            progress(&format!("filling a store with {} leads", place.leads));
            let begun = Instant::now();
            let filled = runtime.block_on(fill::fill(&place))?;
            let seconds = begun.elapsed().as_secs_f64();
            report.fills.push(Fill { leads: place.leads, records: filled.records, seconds });
            place.keep(&filled)?;
            filled
        };
        let tokens = |server: &Listening| -> Outcome<(Asker, Asker)> {
            Ok((Asker::sign_in(server.address(), Who::Agent)?, Asker::sign_in(server.address(), Who::Admin)?))
        };
        let (server, _) = whole::ready(&place)?;
        let (mut agent, mut admin) = tokens(&server)?;
        let (server, start) = if wanted.has("start") {
            // Nobody signs in to the one whose memory is looked at: each hash takes 19 MiB for a while.
            drop(server);
            let (server, start) = whole::starts(&place)?;
            agent.go_on(server.address());
            admin.go_on(server.address());
            (server, Some(start))
        } else {
            (server, None)
        };
        Ok(Self { place, filled, server, start, agent, admin })
    }

    fn asker(&mut self, who: Who) -> &mut Asker {
        match who {
            Who::Agent => &mut self.agent,
            Who::Admin => &mut self.admin,
        }
    }

    fn prepared(&mut self, row: Row, who: Who) -> Outcome<Asked> {
        let filled = self.filled.clone();
        row.prepare(self.asker(who), &filled)
    }
}

struct Bench<'a> {
    arguments: &'a Arguments,
    runtime: &'a Runtime,
    wanted: Wanted,
    time: Duration,
}

impl Bench<'_> {
    fn measure(&self, sizes: &mut [Size], report: &mut Report) -> Outcome<()> {
        self.memory(sizes, report)?;
        let bare = bare_route(sizes)?;
        let bare = Http {
            process: &bare,
            requests: [wire::get(bare_route::PATH, sizes.first().map_or("", |size| size.agent.token()))]
                .into(),
            status: 200,
        };
        let largest = sizes.last().ok_or("there is nothing to measure")?;
        let driver = self.runtime.block_on(drivers::of(&largest.place, &largest.filled.shown))?;
        let limits = Limits { bare: &bare, driver: driver.as_ref() };
        for row in Row::ALL.into_iter().filter(|row| self.wanted.has(row.name())) {
            for who in row.askers() {
                self.row(row, *who, sizes, &limits, report)?;
            }
        }
        if self.wanted.has("sign-ins") {
            progress("sign-ins");
            let largest = sizes.last_mut().ok_or("there is nothing to measure")?;
            let Asked { requests, status } = largest.prepared(Row::Get, Who::Agent)?;
            let readers = Http { process: &largest.server, requests, status };
            report.sign_ins = Some(whole::sign_ins_beside(&readers, self.time)?);
        }
        Ok(())
    }

    /// What each server takes, before anything else is asked of it.
    fn memory(&self, sizes: &mut [Size], report: &mut Report) -> Outcome<()> {
        for size in sizes {
            let Some(mut start) = size.start.take() else { continue };
            progress(&format!("memory with {} leads", size.place.leads));
            let mut requests = Vec::new();
            for who in Who::ALL {
                for row in [Row::Get, Row::Page, Row::Activity, Row::Dashboard, Row::SearchRare] {
                    requests.extend(size.prepared(row, who)?.requests.iter().take(100).cloned());
                }
            }
            let asked = Http { process: &size.server, requests: requests.into(), status: 200 };
            whole::memory(&mut start, &asked, self.time)?;
            report.starts.push(start);
        }
        Ok(())
    }

    fn row(
        &self,
        row: Row,
        who: Who,
        sizes: &mut [Size],
        limits: &Limits<'_>,
        report: &mut Report,
    ) -> Outcome<()> {
        progress(&format!("{} as {}", row.name(), who.name()));
        let mut asked = Vec::new();
        for size in &mut *sizes {
            asked.push(size.prepared(row, who)?);
        }
        let servers: Vec<Http<'_>> = sizes
            .iter()
            .zip(asked)
            .map(|(size, Asked { requests, status })| Http { process: &size.server, requests, status })
            .collect();
        for clients in &self.arguments.clients {
            let mut rivals: Vec<&dyn Rival> = servers.iter().map(|server| server as &dyn Rival).collect();
            let bounded = targets::is_beside_limits(row) || !report.has_limits(*clients);
            if bounded {
                rivals.extend([limits.bare as &dyn Rival, limits.driver]);
            }
            let mut figures = side_by_side(&rivals, *clients, self.time)?;
            let bounding = figures.split_off(servers.len());
            for (subject, figures) in [Subject::BareRoute, Subject::Driver].into_iter().zip(bounding) {
                let (standing, misses) = (Standing::default(), Vec::new());
                report.lines.push(Line { row, who, clients: *clients, subject, figures, standing, misses });
            }
            let smallest = figures.first().cloned().unwrap_or_default();
            let bounds = report.limits(*clients);
            for (at, (figures, size)) in figures.into_iter().zip(&*sizes).enumerate() {
                let standing = standing(&figures, (at > 0).then_some(&smallest), &bounds);
                let misses = targets::misses(row, self.arguments.store, *clients, &figures, standing);
                let subject = Subject::Leads(size.place.leads);
                report.lines.push(Line { row, who, clients: *clients, subject, figures, standing, misses });
            }
        }
        Ok(())
    }
}

/// What bounds every server.
struct Limits<'a> {
    bare: &'a dyn Rival,
    driver: &'a dyn Rival,
}

fn standing(figures: &Figures, smallest: Option<&Figures>, bounds: &[Option<f64>; 2]) -> Standing {
    let of = |bound: Option<f64>| bound.and_then(|bound| share(figures.per_second, bound));
    let [bare, driver] = *bounds;
    Standing {
        growth: smallest.and_then(|smallest| share(figures.p50_ms, smallest.p50_ms)),
        of_bare: of(bare),
        of_driver: of(driver),
    }
}

/// A bare route that answers with as many bytes as a lead has.
fn bare_route(sizes: &mut [Size]) -> Outcome<Listening> {
    let smallest = sizes.first_mut().ok_or("there is nothing to measure")?;
    let lead = smallest.filled.shown.first().ok_or("there is no lead with three events")?;
    let bytes = smallest.agent.bytes(&format!("/api/leads/{lead}"))?.len();
    Listening::start(Role::BareRoute(bytes).command()?)
}

fn progress(text: &str) {
    crm_server::output::complain(text);
}
