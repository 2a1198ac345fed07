//! A server on a free port, with a clock that stands still and ids that count up.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use crm_app::audit::trail::Trail;
use crm_app::auth::guard::Guard;
use crm_app::commit::change::Change;
use crm_app::commit::{Commit, Verdict};
use crm_app::context::{Ctx, Rules, Stores};
use crm_app::mirror::Mirror;
use crm_app::ports::passwords::Passwords;
use crm_app::queue::Queue;
use crm_app::repeat::keeping::Keeping;
use crm_app::repeat::running::Repeats;
use crm_app::setup::token::SetupFingerprint;
use crm_domain::audit::chain::AuditKey;
use crm_domain::ids::Id;
use crm_domain::throttle::limits::Limits;
use crm_http::options::HttpOptions;
use crm_http::server::{Listen, serve};
use crm_http::state::HttpState;
use crm_security::tokens::{JwtTokens, TokenSecrets};
use crm_testkit::blinding::PlainBlinding;
use crm_testkit::clock::FixedClock;
use crm_testkit::ids::SequentialIds;
use crm_testkit::passwords::PlainPasswords;
use uuid::Uuid;

use crate::store;
use crate::support::client::Client;

/// Signs access tokens.
pub(crate) const ACCESS_SECRET: &str = "an access secret that is long enough for the tests";
/// What refresh tokens rest on.
pub(crate) const REFRESH_SECRET: &str = "a refresh secret that is long enough for the tests";

/// The token for the first admin, once it is offered; expires in the year 2100.
pub(crate) const SETUP_TOKEN: &str = "setup-token-of-the-tests.4102444800";

/// A running server. It stops when it and all its clients are dropped.
pub(crate) struct TestServer {
    pub(crate) state: HttpState,
    pub(crate) clock: Arc<FixedClock>,
    base: String,
    running: Arc<Running>,
}

/// A store that was opened for one server.
pub(crate) struct Opened {
    pub(crate) stores: Stores,
    /// What the store keeps up to date.
    pub(crate) mirror: Arc<Mirror>,
    /// Where its data is; gone when this is dropped.
    pub(crate) place: Box<dyn Any + Send + Sync>,
}

/// Stops a server when it is dropped, and then gives up the place of its store.
pub(crate) struct Running {
    stop: Box<dyn Fn() + Send + Sync>,
    _place: Box<dyn Any + Send + Sync>,
}

impl TestServer {
    /// A server with options that get in nobody's way.
    pub(crate) async fn start() -> Self {
        Self::with(options()).await
    }

    /// A server with these options.
    pub(crate) async fn with(options: HttpOptions) -> Self {
        Self::built(options, |_| {}).await
    }

    /// A server whose use cases get something else to work with.
    pub(crate) async fn built(options: HttpOptions, change: impl FnOnce(&mut Ctx)) -> Self {
        Self::over(store::open().await, options, change)
    }

    /// The same over a store that is open.
    pub(crate) fn over(opened: Opened, options: HttpOptions, change: impl FnOnce(&mut Ctx)) -> Self {
        let Opened { stores, mirror, place } = opened;
        let clock = Arc::new(FixedClock::default());
        let mut ctx = Ctx {
            stores,
            mirror,
            clock: Arc::<FixedClock>::clone(&clock),
            ids: Arc::new(SequentialIds::new()),
            passwords: Arc::new(PlainPasswords) as Arc<dyn Passwords>,
            tokens: Arc::new(tokens(Duration::from_mins(15))),
            trail: Arc::new(Trail::new(AuditKey::derive(b"tests"))),
            guard: Arc::new(Guard::new(Limits::none(), Arc::new(PlainBlinding))),
            queue: Queue::new(),
            repeats: Arc::new(Repeats::new(Arc::new(PlainBlinding))),
            keeping: Keeping::nothing(),
            rules: Rules::default(),
        };
        change(&mut ctx);
        let state = HttpState::new(ctx, options, Some(Arc::new(|| "crm_up 1\n".to_owned())));
        let bound = serve(Listen::At(([127, 0, 0, 1], 0).into()), state.clone()).unwrap();
        let (base, handle) = (format!("http://{}", bound.address), bound.server.handle());
        tokio::spawn(bound.server);
        let running = Running { stop: Box::new(move || drop(handle.stop(false))), _place: place };
        Self { state, clock, base, running: Arc::new(running) }
    }

    /// Somebody who is not signed in.
    pub(crate) fn nobody(&self) -> Client {
        Client::new(self.base.clone(), Arc::clone(&self.running))
    }

    /// Lets [`SETUP_TOKEN`] make the first admin.
    pub(crate) async fn offer_setup(&self) {
        let fingerprint = SetupFingerprint::of(SETUP_TOKEN);
        // An id that no test counts.
        let commit =
            Commit::new(Id::from_uuid(Uuid::from_u128(0x5e70))).change(Change::OfferSetUp(fingerprint));
        let verdict = self.ctx().stores.commits.commit(Arc::new(commit)).await;
        assert_eq!(verdict.unwrap(), Verdict::Applied);
    }

    pub(crate) fn ctx(&self) -> &Ctx {
        self.state.ctx()
    }

    /// Signs in.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Client {
        let reply = self.nobody().post("/api/auth/login", &login(email, password)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        self.nobody().with_token(&reply.text_at("accessToken"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        (self.stop)();
    }
}

/// Options that get in nobody's way.
pub(crate) fn options() -> HttpOptions {
    HttpOptions {
        workers: 2,
        rates: None,
        body_timeout: Duration::from_secs(2),
        cors_origins: vec!["https://app.example.com".to_owned()],
        ..HttpOptions::default()
    }
}

/// The body that signs in.
pub(crate) fn login(email: &str, password: &str) -> serde_json::Value {
    serde_json::json!({ "email": email, "password": password })
}

/// The real tokens; access tokens are good so long.
pub(crate) fn tokens(access_life: Duration) -> JwtTokens {
    let secrets = TokenSecrets { access: ACCESS_SECRET.into(), refresh: REFRESH_SECRET.into() };
    JwtTokens::new(&secrets, access_life).unwrap()
}
