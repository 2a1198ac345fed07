//! One agent asks for everything there is, in every way, while others work on what is theirs: nothing of that is in any
//! answer, and no total counts it.
//!
//! Every text of a record that is not the agent's holds a mark (`marks`), whoever wrote it (`hidden`). What the agent
//! owns is known (`own`), and its lists, dashboard and feed are held against that (`totals`). `CRM_TEST_WALK` says how
//! many requests are made; `CRM_TEST_SEED` goes one way again.

mod asks;
mod bodies;
mod hidden;
mod lists;
mod marks;
mod own;
mod totals;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crm_http::app::routes;
use crm_http::openapi::template;
use crm_http::route::{Route, Verb};
use crm_testkit::random::Random;

use self::asks::{Maker, Me, kind_of, weight};
use self::bodies::EMAIL;
use self::hidden::Hidden;
use self::marks::cursors;
use self::own::Own;
use self::totals::Compared;
use crate::store;
use crate::support::ask::Ask;
use crate::support::client::{Client, Reply};
use crate::support::server::{TestServer, login, options, tokens};
use crate::support::world::{PASSWORD, make_user};

/// What only admins do: the agent is refused.
const FOR_ADMINS: [&str; 8] = [
    "/api/auth/register",
    "/api/auth/users",
    "/api/auth/users/{id}",
    "/api/auth/users/{id}/sessions",
    "/api/auth/users/{id}/sessions/revoke",
    "/api/auth/users/{id}/transfer",
    "/api/leads/{id}/reassign",
    "/api/audit",
];
/// From so many requests on, a walk does all that the agent can do.
const LONG: usize = 5_000;
/// What comes once for a store, and was before the walk.
const OVER: &str = "/api/auth/bootstrap";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_hidden_from_an_agent_is_in_any_answer() {
    let requests = std::env::var("CRM_TEST_WALK").map_or(store::WALK, |requests| requests.parse().unwrap());
    let mut walk = Walk::begin().await;
    for _ in 0..requests {
        walk.step().await;
    }
    walk.end(requests);
}

struct Walk {
    random: Random,
    server: TestServer,
    client: Client,
    me: Me,
    own: Own,
    hidden: Hidden,
    routes: Vec<Route>,
    deck: Vec<usize>,
    compared: Compared,
    /// How often each route came to each status.
    answers: BTreeMap<(String, u16), usize>,
    asked: usize,
    named_hidden: usize,
    /// Requests with a key, to be sent again, each with its route.
    keyed: Vec<(usize, Ask)>,
    /// How many were answered as they were before.
    replayed: usize,
    /// The last request.
    last: String,
}

impl Walk {
    async fn begin() -> Self {
        let mut random = Random::new();
        // The others' access tokens last as long as the walk does.
        let lasting = Duration::from_hours(24 * 365);
        let server = TestServer::built(options(), |ctx| {
            ctx.tokens = Arc::new(tokens(lasting));
            // The walker signs in again and again.
            ctx.rules.max_sessions = 10_000;
        })
        .await;
        let hidden = Hidden::new(&server, &mut random).await;
        let id = make_user(&server, "Wanda Walker", EMAIL, "agent").await;
        let me = Me {
            id,
            password: PASSWORD.to_owned(),
            refresh: String::new(),
            etags: Vec::new(),
            cursors: Vec::new(),
        };
        let mut walk = Self {
            random,
            client: server.nobody(),
            server,
            me,
            own: Own::default(),
            hidden,
            routes: routes(),
            deck: Vec::new(),
            compared: Compared::default(),
            answers: BTreeMap::new(),
            asked: 0,
            named_hidden: 0,
            keyed: Vec::new(),
            replayed: 0,
            last: String::new(),
        };
        walk.sign_in().await;
        walk
    }

    async fn sign_in(&mut self) {
        let reply = self.client.post("/api/auth/login", &login(EMAIL, &self.me.password)).await.expect(200);
        self.client = self.client.with_token(&reply.text_at("accessToken"));
        self.me.refresh = reply.text_at("refreshToken");
    }

    async fn step(&mut self) {
        let time = Duration::from_millis(self.random.below(2_000) as u64);
        self.server.clock.advance(time);
        if self.random.chance(0.2) {
            self.hidden.act(&mut self.random, &mut self.own).await;
        }
        let (number, ask) = self.next();
        let route = self.routes[number].clone();
        self.asked += 1;
        self.last = format!("request {}: {ask}", self.asked);
        let reply = self.client.send(ask.request(&self.client)).await;
        let name = format!("{} {}", route.verb.as_str(), template(route.path));
        *self.answers.entry((name, reply.status)).or_default() += 1;
        self.judge(&route, &ask, &reply);
        if reply.has("idempotency-replayed") {
            // It tells what was, and nothing new.
            self.replayed += 1;
        } else {
            self.own.learn(&ask, &reply);
            self.learn(&ask, &reply).await;
        }
        if ask.has_header("idempotency-key") {
            remember(&mut self.keyed, [(number, ask)]);
        }
    }

    /// The next request and its route: a new one, or now and then one that had a key, as it was.
    fn next(&mut self) -> (usize, Ask) {
        if !self.keyed.is_empty() && self.random.chance(0.02) {
            return self.random.pick(&self.keyed).clone();
        }
        let number = self.draw();
        let (random, own, hidden, me) = (&mut self.random, &self.own, &self.hidden, &self.me);
        (number, Maker { random, own, hidden, me }.ask(&self.routes[number]))
    }

