//! Five times as many requests as can be answered: those that are answered are answered well, the others are told at
//! once to come later, and afterwards all is as it was.
//!
//! Five seconds by default; `CRM_TEST_OVERLOAD=60` for a minute, on a machine that does nothing else, in a release build,
//! with as many open files as it takes (`ulimit -n 8192`). The short form looks at what was lost, not at how fast it was.
//! In the long one the server has a processor for itself, and the clients have the others: they are not to take from it
//! what they then measure.

#![expect(clippy::cast_precision_loss, reason = "counts of requests are far from where floats are coarse")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::support::client::Client;
use crate::support::place::Place;
use crate::support::server::Server;
use crate::support::until;
use crate::support::writing::everything;

/// Who find out how much can be answered, each with one request at a time.
const SATURATING: usize = 16;
/// As often as that is asked.
const TIMES: f64 = 5.0;
/// How soon afterwards all must be as it was.
const SOON: Duration = Duration::from_secs(2);

/// What came of some requests.
#[derive(Default)]
struct Came {
    statuses: BTreeMap<u16, u64>,
    made: Vec<String>,
    refused: Vec<String>,
    took: Vec<Duration>,
    without_retry_after: u64,
    cut_off: u64,
}

#[test]
fn of_five_times_too_many_requests_none_is_lost_and_afterwards_all_is_as_before() {
    let long: Option<u64> = std::env::var("CRM_TEST_OVERLOAD").ok().map(|seconds| seconds.parse().unwrap());
    let mut place = Place::seeded();
    if long.is_none() {
        // Few enough for a short test to get beyond them.
        place = place
            .with("CRM__SERVER__MAX_CONCURRENT_REQUESTS", "64")
            .with("CRM__SERVER__MAX_WAITING_REQUESTS", "64");
    }
    let server = if long.is_some() { serve_apart(&place) } else { place.serve() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(4).build().unwrap();
    runtime.block_on(too_much(&place, server, long));
}

/// Serves on the first processor, and leaves the others to this thread and those that it starts.
fn serve_apart(place: &Place) -> Server {
    let all = sched_getaffinity(None).unwrap();
    let mut each = (0..CpuSet::MAX_CPU).filter(|number| all.is_set(*number));
    let first = processors(each.next().into_iter());
    let others = processors(each);
    assert!(others.count() > 0, "it takes two processors");
    // A child has the processors of whoever starts it.
    sched_setaffinity(None, &first).unwrap();
    let server = place.serve();
    sched_setaffinity(None, &others).unwrap();
    server
}

fn processors(numbers: impl Iterator<Item = usize>) -> CpuSet {
    let mut set = CpuSet::new();
    numbers.for_each(|number| set.set(number));
    set
}

#[expect(clippy::print_stdout, reason = "figures for whoever reads the run")]
async fn too_much(place: &Place, server: Server, long: Option<u64>) {
    let most = if long.is_some() { 3_000 } else { 400 };
    let admin = Client::admin(server.url()).await;
    let lasts = Duration::from_secs(long.unwrap_or(5));

    let before = closed(&admin, "before", lasts / 5).await;
    let peak = before.rate(lasts / 5);
    let flood = open(&admin, "flood", peak * TIMES, lasts, most).await;
    tokio::time::sleep(SOON).await;
    let after = closed(&admin, "after", lasts / 5).await;

    println!("when     asked/s  done/s  p50 ms  p99 ms  statuses");
    for (when, came, seconds) in
        [("before", &before, lasts / 5), ("flood", &flood, lasts), ("after", &after, lasts / 5)]
    {
        println!(
            "{when:8} {:>7.0}  {:>6.0}  {:>6.0}  {:>6.0}  {:?}",
            came.took.len() as f64 / seconds.as_secs_f64(),
            came.rate(seconds),
            came.percentile(50),
            came.percentile(99),
            came.statuses
        );
    }
    let goodput = flood.rate(lasts) / peak;
    println!("goodput {:.0} % of the peak", goodput * 100.0);
    let there: BTreeMap<String, u64> =
        everything(&admin).await.iter().fold(BTreeMap::new(), |mut there, lead| {
            *there.entry(lead["name"].as_str().unwrap().to_owned()).or_default() += 1;
            there
        });
    for came in [&before, &flood, &after] {
        let lost: Vec<&String> = came.made.iter().filter(|name| there.get(*name) != Some(&1)).collect();
        assert!(lost.is_empty(), "{lost:?}");
        let done: Vec<&String> = came.refused.iter().filter(|name| there.contains_key(*name)).collect();
        assert!(done.is_empty(), "{done:?}");
        assert!(came.statuses.keys().all(|status| [201, 503].contains(status)), "{:?}", came.statuses);
        assert_eq!((came.without_retry_after, came.cut_off), (0, 0));
    }
    assert!(flood.statuses.contains_key(&503), "it was not too much: {:?}", flood.statuses);
    assert!(!flood.made.is_empty() && !after.statuses.contains_key(&503), "{:?}", after.statuses);
    if long.is_some() {
        assert!(goodput >= 0.8, "{goodput}");
        assert!(after.percentile(99) <= before.percentile(99) * 1.5, "{}", after.percentile(99));
    }
    until("the server is ready", SOON, async || admin.get("/readyz").await.0 == 200).await;
    // Of many refusals the log has a few, and their number.
    let told = server.stop().matches(r#""code":"overloaded""#).count();
    assert!((1..40).contains(&told), "{told}");
    assert_eq!(place.run(&["doctor", "--recount"]).code, 0);
}

impl Came {
    fn rate(&self, seconds: Duration) -> f64 {
        self.made.len() as f64 / seconds.as_secs_f64()
    }

    /// Of what was done, in milliseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let mut took = self.took.clone();
        took.sort();
        took.get((took.len() * percent / 100).min(took.len().saturating_sub(1)))
            .map_or(0.0, |took| took.as_secs_f64() * 1_000.0)
    }

    fn add(&mut self, other: Self) {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.made.extend(other.made);
        self.refused.extend(other.refused);
        self.took.extend(other.took);
        self.without_retry_after += other.without_retry_after;
        self.cut_off += other.cut_off;
    }
}

/// A few clients, each with one request at a time.
async fn closed(client: &Client, name: &str, lasts: Duration) -> Came {
    let mut running = JoinSet::new();
    for number in 0..SATURATING {
        let (client, name, end) = (client.clone(), format!("{name}-{number}"), Instant::now() + lasts);
        running.spawn(async move {
            let mut all = Came::default();
            for turn in 0_u64.. {
                if Instant::now() >= end {
                    break;
                }
                all.add(ask(client.clone(), format!("{name}-{turn}")).await);
            }
            all
        });
    }
    gather(running).await
}

/// So many requests a second, whether the last ones were answered or not, as long as there are connections.
async fn open(client: &Client, name: &str, a_second: f64, lasts: Duration, most: usize) -> Came {
    let mut running = JoinSet::new();
    let connections = Arc::new(Semaphore::new(most));
    let begun = Instant::now();
    let mut every = tokio::time::interval(Duration::from_millis(5));
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut asked = 0_u64;
    let mut all = Came::default();
    while begun.elapsed() < lasts {
        every.tick().await;
        while (asked as f64) < begun.elapsed().as_secs_f64() * a_second {
            asked += 1;
            let Ok(connection) = Arc::clone(&connections).try_acquire_owned() else { continue };
            let (client, name) = (client.clone(), format!("{name}-{asked}"));
            running.spawn(async move {
                let _connection = connection;
                ask(client, name).await
            });
        }
        while let Some(came) = running.try_join_next() {
            all.add(came.unwrap());
        }
    }
    all.add(gather(running).await);
    all
}

async fn gather(running: JoinSet<Came>) -> Came {
    running.join_all().await.into_iter().fold(Came::default(), |mut all, came| {
        all.add(came);
        all
    })
}

async fn ask(client: Client, name: String) -> Came {
    let begun = Instant::now();
    let body = Some(json!({ "name": name }));
    let mut came = Came::default();
    match client.ask_and_listen(Method::POST, "/api/leads", body).await {
        Ok((status, retry_after, _)) => {
            came.statuses.insert(status, 1);
            came.without_retry_after = u64::from(status == 503 && retry_after.is_none());
            came.took.push(begun.elapsed());
            if status == 201 { came.made.push(name) } else { came.refused.push(name) }
        }
        Err(_) => came.cut_off = 1,
    }
    came
}
