//! A lead is given to somebody who is deactivated at the same moment, again and again, on one server.
//!
//! Whoever is deactivated gets nothing from then on: a lead that is given to them after the deactivation was acknowledged is
//! refused unless it was theirs before, and if what was theirs is handed over, nothing stays with them. Events do not tell which of the two was written
//! first, as they have the moments of the decisions; where things stay does.
//!
//! A round is a pair of the two.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::Outcome;
use crate::chance::Chance;
use crate::client::{Client, NoReply, Reply, Request, text};
use crate::finding::{Finding, Kind};
use crate::ledger::Counts;
use crate::place::{Place, Start};
use crate::report::Report;
use crate::suites::Run;
use crate::trial::{Trial, made};

/// How many pairs run at a time, each with a user and a lead of its own.
const LANES: u64 = 16;

/// How somebody is deactivated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// What they have stays with them.
    Delete,
    /// The same, by a change.
    Patch,
    /// What they have goes to somebody else.
    HandOver,
}

/// A user, a lead, and somebody who has the lead otherwise.
struct Lane {
    client: Client,
    user: String,
    lead: String,
    other: String,
    chance: Chance,
    seen: Seen,
}

/// What came of the pairs.
#[derive(Debug, Default)]
struct Seen {
    counts: Counts,
    given: u64,
    not_given: u64,
    findings: Vec<Finding>,
}

/// Runs it.
///
/// # Errors
/// Something could not be tried.
pub async fn run(run: &Run) -> Outcome<Report> {
    let mut report = Report::new("reassign", run.seed);
    let trial = Trial::begin(Place::embedded(&run.program)?, run.seed).await?;
    let server = trial.place.serve_as(&Start { weakness: run.weakness, ..Start::default() }).await?;
    let admin = trial.people().admin.at(server.url())?;
    let [other, _] = &trial.people().agents;
    let mut lanes = JoinSet::new();
    for number in 0..LANES.min(run.rounds) {
        let chance = Chance::of(run.seed, &format!("reassign {number}"));
        let lane = Lane::new(admin.at(server.url())?, number, other.user(), chance).await?;
        // The rounds that do not share out evenly go to the first ones.
        let pairs = run.rounds / LANES + u64::from(number < run.rounds % LANES);
        lanes.spawn(lane.run(pairs));
    }
    for seen in lanes.join_all().await {
        let seen = seen?;
        report.round(seen.counts, &seen.findings);
        report.count("given before", seen.given);
        report.count("refused", seen.not_given);
    }
    report.rounds = run.rounds;
    server.stop().await?;
    report.found(&trial.place.examine().await?);
    Ok(report)
}

impl Lane {
    async fn new(client: Client, number: u64, other: &str, chance: Chance) -> Outcome<Self> {
        let email = format!("lane{number}@example.com");
        let user =
            json!({ "name": format!("Lane {number}"), "email": email, "password": "Correct horse 7 staple" });
        let user = made(&client, "/api/auth/register", user).await?;
        let lead = json!({ "name": format!("Lane {number}"), "assignedAgent": other });
        let lead = made(&client, "/api/leads", lead).await?;
        Ok(Self { client, user, lead, other: other.to_owned(), chance, seen: Seen::default() })
    }

    async fn run(mut self, pairs: u64) -> Outcome<Seen> {
        for _ in 0..pairs {
            self.pair().await?;
        }
        Ok(self.seen)
    }

    /// Both at once, and then what must hold.
    async fn pair(&mut self) -> Outcome<()> {
        let how = match self.chance.below(4) {
            0 => How::Delete,
            1 => How::Patch,
            _ => How::HandOver,
        };
        let pauses = [0, 0].map(|_| Duration::from_micros(self.chance.below(1_500)));
        let (give, deactivate) = (self.give(&self.user), self.deactivate(how));
        let (given, deactivated) = tokio::join!(
            after(pauses[0], self.client.send(&give)),
            after(pauses[1], self.client.send(&deactivate)),
        );
        let deactivated = whole(deactivated)?;
        if deactivated.status != 200 {
            return Err(format!("nobody was deactivated: {} {}", deactivated.status, deactivated.body).into());
        }
        // Acknowledged: from now on nothing may be theirs that was not.
        let late = whole(self.client.send(&give).await)?;
        let given = whole(given)?;
        let now = self.client.get(&format!("/api/leads/{}", self.lead)).await?;
        self.judge(how, &given, &late, &text(&now["assignedAgent"]["id"]));
        self.count(&[given.status, deactivated.status, late.status]);
        let user = format!("/api/auth/users/{}", self.user);
        let back = Request::new(Method::PATCH, user).saying(json!({ "isActive": true }));
        for request in [back, self.give(&self.other)] {
            let reply = whole(self.client.send(&request).await)?;
            if reply.status != 200 {
                return Err(
                    format!("{} is answered with {} {}", request.path, reply.status, reply.body).into()
                );
            }
            self.count(&[reply.status]);
        }
        Ok(())
    }

    fn judge(&mut self, how: How, given: &Reply, late: &Reply, owner: &str) {
        let mut wrong =
            |kind, what: String| self.seen.findings.push(Finding::new(kind, format!("{how:?}: {what}")));
        let was_given = match given.status {
            200 => true,
            400 => false,
            other => {
                wrong(Kind::Answer, format!("a lead was given: {other} {}", given.body));
                false
            }
        };
        // What is theirs already may be given to them: nothing changes.
        let unchanged = was_given && late.status == 200 && late.body["version"] == given.body["version"];
        if late.status != 400 && !unchanged {
            wrong(
                Kind::Answer,
                format!("a lead was given after the deactivation: {} {}", late.status, late.body),
            );
        }
        let is_theirs = owner == self.user;
        match how {
            How::HandOver if is_theirs => {
                wrong(Kind::Twice, "a lead is theirs after all was handed over".to_owned());
            }
            How::Delete | How::Patch if was_given && !is_theirs => {
                wrong(Kind::Lost, format!("a lead that was given to them is {owner}'s"));
            }
            How::Delete | How::Patch if !was_given && is_theirs => {
                wrong(Kind::Refused, "a lead is theirs that was refused".to_owned());
            }
            How::HandOver | How::Delete | How::Patch => {}
        }
        if was_given {
            self.seen.given += 1;
        } else {
            self.seen.not_given += 1;
        }
    }

    fn count(&mut self, statuses: &[u16]) {
        for status in statuses {
            if *status == 200 {
                self.seen.counts.acknowledged += 1;
            } else {
                self.seen.counts.refused += 1;
            }
        }
    }

    fn give(&self, to: &str) -> Request {
        let path = format!("/api/leads/{}/reassign", self.lead);
        Request::new(Method::POST, path).saying(json!({ "assignedAgent": to }))
    }

    fn deactivate(&self, how: How) -> Request {
        let path = format!("/api/auth/users/{}", self.user);
        match how {
            How::Delete => Request::new(Method::DELETE, path),
            How::Patch => Request::new(Method::PATCH, path).saying(json!({ "isActive": false })),
            How::HandOver => Request::new(Method::DELETE, format!("{path}?transferTo={}", self.other)),
        }
    }
}

async fn after<T>(pause: Duration, work: impl Future<Output = T>) -> T {
    tokio::time::sleep(pause).await;
    work.await
}

/// Nothing is broken here: everybody is answered.
fn whole(reply: Result<Reply, NoReply>) -> Outcome<Reply> {
    reply.map_err(|none| format!("somebody was not answered: {none:?}").into())
}
