//! Clients that vanish in the middle of a request, while others go on: in the head, in the body, or before they have read
//! the answer. What did not come whole is not done; what came whole is done once or not at all, and a key tells which.

use std::time::Duration;

use serde_json::json;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Outcome;
use crate::chance::Chance;
use crate::client::{Client, Request};
use crate::crowd::Unserved;
use crate::deed::Deed;
use crate::ledger::{Answer, Entry, Ledger};
use crate::place::{Place, Start};
use crate::report::Report;
use crate::suites::{Run, Size};
use crate::trial::Trial;

const WRITERS: u64 = 6;

/// Where a client vanishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Head,
    Body,
    /// After the whole request, before the answer.
    Answer,
    /// After the first bytes of the answer.
    HalfAnswer,
}

/// Runs it: one server for all rounds.
///
/// # Errors
/// Something could not be tried.
pub async fn run(run: &Run) -> Outcome<Report> {
    let mut report = Report::new("vanish", run.seed);
    let mut trial = Trial::begin(Place::embedded(&run.program)?, run.seed).await?;
    let server = trial.place.serve_as(&Start { weakness: run.weakness, ..Start::default() }).await?;
    let vanishing = match run.size {
        Size::Short => 24,
        Size::Long => 60,
    };
    for round in 0..run.rounds {
        let crowd = trial.crowd(server.url(), &format!("stay{round}"), WRITERS, Unserved::Leaves)?;
        let mut clients = JoinSet::new();
        for number in 0..vanishing {
            let mark = format!("gone{round}-{number}");
            let chance = Chance::of(run.seed, &mark);
            clients.spawn(vanish(
                trial.people().admin.at(server.url())?,
                trial.shared().leads.clone(),
                mark,
                chance,
            ));
        }
        let mut ledger = Ledger::default();
        for (entry, place) in clients.join_all().await.into_iter().collect::<Outcome<Vec<_>>>()? {
            ledger.entries.push(entry);
            report.count(&format!("{place:?}").to_lowercase(), 1);
        }
        // What they asked for last is done by the time somebody else is answered a few times.
        crowd.acknowledged(WRITERS * 4).await;
        let others = crowd.end().await;
        if others.counts().unknown > 0 {
            ledger.wrong(format!("{} of those who stayed were not answered", others.counts().unknown));
        }
        ledger.extend(others);
        let counts = trial.take_in(ledger, server.url()).await?;
        report.round(counts, &trial.check(server.url()).await?);
    }
    server.stop().await?;
    Ok(report)
}

async fn vanish(
    client: Client,
    shared: Vec<String>,
    mark: String,
    mut chance: Chance,
) -> Outcome<(Entry, Where)> {
    let deed = match (chance.percent(50), chance.pick(&shared)) {
        (true, Some(lead)) => Deed::ChangeLead { lead: lead.clone(), mark: mark.clone(), status: "New" },
        (_, _) => Deed::CreateLead { mark: mark.clone() },
    };
    let place = match chance.below(6) {
        0 => Where::Head,
        1 | 2 => Where::Body,
        3 | 4 => Where::Answer,
        _ => Where::HalfAnswer,
    };
    let key = chance.percent(50).then_some(mark);
    let (head, body) = bytes(&client, &Request { key: key.clone(), ..deed.request() });
    let (head, body) = match place {
        Where::Head => (cut(&head, &mut chance), &[][..]),
        Where::Body => (head.as_slice(), cut(&body, &mut chance)),
        Where::Answer | Where::HalfAnswer => (head.as_slice(), body.as_slice()),
    };
    let mut stream = TcpStream::connect(client.url().trim_start_matches("http://")).await?;
    stream.set_nodelay(true)?;
    stream.write_all(head).await?;
    stream.write_all(body).await?;
    if place == Where::HalfAnswer {
        stream.read_exact(&mut [0; 12]).await?;
    } else {
        tokio::time::sleep(Duration::from_micros(chance.below(4_000))).await;
    }
    if chance.percent(50) {
        // Gone as if the cable was pulled: no end of the connection, but a reset.
        SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
    }
    drop(stream);
    let answer = match place {
        Where::Head | Where::Body => Answer::Refused("it did not come whole".to_owned()),
        Where::Answer | Where::HalfAnswer => Answer::Unknown,
    };
    Ok((Entry { user: client.user().to_owned(), deed, key, answer }, place))
}

/// Some of it, and not all.
fn cut<'a>(bytes: &'a [u8], chance: &mut Chance) -> &'a [u8] {
    let length = chance.below(u64::try_from(bytes.len()).unwrap_or(0));
    bytes.split_at_checked(usize::try_from(length).unwrap_or(0)).map_or(&[], |(first, _)| first)
}

fn bytes(client: &Client, request: &Request) -> (Vec<u8>, Vec<u8>) {
    let body = request.body.as_ref().unwrap_or(&json!({})).to_string();
    let key = request.key.as_ref().map(|key| format!("Idempotency-Key: {key}\r\n")).unwrap_or_default();
    let head = format!(
        "{} {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n{key}\
         Content-Length: {}\r\n\r\n",
        request.method,
        request.path,
        client.url().trim_start_matches("http://"),
        client.token(),
        body.len(),
    );
    (head.into_bytes(), body.into_bytes())
}
