//! What is measured of a server as a whole: how soon it is there, how much memory it takes, and what many who sign in
//! do to those who read.

use std::thread;
use std::time::Duration;

use serde::Serialize;

use crate::asker::sign_ins;
use crate::child::Listening;
use crate::closed_loop;
use crate::figures::{Figures, ms, share};
use crate::http::Http;
use crate::place::Place;
use crate::rival::Rival;
use crate::usage::Usage;
use crate::wire::{self, Connection};
use crate::{Outcome, interrupt};

/// Times that a server is started, the median of which counts.
const STARTS: usize = 3;
/// Clients under which memory is looked at.
const MANY: u16 = 64;
/// Readers beside those who sign in.
const READERS: u16 = 4;
/// Sign-ins in flight.
const SIGNING_IN: u16 = 32;

/// How a server starts and what it takes.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Start {
    /// How many leads its store has.
    pub(crate) leads: u64,
    /// From the start of the process to the first 200 of `/readyz`, in milliseconds.
    pub(crate) ready_ms: f64,
    /// Resident memory then, in bytes.
    pub(crate) idle_resident: Option<u64>,
    /// What of that is not mapped from a file.
    pub(crate) idle_anonymous: Option<u64>,
    /// The most there was under many clients that read.
    pub(crate) busy_resident: Option<u64>,
    /// What of it was not mapped from a file, just after.
    pub(crate) busy_anonymous: Option<u64>,
}

/// What many who sign in do to those who read.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct SignIns {
    /// Four readers alone.
    pub(crate) readers_alone: Figures,
    /// The same beside 32 sign-ins in flight.
    pub(crate) readers_beside: Figures,
    /// Those sign-ins.
    pub(crate) signed_in: Figures,
    /// The readers' p99 beside them as a multiple of that alone.
    pub(crate) p99_growth: Option<f64>,
}

/// A server that is ready, and how many milliseconds that took.
///
/// # Errors
/// It does not start.
pub(crate) fn ready(place: &Place) -> Outcome<(Listening, f64)> {
    let server = Listening::start(place.server()?)?;
    let request = wire::get("/readyz", "");
    let mut connection = Connection::open(server.address())?;
    while connection.ask(&request)?.0 != 200 {
        interrupt::check()?;
    }
    let took = ms(server.begun().elapsed());
    Ok((server, took))
}

/// Starts a server some times, and keeps the last.
///
/// # Errors
/// It does not start.
pub(crate) fn starts(place: &Place) -> Outcome<(Listening, Start)> {
    let mut times = Vec::new();
    for _ in 1..STARTS {
        // Ended before the next one begins: the embedded store has one server at a time.
        let (_server, took) = ready(place)?;
        times.push(took);
    }
    let (server, took) = ready(place)?;
    times.push(took);
    times.sort_by(f64::total_cmp);
    let Usage { resident, anonymous, .. } = server.usage();
    let start = Start {
        leads: place.leads,
        ready_ms: times.get(times.len() / 2).copied().unwrap_or_default(),
        idle_resident: resident,
        idle_anonymous: anonymous,
        ..Start::default()
    };
    Ok((server, start))
}

/// What a server that has just started takes under many clients that ask for this.
///
/// # Errors
/// It cannot be reached, or answers otherwise.
pub(crate) fn memory(start: &mut Start, asked: &Http<'_>, time: Duration) -> Outcome<()> {
    if let Some(failure) = asked.run(MANY, time)?.first_failure {
        return Err(failure.into());
    }
    let Usage { most_resident, anonymous, .. } = asked.process.usage();
    (start.busy_resident, start.busy_anonymous) = (most_resident, anonymous);
    Ok(())
}

/// Readers who ask for this, alone and beside many who sign in.
///
/// # Errors
/// The server cannot be reached.
pub(crate) fn sign_ins_beside(readers: &Http<'_>, time: Duration) -> Outcome<SignIns> {
    let alone = Figures::of(readers.run(READERS, time)?);
    let signing_in = Http { process: readers.process, requests: sign_ins().into(), status: 200 };
    let clients = signing_in.clients(SIGNING_IN)?;
    let (beside, signed_in) = thread::scope(|scope| {
        let signing_in = scope.spawn(|| closed_loop::run(clients, time));
        let beside = readers.run(READERS, time);
        (beside, signing_in.join())
    });
    let beside = Figures::of(beside?);
    let signed_in = Figures::of(signed_in.map_err(|_| "signing in ended early")?);
    let p99_growth = share(beside.p99_ms, alone.p99_ms);
    Ok(SignIns { readers_alone: alone, readers_beside: beside, signed_in, p99_growth })
}
