//! `kill -9` between the batches of a background job: the next server finishes it, and each record is changed once.
//!
//! 3,000 tasks of one customer by default; `CRM_TEST_BATCHES=50000` for the long run, with a fifth as many notes.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use crate::support::bulk::{customer_with, sample_user};
use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::server::Server;
use crate::support::until;

/// How often a job is interrupted at most.
const KILLS: usize = 4;
const LONGEST: Duration = Duration::from_mins(10);

/// How many tasks and notes the customer has.
pub(crate) fn amounts() -> (u64, u64) {
    let tasks = std::env::var("CRM_TEST_BATCHES").map_or(3000, |tasks| tasks.parse().expect("a number"));
    (tasks, (tasks / 5).max(1500))
}

/// A store with so much sample data, of two agents.
fn seeded(place: Place, leads: &str, customers: &str, tasks: &str) -> Place {
    let amounts = ["seed", "--agents", "2", "--leads", leads, "--customers", customers, "--tasks", tasks];
    place.run(&amounts).succeeded();
    place
}

/// A store with the accounts alone.
pub(crate) fn with_accounts(place: Place) -> Place {
    seeded(place, "0", "0", "0")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clean_up_after_a_customer_is_finished_however_often_the_server_dies() {
    let place = with_accounts(Place::new());
    let (tasks, notes) = amounts();
    let customer = customer_with(&place, tasks, notes).await;
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    delete(&admin, &customer).await;
    let (server, admin) = interrupted(&place, server, admin, &open_tasks).await;
    let left = |table: &str| -> i64 {
        place.sql().query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    until("the job is off the record", LONGEST, async || left("customer_cleanup") == 0).await;
    assert_eq!(left("note"), 0);
    is_cleaned_up(&admin, &customer, tasks).await;
    server.stop();
    let ended = place.run(&["doctor", "--recount"]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_of_ownership_is_finished_however_often_the_server_dies() {
    let place = seeded(Place::new(), "3000", "900", "1500");
    let server = place.serve();
    let admin = Client::admin(server.url()).await;
    let (from, to) = (sample_user(1).to_string(), sample_user(2).to_string());
    let (theirs, others) = (open_records(&admin, &from).await, open_records(&admin, &to).await);
    let all: u64 = theirs.iter().sum();
    assert!(theirs.iter().all(|count| *count > 0), "{theirs:?}");
    let (asking, path) = (admin.clone(), format!("/api/auth/users/{from}?transferTo={to}"));
    // It may be answered or not: the server may die before.
    tokio::spawn(async move { asking.ask(Method::DELETE, &path, None).await });
    let path = format!("/api/auth/users/{from}/transfer");
    let left = async |admin: &Client| match admin.get(&path).await {
        (404, _) => all,
        (200, transfer) if transfer["state"] == "done" => 0,
        (status, transfer) => {
            assert_eq!((status, &transfer["state"]), (200, &"running".into()), "{transfer}");
            (all - moved(&transfer).iter().sum::<u64>()).max(1)
        }
    };
    let (server, admin) = interrupted(&place, server, admin, &left).await;
    assert_eq!(moved(&admin.get(&path).await.1), theirs);
    assert_eq!(open_records(&admin, &from).await, [0, 0, 0]);
    let [leads, customers, tasks] = open_records(&admin, &to).await;
    assert_eq!([leads - others[0], customers - others[1], tasks - others[2]], theirs);
    let deactivated = events(&admin, "user_deactivated", "").await;
    let [deactivated] = deactivated.as_slice() else { panic!("{deactivated:?}") };
    let since = deactivated["createdAt"].as_str().unwrap();
    for (kind, count) in ["lead_reassigned", "customer_updated", "task_updated"].into_iter().zip(theirs) {
        each_once(&events(&admin, kind, since).await, count);
    }
    server.stop();
    let ended = place.run(&["doctor", "--recount"]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

/// Deletes the customer; says how long the answer took.
#[expect(clippy::print_stdout, reason = "the figures of the test")]
pub(crate) async fn delete(admin: &Client, customer: &str) {
    let begun = Instant::now();
    let deleted = admin.ask(Method::DELETE, &format!("/api/customers/{customer}"), None).await.unwrap();
    assert_eq!(deleted.0, 200, "{}", deleted.1);
    println!("deleted after {} ms, {} tasks are open", begun.elapsed().as_millis(), open_tasks(admin).await);
}

/// Kills the server whenever the job has made progress, and starts the next one, until nothing is left. At least one kill
/// was before the end of the job: something was left when the next server answered.
#[expect(clippy::print_stdout, reason = "the figures of the test")]
async fn interrupted(
    place: &Place,
    mut server: Server,
    mut admin: Client,
    left: &impl AsyncFn(&Client) -> u64,
) -> (Server, Client) {
    let begun = Instant::now();
    let (mut kills, mut inside) = (0, Vec::new());
    let mut earlier = left(&admin).await;
    while earlier > 0 {
        assert!(begun.elapsed() < LONGEST, "{earlier} are left");
        let now = left(&admin).await;
        if (1..earlier).contains(&now) && kills < KILLS {
            server.kill();
            kills += 1;
            server = place.serve();
            admin = admin.at(server.url());
            earlier = left(&admin).await;
            if earlier > 0 {
                inside.push(earlier);
            }
            continue;
        }
        earlier = now;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    println!("{kills} kills, {:.1?}; after a kill inside the job were left: {inside:?}", begun.elapsed());
    assert!(!inside.is_empty(), "no kill was inside the job");
    (server, admin)
}

/// All tasks of the deleted customer are done, with one event each, and it is gone.
pub(crate) async fn is_cleaned_up(admin: &Client, customer: &str, tasks: u64) {
    assert_eq!(admin.get(&format!("/api/customers/{customer}")).await.0, 404);
    assert_eq!((open_tasks(admin).await, total(admin, "/api/tasks?status=Done").await), (0, tasks));
    each_once(&events(admin, "task_completed", "").await, tasks);
}

/// How many tasks are open, whoever owns them.
pub(crate) async fn open_tasks(admin: &Client) -> u64 {
    total(admin, "/api/tasks?status=Open").await
}

/// How many leads, customers and tasks a hand-over would move.
async fn open_records(admin: &Client, owner: &str) -> [u64; 3] {
    let leads = format!("/api/leads?assignedAgent={owner}&status=");
    let tasks = format!("/api/tasks?owner={owner}&status=");
    [
        total(admin, &format!("{leads}New")).await + total(admin, &format!("{leads}In%20Progress")).await,
        total(admin, &format!("/api/customers?owner={owner}")).await,
        total(admin, &format!("{tasks}Open")).await + total(admin, &format!("{tasks}In%20Progress")).await,
    ]
}

async fn total(admin: &Client, list: &str) -> u64 {
    let (status, page) = admin.get(&format!("{list}&limit=1")).await;
    assert_eq!(status, 200, "{page}");
    page["total"].as_u64().unwrap()
}

fn moved(transfer: &Value) -> [u64; 3] {
    ["leads", "customers", "tasks"].map(|kind| transfer["moved"][kind].as_u64().unwrap())
}

/// So many events, each of another record.
fn each_once(events: &[Value], count: u64) {
    let of: BTreeSet<&str> = events.iter().map(|event| event["entityId"].as_str().unwrap()).collect();
    assert_eq!((events.len() as u64, of.len() as u64), (count, count));
}

/// All events of a type that are not earlier than this.
async fn events(admin: &Client, kind: &str, since: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = Some(format!("/api/activity?type={kind}&limit=100"));
    while let Some(path) = next {
        let response = admin.request(Method::GET, &path, None).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let link = response.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        let page: Vec<Value> = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        let before = found.len() + page.len();
        found.extend(page.into_iter().filter(|event| event["createdAt"].as_str().unwrap() >= since));
        next = link.filter(|_| found.len() == before).map(|link| {
            let path = &link[link.find("/api").unwrap()..];
            path[..path.find('>').unwrap()].to_owned()
        });
    }
    found
}
