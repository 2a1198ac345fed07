//! Whether the time that a refused sign-in takes tells why it was refused.
//!
//! The short form compares medians with a wide margin: a class that did not hash would take a fraction of the time. The
//! long form (`CRM_TEST_TIMING=2000`, in a release build, on a machine that does nothing else) hashes at the cost of
//! production, prints medians and Welch's t of each pair, and demands medians within 1 ms and |t| below 4.5.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crm_app::commit::change::Change;
use crm_domain::access::role::Role;
use crm_domain::user::User;
use crm_security::passwords::Argon2Passwords;
use crm_security::passwords::cost::HashCost;
use crm_testkit::fixtures::Maker;

use crate::support::client::Client;
use crate::support::server::{TestServer, login, options};

/// Why a sign-in is refused.
const CLASSES: [(&str, &str, &str); 4] = [
    ("unknown", "nobody@crm.example", "correct horse 7"),
    ("wrong", "ann@crm.example", "correct horse 8"),
    ("inactive", "gone@crm.example", "correct horse 8"),
    ("empty", "ann@crm.example", ""),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_long_a_refusal_takes_does_not_tell_why() {
    let long = std::env::var("CRM_TEST_TIMING").ok().map(|samples| samples.parse::<usize>().unwrap());
    let cost = match long {
        Some(_) => HashCost::default(),
        None => HashCost { memory_kib: 2_048, iterations: 1, parallelism: 1 },
    };
    let server = server(cost).await;
    let samples = collect(&server.nobody(), long.unwrap_or(300)).await;
    let summaries = samples.map(|samples| Summary::of(&samples));
    let mut told = false;
    for ((name, ..), summary) in CLASSES.iter().zip(&summaries) {
        println!("{name:>8}: median {:.3} ms, mean {:.3} ms", summary.median * 1e3, summary.mean * 1e3);
    }
    for (at, one) in summaries.iter().enumerate() {
        for (later, other) in summaries.iter().enumerate().skip(at + 1) {
            let apart = (one.median - other.median).abs();
            let t = one.welch(other);
            println!(
                "{:>8} – {:<8} medians {:.3} ms apart, t {t:.2}",
                CLASSES[at].0,
                CLASSES[later].0,
                apart * 1e3
            );
            told |= match long {
                Some(_) => apart > 0.001 || t.abs() >= 4.5,
                None => one.median > 2.0 * other.median || other.median > 2.0 * one.median,
            };
        }
    }
    assert!(!told, "{summaries:?}");
}

/// A server with an active and a deactivated account.
async fn server(cost: HashCost) -> TestServer {
    let passwords = Arc::new(Argon2Passwords::start(cost, NonZeroUsize::MIN).unwrap());
    let server = TestServer::built(options(), |ctx| ctx.passwords = passwords).await;
    let make = Maker::new();
    for (name, active) in [("ann", true), ("gone", false)] {
        let password = server.ctx().passwords.hash("correct horse 7".into()).await.unwrap();
        let user = User { password, active, ..make.user(name, Role::Agent) };
        let commit = make.commit().change(Change::InsertUser(user)).done();
        server.ctx().stores.commits.commit(commit).await.unwrap();
    }
    server
}

/// So many of each class, one of each in turn; which comes first changes, so that none always follows the same.
async fn collect(nobody: &Client, count: usize) -> [Vec<Duration>; 4] {
    let mut samples: [Vec<Duration>; 4] = std::array::from_fn(|_| Vec::with_capacity(count));
    for round in 0..count + WARM_UP {
        for turn in 0..CLASSES.len() {
            let class = (turn + round) % CLASSES.len();
            let (_, email, password) = CLASSES[class];
            let begun = Instant::now();
            let reply = nobody.post("/api/auth/login", &login(email, password)).await;
            let took = begun.elapsed();
            assert_eq!(reply.verdict(), (401, "invalid_credentials"));
            if round >= WARM_UP {
                samples[class].push(took);
            }
        }
    }
    samples
}

/// Rounds that are not counted.
const WARM_UP: usize = 10;

/// What is told of the samples of one class, in seconds.
#[derive(Debug)]
struct Summary {
    median: f64,
    mean: f64,
    /// The square of the standard error of the mean.
    error: f64,
}

impl Summary {
    fn of(samples: &[Duration]) -> Self {
        let mut seconds: Vec<f64> = samples.iter().map(Duration::as_secs_f64).collect();
        seconds.sort_by(f64::total_cmp);
        #[expect(clippy::cast_precision_loss, reason = "there are thousands at most")]
        let count = seconds.len() as f64;
        let mean = seconds.iter().sum::<f64>() / count;
        let variance = seconds.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Self { median: seconds[seconds.len() / 2], mean, error: variance / count }
    }

    /// Welch's t: how many standard errors the means are apart.
    fn welch(&self, other: &Self) -> f64 {
        (self.mean - other.mean) / (self.error + other.error).sqrt()
    }
}
