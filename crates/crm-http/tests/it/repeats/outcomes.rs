//! What is said while a request is being answered, and when nobody knows whether it was done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crm_app::commit::{Commit, Verdict};
use crm_app::error::StoreError;
use crm_app::ports::commits::Commits;
use crm_app::ports::passwords::{HashError, Passwords};
use crm_domain::password_hash::PasswordHash;
use crm_http::options::HttpOptions;
use crm_testkit::passwords::PlainPasswords;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;

use super::{count, is_replayed, post};
use crate::support::client::Reply;
use crate::support::server::{TestServer, options};
use crate::support::world::{PASSWORD, World};

/// Hashes when it is let go on.
struct Held {
    holds: AtomicBool,
    came: Notify,
    gate: Semaphore,
}

#[async_trait::async_trait]
impl Passwords for Held {
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, HashError> {
        if self.holds.load(Ordering::SeqCst) {
            self.came.notify_one();
            self.gate.acquire().await.unwrap().forget();
        }
        PlainPasswords.hash(password).await
    }

    async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> Result<bool, HashError> {
        PlainPasswords.verify(password, hash).await
    }

    fn is_outdated(&self, hash: &PasswordHash, password: &SecretString) -> bool {
        PlainPasswords.is_outdated(hash, password)
    }
}

fn held() -> Arc<Held> {
    Arc::new(Held { holds: AtomicBool::new(false), came: Notify::new(), gate: Semaphore::new(0) })
}

const REGISTER: &str = "/api/auth/register";

/// A registration under the key `k` that waits for its password to be hashed.
struct Answering {
    held: Arc<Held>,
    world: World,
    form: Value,
    first: JoinHandle<Reply>,
}

async fn being_answered() -> Answering {
    let held = held();
    let passwords = Arc::clone(&held);
    let world = World::on(TestServer::built(options(), |ctx| ctx.passwords = passwords).await).await;
    let form = json!({ "name": "Neo", "email": "neo@example.com", "password": PASSWORD });
    held.holds.store(true, Ordering::SeqCst);
    let (admin, body) = (world.admin.clone(), form.clone());
    let first = tokio::spawn(async move { post(&admin, REGISTER, &body, "k").await });
    held.came.notified().await;
    Answering { held, world, form, first }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_being_answered_is_told_to_wait() {
    let Answering { held, world, form, first } = being_answered().await;
    let second = post(&world.admin, REGISTER, &form, "k").await;
    assert_eq!((second.verdict(), second.header("retry-after")), ((409, "still_running"), "1"));
    held.gate.add_permits(1);
    let first = first.await.unwrap().expect(201);
    assert!(!is_replayed(&first));
    let third = post(&world.admin, REGISTER, &form, "k").await;
    assert_eq!((third.status, &third.text, is_replayed(&third)), (201, &first.text, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_for_a_client_that_went_away_is_answered_when_it_comes_back() {
    let Answering { held, world, form, first } = being_answered().await;
    first.abort();
    held.holds.store(false, Ordering::SeqCst);
    held.gate.add_permits(1);
    let patience = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            let reply = post(&world.admin, REGISTER, &form, "k").await;
            if reply.verdict() != (409, "still_running") {
                return reply;
            }
        }
    });
    patience.await.unwrap().expect(201);
    assert!(is_replayed(&post(&world.admin, REGISTER, &form, "k").await.expect(201)));
    assert_eq!(count(&world.admin, "/api/auth/users?q=neo@example.com").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_takes_too_long_says_that_the_key_makes_it_safe() {
    let held = held();
    let passwords = Arc::clone(&held);
    let options = HttpOptions { request_timeout: Duration::from_secs(4), ..options() };
    let world = World::on(TestServer::built(options, |ctx| ctx.passwords = passwords).await).await;
    let form = json!({ "name": "Neo", "email": "neo@example.com", "password": PASSWORD });
    held.holds.store(true, Ordering::SeqCst);
    let late = post(&world.admin, REGISTER, &form, "k").await;
    assert_eq!(late.verdict(), (503, "timeout"));
    assert!(late.text_at("detail").contains("same Idempotency-Key"), "{}", late.text);
    held.holds.store(false, Ordering::SeqCst);
    assert!(!is_replayed(&post(&world.admin, REGISTER, &form, "k").await.expect(201)));
}

/// A store that writes and does not say so.
struct Unsure {
    store: Arc<dyn Commits>,
    silent: Arc<AtomicBool>,
}

#[async_trait::async_trait]
impl Commits for Unsure {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Verdict, StoreError> {
        let verdict = self.store.commit(commit).await?;
        if self.silent.load(Ordering::SeqCst) {
            return Err(StoreError::OutcomeUnknown("on purpose".into()));
        }
        Ok(verdict)
    }
}

#[tokio::test]
async fn a_key_makes_it_safe_to_ask_again_when_the_outcome_is_not_known() {
    let silent = Arc::new(AtomicBool::new(false));
    let server = TestServer::built(options(), |ctx| {
        let store = Arc::clone(&ctx.stores.commits);
        ctx.stores.commits = Arc::new(Unsure { store, silent: Arc::clone(&silent) });
    });
    let world = World::on(server.await).await;
    let lead = json!({ "name": "Acme" });
    silent.store(true, Ordering::SeqCst);
    let lost = post(&world.owner, "/api/leads", &lead, "k").await;
    assert_eq!((lost.verdict(), lost.header("retry-after")), ((503, "outcome_unknown"), "2"));
    assert!(lost.text_at("detail").contains("same Idempotency-Key"), "{}", lost.text);
    let without = world.owner.post("/api/leads", &lead).await;
    assert!(without.text_at("detail").contains("look before"), "{}", without.text);
    silent.store(false, Ordering::SeqCst);
    let again = post(&world.owner, "/api/leads", &lead, "k").await.expect(201);
    assert!(is_replayed(&again), "it was done");
    assert_eq!(count(&world.owner, "/api/leads").await, 2, "one with the key and one without");
}
