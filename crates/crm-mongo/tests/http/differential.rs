//! Both stores answer alike: two servers, one on the embedded store and one on MongoDB, are asked the same by an admin,
//! three agents and some more, and what they answer is compared to the byte – status, headers, body, order, totals and
//! cursors.
//!
//! Ids count up and the clocks move together, so that nothing that a store
//! has a say in is left out of the comparison. `CRM_ROUNDS` says how many sequences are tried, one if it is not set; `CRM_TEST_SEED` tries one
//! again.

mod ask;
mod deck;
mod known;
mod pair;
mod requests;
mod text;

use std::time::Duration;

use crm_testkit::random::Random;
use reqwest::Method;

use self::deck::{Deck, Deed};
use self::known::{Kind, Known, next_page};
use self::pair::Pair;
use self::requests::accounts::{CAST, agent, first_admin, refresh, sign_in};
use self::requests::{Maker, SERVICE};
use crate::support::ask::Ask;
use crate::support::client::Reply;

/// How many requests a sequence has, without those by which people sign in and the further pages of walks.
const REQUESTS: usize = 2_000;
/// The most pages of one walk.
const PAGES: usize = 100;
/// What both must have answered in each sequence.
const STATUSES: [u16; 11] = [200, 201, 304, 308, 400, 401, 403, 404, 409, 412, 422];
/// So few keys that some are used for several requests.
const KEYS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_stores_answer_a_random_sequence_of_requests_alike() {
    let rounds = std::env::var("CRM_ROUNDS").map_or(1, |rounds| rounds.parse().unwrap());
    for _ in 0..rounds {
        let mut run = Run::begin("Europe/Berlin").await;
        for number in 0..REQUESTS {
            if number == REQUESTS / 2 {
                run.pair.move_to("America/St_Johns").await;
            }
            run.step().await;
        }
        run.end().await;
        println!("CRM_TEST_SEED={}: {:?}", run.random.seed(), run.pair.statuses());
        let statuses = run.pair.statuses();
        let missing: Vec<u16> =
            STATUSES.into_iter().filter(|status| !statuses.contains_key(status)).collect();
        assert!(missing.is_empty(), "never answered: {missing:?}");
        assert_eq!(run.pair.untried(), Vec::<String>::new());
    }
}

/// One sequence.
struct Run {
    random: Random,
    pair: Pair,
    known: Known,
    deck: Deck,
}

impl Run {
    /// Two stores with an admin and three agents, who have tried what is rarely done.
    async fn begin(zone: &str) -> Self {
        let random = Random::new();
        let pair = Pair::new(zone).await;
        let mut run = Self { random, pair, known: Known::default(), deck: Deck::default() };
        for path in SERVICE {
            run.ask_nameless(0, &Ask::get(path)).await;
        }
        run.ask_nameless(0, &first_admin()).await;
        run.enter(0).await;
        for number in 1..=3 {
            // Not under a key, which another of them may have had.
            run.ask_under(0, &agent(number), None).await;
            run.enter(number).await;
        }
        let again = sign_in(&run.known.people[1]);
        run.ask_nameless(1, &again).await;
        run.ask(1, &Ask::get("/api/auth/sessions")).await;
        let first = run.known.people[1].sessions.last().cloned().unwrap();
        run.ask(1, &Ask::delete(format!("/api/auth/sessions/{first}"))).await;
        run.hand_over().await;
        run
    }

    /// Deactivates one more agent, who hands over to the admin, and reads how that stands. The random requests may ask
    /// only about people without a hand-over.
    async fn hand_over(&mut self) {
        self.ask_under(0, &agent(CAST), None).await;
        let user = format!("/api/auth/users/{}", self.known.people[CAST].id);
        let admin = self.known.people[0].id.clone();
        self.ask_under(0, &Ask::delete(&user).with("transferTo", admin), None).await;
        self.ask(0, &Ask::get(format!("{user}/transfer"))).await;
    }

    /// The next request, and what it needs before it.
    async fn step(&mut self) {
        self.pass_time();
        let deed = self.deck.draw(&mut self.random);
        let who = self.somebody_for(deed).await;
        if deed == Deed::GoOn && !self.known.walks.is_empty() {
            let place = self.random.below(self.known.walks.len());
            let walk = self.known.walks.swap_remove(place);
            if self.enter(walk.who).await {
                self.ask(walk.who, &walk.next).await;
            }
            return;
        }
        let ask = self.made(deed, who);
        if deed == Deed::Walk {
            self.walk(who, ask).await;
        } else if deed.needs_no_token() {
            self.ask_nameless(who, &ask).await;
        } else {
            self.ask(who, &ask).await;
        }
    }

