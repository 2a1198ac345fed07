//! Many strangers guess at one account, over real sockets, while its owner signs in.
//!
//! The short form has 1,000 guesses from 20 addresses. The long one: `CRM_TEST_GUESSES=10000`, from 200.

use std::net::{IpAddr, Ipv4Addr};

use futures_util::future::join_all;
use reqwest::Client;
use serde_json::json;

use crate::support::place::Place;

const OWNER: (&str, &str) = ("agent1@crm.com", "Agent@123");

/// How many of the guesses may be looked at.
const MOST: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_of_many_guesses_are_looked_at_and_the_owner_signs_in_each_time() {
    let guesses: usize = match std::env::var("CRM_TEST_GUESSES") {
        Ok(number) => number.parse().unwrap(),
        Err(_) => 1_000,
    };
    let (addresses, sign_ins) = (guesses / 50, guesses / 50);
    let place = Place::seeded();
    let server = place.serve();
    let owner = from([127, 1, 0, 1]);
    assert_eq!(sign_in(&owner, server.url(), OWNER.1).await, 200, "from here they signed in before");
    let strangers = (0..addresses).map(|number| {
        let [_, _, high, low] = u32::try_from(number).unwrap().to_be_bytes();
        let url = server.url().to_owned();
        tokio::spawn(async move {
            let client = from([127, 2, high, low + 1]);
            let mut looked_at = 0;
            for guess in 0..50 {
                match sign_in(&client, &url, &format!("guess {guess}")).await {
                    401 => looked_at += 1,
                    429 | 503 => {}
                    other => panic!("{other}"),
                }
            }
            looked_at
        })
    });
    let strangers: Vec<_> = strangers.collect();
    let mut signed_in = 0;
    for _ in 0..sign_ins {
        signed_in += usize::from(sign_in(&owner, server.url(), OWNER.1).await == 200);
    }
    let looked_at: usize = join_all(strangers).await.into_iter().map(Result::unwrap).sum();
    let hashed = hashes(&owner, server.url()).await;
    println!(
        "{looked_at} of {guesses} guesses from {addresses} addresses were looked at; the owner signed in {signed_in} of \
         {sign_ins} times; {hashed} passwords were hashed"
    );
    assert!(looked_at <= MOST, "{looked_at}");
    assert_eq!(signed_in, sign_ins);
    assert_eq!(hashed, looked_at + signed_in + 1, "what is throttled is not hashed");
}

/// A client at this address of this machine.
fn from(address: [u8; 4]) -> Client {
    Client::builder().no_proxy().local_address(IpAddr::V4(Ipv4Addr::from(address))).build().unwrap()
}

async fn sign_in(client: &Client, url: &str, password: &str) -> u16 {
    let body = json!({ "email": OWNER.0, "password": password });
    let answer = client.post(format!("{url}/api/auth/login")).json(&body).send().await.unwrap();
    let (status, wait) = (answer.status().as_u16(), answer.headers().contains_key("retry-after"));
    assert_eq!(matches!(status, 429 | 503), wait, "how long to wait is told");
    answer.bytes().await.unwrap();
    status
}

/// How many passwords the server has hashed so far, by its own count.
async fn hashes(client: &Client, url: &str) -> usize {
    let text = client.get(format!("{url}/metrics")).send().await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("crm_password_hash_duration_seconds_count "));
    line.expect("hashes are counted").trim().parse().unwrap()
}
