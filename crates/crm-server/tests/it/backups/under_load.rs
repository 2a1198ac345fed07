//! Backups made while several clients write: each is whole and has all that was acknowledged before it was begun.
//!
//! Three of a small store by default; `CRM_TEST_BACKUPS=20` for so many of a larger one.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Method;
use rusqlite::Connection;
use serde_json::json;

use super::{elsewhere, with_secrets};
use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::until;

const WRITERS: usize = 4;
/// Writes that are acknowledged between two backups, at least.
const BETWEEN: usize = 40;

/// What the server has said is done.
#[derive(Default)]
struct Acknowledged {
    leads: Vec<String>,
    notes: Vec<String>,
    /// The greatest version of the lead that all change.
    version: u64,
    changes: usize,
    sign_ins: u64,
}

impl Acknowledged {
    fn writes(&self) -> usize {
        self.leads.len() + self.notes.len() + self.changes
    }
}

/// A backup, with what was acknowledged before it was begun.
struct Made {
    name: String,
    leads: usize,
    notes: usize,
    version: u64,
    sign_ins: u64,
}

/// What all writers share.
#[derive(Clone)]
struct Load {
    known: Arc<Mutex<Acknowledged>>,
    ended: Arc<AtomicBool>,
    lead: String,
    customer: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_backup_under_load_is_whole_and_has_all_that_was_acknowledged_before() {
    let asked: Option<usize> = std::env::var("CRM_TEST_BACKUPS").ok().map(|text| text.parse().unwrap());
    let seed = ["seed", "--leads", "20000", "--customers", "5000", "--tasks", "10000"];
    let place = with_secrets(Place::new());
    place.run(if asked.is_some() { &seed } else { &seed[..1] }).succeeded();
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let (_, lead) = admin.post("/api/leads", json!({ "name": "Shared" })).await;
    let (_, customer) = admin.post("/api/customers", json!({ "name": "Noted" })).await;
    let [lead, customer] = [lead, customer].map(|record| record["id"].as_str().unwrap().to_owned());
    let writers = Load { known: Arc::default(), ended: Arc::default(), lead, customer };
    let mut writing: Vec<_> =
        (0..WRITERS).map(|_| tokio::spawn(write(admin.at(server.url()), writers.clone()))).collect();
    writing.push(tokio::spawn(sign_in(server.url().to_owned(), writers.clone())));
    let (mut made, mut took) = (Vec::new(), Vec::new());
    for turn in 0..asked.unwrap_or(3) {
        let before = writers.known.lock().unwrap().writes();
        until("writes go on", Duration::from_mins(1), async || {
            writers.known.lock().unwrap().writes() >= before + BETWEEN
        })
        .await;
        let name = format!("away/{turn}.db");
        made.push({
            let known = writers.known.lock().unwrap();
            let (leads, notes) = (known.leads.len(), known.notes.len());
            Made { name: name.clone(), leads, notes, version: known.version, sign_ins: known.sign_ins }
        });
        let mut command = place.command(&["backup", "make", "--to", &name]);
        let begun = Instant::now();
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        took.push(begun.elapsed());
        assert!(output.status.success(), "{output:?}");
    }
    writers.ended.store(true, Ordering::Relaxed);
    join_all(writing).await.into_iter().for_each(|ended| ended.unwrap());
    server.stop();

    let known = writers.known.lock().unwrap();
    let mut place = place;
    let mut bytes = 0;
    for one in &made {
        let file = place.folder().join(&one.name);
        bytes = std::fs::metadata(&file).unwrap().len();
        let store = format!("restored/{}", one.name);
        place = elsewhere(place, &store);
        place.run(&["backup", "restore", &one.name]).succeeded();
        let doctor = place.run(&["doctor", "--recount"]);
        assert_eq!(doctor.code, 0, "{}: {doctor:?}", one.name);
        let audit = place.run(&["audit", "verify"]);
        assert!(audit.code == 0 && audit.out.contains("is whole"), "{}: {audit:?}", one.name);
        missing_nothing(&Connection::open(place.folder().join(&store)).unwrap(), one, &known, &writers.lead);
    }
    let slowest = took.iter().max().unwrap();
    let mean = took.iter().sum::<Duration>() / u32::try_from(took.len()).unwrap();
    println!(
        "{} backups of {} whole, with all that was acknowledged before; {} writes and {} sign-ins acknowledged; the \
         last has {:.1} MB; {:.2} s each, the slowest {:.2} s",
        made.len(),
        took.len(),
        known.writes(),
        known.sign_ins,
        f64::from(u32::try_from(bytes / 1000).unwrap()) / 1000.0,
        mean.as_secs_f64(),
        slowest.as_secs_f64()
    );
}

/// Makes leads, changes the one that all change, and writes notes, until it is told to end.
async fn write(client: Client, load: Load) {
    let mut turn = 0_u64;
    while !load.ended.load(Ordering::Relaxed) {
        turn += 1;
        let (method, path, body) = match turn % 3 {
            0 => (Method::POST, "/api/leads".to_owned(), json!({ "name": "New" })),
            1 => {
                (Method::PATCH, format!("/api/leads/{}", load.lead), json!({ "source": format!("s{turn}") }))
            }
            _ => {
                (Method::POST, format!("/api/customers/{}/notes", load.customer), json!({ "text": "Noted" }))
            }
        };
        let (status, body) = client.ask(method, &path, Some(body)).await.unwrap();
        assert!(matches!(status, 200 | 201), "{status} {body}");
        let mut known = load.known.lock().unwrap();
        match turn % 3 {
            0 => known.leads.push(body["id"].as_str().unwrap().to_owned()),
            1 => {
                known.version = known.version.max(body["version"].as_u64().unwrap());
                known.changes += 1;
            }
            _ => known.notes.push(body["note"]["id"].as_str().unwrap().to_owned()),
        }
    }
}

/// Signs in again and again, so that the audit log is written too.
async fn sign_in(url: String, load: Load) {
    while !load.ended.load(Ordering::Relaxed) {
        Client::agent(&url).await;
        load.known.lock().unwrap().sign_ins += 1;
    }
}

fn missing_nothing(sql: &Connection, made: &Made, known: &Acknowledged, shared: &str) {
    let ids = |table: &str| -> HashSet<String> {
        let mut statement = sql.prepare(&format!("SELECT lower(hex(id)) FROM {table}")).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    for (table, acknowledged) in [("lead", &known.leads[..made.leads]), ("note", &known.notes[..made.notes])]
    {
        let held = ids(table);
        let missing = acknowledged.iter().filter(|id| !held.contains(&id.replace('-', ""))).count();
        assert_eq!(missing, 0, "{}: {missing} of {} {table}s", made.name, acknowledged.len());
    }
    let number = |question: &str, of: &str| -> u64 {
        sql.query_row(question, [of], |row| row.get::<_, i64>(0)).unwrap().try_into().unwrap()
    };
    let version = number("SELECT version FROM lead WHERE lower(hex(id)) = ?1", &shared.replace('-', ""));
    assert!(version >= made.version, "{}: version {version} of {}", made.name, made.version);
    let sign_ins = number("SELECT count(*) FROM audit WHERE kind = ?1", "sign_in_ok");
    assert!(sign_ins >= made.sign_ins, "{}: {sign_ins} of {} sign-ins", made.name, made.sign_ins);
}
