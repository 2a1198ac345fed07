//! Sixteen convert each lead at once while the server is killed again and again: each lead becomes one customer, and
//! everybody is told which.
//!
//! A round is a lead.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::Outcome;
use crate::chance::Chance;
use crate::client::{Client, Request, text};
use crate::deed::Deed;
use crate::finding::{Finding, Kind};
use crate::ledger::{Answer, Entry, Ledger};
use crate::place::{Place, Start};
use crate::preload::{Point, Preload};
use crate::report::Report;
use crate::server::Server;
use crate::suites::Run;
use crate::trial::Trial;

/// How many convert each lead.
const RIVALS: u64 = 16;
/// How many leads are converted at a time.
const LANES: u64 = 4;
/// Leads for each kill.
const FOR_A_KILL: u64 = 20;
/// How long somebody who was not served waits for another server before they ask the old one again.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest from one kill to the next: where nobody gets on, something is wrong with the harness.
const LONGEST: Duration = Duration::from_mins(2);
/// How long a point around a commit is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What all who convert know.
struct Race {
    client: Client,
    url: watch::Receiver<String>,
    leads: Mutex<Vec<String>>,
    done: watch::Sender<u64>,
    seed: u64,
    ledger: Mutex<Ledger>,
}

/// Runs it.
///
/// # Errors
/// Something could not be tried.
pub async fn run(run: &Run) -> Outcome<Report> {
    let mut report = Report::new("converts", run.seed);
    let preload = Preload::build()?;
    let mut trial = Trial::begin(Place::embedded(&run.program)?, run.seed).await?;
    let mut chance = Chance::of(run.seed, "converts");
    let (mut server, mut point) = serve(run, &trial, &preload, &mut chance).await?;
    let (tell, url) = watch::channel(server.url().to_owned());
    let leads = leads(&trial.people().admin.at(server.url())?, run.rounds).await?;
    let ids: Vec<String> = leads.entries.iter().filter_map(made).collect();
    let (done, mut so_far) = watch::channel(0);
    let client = trial.people().admin.clone();
    let ledger = Mutex::new(leads);
    let race = Arc::new(Race { client, url, leads: Mutex::new(ids.clone()), done, seed: run.seed, ledger });
    let lanes: Vec<_> = (0..LANES).map(|_| tokio::spawn(lane(Arc::clone(&race)))).collect();
    let kills = run.rounds / FOR_A_KILL;
    for kill in 1..=kills {
        let at = run.rounds * kill / (kills + 1);
        tokio::time::timeout(LONGEST, so_far.wait_for(|done| *done >= at)).await??;
        Preload::arm(&trial.place)?;
        if point.is_some() {
            tokio::time::timeout(PATIENCE, server.ended()).await.ok();
        }
        server.kill().await?;
        (server, point) = serve(run, &trial, &preload, &mut chance).await?;
        tell.send_replace(server.url().to_owned());
        report.count("kills", 1);
    }
    for lane in join_all(lanes).await {
        lane??;
    }
    let ledger = std::mem::take(&mut *race.ledger.lock());
    let unlike = unlike(&ledger);
    let counts = trial.take_in(ledger, server.url()).await?;
    let mut findings = trial.check(server.url()).await?;
    findings.extend(unlike);
    let customers = customers(&trial.people().admin.at(server.url())?, &ids).await?;
    if customers != run.rounds {
        let what = format!("{} leads became {customers} customers", run.rounds);
        findings.push(Finding::new(if customers > run.rounds { Kind::Twice } else { Kind::Lost }, what));
    }
    server.stop().await?;
    report.round(counts, &findings);
    report.rounds = run.rounds;
    report.count("customers", customers);
    Ok(report)
}

/// A server that ends at a point around a commit, or, once in so many, not by itself.
async fn serve(
    run: &Run,
    trial: &Trial,
    preload: &Preload,
    chance: &mut Chance,
) -> Outcome<(Server, Option<Point>)> {
    Preload::disarm(&trial.place)?;
    let point = if chance.percent(80) { chance.pick(Point::of_a_commit()).copied() } else { None };
    let counted = point.map(|point| (point, chance.within(&point.passed())));
    let variables = preload.variables(&trial.place, counted, None);
    Ok((trial.place.serve_as(&Start { weakness: run.weakness, variables }).await?, point))
}