    /// The next route, from a deck in which each is as often as its weight says: so each comes in every walk.
    fn draw(&mut self) -> usize {
        if self.deck.is_empty() {
            let cards = self.routes.iter().enumerate();
            self.deck = cards.flat_map(|(at, route)| std::iter::repeat_n(at, weight(route))).collect();
            self.random.shuffle(&mut self.deck);
        }
        self.deck.pop().unwrap()
    }

    fn judge(&mut self, route: &Route, ask: &Ask, reply: &Reply) {
        let asked = self.last.to_lowercase();
        if let Some(leak) = self.hidden.marks.found_in(reply, &asked) {
            panic!("an answer has what is hidden: {leak}\n{}", reply.text);
        }
        assert!(reply.status < 500, "{}", reply.text);
        if self.hidden.marks.is_named_in(&asked) {
            self.named_hidden += 1;
            self.judge_refusal(route, ask, reply);
        }
        self.compared.judge(&self.own, &self.me.id, &self.hidden.marks, ask, reply);
    }

    /// A request for a hidden record by its path is refused, whatever else is right or wrong with it: neither its state
    /// nor its version can be told from how.
    fn judge_refusal(&self, route: &Route, ask: &Ask, reply: &Reply) {
        let Some(kind) = kind_of(route.path) else { return };
        let segment = ask.path.split('/').nth(if route.path.starts_with("/api/auth") { 4 } else { 3 });
        let id = segment.unwrap_or_default().to_lowercase();
        // What the agent did while it was theirs is answered again as it was.
        let is_again =
            self.own.ever.contains(&id) && (reply.status == 422 || reply.has("idempotency-replayed"));
        if is_again || !self.hidden.ids(kind).contains(&id.as_str()) {
            return;
        }
        let (status, code) = reply.verdict();
        let is_refused = matches!((status, code), (400 | 401 | 405, _) | (403, "not_owner" | "forbidden"));
        // A HEAD is told the status only.
        assert!(is_refused || (ask.method == "HEAD" && status == 403), "{status} {code}");
    }

    async fn learn(&mut self, ask: &Ask, reply: &Reply) {
        let said = |member: &str| ask.body.as_ref().and_then(|body| body[member].as_str()).map(str::to_owned);
        match (ask.path.as_str(), reply.status) {
            ("/api/auth/login", 200) if ask.method == "POST" => {
                self.client = self.client.with_token(&reply.text_at("accessToken"));
                self.me.refresh = reply.text_at("refreshToken");
            }
            ("/api/auth/refresh", 200) => {
                self.client = self.client.with_token(&reply.text_at("accessToken"));
                self.me.refresh = reply.text_at("refreshToken");
            }
            ("/api/auth/password", 200) => self.me.password = said("newPassword").unwrap(),
            ("/api/auth/login" | "/api/auth/refresh", _) => {}
            (_, 401) => self.sign_in().await,
            (_, _) => {}
        }
        remember(&mut self.me.cursors, cursors(reply));
        let etag = reply.header("etag");
        remember(&mut self.me.etags, (!etag.is_empty()).then(|| etag.to_owned()));
    }

    /// Says what was asked, and checks that all of it was.
    #[expect(clippy::print_stdout, reason = "how far the walk went is what it is for")]
    fn end(self, requests: usize) {
        let mut classes = BTreeMap::<String, usize>::new();
        for ((_, status), count) in &self.answers {
            *classes.entry(format!("{}xx", status / 100)).or_default() += count;
        }
        println!(
            "CRM_TEST_SEED={}: {requests} requests, {classes:?}, {} of them named something hidden, {} were answered as before; others wrote {} \
             marks, did {} things meanwhile and took over {} records; compared {:?}",
            self.random.seed(),
            self.named_hidden,
            self.replayed,
            self.hidden.marks.made(),
            self.hidden.acts,
            self.hidden.handed_over,
            self.compared,
        );
        let done = |route: &Route, from: u16, to: u16| {
            let name = format!("{} {}", route.verb.as_str(), template(route.path));
            self.answers.keys().any(|(own, status)| *own == name && (from..to).contains(status))
        };
        let is_refused = |route: &Route| {
            FOR_ADMINS.contains(&route.path) || route.path == OVER && route.verb == Verb::Post
        };
        // A short walk asks each, but what only sometimes succeeds may not have.
        let untried = |route: &&Route| match (requests < LONG, is_refused(route)) {
            (true, _) => !done(route, 200, 500),
            (false, true) => !done(route, 400, 500),
            (false, false) => !done(route, 200, 400),
        };
        let untried: Vec<&str> = self.routes.iter().filter(untried).map(|route| route.path).collect();
        assert_eq!(untried, Vec::<&str>::new(), "never done");
        let let_in = self.routes.iter().filter(|route| is_refused(route) && done(route, 200, 400));
        assert_eq!(let_in.map(|route| route.path).collect::<Vec<_>>(), Vec::<&str>::new());
        assert!(self.named_hidden * 10 > requests, "too few requests named something hidden");
        let Compared { exact, bounded, dashboards, events } = self.compared;
        assert!(exact * 40 > requests && bounded * 200 > requests, "too few totals were compared");
        assert!(
            dashboards * 40 > requests && events * 4 > requests,
            "the dashboard or the feed was hardly read"
        );
        assert!(requests < LONG || self.replayed * 1_000 > requests, "hardly anything was asked again");
        assert!(self.hidden.handed_over * 400 > requests, "hardly anything was given away");
    }
}

/// Keeps the last of these.
fn remember<T>(kept: &mut Vec<T>, new: impl IntoIterator<Item = T>) {
    kept.extend(new);
    let surplus = kept.len().saturating_sub(40);
    kept.drain(..surplus);
}

impl Drop for Walk {
    #[expect(clippy::print_stderr, reason = "whoever reads the failure needs the request")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed with {}", self.last);
        }
    }
}
