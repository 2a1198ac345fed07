//! Many copies of one request at once.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::{count, post};
use crate::support::client::Reply;
use crate::support::world::World;

const KEYS: usize = 20;
const COPIES: usize = 16;

/// What came back is one answer, or the word that it is still coming.
pub(crate) fn the_answer<'a>(replies: impl IntoIterator<Item = &'a Reply>, status: u16) -> &'a Reply {
    let mut answers = Vec::new();
    for reply in replies {
        if reply.status != status {
            assert_eq!(reply.verdict(), (409, "still_running"), "{}", reply.text);
            continue;
        }
        answers.push(reply);
    }
    let Some(first) = answers.first().copied() else { panic!("none of them is answered") };
    let new = answers.iter().filter(|reply| !reply.has("idempotency-replayed")).count();
    assert!(new <= 1, "{new} say that they have done it");
    assert!(
        answers.iter().all(|reply| reply.text == first.text && reply.header("etag") == first.header("etag"))
    );
    first
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_copies_of_one_request_one_is_done() {
    let world = World::new().await;
    for number in 0..KEYS {
        let (lead, key) = (json!({ "name": format!("Lead {number}") }), format!("k{number}"));
        let copies = (0..COPIES).map(|_| post(&world.owner, "/api/leads", &lead, &key));
        let replies = join_all(copies).await;
        let id = the_answer(&replies, 201).id();
        let again = post(&world.owner, "/api/leads", &lead, &key).await.expect(201);
        assert_eq!(again.id(), id);
    }
    assert_eq!(count(&world.owner, "/api/leads").await, KEYS as u64);
}

/// A change is refused where another copy has done it already: that is not the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_copies_of_one_change_upon_a_version_one_is_done() {
    let world = World::new().await;
    for number in 0..KEYS {
        let path = format!("/api/leads/{}", world.lead(&format!("Lead {number}")).await);
        let send = || {
            let request = world.owner.request(Method::PATCH, &path).json(&json!({ "phone": "1" }));
            world.owner.send(request.header("if-match", "\"1\"").header("idempotency-key", "k"))
        };
        let replies = join_all((0..COPIES).map(|_| send())).await;
        assert_eq!(the_answer(&replies, 200).body["version"], 2);
        assert_eq!(send().await.body["version"], 2);
    }
}