/// Makes so many leads.
async fn leads(client: &Client, many: u64) -> Outcome<Ledger> {
    let mut ledger = Ledger::default();
    for number in 0..many {
        let deed = Deed::CreateLead { mark: format!("raced-{number}") };
        let answer = Answer::of(&client.send(&deed.request()).await);
        if !matches!(answer, Answer::Acknowledged(_)) {
            return Err(format!("there are no leads: {answer:?}").into());
        }
        ledger.entries.push(Entry { user: client.user().to_owned(), deed, key: None, answer });
    }
    Ok(ledger)
}

fn made(entry: &Entry) -> Option<String> {
    match &entry.answer {
        Answer::Acknowledged(lead) => Some(text(&lead["id"])),
        Answer::Refused(_) | Answer::Unknown => None,
    }
}

/// Takes lead after lead and has all rivals convert it.
async fn lane(race: Arc<Race>) -> Outcome<()> {
    loop {
        let Some(lead) = race.leads.lock().pop() else { return Ok(()) };
        let url = race.url.borrow().clone();
        let client = race.client.at(&url)?;
        let rivals = (0..RIVALS).map(|rival| race.convert(client.clone(), &lead, rival));
        join_all(rivals).await.into_iter().collect::<Outcome<Vec<()>>>()?;
        race.done.send_modify(|done| *done += 1);
    }
}

impl Race {
    /// Asks until there is an answer. With a key all requests are one; without, each is another.
    async fn convert(&self, mut client: Client, lead: &str, rival: u64) -> Outcome<()> {
        let mut chance = Chance::of(self.seed, &format!("{lead} {rival}"));
        let key = chance.percent(50).then(|| format!("{lead}-{rival}"));
        let deed = Deed::Convert { lead: lead.to_owned() };
        let request = Request { key: key.clone(), ..deed.request() };
        let mut told = self.url.clone();
        loop {
            let answer = Answer::of(&client.send(&request).await);
            let is_over = match &answer {
                Answer::Acknowledged(_) => true,
                Answer::Refused(why) => {
                    !(why.starts_with('5') || why.starts_with("nobody") || why.contains("still_running"))
                }
                Answer::Unknown => false,
            };
            if is_over || key.is_none() {
                self.note(&client, &deed, key.clone(), answer);
            }
            if is_over {
                return Ok(());
            }
            let now = client.url().to_owned();
            if let Ok(Ok(url)) = tokio::time::timeout(PAUSE, told.wait_for(|url| *url != now)).await {
                client = client.at(&url)?;
            }
        }
    }

    fn note(&self, client: &Client, deed: &Deed, key: Option<String>, answer: Answer) {
        let mut ledger = self.ledger.lock();
        if let Answer::Refused(why) = &answer
            && why.starts_with('4')
            && !why.contains("still_running")
        {
            ledger.wrong(format!("{deed:?} was refused: {why}"));
        }
        let user = client.user().to_owned();
        ledger.entries.push(Entry { user, deed: deed.clone(), key, answer });
    }
}

/// Leads of which somebody was told one customer and somebody else another.
fn unlike(ledger: &Ledger) -> Vec<Finding> {
    let mut told: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for entry in &ledger.entries {
        if let (Deed::Convert { lead }, Answer::Acknowledged(body)) = (&entry.deed, &entry.answer) {
            told.entry(lead).or_default().insert(text(&body["customer"]["id"]));
        }
    }
    let several = told.into_iter().filter(|(_, customers)| customers.len() != 1);
    several
        .map(|(lead, customers)| Finding::new(Kind::Answer, format!("lead {lead} became {customers:?}")))
        .collect()
}

/// How many customers these leads became.
async fn customers(client: &Client, leads: &[String]) -> Outcome<u64> {
    let leads: BTreeSet<&str> = leads.iter().map(String::as_str).collect();
    let state = crate::state::State::read(client).await?;
    let customers = state.records.iter().filter(|((kind, _), record)| {
        *kind == crate::effect::Kind::Customer
            && record["leadId"].as_str().is_some_and(|lead| leads.contains(lead))
    });
    Ok(u64::try_from(customers.count())?)
}
