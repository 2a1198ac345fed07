//! Two servers on one store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crm_app::audit::verify::{Finding, verify};
use crm_app::setup::offer::offer;
use crm_app::setup::token::LIFE;
use crm_testkit::ids::SequentialIds;
use futures_util::future::join_all;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::store;
use crate::support::server::{TestServer, options};
use crate::support::world::{PASSWORD, make_user};

/// Two servers, and what must not be dropped before them.
async fn two() -> (TestServer, TestServer) {
    let place = store::place().await;
    let one = TestServer::over(store::open_at(&place).await.1, options(), |ctx| {
        ctx.ids = Arc::new(SequentialIds::after(0x1_0000));
        ctx.rules.deadline = Duration::from_secs(25);
    });
    let other = TestServer::over(store::open_at(&place).await.1, options(), |ctx| {
        ctx.ids = Arc::new(SequentialIds::after(0x1000_0000));
        ctx.rules.deadline = Duration::from_secs(25);
    });
    (one, other)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_accepts_the_newest_setup_token_until_it_expires_and_no_older_one() {
    let (one, other) = two().await;
    let older = offer(one.ctx(), &"shown by one".into()).await.unwrap().unwrap();
    let newer = offer(other.ctx(), &"shown by the other".into()).await.unwrap().unwrap();
    let form = |token: &str| json!({ "name": "A", "email": "a@example.com", "password": PASSWORD, "setupToken": token });
    let nobody = one.nobody();
    for wrong in ["guess", older.expose_secret()] {
        for server in [&one, &other] {
            let refused = server.nobody().post("/api/auth/bootstrap", &form(wrong)).await;
            assert_eq!(refused.status, 400, "{}", refused.text);
        }
    }
    let newer = newer.expose_secret();
    one.clock.advance(LIFE);
    assert_eq!(nobody.post("/api/auth/bootstrap", &form(newer)).await.status, 400, "it has expired there");
    other.nobody().post("/api/auth/bootstrap", &form(newer)).await.expect(201);
    let late = nobody.post("/api/auth/bootstrap", &form(newer)).await;
    assert_eq!(late.verdict(), (409, "already_set_up"));
    assert!(offer(other.ctx(), &"late".into()).await.unwrap().is_none());
}

/// Within two seconds where the machine has time for it; a machine that runs all tests at once may need more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_was_deactivated_on_one_server_is_soon_out_on_the_other() {
    const CLIENTS: usize = 32;
    let patience = if std::env::var_os("CRM_TEST_ROUNDS").is_some() { 2 } else { 20 };
    let (one, other) = two().await;
    make_user(&one, "Ada", "ada@example.com", "admin").await;
    let agent_id = make_user(&one, "Bob", "bob@example.com", "agent").await;
    let admin = one.sign_in("ada@example.com", PASSWORD).await;
    let agent = one.sign_in("bob@example.com", PASSWORD).await;
    let (near, far) = (one.nobody().with_token(agent.token()), other.nobody().with_token(agent.token()));
    let begun = Instant::now();
    while far.get("/api/auth/me").await.status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(30), "the other server never heard of the sign-in");
    }
    let answered = Arc::new(parking_lot::Mutex::new(None::<Instant>));
    let end = Duration::from_secs(patience + 1);
    let clients = (0..CLIENTS).map(|client| {
        let (asked, answered) = (if client % 2 == 0 { &near } else { &far }, Arc::clone(&answered));
        async move {
            let (mut at_first, mut later_on, mut slowest) = (0, 0, Duration::ZERO);
            loop {
                let since = answered.lock().map(|at| at.elapsed());
                let succeeded = asked.get("/api/leads").await.status == 200;
                let Some(since) = since else { continue };
                if succeeded && client % 2 == 0 {
                    at_first += 1;
                } else if succeeded {
                    slowest = slowest.max(since);
                    later_on += usize::from(since > Duration::from_secs(patience));
                }
                if since > end || (!succeeded && since > Duration::from_secs(2)) {
                    return (at_first, later_on, slowest);
                }
            }
        }
    });
    let deactivation = async {
        admin.delete(&format!("/api/auth/users/{agent_id}")).await.expect(200);
        *answered.lock() = Some(Instant::now());
    };
    let (counts, ()) = tokio::join!(join_all(clients), deactivation);
    let at_first: usize = counts.iter().map(|(late, _, _)| late).sum();
    let later_on: usize = counts.iter().map(|(_, late, _)| late).sum();
    let slowest = counts.iter().map(|(_, _, slowest)| *slowest).max().unwrap();
    println!("the other server still answered {} ms after the deactivation", slowest.as_millis());
    assert_eq!((at_first, later_on), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_write_one_audit_log() {
    let (one, other) = two().await;
    make_user(&one, "Ada", "ada@example.com", "admin").await;
    let sign_ins = (0..20).map(|number| {
        let server = if number % 2 == 0 { &one } else { &other };
        let password = if number % 5 == 0 { "wrong" } else { PASSWORD };
        let body = crate::support::server::login("ada@example.com", password);
        async move { server.nobody().post("/api/auth/login", &body).await.status }
    });
    let statuses = join_all(sign_ins).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 16, "{statuses:?}");
    let begun = Instant::now();
    let admin = one.sign_in("ada@example.com", PASSWORD).await;
    let there = other.nobody().with_token(admin.token());
    while there.get("/api/audit").await.status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(30), "the other server never heard of the sign-in");
    }
    let log = there.get("/api/audit?type=sign_in_ok&limit=100").await.expect(200);
    assert_eq!(log.body["total"], 17);
    for server in [&one, &other] {
        let finding = verify(server.ctx(), None).await.unwrap();
        assert!(matches!(finding, Finding::Whole { .. }), "{finding:?}");
    }
}
