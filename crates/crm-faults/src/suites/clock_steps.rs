//! The clock of the server's machine is put forwards and back while clients write, around the nights in which the
//! workspace's own clocks change: no change is lost, done twice or told in another order, every moment has its day, and
//! whoever is signed in stays so.

use std::time::Duration;

use crm_server::seed::people::ADMIN;
use reqwest::Method;
use serde_json::{Value, json};

use crate::Outcome;
use crate::chance::Chance;
use crate::client::{Client, Request};
use crate::clock::Clock;
use crate::crowd::Unserved;
use crate::ledger::Ledger;
use crate::place::{Place, Start};
use crate::preload::Preload;
use crate::report::Report;
use crate::suites::{Run, Size};
use crate::trial::Trial;

/// How many write at once.
const CLIENTS: u64 = 16;
/// Where the workspace is, and the instants at which its clocks go back and forwards, in seconds since 1970:
/// 2026-10-25 and 2027-03-28, each at 01:00 UTC.
const ZONE: &str = "Europe/Berlin";
const NIGHTS: [u64; 2] = [1_792_890_000, 1_806_195_600];
/// The clients sign in so long before the night, and the clock goes from here to there around it: a token lasts a day,
/// and none is accepted before it was made.
const SIGNED_IN: u64 = 13 * HOUR;
const EARLIEST: u64 = 12 * HOUR;
const LATEST: u64 = 10 * HOUR;
const HOUR: u64 = 3_600;
/// The longest that clients may take for what is written between two steps.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs it: a store for each night.
///
/// # Errors
/// Something could not be tried.
pub async fn run(run: &Run) -> Outcome<Report> {
    let preload = Preload::build()?;
    let mut report = Report::new("clock-steps", run.seed);
    for (round, night) in (0..run.rounds).zip(NIGHTS.into_iter().cycle()) {
        let place = Place::embedded(&run.program)?.with("CRM__WORKSPACE__TIMEZONE", ZONE);
        let clock = Clock::of(&place)?;
        let place = place.with_all([preload.variable(), clock.variable()]);
        clock.set(Duration::from_secs(night - SIGNED_IN))?;
        let mut trial = Trial::begin(place, run.seed).await?;
        let server = trial.place.serve_as(&Start { weakness: run.weakness, ..Start::default() }).await?;
        let (steps, between) = amounts(run.size);
        let mut chance = Chance::of(run.seed, &format!("clock {round}"));
        let crowd = trial.crowd(server.url(), &format!("clock{round}"), CLIENTS, Unserved::Leaves)?;
        let mut sessions = Sessions::begin(trial.people().admin.at(server.url())?).await?;
        let mut wrong = Ledger::default();
        for _ in 0..steps {
            let time = moment(night, &mut chance);
            clock.set(time)?;
            report.count("steps", 1);
            let enough = crowd.so_far() + between;
            let written = tokio::time::timeout(PATIENCE, crowd.acknowledged(enough)).await;
            written.map_err(|_| format!("nothing goes on at {time:?}"))?;
            for what in sessions.go_on().await? {
                wrong.wrong(format!("at {time:?}: {what}"));
            }
        }
        // Wherever it stood, the books are looked at when the clock is right again.
        let mut ledger = crowd.end().await;
        clock.set(Duration::from_secs(night + LATEST))?;
        ledger.extend(wrong);
        let counts = trial.take_in(ledger, server.url()).await?;
        report.round(counts, &trial.check(server.url()).await?);
        server.stop().await?;
    }
    Ok(report)
}

/// How often the clock is put elsewhere, and how many requests are done until the next time.
fn amounts(size: Size) -> (u64, u64) {
    match size {
        Size::Short => (8, 40),
        Size::Long => (40, 250),
    }
}

/// Half of the time a moment before the clocks change, so that they do while clients write; else anywhere around.
fn moment(night: u64, chance: &mut Chance) -> Duration {
    if chance.percent(50) {
        Duration::from_millis(night * 1_000 - chance.below(150))
    } else {
        Duration::from_secs(night - EARLIEST + chance.below(EARLIEST + LATEST))
    }
}

/// Somebody who comes back whenever the clock was put elsewhere: with what they were given the time before, and anew.
struct Sessions {
    client: Client,
    refresh: String,
}

impl Sessions {
    async fn begin(client: Client) -> Outcome<Self> {
        let mut sessions = Self { client, refresh: String::new() };
        match sessions.sign_in().await? {
            None => Ok(sessions),
            Some(wrong) => Err(wrong.into()),
        }
    }

    /// What is wrong with how they are let in.
    async fn go_on(&mut self) -> Outcome<Vec<String>> {
        let again = self.ask("/api/auth/refresh", json!({ "refreshToken": self.refresh })).await?;
        let refused = (again.0 != 200).then(|| format!("a session was not gone on with: {again:?}"));
        Ok([refused, self.sign_in().await?].into_iter().flatten().collect())
    }

    /// What is wrong with signing in.
    async fn sign_in(&mut self) -> Outcome<Option<String>> {
        let credentials = json!({ "email": ADMIN.email, "password": ADMIN.password });
        let (status, body) = self.ask("/api/auth/login", credentials).await?;
        match body["refreshToken"].as_str() {
            Some(token) if status == 200 => token.clone_into(&mut self.refresh),
            _ => return Ok(Some(format!("nobody was let in: {status} {body}"))),
        }
        let token = body["accessToken"].as_str().unwrap_or_default();
        let me = self.client.with_token(token).get("/api/auth/me").await;
        Ok(me.err().map(|error| format!("a token just made is not accepted: {error}")))
    }

    async fn ask(&self, path: &str, body: Value) -> Outcome<(u16, Value)> {
        let reply = self.client.send(&Request::new(Method::POST, path).saying(body)).await;
        let reply = reply.map_err(|none| format!("{path}: {none:?}"))?;
        Ok((reply.status, reply.body))
    }
}
