//! Two servers, one on each store, that are asked the same and must answer the same.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crm_app::context::Stores;
use crm_app::mirror::Mirror;
use crm_app::ports::maintenance::Maintenance;
use crm_domain::calendar::Calendar;
use crm_domain::timestamp::Timestamp;
use crm_http::app::routes;
use crm_http::openapi::template;
use crm_sqlite::store::SqliteStore;

use crate::store;
use crate::support::ask::Ask;
use crate::support::client::{Client, Reply};
use crate::support::document::template_of;
use crate::support::server::{Opened, TestServer, options, tokens};

/// How long access tokens are good: clocks jump, and nobody is to do nothing but sign in.
const ACCESS_LIFE: Duration = Duration::from_hours(8);

/// One server and the store that it serves from.
struct Side {
    server: TestServer,
    nobody: Client,
    store: Arc<dyn Maintenance>,
}

/// Both servers. Their clocks show the same, and their ids count up alike.
pub(super) struct Pair {
    embedded: Side,
    distributed: Side,
    asked: usize,
    last: String,
    answers: BTreeMap<(String, u16), usize>,
}

impl Side {
    fn new(opened: Opened, store: Arc<dyn Maintenance>) -> Self {
        let server = TestServer::over(opened, options(), |ctx| {
            ctx.tokens = Arc::new(tokens(ACCESS_LIFE));
            ctx.rules.deadline = Duration::from_secs(25);
        });
        Self { nobody: server.nobody(), server, store }
    }

    async fn ask(&self, ask: &Ask, token: Option<&str>, id: &str) -> Reply {
        let client = token.map_or_else(|| self.nobody.clone(), |token| self.nobody.with_token(token));
        client.send(ask.request(&client).header("x-request-id", id)).await
    }

    async fn is_sound(&self) {
        assert_eq!(self.store.recount(false).await.unwrap(), []);
        assert_eq!(self.store.check().await.unwrap(), Vec::<String>::new());
    }
}

impl Pair {
    /// Two empty stores in this time zone.
    pub(super) async fn new(zone: &str) -> Self {
        let mirror = Arc::new(Mirror::empty());
        let embedded = SqliteStore::memory(Arc::clone(&mirror)).unwrap();
        let opened = Opened { stores: Stores::of(Arc::clone(&embedded)), mirror, place: Box::new(()) };
        let (distributed, other) = store::open_whole().await;
        let pair = Self {
            embedded: Side::new(opened, embedded),
            distributed: Side::new(other, distributed),
            asked: 0,
            last: String::new(),
            answers: BTreeMap::new(),
        };
        pair.move_to(zone).await;
        for side in [&pair.embedded, &pair.distributed] {
            side.server.offer_setup().await;
        }
        pair
    }

    /// Changes the time zone of both.
    pub(super) async fn move_to(&self, zone: &str) {
        for side in [&self.embedded, &self.distributed] {
            side.store.set_calendar(Calendar::parse(zone).unwrap()).await.unwrap();
        }
    }

    /// Lets time go by on both.
    pub(super) fn wait(&self, time: Duration) {
        self.embedded.server.clock.advance(time);
        self.distributed.server.clock.advance(time);
    }

    /// What their clocks show.
    pub(super) fn now(&self) -> Timestamp {
        self.embedded.server.ctx().now()
    }

    /// Asks both and compares what they answer: status, headers and body, to the byte.
    pub(super) async fn ask(&mut self, ask: &Ask, who: &str, token: Option<&str>) -> Reply {
        self.asked += 1;
        self.last = format!("request {} at {}, by {who}:\n{ask}", self.asked, self.now());
        let id = format!("request-{}", self.asked);
        let (one, other) =
            tokio::join!(self.embedded.ask(ask, token, &id), self.distributed.ask(ask, token, &id));
        let (left, right) = (whole(&one), whole(&other));
        assert!(left == right, "the stores differ\n--- embedded:\n{left}\n--- MongoDB:\n{right}");
        let route = template_of(&ask.path).unwrap_or("none");
        *self.answers.entry((format!("{} {route}", ask.method), one.status)).or_default() += 1;
        one
    }

    /// How often each status was answered.
    pub(super) fn statuses(&self) -> BTreeMap<u16, usize> {
        let mut statuses = BTreeMap::new();
        for ((_, status), count) in &self.answers {
            *statuses.entry(*status).or_default() += count;
        }
        statuses
    }

    /// The routes that never did what they were asked to.
    pub(super) fn untried(&self) -> Vec<String> {
        let names =
            routes().into_iter().map(|route| format!("{} {}", route.verb.as_str(), template(route.path)));
        let done = |name: &String| self.answers.keys().any(|(own, status)| own == name && *status < 400);
        names.filter(|name| !done(name)).collect()
    }

    /// Counts and checks both stores.
    pub(super) async fn are_sound(&self) {
        self.embedded.is_sound().await;
        self.distributed.is_sound().await;
    }
}

/// All of an answer but when it was sent, and the names that CORS lists in any order.
fn whole(reply: &Reply) -> String {
    let mut headers: Vec<String> = reply
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "date" | "access-control-expose-headers"))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    format!("{}\n{}\n\n{}", reply.status, headers.join("\n"), reply.text)
}

impl Drop for Pair {
    #[expect(clippy::print_stderr, reason = "whoever reads the failure needs the request")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed with {}", self.last);
        }
    }
}
