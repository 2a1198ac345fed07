//! Rivals for the rights of admins, and those who lose theirs while they use them. Violations are counted; the long form
//! is `CRM_TEST_ROUNDS`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crm_app::precondition::Precondition;
use crm_app::users;
use crm_domain::access::actor::Actor;
use crm_domain::raw::{Members, Raw};
use futures_util::future::join_all;
use serde_json::json;

use crate::support::server::{SETUP_TOKEN, TestServer, options};
use crate::support::world::{PASSWORD, World, make_user};

/// How often a race is run: so often in short, or as often as the environment says.
fn rounds(short: usize, share_of_a_hundred: usize) -> usize {
    let asked = std::env::var("CRM_TEST_ROUNDS").ok().and_then(|text| text.parse::<usize>().ok());
    asked.map_or(short, |hundreds| hundreds * share_of_a_hundred)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_who_would_be_the_first_admin_one_is_in_every_store() {
    let stores = rounds(3, 1);
    let (mut winners, mut violations) = (0, 0);
    for _ in 0..stores {
        let patient = |ctx: &mut crm_app::context::Ctx| ctx.rules.deadline = Duration::from_secs(25);
        let server = TestServer::built(options(), patient).await;
        server.offer_setup().await;
        let racers = (0..64).map(|racer| {
            let email = format!("a{racer}@example.com");
            let form =
                json!({ "name": "A", "email": email, "password": PASSWORD, "setupToken": SETUP_TOKEN });
            let nobody = server.nobody();
            async move { nobody.post("/api/auth/bootstrap", &form).await.status }
        });
        let statuses = join_all(racers).await;
        let made = statuses.iter().filter(|status| **status == 201).count();
        let refused = statuses.iter().filter(|status| matches!(status, 400 | 409)).count();
        winners += made;
        violations += usize::from(made != 1 || made + refused != 64);
    }
    assert_eq!((winners, violations), (stores, 0));
    println!("{stores} stores, 64 racers each: {winners} winners, {violations} violations");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_admins_who_deactivate_each_other_one_remains() {
    let tries = rounds(20, 10);
    let server = TestServer::start().await;
    let ids = [
        make_user(&server, "Ada", "ada@example.com", "admin").await,
        make_user(&server, "Bea", "bea@example.com", "admin").await,
    ];
    let (mut both_gone, mut both_stayed, mut one_gone) = (0, 0, 0);
    for turn in 0..tries {
        let admins = [
            server.sign_in("ada@example.com", PASSWORD).await,
            server.sign_in("bea@example.com", PASSWORD).await,
        ];
        let paths = [&ids[1], &ids[0]].map(|id| format!("/api/auth/users/{id}"));
        let attack = |number: usize| {
            let (admin, path) = (&admins[number], &paths[number]);
            async move {
                match (turn + number) % 3 {
                    0 => admin.delete(path).await.status,
                    1 => admin.patch(path, &json!({ "isActive": false })).await.status,
                    _ => admin.patch(path, &json!({ "role": "agent" })).await.status,
                }
            }
        };
        let (one, other) = tokio::join!(attack(0), attack(1));
        match (one == 200, other == 200) {
            (true, true) => both_gone += 1,
            (false, false) => both_stayed += 1,
            (true, false) | (false, true) => one_gone += 1,
        }
        for id in &ids {
            let back = Members::new().with("isActive", Raw::Bool(true)).with("role", Raw::text("admin"));
            let system = Actor::system("tests");
            users::change::change(server.ctx(), &system, id, back, &Precondition::None).await.unwrap();
        }
    }
    assert_eq!((both_gone, one_gone + both_stayed), (0, tries));
    println!("{tries} tries: one gone {one_gone}, none gone {both_stayed}, both gone {both_gone}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_of_a_deactivated_user_succeeds_once_it_was_answered() {
    const CLIENTS: usize = 32;
    let mut late = 0;
    let mut served = 0;
    for _ in 0..rounds(2, 1) {
        let patient = |ctx: &mut crm_app::context::Ctx| ctx.rules.deadline = Duration::from_secs(25);
        let world = World::on(TestServer::built(options(), patient).await).await;
        let gone = Arc::new(AtomicBool::new(false));
        let clients = (0..CLIENTS).map(|client| {
            let (owner, gone) = (world.owner.clone(), Arc::clone(&gone));
            async move {
                let (mut served, mut late, mut after) = (0, 0, 0);
                while after < 5 {
                    let was_gone = gone.load(Ordering::SeqCst);
                    // Half of them write: each write rests on who the user is, and is in the way of the deactivation.
                    let status = match client % 4 {
                        0 | 1 => owner.post("/api/leads", &json!({ "name": "Acme" })).await.status,
                        2 => owner.get("/api/leads").await.status,
                        _ => owner.get("/api/auth/me").await.status,
                    };
                    let succeeded = status < 300;
                    served += usize::from(succeeded);
                    late += usize::from(was_gone && succeeded);
                    after += usize::from(was_gone);
                }
                (served, late)
            }
        });
        let deactivation = async {
            // Once everybody is at it.
            for _ in 0..5 {
                world.admin.get("/api/leads").await.expect(200);
            }
            world.admin.delete(&format!("/api/auth/users/{}", world.owner_id)).await.expect(200);
            gone.store(true, Ordering::SeqCst);
        };
        let (counts, ()) = tokio::join!(join_all(clients), deactivation);
        served += counts.iter().map(|(served, _)| served).sum::<usize>();
        late += counts.iter().map(|(_, late)| late).sum::<usize>();
    }
    assert!(served >= CLIENTS, "the load was none: {served}");
    assert_eq!(late, 0);
    println!("{served} requests were served before, {late} after the answer");
}