    /// Reads everything that there is by now, and counts and checks both stores.
    async fn end(&mut self) {
        self.enter(0).await;
        let all = ["/api/leads", "/api/customers", "/api/tasks", "/api/auth/users", "/api/activity"];
        for path in all {
            let first = Ask::get(path).with("limit", "100");
            let first = if path == "/api/leads" { first.with("archived", "all") } else { first };
            self.walk(0, first).await;
        }
        for kind in [Kind::Lead, Kind::Customer, Kind::Task] {
            for record in self.known.of(kind).clone() {
                self.ask(0, &Ask::get(format!("{}/{}", kind.base(), record.id))).await;
            }
        }
        for who in 0..4 {
            self.enter(who).await;
            self.ask(who, &Ask::get("/api/dashboard")).await;
        }
        self.pair.are_sound().await;
    }

    fn made(&mut self, deed: Deed, who: usize) -> Ask {
        let now = self.pair.now();
        Maker { random: &mut self.random, known: &self.known, who, now }.ask(deed)
    }

    /// Asks for a list until it ends.
    async fn walk(&mut self, who: usize, first: Ask) {
        let mut next = Some(first);
        for _ in 0..PAGES {
            let Some(ask) = next else { return };
            let reply = self.ask(who, &ask).await;
            next = next_page(&ask, &reply);
        }
    }

    async fn ask(&mut self, who: usize, ask: &Ask) -> Reply {
        let own = |path: &str| ask.path.starts_with(path);
        let takes_key = !own("/api/auth/") || own("/api/auth/users") || own("/api/auth/register");
        let takes_key = takes_key && ask.method != Method::GET;
        let key = (takes_key && self.random.chance(0.3)).then(|| self.random.below(KEYS));
        self.ask_under(who, ask, key).await
    }

    /// Asks, twice if it is under a key.
    async fn ask_under(&mut self, who: usize, ask: &Ask, key: Option<usize>) -> Reply {
        let (email, token) = (self.known.people[who].email.clone(), self.known.people[who].token.clone());
        let ask = key.map_or(ask.clone(), |key| ask.clone().header("idempotency-key", format!("key-{key}")));
        let reply = self.pair.ask(&ask, &email, token.as_deref()).await;
        if key.is_some() {
            let again = self.pair.ask(&ask, &email, token.as_deref()).await;
            // Whoever ended their own session is not let in to hear it again.
            assert!(again.text == reply.text || reply.status >= 400 || again.status == 401, "{}", again.text);
        }
        if reply.status == 401 {
            self.known.people[who].token = None;
        }
        self.known.learn(who, &ask, &reply);
        reply
    }

    /// Asks without a token, about this person.
    async fn ask_nameless(&mut self, who: usize, ask: &Ask) {
        let reply = self.pair.ask(ask, "nobody", None).await;
        self.known.learn(who, ask, &reply);
    }

    /// Somebody who is signed in. What only admins may do is mostly asked by one.
    async fn somebody_for(&mut self, deed: Deed) -> usize {
        for _ in 0..50 {
            let admin = deed.is_for_admins() && self.random.chance(0.8);
            let who = if admin { 0 } else { self.known.actor(&mut self.random) };
            if self.enter(who).await {
                return who;
            }
        }
        panic!("nobody is let in any more");
    }

    /// Signs in, or renews the token, if there is none; whether there is one then.
    async fn enter(&mut self, who: usize) -> bool {
        if self.known.people[who].token.is_some() {
            return true;
        }
        let person = self.known.people[who].clone();
        let renews = person.refresh.is_some() && self.random.chance(0.5);
        let ask = if renews { refresh(&person) } else { sign_in(&person) };
        self.ask_nameless(who, &ask).await;
        self.known.people[who].token.is_some()
    }

    /// No time, a little, some minutes, hours, or days.
    fn pass_time(&mut self) {
        let (most, unit) = match self.random.below(100) {
            0..30 => return,
            30..80 => (1_500, Duration::from_millis(1)),
            80..95 => (600, Duration::from_secs(1)),
            95..99 => (300, Duration::from_mins(1)),
            _ => (40, Duration::from_hours(1)),
        };
        let time = unit * u32::try_from(self.random.below(most)).unwrap();
        self.pair.wait(time);
    }
}
